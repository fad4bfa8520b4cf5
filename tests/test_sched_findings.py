# SPDX-License-Identifier: GPL-2.0-only
"""Wrong uses of the scheduler's primitives: each is one finding, in Linux's words, that leads to the driver's line."""

import pytest

from tests.guest_session import kinds, run_modules

CASES = [
    ("sleep-locked", "sleep-in-atomic", "BUG: sleeping function called from invalid context at", "sleep_under_lock"),
    ("sleep-irqs-off", "sleep-in-atomic", "in_atomic(): 0, irqs_disabled(): 1, pid: 1", "sleep_with_irqs_off"),
    ("allocate-locked", "sleep-in-atomic", "in_atomic(): 1, irqs_disabled(): 0", "allocate_under_lock"),
    ("allocate-timer", "sleep-in-atomic", "in_atomic(): 1, irqs_disabled(): ", "allocating_function"),
    ("schedule-locked", "scheduling-while-atomic", "BUG: scheduling while atomic: ", "schedule_under_lock"),
    ("lock-twice", "spinlock", "BUG: spinlock recursion on CPU#0, ", "lock_twice"),
    ("unlock-unlocked", "spinlock", "BUG: spinlock already unlocked on CPU#0, ", "unlock_unlocked"),
    ("lock-uninitialized", "spinlock", "BUG: spinlock bad magic on CPU#0, ", "lock_uninitialized"),
    ("lock-softirq", "lock-inversion", "inconsistent lock state", "locking_function"),
    ("keep-lock", "preempt-imbalance", "with preempt_count 00000100, exited with 00000101?", "run_timer_softirq"),
    ("unlock-other", "mutex", "is unlocked by another than its owner, unlocker/", "unlocking_thread"),
    ("unlock-twice", "mutex", "is unlocked, but not locked", "unlock_mutex_twice"),
    ("enable-enabled", "irq", "Unbalanced enable for IRQ 4", "enable_enabled_irq"),
    ("free-irq-twice", "irq", "Trying to free already-free IRQ 5", "free_irq_twice"),
    ("arm-empty", "timer", "is armed, but has no function", "arm_without_function"),
    ("delete-within", "timer", "it waits for itself", "deleting_function"),
    ("queue-empty", "workqueue", "is queued, but was never initialized", "queue_uninitialized"),
    ("stop-ended", "kthread", "kthread_stop() of a thread that has ended", "stop_what_has_ended"),
]


@pytest.mark.parametrize(("what", "kind", "sentence", "function"), CASES)
def test_a_wrong_use_is_one_finding_that_leads_to_its_line(what, kind, sentence, function) -> None:
    result = run_modules("sched_misuse", options=[f"sched_misuse={what}"])

    assert kinds(result) == [kind]
    assert sentence in result.findings[0].sentence
    backtrace = result.findings[0].details["backtrace"]
    assert any(function in line and "firmware/" in line for line in backtrace), backtrace
    assert result.exit_code == 1


def test_a_machine_on_which_all_sleep_for_ever_ends_with_what_each_task_waits_for() -> None:
    result = run_modules("sched_misuse", options=["sched_misuse=crosswise"])

    assert result.exit_code == 3
    assert kinds(result) == ["deadlock"]
    details = result.findings[0].details
    ours, theirs = (next(rows for name, rows in details.items() if name.startswith(who)) for who in ("swap", "opp"))
    assert any("lock_crosswise" in row for row in ours)
    assert any("opposite_thread" in row for row in theirs)
    assert result.now_ns < 1_000_000_000
    assert "deadlock: all tasks sleep" in result.console


def test_a_completion_that_nobody_completes_is_a_deadlock() -> None:
    result = run_modules("sched_misuse", options=["sched_misuse=nobody"])

    assert result.exit_code == 3
    assert any("wait_for_nobody" in row for row in result.findings[0].details["swapper/1 (D)"])


def test_the_stack_of_a_thread_that_overflows_says_so() -> None:
    result = run_modules("sched_misuse", options=["sched_misuse=overflow"])

    assert result.exit_code == 3
    assert kinds(result) == ["kernel-oops"]
    assert "kernel stack overflow" in result.findings[0].sentence
    assert "comm: overflower" in result.console
