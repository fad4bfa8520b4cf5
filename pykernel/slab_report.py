# SPDX-License-Identifier: GPL-2.0-only
"""Findings of what a debugging slab allocator says: red zones and poison that somebody has written over.

The allocator prints in Linux's words; what it prints is kept for a while, and becomes the finding's.
"""

from collections import deque
from collections.abc import Callable

from emulator.clock import Clock
from emulator.finding import Finding, Findings, Json
from pykernel.layout.address import virt_to_phys

_DEPTH = 32
_KEPT_LINES = 64
_FIRST_WORDS = ("slab error in ", "Slab corruption: ")  # of a report's first line


class SlabReports:
    """Makes the findings of one kernel. `backtrace(depth)` is the current call's, `describe(address)` names code."""

    def __init__(
        self,
        clock: Clock,
        findings: Findings,
        printk: Callable[[str], None],
        backtrace: Callable[[int], list[int]],
        describe: Callable[[int], str],
    ) -> None:
        self._clock, self._findings, self._printk = clock, findings, printk
        self._backtrace, self._describe = backtrace, describe
        self._printed: deque[str] = deque(maxlen=_KEPT_LINES)

    def printk(self, line: str) -> None:
        """Print a line, and keep it."""
        self._printed.append(line)
        self._printk(line)

    def complain(self, kind: str, objp: int, size: int, user: int, was_free: bool) -> None:
        """Report what has just been printed of an object, whose last user was `user`, or nobody knows if that is 0."""
        lines: list[str] = []
        for line in reversed(self._printed):
            lines.insert(0, line)
            if line.startswith(_FIRST_WORDS):
                break
        details: dict[str, Json] = {"backtrace": [self._describe(each) for each in self._backtrace(_DEPTH)]}
        if user:
            details["freed_at" if was_free else "allocated_at"] = self._describe(user)
        if lines[1:]:
            details["report"] = lines[1:]
        phys = virt_to_phys(objp)
        self._findings.report(Finding(kind, lines[0], self._clock.now_ns, phys=phys, length=size, details=details))
