# SPDX-License-Identifier: GPL-2.0-only
"""What the guest's scheduler tells the host: primitives used in a wrong way, and a machine on which all tasks sleep."""

from collections.abc import Callable, Mapping

from emulator.clock import Clock
from emulator.finding import Finding, Findings, Json
from emulator.ram import Ram
from pykernel.errors import KernelBug
from pykernel.layout.layout import Layout
from pykernel.layout.strings import read_string
from pykernel.trapgate import Call

NEVER = (1 << 64) - 1
_DEPTH = 32
_SHOWN_FRAMES = 12
_PLACES = {"active-object": "started_at"}  # what a finding's place is: else where a lock was taken that is held


class Deadlock(KernelBug):
    """All tasks sleep, and nothing is pending that could wake one. `kind` and `details` are the finding's."""

    kind = "deadlock"

    def __init__(self, details: dict[str, Json]) -> None:
        super().__init__("deadlock: all tasks sleep, and nothing is pending that could wake one")
        self.details = details


class SchedCalls:
    """The calls of the guest's scheduler. `interrupt_pending` says whether the processor has one to take."""

    def __init__(
        self,
        ram: Ram,
        layout: Layout,
        clock: Clock,
        findings: Findings,
        backtrace: Callable[[int], list[int]],
        describe: Callable[[int], str],
        interrupt_pending: Callable[[], bool],
    ) -> None:
        self._ram, self._layout, self._clock, self._findings = ram, layout, clock, findings
        self._backtrace, self._describe, self._interrupt_pending = backtrace, describe, interrupt_pending
        kinds = layout.enum("sched_bug")
        self._kinds = {n: name.removeprefix("SCHED_BUG_").lower().replace("_", "-") for name, n in kinds.items()}
        self._reported: set[tuple[int, tuple[int, ...]]] = set()

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {
            "sched_bug": (self.sched_bug, 3),
            "all_asleep": (self.all_asleep, 0),
            "deadlock": (self.deadlock, 2),
            "delay": (self.delay, 1),
        }

    def sched_bug(self, bug: int, message: int, place: int) -> None:
        """Make a finding of what the guest found, with the `place` to blame; once for each way that leads there."""
        frames = self._backtrace(_DEPTH)
        key = bug, (place, *frames)
        if key in self._reported:
            return
        self._reported.add(key)
        kind = self._kinds.get(bug, "sched-bug")
        details: dict[str, Json] = {"backtrace": [self._describe(frame) for frame in frames]}
        if place:
            details[_PLACES.get(kind, "taken_at")] = self._describe(place)
        self._findings.report(Finding(kind, read_string(self._ram, message), self._clock.now_ns, details=details))

    def all_asleep(self) -> int:
        """Tell when something will happen that is no mere tick, or NEVER."""
        if self._interrupt_pending():
            return self._clock.now_ns
        due_ns = self._clock.next_news()
        return NEVER if due_ns is None else due_ns

    def delay(self, until_ns: int) -> None:
        """Let time pass for a loop that waits for it, yet no further than to the next event, which may interrupt."""
        due_ns = self._clock.next_deadline()
        end_ns = until_ns if due_ns is None else min(until_ns, due_ns)
        self._clock.advance(max(0, end_ns - self._clock.now_ns))

    def deadlock(self, init_task: int, current: int) -> None:
        """End the machine, with what each task waits for.

        Raises: Deadlock
        """
        from pykernel.tasks import read_tasks  # most runs need none of it

        details: dict[str, Json] = {}
        for task in read_tasks(self._ram, self._layout, init_task, current):
            frames = task.backtrace or self._backtrace(_DEPTH)
            details[f"{task.comm}/{task.pid} ({task.state})"] = [
                self._describe(frame) for frame in frames[:_SHOWN_FRAMES]
            ]
        raise Deadlock(details)
