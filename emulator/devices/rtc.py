# SPDX-License-Identifier: GPL-2.0-only
"""The MC146818 clock and its CMOS bytes, behind an index and a data port.

The date is virtual time counted from EPOCH, so every run starts on the same day. Alarm, update and periodic flags are
set whether or not their interrupts are enabled; all events exist only while somebody can see them.
"""

import time
from enum import IntFlag

from emulator.clock import Clock, Event
from emulator.device import Device, Register
from emulator.irq import IrqLine
from emulator.ram import Ram

EPOCH = 1_201_215_517  # 2008-01-24 22:58:37 UTC, the day of Linux 2.6.24
NS_PER_SECOND = 1_000_000_000
UPDATE_NS = 244_141  # UIP is up for the last of each second

SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM, WEEKDAY, DAY, MONTH, YEAR = range(10)
A, B, C, D = range(10, 14)
CENTURY = 0x32
_TIME = (SECONDS, MINUTES, HOURS, WEEKDAY, DAY, MONTH, YEAR, CENTURY)
_PM = 0x80


class RegisterB(IntFlag):
    """What the clock does."""

    HOURS_24 = 0x02
    BINARY = 0x04
    UPDATE_INTERRUPT = 0x10
    ALARM_INTERRUPT = 0x20
    PERIODIC_INTERRUPT = 0x40
    SET = 0x80


class RegisterC(IntFlag):
    """What has happened since the last look."""

    UPDATED = 0x10
    ALARM = 0x20
    PERIODIC = 0x40
    IRQ = 0x80


class Rtc(Device):
    """The clock at its two ports. `cmos` gives initial values for the bytes beyond the clock's own."""

    widths = (1,)
    splits = True

    index = Register(0, width=1, write_only=True)
    data = Register(1, width=1)

    def __init__(self, clock: Clock, irq: IrqLine, cmos: dict[int, int]) -> None:
        super().__init__()
        self._clock = clock
        self._irq = irq
        self._bytes = bytearray(128)
        for at, value in cmos.items():
            self._bytes[at] = value
        self._bytes[A] = 0x26
        self._bytes[B] = RegisterB.HOURS_24
        self._bytes[D] = 0x80  # the battery is good
        self._offset = EPOCH  # seconds; the date is this plus virtual time
        self._held = EPOCH  # the date while SET stops the clock
        self._seen_second = EPOCH  # up to where C has been read
        self._second: Event | None = None
        self._period: Event | None = None

    def now(self) -> int:
        """Give the date in seconds since 1970."""
        if self._bytes[B] & RegisterB.SET:
            return self._held
        return self._offset + self._clock.now_ns // NS_PER_SECOND

    @data.on_read
    def _read_data(self) -> int:
        at = self.index & 0x7F
        if at in _TIME:
            return self._encode(at, self.now())
        if at == A:
            into_second = self._clock.now_ns % NS_PER_SECOND
            updating = into_second >= NS_PER_SECOND - UPDATE_NS and not self._bytes[B] & RegisterB.SET
            return self._bytes[A] | (0x80 if updating else 0)
        if at == C:
            return self._take_flags()
        return self._bytes[at]

    @data.on_write
    def _write_data(self) -> None:
        at, value = self.index & 0x7F, self.data
        if at in _TIME:
            self._set_date(at, value)
        elif at == A:
            self._bytes[A] = value & 0x7F
            self._wait_for_period()
        elif at == B:
            self._write_b(value)
        elif at not in (C, D):
            self._bytes[at] = value

    def _write_b(self, value: int) -> None:
        now = self.now()
        was_set = self._bytes[B] & RegisterB.SET
        self._bytes[B] = value & ~RegisterB.UPDATE_INTERRUPT if value & RegisterB.SET else value
        if value & RegisterB.SET:
            self._held = now
        elif was_set:
            self._start_at(now)
        self._update_irq()
        self._wait_for_second()
        self._wait_for_period()

    def _start_at(self, date: int) -> None:
        self._held = date
        self._offset = date - self._clock.now_ns // NS_PER_SECOND
        self._seen_second = self._offset + self._clock.now_ns // NS_PER_SECOND

    def _take_flags(self) -> int:
        """Read C, which clears it."""
        now = self.now()
        updated = RegisterC.UPDATED if now != self._seen_second else 0
        self._seen_second = now
        value = self._bytes[C] | updated
        self._bytes[C] = 0
        self._irq.level = False
        return value

    def _raise(self, flags: int) -> None:
        self._bytes[C] |= flags
        self._update_irq()

    def _update_irq(self) -> None:
        # The enable bits of B lie where the flags of C do.
        if self._bytes[C] & self._bytes[B] & 0x70:
            self._bytes[C] |= RegisterC.IRQ
            self._irq.level = True
        else:
            self._bytes[C] &= ~RegisterC.IRQ
            self._irq.level = False

    def _wait_for_second(self) -> None:
        """Expect the next change of the date, if anybody wants to be interrupted by it."""
        if self._second is not None:
            self._second.cancel()
        enabled = self._bytes[B] & (RegisterB.UPDATE_INTERRUPT | RegisterB.ALARM_INTERRUPT)
        next_ns = (self._clock.now_ns // NS_PER_SECOND + 1) * NS_PER_SECOND
        self._second = self._clock.at(next_ns, self._tick) if enabled else None

    def _tick(self) -> None:
        now = self.now()
        alarm = ((SECONDS, SECONDS_ALARM), (MINUTES, MINUTES_ALARM), (HOURS, HOURS_ALARM))
        rings = all(self._bytes[at] >= 0xC0 or self._bytes[at] == self._encode(unit, now) for unit, at in alarm)
        if not self._bytes[B] & RegisterB.SET:
            self._seen_second = now
            self._raise(RegisterC.UPDATED | (RegisterC.ALARM if rings else 0))
        self._wait_for_second()

    def _wait_for_period(self) -> None:
        """Expect the next periodic interrupt, if enabled."""
        if self._period is not None:
            self._period.cancel()
        rate = self._bytes[A] & 0x0F
        if not rate or not self._bytes[B] & RegisterB.PERIODIC_INTERRUPT:
            self._period = None
            return
        cycles = 1 << (rate + 6 if rate <= 2 else rate - 1)  # of 32768 Hz
        number = self._clock.now_ns * 32768 // NS_PER_SECOND // cycles + 1
        self._period = self._clock.at(-(-number * cycles * NS_PER_SECOND // 32768), self._end_period)

    def _end_period(self) -> None:
        self._raise(RegisterC.PERIODIC)
        self._wait_for_period()

    def _encode(self, at: int, date: int) -> int:
        """Give one byte of `date` in the form that B asks for."""
        year, month, day, hour, minute, second, weekday = time.gmtime(date)[:7]
        values = {SECONDS: second, MINUTES: minute, HOURS: hour, WEEKDAY: (weekday + 1) % 7 + 1}
        values |= {DAY: day, MONTH: month, YEAR: year % 100, CENTURY: year // 100}
        if at != HOURS or self._bytes[B] & RegisterB.HOURS_24:
            return self._to_form(values[at])
        return self._to_form((hour + 11) % 12 + 1) | (_PM if hour >= 12 else 0)

    def _set_date(self, at: int, value: int) -> None:
        """Change one part of the date. The weekday follows from the rest."""
        from calendar import timegm  # costs more to load than a boot that only reads the date should pay

        year, month, day, hour, minute, second = time.gmtime(self.now())[:6]
        number = self._from_form(value)
        if at == HOURS and not self._bytes[B] & RegisterB.HOURS_24:
            number = self._from_form(value & ~_PM) % 12 + (12 if value & _PM else 0)
        parts = {YEAR: year % 100, CENTURY: year // 100, MONTH: month, DAY: day}
        parts |= {HOURS: hour, MINUTES: minute, SECONDS: second, at: number}
        # Out of range values carry into the next unit, and no year is too far for the host's calendar.
        months = (parts[CENTURY] % 100 * 100 + parts[YEAR] % 100) * 12 + max(parts[MONTH], 1) - 1
        date = timegm((max(months // 12, 1970), months % 12 + 1, 1, parts[HOURS], parts[MINUTES], parts[SECONDS]))
        self._start_at(date + (max(parts[DAY], 1) - 1) * 86_400)

    def _to_form(self, value: int) -> int:
        return value if self._bytes[B] & RegisterB.BINARY else value // 10 << 4 | value % 10

    def _from_form(self, value: int) -> int:
        return value if self._bytes[B] & RegisterB.BINARY else (value >> 4) * 10 + (value & 0x0F)


def memory_cmos(ram: Ram) -> dict[int, int]:
    """Tell firmware of the RAM in the CMOS bytes that a PC's setup keeps, as QEMU does."""
    low_end = max(bank.end for bank in ram.banks if bank.end <= 1 << 32)
    high = sum(bank.end - bank.start for bank in ram.banks if bank.start >= 1 << 32)
    extended = min((low_end - (1 << 20)) >> 10, 0xFFFF)  # KiB above 1 MiB
    above_16m = min(max(low_end - (16 << 20), 0) >> 16, 0xFFFF)  # 64 KiB units
    words = {0x15: 640, 0x17: extended, 0x30: extended, 0x34: above_16m, 0x5B: high >> 16}
    cmos = {at + half: value >> 8 * half & 0xFF for at, value in words.items() for half in (0, 1)}
    return cmos | {0x5D: high >> 32}
