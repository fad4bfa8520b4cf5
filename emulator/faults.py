# SPDX-License-Identifier: GPL-2.0-only
"""Faults of hardware on purpose: interrupts that are late, lost or doubled, DMA that is short, torn or late.

When a fault happens is decided as Linux's fault injection decides it (lib/fault-inject.c), by a generator of our own.
This module knows no device model: faults sit on a device's interrupt line and on its port to memory.
"""

from collections.abc import Callable
from typing import NamedTuple

from emulator.chance import Chance
from emulator.clock import Clock
from emulator.irq import IrqLine

_SPURIOUS_NS = 10_000
UNLIMITED = -1


class FaultAttr(NamedTuple):
    """When a fault happens: where `nth` is not 0 once, at that opportunity counted from 1; else as the rest says."""

    probability: int = 0  # percent
    interval: int = 1  # only each so many-th opportunity counts
    times: int = 1  # at most so often; UNLIMITED
    space: int = 0  # so much may pass before the first
    nth: int = 0


class DeviceFaults(NamedTuple):
    """Which faults a machine's devices have. Those that are late come `delay_ns` after their time."""

    seed: int = 0
    delay_ns: int = 1_000_000
    irq_late: FaultAttr = FaultAttr()
    irq_lost: FaultAttr = FaultAttr()
    irq_doubled: FaultAttr = FaultAttr()
    dma_short: FaultAttr = FaultAttr()
    dma_torn: FaultAttr = FaultAttr()
    dma_late: FaultAttr = FaultAttr()


IRQ_FAULTS = ("irq_lost", "irq_late", "irq_doubled")
DMA_FAULTS = ("dma_late", "dma_short", "dma_torn")


class FaultSource:
    """One kind of fault, with its opportunities counted. Source: lib/fault-inject.c: should_fail"""

    def __init__(self, attr: FaultAttr, chance: Chance) -> None:
        self.happened = 0
        self._attr, self._chance = attr, chance
        self._space, self._count, self._seen = attr.space, 0, 0

    def should_fail(self, size: int = 1) -> bool:
        """Decide about the next opportunity."""
        attr = self._attr
        self._seen += 1
        if attr.nth:
            return self._happen(self._seen == attr.nth)
        if not attr.probability or (attr.times != UNLIMITED and self.happened >= attr.times):
            return False
        if self._space > size:
            self._space -= size
            return False
        if attr.interval > 1:
            self._count += 1
            if self._count % attr.interval:
                return False
        return self._happen(self._chance.percent(attr.probability))

    def _happen(self, happens: bool) -> bool:
        self.happened += happens
        return happens


class FaultyParts:
    """The faults of one machine: made once, shared by its devices."""

    def __init__(self, config: DeviceFaults, clock: Clock) -> None:
        self._clock, self._delay_ns = clock, config.delay_ns
        chance = Chance(config.seed)
        self._sources = {name: FaultSource(getattr(config, name), chance) for name in IRQ_FAULTS + DMA_FAULTS}

    def happened(self) -> dict[str, int]:
        """Count what has happened, by kind."""
        return {name: source.happened for name, source in self._sources.items() if source.happened}

    def irq_line(self, line: IrqLine) -> IrqLine:
        """Give the line that a device is to drive in place of `line`."""
        return _FaultyIrq(self, line)

    def of_irq(self) -> str | None:
        """Decide what becomes of an interrupt that a device raises."""
        return self._next(IRQ_FAULTS, 1)

    def of_dma(self, length: int) -> str | None:
        """Decide what becomes of a write of `length` bytes."""
        return self._next(DMA_FAULTS, length)

    def after_delay(self, action: Callable[[], None]) -> None:
        """Do what is late."""
        self._clock.after(self._delay_ns, action)

    def after(self, delay_ns: int, action: Callable[[], None]) -> None:
        """Do something a little later."""
        self._clock.after(delay_ns, action)

    def _next(self, names: tuple[str, ...], size: int) -> str | None:
        return next((name for name in names if self._sources[name].should_fail(size)), None)


class _FaultyIrq(IrqLine):
    """One device's interrupt: what the device drives comes in, what the line is to see goes out."""

    __slots__ = ("_faults", "_line", "_raised", "_vector")

    def __init__(self, faults: FaultyParts, line: IrqLine) -> None:
        super().__init__(self._drive)
        self._faults, self._line = faults, line
        self._raised = 0  # counts assertions: what is late belongs to one of them
        self._vector = 0

    def request(self, vector: int = 0) -> None:
        """Raise the interrupt for one more cause."""
        self._vector = vector
        if self.level:
            self._raise()
        self.level = True

    def _drive(self, level: bool) -> None:
        if level:
            self._raise()
        else:
            self._line.level = False

    def _raise(self) -> None:
        self._raised += 1
        fault = self._faults.of_irq()
        if fault == "irq_lost":
            return
        if fault == "irq_late":
            raised, vector = self._raised, self._vector
            self._faults.after_delay(lambda: self._raise_late(raised, vector))
            return
        self._line.request(self._vector)
        if fault == "irq_doubled":
            self._faults.after_delay(self._raise_again)

    def _raise_late(self, raised: int, vector: int) -> None:
        if self.level and raised == self._raised:
            self._line.request(vector)

    def _raise_again(self) -> None:
        """Raise the line for a moment although the device has nothing to say."""
        if not self._line.level:
            self._line.level = True
            self._faults.after(_SPURIOUS_NS, self._fall)

    def _fall(self) -> None:
        if not self.level:
            self._line.level = False
