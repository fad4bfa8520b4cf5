# SPDX-License-Identifier: GPL-2.0-only
"""The 8254 timer: three counters on virtual time; channel 0 interrupts, channel 2 is gated by port 0x61.

Nothing counts: a counter is the time since it was loaded. Differs from the part, as QEMU does: a new count is loaded
at once and not at the end of the period, and counting is binary even where BCD is asked for.
"""

from emulator.clock import Clock, Event
from emulator.device import Device, Register
from emulator.irq import IrqLine

HZ = 1_193_182
NS_PER_SECOND = 1_000_000_000
MIN_INTERRUPT_TICKS = 24  # about 20 us: a period of one tick must not keep the host busy with nothing else

_LSB, _MSB, _WORD = 1, 2, 3
_ONE_SHOT, _RETRIGGERABLE, _RATE, _SQUARE, _STROBE, _TRIGGERED_STROBE = range(6)


class Channel:
    """One counter. `output` is its OUT pin, `gate` its GATE pin."""

    def __init__(self, clock: Clock, *, gate: bool) -> None:
        self._clock = clock
        self.mode = _SQUARE
        self.access = _WORD
        self.bcd = False
        self.count = 0x10000
        self._start_ns = 0
        self._gate = gate
        self._held_ticks: int | None = None  # what had been counted when the gate stopped the counter
        self._write_latch: int | None = None  # the low byte of a word whose high byte is awaited
        self._read_high = False
        self._count_latch: list[int] = []  # bytes still to be read
        self._status_latch: int | None = None

    @property
    def gate(self) -> bool:
        """The GATE pin: stops modes 0 and 4, starts the others anew when it rises."""
        return self._gate

    @gate.setter
    def gate(self, gate: bool) -> None:
        if gate == self._gate:
            return
        ticks = self.ticks()
        self._gate = gate
        if self.mode not in (_ONE_SHOT, _STROBE):
            if gate:
                self._start_ns = self._clock.now_ns
        elif gate:
            self._start_ns = self._clock.now_ns - _ticks_to_ns(ticks)
            self._held_ticks = None
        else:
            self._held_ticks = ticks

    def ticks(self) -> int:
        """Count the clock pulses since the counter was loaded."""
        if self._held_ticks is not None:
            return self._held_ticks
        return (self._clock.now_ns - self._start_ns) * HZ // NS_PER_SECOND

    def value(self) -> int:
        """Give what the counter stands at."""
        ticks = self.ticks()
        if self.mode == _RATE:
            return self.count - ticks % self.count & 0xFFFF
        if self.mode == _SQUARE:
            return self.count - 2 * ticks % self.count & 0xFFFF
        return self.count - ticks & 0xFFFF

    def output(self) -> bool:
        """Say whether OUT is high."""
        ticks = self.ticks()
        if self.mode == _ONE_SHOT:
            return ticks >= self.count
        if self.mode == _RETRIGGERABLE:
            return ticks >= self.count or not self._gate
        if self.mode == _RATE:
            return ticks % self.count != self.count - 1
        if self.mode == _SQUARE:
            return ticks % self.count < (self.count + 1) // 2
        return ticks != self.count

    def next_rise_ns(self) -> int | None:
        """Tell when OUT rises next, or None where it does not by itself."""
        if self.mode in (_RATE, _SQUARE):
            period = self.count * -(-MIN_INTERRUPT_TICKS // self.count)
            ticks = (self.ticks() // period + 1) * period
        elif self.mode in (_ONE_SHOT, _STROBE) and self.ticks() < self.count and self._held_ticks is None:
            ticks = self.count
        else:
            return None
        return self._start_ns + _ticks_to_ns(ticks)

    def control(self, access: int, mode: int, *, bcd: bool) -> None:
        """Take a control word's programming of this counter."""
        self.access = access
        self.mode = mode if mode < 6 else mode - 4
        self.bcd = bcd
        self._write_latch = None
        self._read_high = False

    def write(self, value: int) -> bool:
        """Take a byte of a new count, and say whether that completed it."""
        if self.access == _WORD and self._write_latch is None:
            self._write_latch = value
            return False
        low = self._write_latch or 0
        self._write_latch = None
        self.count = (value if self.access == _LSB else value << 8 | low) or 0x10000
        self._start_ns = self._clock.now_ns
        self._held_ticks = None if self._gate or self.mode not in (_ONE_SHOT, _STROBE) else 0
        return True

    def read(self) -> int:
        """Give the next byte: of the latched status, of the latched count, or of the count as it stands."""
        if self._status_latch is not None:
            status, self._status_latch = self._status_latch, None
            return status
        if self._count_latch:
            return self._count_latch.pop(0)
        value = self.value()
        high = self.access == _MSB or (self.access == _WORD and self._read_high)
        self._read_high = self.access == _WORD and not self._read_high
        return value >> 8 if high else value & 0xFF

    def latch_count(self) -> None:
        """Keep the count for reading; a count latched already stays."""
        if not self._count_latch:
            value = self.value()
            self._count_latch = [part for bit, part in ((1, value & 0xFF), (2, value >> 8)) if self.access & bit]

    def latch_status(self) -> None:
        """Keep OUT and the programming for reading; a status latched already stays."""
        if self._status_latch is None:
            self._status_latch = self.output() << 7 | self.access << 4 | self.mode << 1 | self.bcd


class Pit(Device):
    """The 8254 at its four ports. `irq` is the line that channel 0's OUT drives."""

    widths = (1,)
    splits = True

    counter0 = Register(0, width=1)
    counter1 = Register(1, width=1)
    counter2 = Register(2, width=1)
    control = Register(3, width=1, write_only=True)

    def __init__(self, clock: Clock, irq: IrqLine) -> None:
        super().__init__()
        self._clock = clock
        self._irq = irq
        self._timer: Event | None = None
        self.channels = (Channel(clock, gate=True), Channel(clock, gate=True), Channel(clock, gate=False))

    @counter0.on_write
    def _write_counter0(self) -> None:
        if self.channels[0].write(self.counter0):
            self._irq.level = False
            self._wait()

    @counter1.on_write
    def _write_counter1(self) -> None:
        self.channels[1].write(self.counter1)

    @counter2.on_write
    def _write_counter2(self) -> None:
        self.channels[2].write(self.counter2)

    @counter0.on_read
    def _read_counter0(self) -> int:
        return self.channels[0].read()

    @counter1.on_read
    def _read_counter1(self) -> int:
        return self.channels[1].read()

    @counter2.on_read
    def _read_counter2(self) -> int:
        return self.channels[2].read()

    @control.on_write
    def _control(self) -> None:
        value = self.control
        number, access = value >> 6, value >> 4 & 3
        if number == 3:
            self._read_back(value)
        elif access == 0:
            self.channels[number].latch_count()
        else:
            self.channels[number].control(access, value >> 1 & 7, bcd=bool(value & 1))
            if number == 0:
                self._stop()

    def _read_back(self, value: int) -> None:
        for number, channel in enumerate(self.channels):
            if value & 2 << number:
                if not value & 0x20:
                    channel.latch_count()
                if not value & 0x10:
                    channel.latch_status()

    def _stop(self) -> None:
        """Expect nothing of channel 0 until a count is loaded."""
        self._irq.level = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        """Expect the next rise of channel 0's OUT."""
        if self._timer is not None:
            self._timer.cancel()
        rise_ns = self.channels[0].next_rise_ns()
        is_tick = self.channels[0].mode in (_RATE, _SQUARE)
        self._timer = None if rise_ns is None else self._clock.at(rise_ns, self._rise, is_tick=is_tick)

    def _rise(self) -> None:
        # Nobody sees how long OUT was low: the controller takes the edge.
        self._irq.level = False
        self._irq.level = True
        self._wait()


class PortB(Device):
    """Port 0x61: the gate of channel 2 (bit 0), the speaker (1), a bit that toggles with refresh (4), OUT 2 (5)."""

    widths = (1,)
    splits = True

    status = Register(0, width=1, writable=0x03)

    _REFRESH_NS = 15_085

    def __init__(self, clock: Clock, channel2: Channel) -> None:
        super().__init__()
        self._clock = clock
        self._channel2 = channel2

    @status.on_write
    def _set_gate(self) -> None:
        self._channel2.gate = bool(self.status & 1)

    @status.on_read
    def _read_status(self) -> int:
        refresh = self._clock.now_ns // self._REFRESH_NS & 1
        return self.status | refresh << 4 | self._channel2.output() << 5


def _ticks_to_ns(ticks: int) -> int:
    """Convert to the first nanosecond at which `ticks` pulses have come."""
    return -(-ticks * NS_PER_SECOND // HZ)
