# SPDX-License-Identifier: GPL-2.0-only
"""/proc from guest RAM: formats byte for byte, numbers that add up, and files that unmodified tools read."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from golden_path import WORKLOADS
from guest_kernel import Guest

from dmalab.cli import main
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS
from pykernel.layout.config import KernelConfig
from pykernel.proc.files import NAMES, read_all

SAMPLES = WORKLOADS / "samples"
KIB_PER_PAGE = 4


def files(guest: Guest) -> dict[str, str]:
    symbols = guest.symbols | {"_etext": KERNEL_MAP_BASE + KERNEL_PHYS + 0x8001, "_end": guest.symbols["_edata"] + 9}
    return read_all(guest.kernel.mm, symbols, [(0xE000_0000, 0xE00F_FFFF, "0000:00:04.0")])


@pytest.fixture(scope="module")
def booted() -> dict[str, str]:
    guest = Guest(64).boot()
    for size in (24, 300, 5000, 200_000):
        for _ in range(40):
            guest.call("kmalloc", size, 0xD0)
    return files(guest)


def shape(line: str) -> str:
    """Write a line with every number's field, leading blanks included, as its width."""
    return re.sub(r" *\d+", lambda found: f"<{len(found[0])}>", line)


def numbers(line: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", line)]


def kib(meminfo: str, name: str) -> int:
    found = re.search(rf"^{name}: +(\d+) kB$", meminfo, re.MULTILINE)
    assert found is not None
    return int(found[1])


def test_every_file_is_there_and_ends_in_a_newline(booted: dict[str, str]) -> None:
    assert tuple(booted) == NAMES
    assert all(text.endswith("\n") and text.isascii() for text in booted.values())


def test_buddyinfo_has_a_line_for_each_zone_with_all_orders(booted: dict[str, str]) -> None:
    for line in booted["buddyinfo"].splitlines():
        assert re.fullmatch(r"Node 0, zone {1,8}(DMA|DMA32) ([ \d]{5}\d ){11}", line)


@pytest.mark.parametrize("name", ["buddyinfo", "pagetypeinfo"])
def test_lines_have_the_fields_and_widths_of_a_real_kernels(name: str, booted: dict[str, str]) -> None:
    sample = SAMPLES / "boot1" / "end" / name
    if not sample.exists():
        pytest.skip(f"no sample {sample}")

    theirs = {shape(line) for line in sample.read_text().splitlines() if "zone" in line and "type" not in line}
    ours = {shape(line) for line in booted[name].splitlines() if "zone" in line and "type" not in line}

    assert len(ours) == 2
    assert ours == theirs


def test_pagetypeinfo_adds_up_to_buddyinfo(booted: dict[str, str]) -> None:
    text = booted["pagetypeinfo"]
    assert text.startswith("Page block order: 9\nPages per block:  512\n\nFree pages count per migrate type at order ")

    for line in booted["buddyinfo"].splitlines():
        zone = line.split()[3]
        rows = [numbers(row)[-11:] for row in text.splitlines() if re.search(rf"zone +{zone}, type", row)]
        assert len(rows) == 5
        assert [sum(column) for column in zip(*rows, strict=True)] == numbers(line)[-11:]


def test_zoneinfo_agrees_with_the_free_lists_and_meminfo(booted: dict[str, str]) -> None:
    zones = booted["zoneinfo"].split("Node 0, zone ")[1:]
    orders = [numbers(line)[-11:] for line in booted["buddyinfo"].splitlines()]
    free = [int(re.findall(r"nr_free_pages (\d+)\n", zone)[0]) for zone in zones]

    assert free == [sum(count << order for order, count in enumerate(counts)) for counts in orders]
    assert kib(booted["meminfo"], "MemFree") == KIB_PER_PAGE * sum(free)
    assert all(
        zone.startswith(f"{name:>8}\n  pages free     ") for name, zone in zip(("DMA", "DMA32"), zones, strict=True)
    )
    assert all(
        re.search(r"\n        protection: \(\d+, \d+, \d+, \d+\)\n  pagesets\n    cpu: 0 pcp: 0\n", zone)
        for zone in zones
    )


def test_meminfo_counts_the_slabs_of_slabinfo(booted: dict[str, str]) -> None:
    rows = booted["slabinfo"].splitlines()[2:]
    # Off-slab management lies in slabs of other caches, which have lines of their own.
    pages = sum(int(row.split()[5]) * int(row.split()[14]) for row in rows)

    assert kib(booted["meminfo"], "Slab") == KIB_PER_PAGE * pages
    assert booted["meminfo"].splitlines()[0] == f"MemTotal:     {kib(booted['meminfo'], 'MemTotal'):8} kB"


def test_slabinfo_has_the_fields_of_version_2_1(booted: dict[str, str]) -> None:
    version, header, *rows = booted["slabinfo"].splitlines()

    assert version == "slabinfo - version: 2.1"
    assert header.startswith(
        "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : tunables "
    )
    for row in rows:
        name, *rest = row.split()
        counts = [int(word) for word in rest if word.isdigit()]
        assert row == (
            "{:<17} {:6} {:6} {:6} {:4} {:4} : tunables {:4} {:4} {:4} : slabdata {:6} {:6} {:6}".format(name, *counts)
        )


def test_iomem_nests_the_kernel_in_its_ram_and_lists_devices_in_order(booted: dict[str, str]) -> None:
    lines = booted["iomem"].splitlines()

    assert lines[0] == "00000000-0009efff : System RAM"
    assert lines.index("  00200000-00208000 : Kernel code") == lines.index("00100000-03ffffff : System RAM") + 1
    assert "e0000000-e00fffff : 0000:00:04.0" in lines
    starts = [int(line.split("-")[0], 16) for line in lines if not line.startswith(" ")]
    assert starts == sorted(starts)


def test_with_two_cpus_each_has_its_lists_and_the_thresholds_are_shown() -> None:
    guest = Guest(64, KernelConfig(nr_cpus=2)).boot()

    zone = files(guest)["zoneinfo"].split("Node 0, zone ")[1]

    assert re.findall(r"cpu: \d pcp: \d", zone) == [f"cpu: {cpu} pcp: {pcp}" for cpu in (0, 1) for pcp in (0, 1)]
    assert zone.count("  vm stats threshold: ") == 2


def test_the_command_prints_a_file_as_it_was_at_a_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    texts = {}
    for at in ("booted", "end"):
        assert main(["proc", "meminfo", "--scenario", "module-unload", "--at", at]) == 0
        texts[at] = capsys.readouterr().out
    assert main(["proc", "meminfo", "--scenario", "module-unload"]) == 0

    assert kib(texts["booted"], "MemTotal") == kib(texts["end"], "MemTotal")
    assert capsys.readouterr().out == texts["end"]


@pytest.mark.parametrize(
    "arguments",
    [[], ["cpuinfo"], ["meminfo", "--dir", "x"], ["--dir", "/no/such/folder"], ["iomem", "--at", "never"]],
)
def test_bad_requests_are_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["proc", *arguments, "--scenario", "module-unload"] if arguments else ["proc"]) == 2

    assert capsys.readouterr().err.count("\n") == 1


def test_slabtop_reads_the_folder_as_if_the_guest_were_the_host(tmp_path: Path) -> None:
    if not shutil.which("slabtop"):
        pytest.skip("slabtop is not installed")
    assert main(["proc", "--dir", str(tmp_path / "proc")]) == 0
    assert sorted(path.name for path in (tmp_path / "proc").iterdir()) == sorted(NAMES)
    slabinfo = tmp_path / "proc" / "slabinfo"
    # slabtop reads /proc/slabinfo and nothing else: in a mount namespace of its own that can be another file.
    mount = f"mount --bind {slabinfo} /proc/slabinfo"
    if subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True, check=False).returncode:
        pytest.skip("no mount namespaces here")

    shown = subprocess.run(
        ["unshare", "-rm", "sh", "-c", f"{mount} && slabtop -o -s o"], capture_output=True, text=True, check=True
    ).stdout

    rows = [row.split() for row in slabinfo.read_text().splitlines()[2:]]
    active, objects = sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows)
    assert f": {active} / {objects} (" in shown.splitlines()[0]
    assert all(row[0] in shown for row in sorted(rows, key=lambda row: int(row[2]))[-3:])
