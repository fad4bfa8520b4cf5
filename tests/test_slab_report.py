# SPDX-License-Identifier: GPL-2.0-only
"""A driver on a debugging kernel: what its slab allocator prints is a finding, with the lines of who was involved."""

import re
from pathlib import Path

import pytest

from dmalab.culprit import culprit_lines
from dmalab.lab import Lab
from dmalab.machine_spec import MachineSpec
from pykernel.layout.config import KernelConfig
from tests.test_drivers import CASES

DEBUG = MachineSpec(kernel=KernelConfig(debug_slab=True))
DRIVER = Path(__file__).parent / "kasan" / "red_zones.c"
LATE = DRIVER.with_name("late_write.c")
MARK = re.compile(r"/\* (slab-[\w-]+) \*/")


def marked() -> list[tuple[str, int]]:
    """List the classes that the driver promises, each with its line."""
    lines = enumerate(DRIVER.read_text().splitlines(), 1)
    return [(mark[1], number) for number, line in lines if (mark := MARK.search(line))]


def line_of(text: str) -> int:
    """Find the first line of the driver with a text."""
    return next(number for number, line in enumerate(DRIVER.read_text().splitlines(), 1) if text in line)


@pytest.fixture(scope="module")
def lab():
    """Give a laboratory after a run of the driver."""
    with Lab(DRIVER, spec=DEBUG) as lab:
        pass
    return lab


def test_each_damage_is_found_where_linux_finds_it(lab):
    found = [(finding.kind, culprit_lines(finding, DRIVER)) for finding in lab.findings]

    promised = [mark for mark in marked() if mark[0] != "slab-double-free"]
    assert [kind for kind, _ in found] == [kind for kind, _ in promised]
    assert all(line in lines for (_, lines), (_, line) in zip(found, promised, strict=True))


def test_the_words_are_those_of_linux_and_stand_in_the_log(lab):
    redzone, poison, destroyed = lab.findings

    assert redzone.sentence == (
        "slab error in verify_redzone_free(): cache `size-64': memory outside object was overwritten"
    )
    assert re.fullmatch(
        r"[0-9a-f]{16}: redzone 1:0xd84156c5635688c0, redzone 2:0x[0-9a-f]+\.", redzone.details["report"][0]
    )
    assert re.fullmatch(r"Slab corruption: size-64 start=[0-9a-f]{16}, len=64", poison.sentence)
    assert poison.details["report"][1].startswith("Last user: [<ffffffff8048")
    assert poison.details["report"][2].startswith("000: 6b 6b 6b 00 01 6b")
    assert destroyed.sentence.endswith("cache `red_zones': start of a freed object was overwritten")
    text = "\n".join(lab.log)
    assert all(finding.sentence in text for finding in lab.findings)


def test_who_had_the_object_before_is_named(lab):
    redzone, poison, _ = lab.findings

    assert f"red_zones.c:{line_of('/* the first */')})" in redzone.details["allocated_at"]
    assert f"red_zones.c:{line_of('/* too early */')})" in poison.details["freed_at"]
    assert "freed_at" not in redzone.details


def test_a_second_free_names_both():
    lab = Lab(DRIVER, spec=DEBUG, parameters=["twice=1"])
    lab.boot()

    finding = lab.findings[3]
    kind, line = marked()[-1]
    assert finding.kind == kind
    assert finding.sentence == "slab error in verify_redzone_free(): cache `size-64': double free detected"
    assert culprit_lines(finding, DRIVER) == [line, line - 1]


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.api == "6.1"][2:8], ids=lambda case: case.sources[0].stem
)
def test_a_right_driver_is_left_alone(case):
    with Lab(case.sources, parameters=case.parameters, spec=DEBUG) as lab:
        case.use(lab.user)

    assert [str(finding) for finding in lab.findings] == []
    assert lab.result.stop is None


def test_damage_that_nobody_came_across_is_found_when_the_driver_has_gone():
    with Lab(LATE, spec=DEBUG) as lab:
        pass

    found = {finding.kind: culprit_lines(finding, LATE) for finding in lab.findings}
    assert found == {"module-leak": [12], "slab-redzone": [12], "slab-poison": [15]}
