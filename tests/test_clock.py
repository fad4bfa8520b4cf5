# SPDX-License-Identifier: GPL-2.0-only
"""Virtual time: order, cancelling, and events that make events."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.clock import Clock


@given(delays=st.lists(st.integers(0, 50), max_size=40), step=st.integers(1, 60))
def test_events_run_by_deadline_and_equal_deadlines_in_the_order_asked(delays: list[int], step: int) -> None:
    clock = Clock()
    ran: list[tuple[int, int]] = []
    for number, delay in enumerate(delays):
        clock.after(delay, lambda entry=(delay, number): ran.append(entry))  # type: ignore[misc]

    while clock.next_deadline() is not None:
        clock.advance(step)
        clock.run_due()

    assert ran == sorted((delay, number) for number, delay in enumerate(delays))


def test_a_cancelled_event_never_runs_and_is_no_deadline() -> None:
    clock = Clock()
    ran: list[str] = []
    event = clock.after(10, lambda: ran.append("cancelled"))
    clock.after(20, lambda: ran.append("kept"))

    event.cancel()

    assert clock.next_deadline() == 20
    clock.advance(30)
    clock.run_due()
    assert ran == ["kept"]
    assert clock.next_deadline() is None


def test_an_event_cancelled_by_an_earlier_one_of_the_same_time_does_not_run() -> None:
    clock = Clock()
    ran: list[str] = []
    clock.after(5, lambda: second.cancel())
    second = clock.after(5, lambda: ran.append("second"))

    clock.advance(5)
    clock.run_due()

    assert ran == []


def test_advancing_runs_nothing_by_itself() -> None:
    clock = Clock()
    ran: list[int] = []
    clock.after(5, lambda: ran.append(clock.now_ns))

    clock.advance(100)
    assert ran == []

    clock.run_due()
    assert ran == [100]


def test_an_event_that_asks_for_another_at_once_does_not_keep_the_host() -> None:
    clock = Clock()
    ran: list[int] = []

    def again() -> None:
        ran.append(clock.now_ns)
        clock.after(0, again)

    again()
    clock.run_due()
    clock.run_due()

    assert ran == [0, 0, 0]
    assert clock.next_deadline() == 0
