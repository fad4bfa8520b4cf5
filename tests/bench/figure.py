# SPDX-License-Identifier: GPL-2.0-only
"""What a measurement says, and how two things are timed against each other.

What else the host does only ever adds time. So rivals take turns in many short rounds, and of each the quickest counts.
"""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple


class Figure(NamedTuple):
    """One line of the table. `limit` is what the documentation promises; without one the figure is for information."""

    what: str
    measured: float
    unit: str
    limit: float | None = None
    at_least: bool = False  # the limit is the least, not the most

    @property
    def verdict(self) -> str:
        """Give "ok", "over", "under", or "" without a limit."""
        if self.limit is None:
            return ""
        if self.at_least:
            return "ok" if self.measured >= self.limit else "under"
        return "ok" if self.measured <= self.limit else "over"


def quickest(rivals: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Time each of `rivals`, in turn, `rounds` times; give the quickest of each, in seconds."""
    best = [float("inf")] * len(rivals)
    for _ in range(rounds):
        for index, rival in enumerate(rivals):
            start = perf_counter()
            rival()
            best[index] = min(best[index], perf_counter() - start)
    return best


class Stopwatch:
    """Takes the seconds between two checkpoints of one name, or NAME-begin and NAME-end; the quickest count."""

    def __init__(self) -> None:
        self.best: dict[str, float] = {}
        self._begun: dict[str, float] = {}

    def checkpoint(self, checkpoint: str) -> None:
        """Take the time."""
        now, name = perf_counter(), checkpoint.removesuffix("-begin").removesuffix("-end")
        if name in self._begun:
            self.best[name] = min(self.best.get(name, float("inf")), now - self._begun.pop(name))
        else:
            self._begun[name] = now
