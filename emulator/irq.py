# SPDX-License-Identifier: GPL-2.0-only
"""Interrupt lines: a level that somebody drives and somebody else is told of. Knows no controller and no device."""

from collections.abc import Callable


class IrqLine:
    """One wire. Its driver sets `level`; `sink` is called with the new level at each change."""

    __slots__ = ("_level", "_sink")

    def __init__(self, sink: Callable[[bool], None]) -> None:
        self._sink = sink
        self._level = False

    @property
    def level(self) -> bool:
        """The level that the driver holds the line at."""
        return self._level

    @level.setter
    def level(self, level: bool) -> None:
        if level != self._level:
            self._level = level
            self._sink(level)

    def request(self, vector: int = 0) -> None:
        """Raise the line for one more cause. Where interrupts are messages, that is a message even if it is high.

        `vector` is the message's number among those of the device; a line has but one level for all.
        """
        self.level = True


class WiredOr:
    """A line with several drivers: high while any of them holds it high, as PCI's INTx is (there active low)."""

    def __init__(self, sink: Callable[[bool], None]) -> None:
        self._output = IrqLine(sink)
        self._raised = 0

    def driver(self) -> IrqLine:
        """Connect one more driver and give it its end of the wire."""
        return IrqLine(self._drive)

    def _drive(self, level: bool) -> None:
        self._raised += 1 if level else -1
        self._output.level = self._raised > 0
