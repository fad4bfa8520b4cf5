# SPDX-License-Identifier: GPL-2.0-only
"""The processor's local APIC: which interrupt comes next, of messages, its own timer and the 8259A pair behind it.

It starts as a PC's firmware leaves it, in virtual wire mode: disabled by software, the pair let through by LINT0.
Differs: LINT0 knows only ExtINT, of IPIs only those to the processor itself exist, and NMI, SMI and INIT are ignored.

Source: Intel SDM volume 3, chapter 10 (the advanced programmable interrupt controller)
"""

from emulator.clock import Clock, Event
from emulator.device import Device, Register
from emulator.devices.pic import PicPair

MIN_PERIOD_NS = 20_000  # a period of one tick must not keep the host busy with nothing else
BROADCAST = 0xFF

_MASKED = 1 << 16
_PERIODIC = 1 << 17
_EXT_INT = 7 << 8
_MODE = 7 << 8
_SOFTWARE_ENABLED = 1 << 8
_FIRST_VECTOR = 16  # those below are no interrupts' vectors
_FIXED, _LOWEST_PRIORITY = 0, 1
_SEND_ILLEGAL_VECTOR, _RECEIVE_ILLEGAL_VECTOR = 1 << 5, 1 << 6
_SHORTHAND_NONE, _SHORTHAND_SELF, _SHORTHAND_ALL = range(3)
_LVT_WRITABLE = 0x1_07FF
_BANKS = {0x100: "isr", 0x180: "tmr", 0x200: "irr"}


class Lapic(Device):
    """The registers at LAPIC_BASE, and the processor's INTR pin: `pending` and `acknowledge`."""

    identifier = Register(0x020, writable=0xFF00_0000)
    version = Register(0x030, reset=0x0005_0014, read_only=True)
    task_priority = Register(0x080, writable=0xFF)
    processor_priority = Register(0x0A0, read_only=True)
    end_of_interrupt = Register(0x0B0, write_only=True)
    logical_destination = Register(0x0D0, writable=0xFF00_0000)
    destination_format = Register(0x0E0, reset=0xFFFF_FFFF, writable=0xF000_0000)
    spurious_vector = Register(0x0F0, reset=0xFF, writable=0x1FF)
    error_status = Register(0x280)
    command_low = Register(0x300, writable=0x000C_CFFF)
    command_high = Register(0x310, writable=0xFF00_0000)
    lvt_timer = Register(0x320, reset=_MASKED, writable=0x7_00FF)
    lvt_thermal = Register(0x330, reset=_MASKED, writable=_LVT_WRITABLE)
    lvt_performance = Register(0x340, reset=_MASKED, writable=_LVT_WRITABLE)
    lvt_lint0 = Register(0x350, reset=_EXT_INT, writable=0x1_A7FF)
    lvt_lint1 = Register(0x360, reset=_MASKED, writable=0x1_A7FF)
    lvt_error = Register(0x370, reset=_MASKED, writable=0x1_00FF)
    initial_count = Register(0x380)
    current_count = Register(0x390, read_only=True)
    divide = Register(0x3E0, writable=0xB)

    def __init__(self, clock: Clock, pics: PicPair) -> None:
        super().__init__()
        self._clock = clock
        self._pics = pics
        self.irr = self.isr = self.tmr = 0  # one bit for each vector
        self._errors = 0  # since ESR was last written
        self._start_ns = 0  # of the count that runs
        self._timer: Event | None = None
        self._has_vector = False  # one that may interrupt the processor now
        self._passes_pics = True
        self.is_pending = False  # the processor's INTR pin
        pics.changed = self._drive_pin

    def pending(self) -> bool:
        """Say whether the processor's INTR pin is high."""
        return self.is_pending

    def _drive_pin(self) -> None:
        self.is_pending = self._has_vector or (self._passes_pics and self._pics.is_pending)

    def acknowledge(self) -> int:
        """Answer the processor's acknowledge cycle with a vector.

        What the pair asks for passes through: no priority holds it back, and it is never in service here.
        """
        if self._has_vector:
            vector = self.irr.bit_length() - 1
            self.irr &= ~(1 << vector)
            self.isr |= 1 << vector
            self._update()
            return vector
        if self._passes_pics and self._pics.is_pending:
            return self._pics.acknowledge()
        return self.spurious_vector & 0xFF

    def message(self, address: int, data: int) -> None:
        """Take a write to [LAPIC_BASE, LAPIC_BASE + 1 MiB) from a device: a message signalled interrupt."""
        destination, is_logical = address >> 12 & 0xFF, bool(address & 4)
        if self._is_for_us(destination, is_logical=is_logical) and data >> 8 & 7 in (_FIXED, _LOWEST_PRIORITY):
            self._accept(data & 0xFF)

    def read(self, offset: int, width: int) -> int:
        """Answer a read from the bus; of 256-bit registers, one word in four places each."""
        bank = _BANKS.get(offset & ~0x7F)
        if bank is None or width != 4 or offset & 0xF:
            return super().read(offset, width)
        vectors: int = getattr(self, bank)
        return vectors >> 32 * (offset >> 4 & 7) & 0xFFFF_FFFF

    def _is_for_us(self, destination: int, *, is_logical: bool) -> bool:
        if is_logical:
            return bool(self.logical_destination >> 24 & destination)
        return destination in (self.identifier >> 24, BROADCAST)

    def _accept(self, vector: int) -> None:
        """Take a request for `vector`."""
        if vector < _FIRST_VECTOR:
            self._report(_RECEIVE_ILLEGAL_VECTOR)
        elif self.spurious_vector & _SOFTWARE_ENABLED:
            self.irr |= 1 << vector
            self._update()

    def _report(self, error: int) -> None:
        is_new = not self._errors & error
        self._errors |= error
        if is_new and not self.lvt_error & _MASKED and self.lvt_error & 0xFF >= _FIRST_VECTOR:
            self._accept(self.lvt_error & 0xFF)

    @processor_priority.on_read
    def _priority(self) -> int:
        """Give what interrupts must beat: the task's priority, or the class of what is in service."""
        in_service = max(self.isr.bit_length() - 1, 0)
        task = self.task_priority
        return task if task >> 4 >= in_service >> 4 else in_service & 0xF0

    def _update(self) -> None:
        best = max(self.irr.bit_length() - 1, 0)
        is_enabled = bool(self.spurious_vector & _SOFTWARE_ENABLED)
        self._has_vector = is_enabled and best >> 4 > self._priority() >> 4
        self._passes_pics = self.lvt_lint0 & (_MASKED | _MODE) == _EXT_INT
        self._drive_pin()

    @task_priority.on_write
    def _set_task_priority(self) -> None:
        self._update()

    @end_of_interrupt.on_write
    def _end_interrupt(self) -> None:
        if self.isr:
            self.isr &= ~(1 << self.isr.bit_length() - 1)
            self._update()

    @spurious_vector.on_write
    def _set_enabled(self) -> None:
        self._update()

    @lvt_lint0.on_write
    def _set_lint0(self) -> None:
        self._update()

    @error_status.store
    def _latch_errors(self, value: int) -> int:
        latched, self._errors = self._errors, 0
        return latched

    @command_low.on_write
    def _send(self) -> None:
        """Send an interrupt to ourselves; there is nobody else."""
        command = self.command_low
        vector, mode, shorthand = command & 0xFF, command >> 8 & 7, command >> 18 & 3
        if shorthand == _SHORTHAND_NONE:
            ours = self._is_for_us(self.command_high >> 24, is_logical=bool(command & 1 << 11))
        else:
            ours = shorthand in (_SHORTHAND_SELF, _SHORTHAND_ALL)
        if not ours or mode not in (_FIXED, _LOWEST_PRIORITY):
            return
        if vector < _FIRST_VECTOR:
            self._report(_SEND_ILLEGAL_VECTOR)
        else:
            self._accept(vector)

    def _tick_ns(self) -> int:
        """Give the length of a tick: the bus clock's nanosecond times the divisor."""
        code = self.divide & 3 | self.divide >> 1 & 4
        return 1 << (code + 1 & 7)

    @initial_count.on_write
    def _start_timer(self) -> None:
        self._start_ns = self._clock.now_ns
        self._wait()

    @divide.on_write
    def _set_divisor(self) -> None:
        self._start_timer()

    @lvt_timer.on_write
    def _set_timer(self) -> None:
        self._wait()

    @current_count.on_read
    def _count(self) -> int:
        ticks = (self._clock.now_ns - self._start_ns) // self._tick_ns()
        if not self.initial_count:
            return 0
        if self.lvt_timer & _PERIODIC:
            return self.initial_count - ticks % self.initial_count
        return max(self.initial_count - ticks, 0)

    def _wait(self) -> None:
        """Expect the timer's next interrupt, if anybody wants it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        length_ns = self.initial_count * self._tick_ns()
        if not length_ns or self.lvt_timer & _MASKED:
            return
        elapsed_ns = self._clock.now_ns - self._start_ns
        if self.lvt_timer & _PERIODIC:
            period_ns = length_ns * -(-MIN_PERIOD_NS // length_ns)
            deadline_ns = self._start_ns + (elapsed_ns // period_ns + 1) * period_ns
            self._timer = self._clock.at(deadline_ns, self._expire, is_tick=True)
        elif elapsed_ns < length_ns:
            self._timer = self._clock.at(self._start_ns + length_ns, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._accept(self.lvt_timer & 0xFF)
        if self.lvt_timer & _PERIODIC:
            self._wait()
