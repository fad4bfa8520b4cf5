# SPDX-License-Identifier: GPL-2.0-only
"""A run's result as text and as JSON."""

import json
from pathlib import Path

import pytest

from dmalab import json_report, picture, report
from dmalab.machine_spec import MachineSpec
from dmalab.result import Check, Result, Stop, Transfer
from dmalab.scenario import find
from dmalab.text import Style, mib, table
from emulator.finding import Finding
from pykernel.check.census import KINDS, ZoneCensus
from pykernel.check.reach import ReachRow

ROOT = Path(__file__).resolve().parent.parent
PLAIN = Style(colour=False)


def transfer(**changes: object) -> Transfer:
    """Make a transfer in which nothing was wrong."""
    members: dict[str, object] = {
        "now_ns": 104_512_000,
        "device": "edu",
        "to_device": True,
        "dma_addr": 0xF3C000,
        "phys": 0xF3C000,
        "length": 4096,
        "outcome": "ok",
        "owner": "size-4096(DMA)",
        "first": 0xF3C000,
        "zone": "DMA",
        "mapping": "single",
        "result": 0,
    }
    return Transfer(**(members | changes))  # type: ignore[arg-type]


def reach_row(cache: str = "size-32(DMA)", device: str = "edu", **changes: object) -> ReachRow:
    """Make a proof that holds."""
    members: dict[str, object] = {
        "cache": cache,
        "device": device,
        "reach": 0xFFFFFF,
        "slabs": 2,
        "objects": 224,
        "pages": 2,
        "lowest": 0xF00000,
        "highest": 0xF01FFF,
        "bound": 0xFFFFFF,
        "verdict": "ok",
    }
    return ReachRow(**(members | changes))  # type: ignore[arg-type]


def zone_census() -> ZoneCensus:
    """Make a zone of 16 pages, a cell each."""
    cells = ("kernel",) * 4 + ("dma",) * 2 + ("free",) * 10
    pages = {kind: cells.count(kind) for kind in KINDS}
    return ZoneCensus("DMA", 0, 16, 16, pages, (("size-32(DMA)", 2),), cells)


def result(**changes: object) -> Result:
    """Make a run in which all was well."""
    members: dict[str, object] = {
        "spec": MachineSpec(),
        "scenario": find("default"),
        "console": "[    0.000000] Linux version 2.6.24\n",
        "now_ns": 1_234_567_890,
        "transfers": [transfer()],
        "reach": [reach_row(), reach_row(device="isa_pattern")],
        "zones": (zone_census(),),
        "trace_sha256": "ab" * 32,
    }
    return Result(**(members | changes))  # type: ignore[arg-type]


def test_a_run_in_which_all_was_well_ends_with_one_closing_line() -> None:
    text = report.write(result(), PLAIN)

    assert text.startswith("[    0.000000] Linux version 2.6.24\n\ntransfers\n")
    assert "0.104512  edu     from RAM      0xf3c000   4096  size-4096(DMA)  0xf3c000  DMA   single   ok" in text
    assert "size-32(DMA)      2      224      0xf01fff  0xffffff  ok            ok" in text
    assert "\n\nno findings\n\n" in text
    assert text.endswith(
        "default: ok: 1 transfer, 0 findings, 224 objects of 1 DMA cache all within reach, "
        "1.234568 s, trace abababababab\n"
    )


def test_text_in_a_pipe_has_no_escape_and_no_line_beyond_its_width() -> None:
    wide = ZoneCensus("DMA32", 0, 999, 999, dict.fromkeys(KINDS, 111), (), ("free",) * picture.cells_for(100))

    text = report.write(result(zones=(zone_census(), wide)), PLAIN)

    assert "\x1b" not in text
    assert max(map(len, text.splitlines()[:-1])) <= 100


def test_colour_changes_nothing_but_colour() -> None:
    import re

    coloured = report.write(result(), Style(colour=True))

    assert coloured != report.write(result(), PLAIN)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == report.write(result(), PLAIN)


@pytest.mark.parametrize(
    ("changes", "code", "verdict"),
    [
        ({}, 0, "ok"),
        ({"findings": [Finding("dma-unmapped", "wrong", 5)]}, 1, "FAILED"),
        ({"transfers": [transfer(result=-5)]}, 1, "FAILED"),
        ({"transfers": [transfer(outcome="dma-beyond-reach")]}, 1, "FAILED"),
        ({"reach": [reach_row(verdict="beyond", offender=0x1000000)]}, 1, "FAILED"),
        ({"reach": [reach_row(verdict="unbounded", bound=None)]}, 1, "FAILED"),
        ({"checks": [Check("unload", False, "pages differ")]}, 1, "FAILED"),
        ({"stop": Stop("triple fault", {"rip": 16}, (), ())}, 3, "STOPPED"),
    ],
)
def test_the_exit_code_follows_from_what_was_found(changes: dict[str, object], code: int, verdict: str) -> None:
    run = result(**changes)

    assert run.exit_code == code
    assert report.closing_line(run, PLAIN).startswith(f"default: {verdict}: ")
    assert json.loads(json_report.write(run))["ok"] is (code == 0)


def test_what_is_wrong_is_shown_where_it_belongs() -> None:
    finding = Finding("dma-beyond-reach", "DMA write beyond", 2_000_000_000, "edu", details={"owner": "an object"})

    text = report.write(
        result(
            findings=[finding],
            dropped_findings=7,
            transfers=[transfer(outcome="dma-beyond-reach", mapping=None, phys=0x3C000, result=-5)],
            reach=[reach_row(verdict="beyond", offender=0x1000000), reach_row("x", verdict="broken", doubt="a hole")],
            checks=[Check("unload", False, "page 0x12 was free")],
        ),
        PLAIN,
    )

    assert "8 findings\n[    2.000000] edu: DMA write beyond [dma-beyond-reach]\n  owner: an object\nand 7 more" in text
    assert "BEYOND at 0x1000000" in text
    assert "BROKEN: a hole" in text
    assert "none     dma-beyond-reach" in text
    assert "FAILED  page 0x12 was free" in text


def test_a_machine_that_stopped_shows_why_and_where() -> None:
    stop = Stop("triple fault", {"rax": 1, "rip": 0xFFF0}, ("start_kernel+0x10 (main.c:30)",), ("Irq(0)",))

    text = report.write(result(stop=stop), PLAIN)

    assert "the machine stopped: triple fault\n   RAX 0000000000000001     RIP 000000000000fff0\n" in text
    assert "backtrace:\n  start_kernel+0x10 (main.c:30)\nlast events:\n  Irq(0)" in text


def test_the_picture_shows_each_cell_and_what_each_sign_stands_for() -> None:
    lines = picture.draw([zone_census()], PLAIN)

    assert [line.partition("|")[2] for line in lines[:3]] == ["KKKKDD", "......", "...."]
    assert lines[0].startswith("DMA      0x000000000 |")
    assert lines[3].strip() == "D 8 KiB slabs of DMA caches, . 40 KiB free, K 16 KiB kernel"
    assert lines[4].strip() == "largest caches: size-32(DMA) 8 KiB"


def test_json_has_the_documented_keys_and_the_same_bytes_each_time() -> None:
    documented = (ROOT / "docs/json.md").read_text(encoding="utf-8")

    text = json_report.write(result(findings=[Finding("kind", "sentence", 1, details={"owner": "x"})]))

    assert text == json_report.write(result(findings=[Finding("kind", "sentence", 1, details={"owner": "x"})]))
    document = json.loads(text)
    parts = [
        document,
        document["machine"],
        document["zones"][0],
        document["transfers"][0],
        document["reach"][0],
        document["findings"][0],
    ]
    for part in parts:
        assert all(f"`{key}`" in documented for key in part)
    assert {"schema", "ok", "zones", "transfers", "reach", "findings", "trace_sha256"} <= document.keys()


def test_a_table_is_as_wide_as_what_is_in_it() -> None:
    assert table(["name", ">n"], [["a", "1000"], ["long name", "1"]]) == [
        "name          n",
        "a          1000",
        "long name     1",
    ]


def test_sizes_are_written_in_units_that_can_be_read() -> None:
    assert [mib(pages) for pages in (1, 2559, 2560, 32768, 16777216)] == [
        "4 KiB",
        "10236 KiB",
        "10 MiB",
        "128 MiB",
        "64 GiB",
    ]
