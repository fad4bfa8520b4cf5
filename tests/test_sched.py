# SPDX-License-Identifier: GPL-2.0-only
"""The guest's scheduler: tasks, what they wait for, and what runs between them."""

import pytest

from tests.guest_session import run_modules


def test_every_primitive_does_what_linux_s_does_and_right_uses_are_no_finding() -> None:
    result = run_modules("sched_test")

    assert result.exit_code == 0, result.console
    assert result.console.count("sched_test: ") == 11
    assert not result.findings


def test_tasks_that_have_ended_leave_no_memory_behind() -> None:
    once, twice = (run_modules(*["sched_test"] * times, options=["sched_test=threads"]) for times in (1, 2))

    assert [zone.pages for zone in once.zones] == [zone.pages for zone in twice.zones]


@pytest.mark.parametrize("by", ["intx", "msi"])
@pytest.mark.parametrize("what", ["use", "disabled", "shared", "threaded", "oneshot"])
def test_interrupts_by_line_and_by_message_are_handled_alike(what: str, by: str) -> None:
    result = run_modules("irq_test", options=[f"irq_test={what}", by])

    assert result.exit_code == 0, result.console
    assert f"irq_test: irq {24 if by == 'msi' else 11}: 0" in result.console
