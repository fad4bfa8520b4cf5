# SPDX-License-Identifier: GPL-2.0-only
"""The 8259A pair: which interrupt the CPU is to take next.

Behaves as QEMU's: an edge once seen stays requested even if its line falls again; a level-triggered request goes
with its line, which is where spurious vectors come from.
"""

from collections.abc import Callable

from emulator.device import Device, Register

CASCADE = 2  # the master's input that the slave drives
_NONE = 8  # the priority of no request at all


class Pic(Device):
    """One 8259A. `output` is its INT pin; `changed` is called when the guest has touched a register."""

    widths = (1,)
    splits = True

    command = Register(0, width=1)
    data = Register(1, width=1)

    def __init__(self, changed: Callable[[], None], *, is_master: bool, level_capable: int) -> None:
        super().__init__()
        self._changed = changed
        self.is_master = is_master
        self.level_capable = level_capable  # inputs that ELCR may make level-triggered
        self.elcr = 0
        self.irr = 0
        self._lines = 0
        self._initialize()

    def read(self, offset: int, width: int) -> int:
        """Answer a read; one that polls is an acknowledge cycle."""
        value = super().read(offset, width)
        self._changed()
        return value

    def write(self, offset: int, width: int, value: int) -> None:
        """Take a command or initialization word."""
        super().write(offset, width, value)
        self._changed()

    def set_line(self, irq: int, *, level: bool) -> None:
        """Take a change of input `irq`."""
        bit = 1 << irq
        if level:
            if self.elcr & bit or not self._lines & bit:
                self.irr |= bit
            self._lines |= bit
        else:
            self._lines &= ~bit
            if self.elcr & bit:
                self.irr &= ~bit

    @property
    def output(self) -> bool:
        """Say whether an interrupt waits that may interrupt what is in service."""
        return self._best() is not None

    def acknowledge(self) -> int | None:
        """Take the best request into service and give its input; None where it has gone meanwhile."""
        irq = self._best()
        if irq is None:
            return None
        if not self._auto_eoi:
            self.isr |= 1 << irq
        elif self._rotate_on_auto_eoi:
            self._lowest_is(irq)
        if not self.elcr & 1 << irq:
            self.irr &= ~(1 << irq)
        return irq

    def _initialize(self) -> None:
        """Forget everything but ELCR and what level-triggered lines still ask for."""
        self.irr &= self.elcr
        self.isr = 0
        self.imr = 0
        self.vector_base = 0
        self._lines &= self.elcr
        self._first = 0  # the input with the highest priority
        self._init_step = 0  # the ICW awaited at the data port, 0 for none
        self._needs_icw4 = self._is_single = False
        self._auto_eoi = self._rotate_on_auto_eoi = False
        self._reads_isr = self._polls = False
        self._special_mask = self._special_fully_nested = False

    def _priority(self, requests: int) -> int:
        """Rank the most urgent of `requests`: 0 is highest, _NONE is none."""
        turned = (requests << 8 | requests) >> self._first & 0xFF
        return (turned & -turned).bit_length() - 1 if turned else _NONE

    def _best(self) -> int | None:
        priority = self._priority(self.irr & ~self.imr)
        serving = self.isr & ~self.imr if self._special_mask else self.isr
        if self._special_fully_nested and self.is_master:
            # The slave sorts its own: a better one of its inputs may interrupt a worse one.
            serving &= ~(1 << CASCADE)
        return priority + self._first & 7 if priority < self._priority(serving) else None

    def _lowest_is(self, irq: int) -> None:
        self._first = irq + 1 & 7

    @command.on_read
    def _read_command(self) -> int:
        if self._polls:
            return self._poll()
        return self.isr if self._reads_isr else self.irr

    @data.on_read
    def _read_data(self) -> int:
        return self._poll() if self._polls else self.imr

    def _poll(self) -> int:
        self._polls = False
        irq = self.acknowledge()
        return 0 if irq is None else 0x80 | irq

    @command.on_write
    def _write_command(self) -> None:
        value = self.command
        if value & 0x10:
            self._initialize()
            self._init_step = 2
            self._needs_icw4 = bool(value & 0x01)
            self._is_single = bool(value & 0x02)
        elif value & 0x08:
            self._ocw3(value)
        else:
            self._ocw2(value >> 5, value & 7)

    def _ocw3(self, value: int) -> None:
        if value & 0x04:
            self._polls = True
        if value & 0x02:
            self._reads_isr = bool(value & 0x01)
        if value & 0x40:
            self._special_mask = bool(value & 0x20)

    def _ocw2(self, operation: int, irq: int) -> None:
        """End interrupts (1, 3, 5, 7) and turn priorities (4-7); 0 and 4 are about automatic EOI."""
        if operation in (0, 4):
            self._rotate_on_auto_eoi = operation == 4
            return
        if operation in (1, 5):
            priority = self._priority(self.isr)
            if priority == _NONE:
                return
            irq = priority + self._first & 7
        if operation in (1, 3, 5, 7):
            self.isr &= ~(1 << irq)
        if operation in (5, 6, 7):
            self._lowest_is(irq)

    @data.on_write
    def _write_data(self) -> None:
        value = self.data
        if self._init_step == 0:
            self.imr = value
        elif self._init_step == 2:
            self.vector_base = value & 0xF8
            self._init_step = self._step_after(3 if not self._is_single else 4)
        elif self._init_step == 3:  # who is connected where is wired on a PC
            self._init_step = self._step_after(4)
        else:
            self._special_fully_nested = bool(value & 0x10)
            self._auto_eoi = bool(value & 0x02)
            self._init_step = 0

    def _step_after(self, step: int) -> int:
        return 0 if step == 4 and not self._needs_icw4 else step


class Elcr(Device):
    """The edge/level control registers: one bit for each input of the pair, 1 for level-triggered."""

    widths = (1,)
    splits = True

    master_bits = Register(0, width=1)
    slave_bits = Register(1, width=1)

    def __init__(self, master: Pic, slave: Pic) -> None:
        super().__init__()
        self._master = master
        self._slave = slave

    def make_level(self, irq: int) -> None:
        """Make input `irq`, 0-15, level-triggered, as the board's firmware would."""
        bits = (self.slave_bits << 8 | self.master_bits) | 1 << irq
        self.write(0, 2, bits)

    @master_bits.on_write
    def _set_master(self) -> None:
        self._master.elcr = self.master_bits = self.master_bits & self._master.level_capable

    @slave_bits.on_write
    def _set_slave(self) -> None:
        self._slave.elcr = self.slave_bits = self.slave_bits & self._slave.level_capable


class PicPair:
    """Master and slave as a PC wires them: inputs 0-7 and 8-15, the slave on the master's input 2."""

    def __init__(self) -> None:
        self.changed: Callable[[], None] = lambda: None  # called where the pair's INT pin may have changed
        # The timer, the keyboard, the cascade, the RTC and the coprocessor are edges for ever.
        self.master = Pic(self._update, is_master=True, level_capable=0xF8)
        self.slave = Pic(self._update, is_master=False, level_capable=0xDE)
        self.elcr = Elcr(self.master, self.slave)
        self.is_pending = False  # the INT pin of the pair

    def pending(self) -> bool:
        """Say whether the CPU's INTR pin is high."""
        return self.is_pending

    def acknowledge(self) -> int:
        """Answer the CPU's acknowledge cycle with a vector: a spurious 7 (of the pair: 15) where nothing is left."""
        irq = self.master.acknowledge()
        chip = self.master
        if irq == CASCADE:
            chip = self.slave
            irq = chip.acknowledge()
        self._update()
        return chip.vector_base + (7 if irq is None else irq)

    def set_line(self, irq: int, *, level: bool) -> None:
        """Take a change of input `irq`, 0-15."""
        if irq < 8:
            self.master.set_line(irq, level=level)
        else:
            self.slave.set_line(irq - 8, level=level)
        self._update()

    def _update(self) -> None:
        """Let what the inputs and registers say reach the INTR pin."""
        self.master.set_line(CASCADE, level=self.slave.output)
        self.is_pending = self.master.output
        self.changed()
