# SPDX-License-Identifier: GPL-2.0-only
"""Code that was compiled as it is, the kernel's own included, under a shadow of memory that the processor looks at."""

import re

import pytest

from dmalab.lab import Lab
from dmalab.machine_spec import MachineSpec
from dmalab.scenario import SCENARIOS
from dmalab.session import run
from tests.test_kasan import FAULTS, RIGHT, marked

CHECKED = MachineSpec(heap_check=True)
TIMER = FAULTS.parent / "forgotten_timer.c"
OF_COMPILED_CODE = ("stack", "alloca", "scope", "global")  # what only the compiler can mark


def driver_line(finding) -> int:
    """Give the innermost line of the driver that leads to an access."""
    row = next(row for row in finding.details["backtrace"] if "faults.c" in row)
    return int(re.search(r":(\d+)\)$", row)[1])


def test_each_wrong_use_of_the_heap_is_found_at_its_line_and_nothing_else_is():
    with Lab(FAULTS, spec=CHECKED) as lab:
        pass

    heap = [(kind, line) for kind, line in marked(FAULTS) if not any(word in kind for word in OF_COMPILED_CODE)]
    assert [(finding.kind, driver_line(finding)) for finding in lab.findings] == heap
    assert len(heap) > 15


def test_the_kernel_touching_a_drivers_freed_memory_is_found_with_who_freed_it():
    with Lab(TIMER, spec=CHECKED) as lab:
        pass

    finding = lab.findings[0]
    assert finding.kind == "kasan-slab-use-after-free"
    assert "firmware/kernel/timer.c" in finding.details["backtrace"][0]
    assert "forgotten_timer.c:25" in finding.details["freed_at"][1]


def test_compiled_checks_alone_do_not_see_what_the_kernel_does():
    with Lab(TIMER, kasan=True) as lab:
        pass

    assert [finding.kind for finding in lab.findings] == []


def test_both_ways_of_checking_go_together():
    with Lab(FAULTS, spec=CHECKED, kasan=True) as lab:
        pass

    assert [(finding.kind, driver_line(finding)) for finding in lab.findings] == marked(FAULTS)


@pytest.mark.parametrize("name", ["edu_devm", "edu_dma", "edu_thread", "fifo", "reports"])
def test_a_right_driver_works_as_without_and_is_left_alone(name):
    case = RIGHT[name]

    with Lab(case.sources, kernel_api=case.api, parameters=case.parameters, spec=CHECKED) as lab:
        case.use(lab.user)

    assert [str(finding) for finding in lab.findings] == []
    assert lab.result.stop is None


def test_the_default_scenario_touches_nothing_that_it_must_not():
    result = run(CHECKED, SCENARIOS["default"], workload_path=None, trace_path=None)

    assert result.findings == []
    assert all(check.ok for check in result.checks)


def test_the_same_run_is_found_in_the_same_way_twice():
    first, second = Lab(FAULTS, spec=CHECKED), Lab(FAULTS, spec=CHECKED)
    for lab in (first, second):
        with lab:
            pass

    assert [str(each) for each in first.findings] == [str(each) for each in second.findings]
    assert first.result.trace_sha256 == second.result.trace_sha256
