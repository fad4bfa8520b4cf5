# SPDX-License-Identifier: GPL-2.0-only
"""The main job, end to end: boot, run a scenario, and say what came of it."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dmalab import session
from dmalab.cli import main
from dmalab.machine_spec import LimitsSpec, MachineSpec
from dmalab.result import Result
from dmalab.scenario import SCENARIOS, Scenario
from emulator.memmap import MIB

ROOT = Path(__file__).resolve().parent.parent
MAX_RSS_64G = 1.3 * (1 << 30)  # bytes


@cache
def run(name: str) -> Result:
    """Run a shipped scenario once for all tests."""
    scenario = SCENARIOS[name]
    spec = MachineSpec(ram=scenario.ram or MachineSpec().ram)
    return session.run(spec, scenario, workload_path=None, trace_path=None)


def misbehave(what: str, **spec: Any) -> Result:
    """Run a guest that does what it must not."""
    scenario = Scenario("misbehave", "", ("misbehave",), options=(f"misbehave={what}",))
    return session.run(MachineSpec(**spec), scenario, workload_path=None, trace_path=None)


def in_process(*arguments: str) -> tuple[int, dict[str, Any], int]:
    """Run `dmalab boot --json` in a process of its own: exit code, JSON, peak memory in bytes."""
    code = (
        "import resource, sys; from dmalab.cli import main; code = main(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "boot", "--json", *arguments],
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, json.loads(done.stdout), int(done.stderr.split()[-1]) * 1024


def test_the_default_scenario_ends_well() -> None:
    result = run("default")

    assert result.stop is None
    assert list(result.findings) == []
    assert result.exit_code == 0
    assert [check.ok for check in result.checks] == [True]


def test_the_boot_log_is_linuxs() -> None:
    log = run("default").console

    for line in ("BIOS-provided physical RAM map:", "Zone PFN ranges:", "Built 1 zonelists", "Memory: ", "PCI: "):
        assert line in log
    assert log.startswith("[    0.000")


def test_both_devices_move_data_both_ways_through_mappings() -> None:
    transfers = run("default").transfers

    seen = {(each.device, each.to_device, each.mapping) for each in transfers}
    assert {("0000:00:04.0", way, kind) for way in (True, False) for kind in ("single", "coherent")} <= seen
    assert {("isa_pattern", True, "single"), ("isa_pattern", False, "single")} <= seen
    assert all(each.is_ok and each.result == 0 for each in transfers)
    streaming = [each for each in transfers if each.mapping == "single"]
    assert all(each.zone == "DMA" and each.owner.endswith("(DMA)") for each in streaming)


def test_every_dma_cache_is_proved_for_every_device_with_several_slabs() -> None:
    reach = run("default").reach

    caches = {row.cache for row in reach}
    sizes = [1 << shift for shift in range(5, 23)] + [96, 192]
    assert caches <= {f"size-{size}(DMA)" for size in sizes}
    assert len(caches) == 19
    assert len(reach) == 2 * len(caches)
    assert all(row.is_ok for row in reach)
    assert all(row.slabs >= 3 for row in reach if row.cache in {"size-32(DMA)", "size-4096(DMA)", "size-131072(DMA)"})


def test_the_census_accounts_for_every_page() -> None:
    zones = run("default").zones

    assert [zone.zone for zone in zones] == ["DMA", "DMA32"]
    assert all(sum(zone.pages.values()) == zone.end - zone.start for zone in zones)
    assert sum(zone.end - zone.start for zone in zones) == 128 * MIB >> 12


def test_the_workload_is_repeated_without_loss() -> None:
    result = run("default")

    assert result.workload["operations"] > 1000
    assert f"workload: {result.workload['operations']} operations" in result.console
    assert ", 0 failed, 0 refused" in result.console


def test_two_runs_give_the_same_bytes(capsys: pytest.CaptureFixture[str]) -> None:
    outputs = []
    for _ in range(2):
        assert main(["boot", "--json"]) == 0
        outputs.append(capsys.readouterr().out)

    assert outputs[0] == outputs[1]


def test_text_and_json_tell_of_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    main(["boot", "--json"])
    document = json.loads(capsys.readouterr().out)
    main(["boot"])
    text = capsys.readouterr().out

    assert text.rstrip().endswith(document["trace_sha256"][:12])
    assert text.startswith("\n".join(document["log"]))


@pytest.mark.parametrize("ram", ["16M", "32M", "64M", "1G", "5G"])
def test_machines_of_all_sizes_boot_and_pass(ram: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boot", "--json", "--ram", ram]) == 0

    document = json.loads(capsys.readouterr().out)
    assert all(row["ok"] for row in document["reach"])
    assert sum(zone["present_pages"] for zone in document["zones"]) > 0


def test_64_gib_boot_within_bounds_of_memory() -> None:
    code, document, peak = in_process("--ram", "64G")

    assert code == 0
    assert document["zones"][-1]["zone"] == "Normal"
    assert peak < MAX_RSS_64G


def test_unloading_a_module_leaves_the_pages_as_they_were() -> None:
    result = run("module-unload")

    assert result.exit_code == 0
    assert result.checks[0].sentence == "all 32768 pages are what they were before"


def test_a_cache_with_a_live_object_is_not_destroyed_and_the_object_is_named() -> None:
    result = run("module-unload-busy")

    assert result.exit_code == 1
    (finding,) = result.findings
    assert finding.kind == "slab-destroy-refused"
    assert "slab error in kmem_cache_destroy(): cache `module_record': Can't free all objects" in result.console
    assert finding.details["count"] == 1
    assert "(firmware/modules/cache_module.c:" in finding.details["objects"][0]
    assert "cache_module_exit" in finding.details["destroyed_at"]


def source_line(path: str, needle: str) -> int:
    """Find the only line of a source file that contains `needle`."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if needle in line]
    return number


def test_a_forgotten_gfp_dma_is_told_with_object_line_and_victim() -> None:
    result = run("beyond-reach")

    driver = "firmware/drivers/edu_forgetful.c"
    line = source_line(driver, "/* here GFP_DMA is missing */")
    assert result.exit_code == 1
    assert {finding.kind for finding in result.findings} == {"dma-beyond-reach"}
    finding = result.findings[0]
    assert finding.dma_addr is not None
    assert finding.dma_addr > 0xFFF_FFFF
    assert finding.phys == finding.dma_addr & 0xFFF_FFFF
    assert finding.details["missing_flag"] == "GFP_DMA"
    assert finding.details["allocated_at"].endswith(f"({driver}:{line})")
    assert "of cache size-1024" in finding.details["memory"]
    assert "in zone DMA32" in finding.details["memory"]
    assert any(f"({driver}:" in place for place in finding.details["mapped_at"])
    assert finding.details["hit"].startswith(f"{finding.phys:#x}: ")


def test_a_strict_machine_stops_at_its_first_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "strict.toml"
    path.write_text('ram = "512M"\npolicy = "strict"\n')

    assert main(["boot", "--json", "--scenario", "beyond-reach", "--machine", str(path)]) == 1

    document = json.loads(capsys.readouterr().out)
    assert len(document["findings"]) == 1
    assert document["stop"] is None


def test_a_device_moved_by_the_machine_file_works(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "moved.toml"
    path.write_text('[[device]]\ntype = "edu"\nslot = 9\n[[device]]\ntype = "isa_pattern"\nport = 0x2e0\nirq = 7\n')

    assert main(["boot", "--json", "--machine", str(path)]) == 0

    devices = {each["device"] for each in json.loads(capsys.readouterr().out)["transfers"]}
    assert devices == {"0000:00:09.0", "isa_pattern"}


@pytest.mark.parametrize("options", ["debug_slab = true", "hugetlb = false"])
def test_kernels_of_other_configurations_boot_and_pass(
    options: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "kernel.toml"
    path.write_text(f"[kernel]\n{options}\n")

    code = main(["boot", "--machine", str(path)])

    assert code == 0, capsys.readouterr().out


def test_without_zone_dma_there_are_no_dma_caches(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "kernel.toml"
    path.write_text("[kernel]\nzone_dma = false\n")

    main(["boot", "--json", "--machine", str(path)])

    document = json.loads(capsys.readouterr().out)
    assert document["stop"] is None
    assert document["reach"] == []
    assert "DMA" not in [zone["zone"] for zone in document["zones"]]


@pytest.mark.parametrize(
    ("what", "reason", "function"),
    [
        ("null", "NULL pointer dereference at 0000000000000008", "null_pointer"),
        ("stack", "kernel stack overflow", "blow_stack"),
        ("panic", "as asked", "panic"),
    ],
)
def test_a_guest_that_cannot_go_on_ends_with_its_backtrace(what: str, reason: str, function: str) -> None:
    result = misbehave(what)

    assert result.exit_code == 3
    assert result.stop is not None
    assert reason in result.stop.reason
    assert any(line.startswith(function) for line in result.stop.backtrace)
    assert any("(firmware/modules/misbehave.c:" in line for line in result.stop.backtrace)
    assert result.stop.last_events


def test_a_guest_that_spins_for_ever_is_ended_by_its_budget() -> None:
    result = misbehave("spin", limits=LimitsSpec(max_blocks=3_000_000))

    assert result.exit_code == 3
    assert result.stop is not None
    assert "budget" in result.stop.reason
    assert any(line.startswith("spin") for line in result.stop.backtrace)


def test_transfers_that_are_not_kept_are_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("dmalab.transfers.KEPT_TRANSFERS", 3)

    assert main(["boot"]) == 0
    text = capsys.readouterr().out
    assert main(["boot", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert "\nand 7 more, not shown\n" in text
    assert "default: ok: 10 transfers, 0 findings" in text
    assert (len(document["transfers"]), document["dropped_transfers"]) == (3, 7)


def test_a_trace_is_written_as_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.jsonl"

    assert main(["boot", "--scenario", "module-unload", "--trace", str(path)]) == 0

    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert {"Access", "Trap"} <= {event["event"] for event in events}
    times = [event["now_ns"] for event in events]
    assert times == sorted(times)


def test_a_trace_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "loop").symlink_to("loop")  # known only when it is written

    for path in (tmp_path / "no" / "trace.jsonl", tmp_path, tmp_path / "loop"):
        assert main(["boot", "--scenario", "module-unload", "--trace", str(path)]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_a_workload_for_a_scenario_without_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["boot", "--scenario", "module-unload", "--workload", "x.csv"]) == 2

    assert "--workload: found x.csv, expected none" in capsys.readouterr().err


def test_a_workload_of_the_users_is_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "seq,t_us,cpu,ctx,op,id,req,alloc,gfp,cache,order,mt,zone,off,site,flag\n"
        "0,0,0,,kmalloc,1,100,128,GFP_KERNEL|GFP_DMA,kmalloc-128,,,,,,\n"
        "1,0,0,,kfree,1,,,,,,,,,,\n"
    )

    assert main(["boot", "--json", "--workload", str(path)]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["workload"]["operations"] == 2
