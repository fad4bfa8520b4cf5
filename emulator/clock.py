# SPDX-License-Identifier: GPL-2.0-only
"""Virtual time: one counter of nanoseconds and one queue of events.

Owns the order in which things happen. Never looks at the wall clock: whoever spends time (the CPU for blocks, the bus
for accesses) says so with `advance`, and the run loop calls `run_due` where events may happen.
"""

import heapq
from collections.abc import Callable


class Event:
    """Something that will happen at `deadline_ns`, unless it is cancelled before."""

    __slots__ = ("callback", "cancelled", "deadline_ns", "is_tick")

    def __init__(self, deadline_ns: int, callback: Callable[[], None], is_tick: bool = False) -> None:
        self.is_tick = is_tick
        self.deadline_ns = deadline_ns
        self.callback = callback
        self.cancelled = False

    def cancel(self) -> None:
        """Keep the event from happening; harmless where it has happened already."""
        self.cancelled = True


class Clock:
    """The machine's virtual time in nanoseconds since power-on."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.queue: list[tuple[int, int, Event]] = []  # a heap of (deadline_ns, number of the request, event)
        self._sequence = 0

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds pass without running events."""
        self.now_ns += ns

    def after(self, delay_ns: int, callback: Callable[[], None]) -> Event:
        """Call `callback` once `delay_ns` from now; of equal deadlines the one asked for first is first."""
        return self.at(self.now_ns + delay_ns, callback)

    def at(self, deadline_ns: int, callback: Callable[[], None], *, is_tick: bool = False) -> Event:
        """Call `callback` once at `deadline_ns`, or at the next `run_due` where that has passed.

        `is_tick` says that the event only tells the time, and will come again and again.
        """
        event = Event(deadline_ns, callback, is_tick)
        heapq.heappush(self.queue, (deadline_ns, self._sequence, event))
        self._sequence += 1
        return event

    def next_deadline(self) -> int | None:
        """Tell when the next event is due, or None where nothing will ever happen by itself."""
        queue = self.queue
        while queue and queue[0][2].cancelled:
            heapq.heappop(queue)
        return queue[0][0] if queue else None

    def next_news(self) -> int | None:
        """Tell when the next event is due that is no mere tick, or None."""
        return min(
            (due_ns for due_ns, _, event in self.queue if not event.cancelled and not event.is_tick), default=None
        )

    def run_due(self) -> None:
        """Run the events whose deadline has come, in order of (deadline, request).

        An event that asks for another one at once gets it at the next call: a device cannot keep the host here.
        """
        queue, last = self.queue, self._sequence
        waiting = []
        while queue and queue[0][0] <= self.now_ns:
            entry = heapq.heappop(queue)
            if entry[1] >= last:
                waiting.append(entry)
            elif not entry[2].cancelled:
                entry[2].cancelled = True
                entry[2].callback()
        for entry in waiting:
            heapq.heappush(queue, entry)
