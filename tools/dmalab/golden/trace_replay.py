# SPDX-License-Identifier: GPL-2.0-only
"""What the replays of all traces share: the lines in order, operations with their state at a difference, dumps."""

from abc import ABC, abstractmethod
from collections import deque
from typing import Any

from dmalab.golden import fields
from dmalab.golden.fields import Operations
from dmalab.golden.kernel import RecordedKernel
from dmalab.golden.reader import Recording
from dmalab.golden.replay import EndsHere, Mismatch, Tally, equal
from dmalab.golden.zone_state import populated_zones

_REMEMBERED = 5  # operations shown before a difference


class TraceReplay(ABC):
    """One replay of a recording that boots, and then has operations with dumps between them."""

    kernel: RecordedKernel

    def __init__(self, recording: Recording, tally: Tally) -> None:
        self.recording, self.tally = recording, tally
        self.ended = False  # whether the recording may end here
        self._recent: deque[str] = deque(maxlen=_REMEMBERED)
        self._last_dump = -1

    def run(self) -> None:
        """Replay to the end.

        Raises: Mismatch; EndsHere after the OOM killer; ConfigError where the recording breaks off or is out of order.
        """
        for line in self.recording:
            if isinstance(line, list):
                self.operation(line)
            elif isinstance(line, dict):
                self.dump(line)
            else:
                self.recording.fail(repr(line), "an operation or a dump")
        if not self.ended:
            self.recording.fail("the end of the file", 'the dump "end" (is the file truncated?)')

    def operation(self, line: list[Any]) -> None:
        """Perform one operation, and compare its result and what else happened.

        Raises: Mismatch, with the state around it; EndsHere
        """
        try:
            self.perform(line)
        except Mismatch as wrong:
            raise Mismatch(wrong.what, wrong.expected, wrong.got, self.around(line)) from None
        self._recent.append(str(line))
        self.tally.exact += 1

    @abstractmethod
    def perform(self, line: list[Any]) -> None:
        """Do what `operation` says, without the state. Raises: Mismatch; EndsHere"""

    def perform_one_of(self, table: Operations, line: list[Any]) -> None:
        """Perform an operation of the allocators.

        Raises: Mismatch; EndsHere; ConfigError where it is not in `table`.
        """
        found, arguments, expected = fields.operation(self.recording, table, line)
        if "oom" in expected.get("ev", ()):
            raise EndsHere("counted up to the first OOM event")
        found.perform(*arguments)
        equal("what else happened", expected, self.kernel.take_extra())

    @abstractmethod
    def dump(self, line: dict[str, Any]) -> None:
        """Compare a dump. Raises: Mismatch; ConfigError where it is not the dump to come next."""

    def place_of_dump(self, line: dict[str, Any]) -> Any:
        """Say where a dump stands. Its number counts the recorder's own steps, of which some were several operations.

        Raises: ConfigError where it is not the dump to come next.
        """
        where = line.get("i", f"after operation {self.tally.exact - 1}")
        if isinstance(where, int):
            if where <= self._last_dump:
                self.recording.fail(f"dump {where} after dump {self._last_dump}", "dumps in ascending order")
            self._last_dump = where
        return where

    def around(self, line: list[Any]) -> list[str]:
        """Describe the state at a difference: what came before, and what each zone has free."""
        lines = [f"before: {each}" for each in self._recent] + [f"here:   {line}"]
        return lines + [
            f"zone {state['z']}: free {state['free']}, per order {state['fa']}, per-CPU lists {state['pcp']}"
            for state in populated_zones(self.kernel.mm, self.kernel.online_cpus)
        ]
