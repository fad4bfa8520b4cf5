# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab audit`: silent on right kernels, and outspoken where something was planted in memory at a checkpoint."""

import json

import pytest

from dmalab import scenario, session
from dmalab.audit_command import audit_session, describe
from dmalab.cli import main
from dmalab.machine_spec import MachineSpec

SMALL = ["audit", "--scenario", "module-unload", "--ram", "16M"]


def test_a_right_run_has_no_violation_at_any_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(SMALL) == 0

    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[1] for line in lines[1:-2]]
    assert names == ["booted", "module-used", "module-unloaded", "cache_module", "done", "end"]
    assert lines[-1] == "module-unload: ok: no violation in 6 states of memory"
    assert max(map(len, lines)) <= 100


def test_json_tells_what_was_examined_and_is_the_same_each_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--json"]) == 0
    first = capsys.readouterr().out
    assert main([*SMALL, "--json"]) == 0

    assert capsys.readouterr().out == first
    document = json.loads(first)
    assert (document["schema"], document["ok"], document["stop"]) == ("dmalab.audit/1", True, None)
    used = next(each for each in document["checkpoints"] if each["name"] == "module-used")
    assert used["violations"] == []
    assert used["examined"]["pages"] == 4096
    assert used["examined"]["free_objects"] > used["examined"]["cached_objects"] > 0


def test_what_is_planted_at_a_checkpoint_is_found_there_and_told_with_place_and_values() -> None:
    chosen = scenario.find("module-unload")
    prepared = session.prepare(MachineSpec(ram=16 << 20), chosen)
    ram, statics = prepared.machine.ram, prepared.memory.statics

    def plant(name: str) -> None:
        if name == "module-used":
            ram.u64[statics["totalram_pages"] >> 3] += 1

    prepared.kernel.on_checkpoint(plant)
    _, checkpoints = audit_session(prepared)

    found = {each.name: [violation.rule for violation in each.audit.violations] for each in checkpoints}
    assert found["booted"] == []
    assert found["module-used"] == found["end"] == ["totalram"]
    line = describe(checkpoints[1].audit.violations[0])
    assert line.startswith("totalram: the pages that boot gave")
    assert f"(at {statics['totalram_pages']:#x}): expected " in line
