# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's educational PCI device: identification, liveness, factorial, interrupts, and DMA with a limited reach.

Behaves as QEMU's latest does. Differs: the factorial takes virtual time (a nanosecond a multiplication) instead of a
host thread's, and a transfer that does not fit the device's buffer is a finding besides being skipped.
"""

from enum import IntFlag

from emulator.clock import Clock
from emulator.device import Device, Register
from emulator.devices.pci import Identity
from emulator.dma import Beyond, DmaPort, Reach
from emulator.errors import BusError
from emulator.irq import IrqLine

IDENTITY = Identity(0x1234, 0x11E8, class_code=0x00FF00, revision=0x10, interrupt_pin=1)
BAR_BYTES = 1 << 20
REACH = Reach((1 << 28) - 1, Beyond.WRAP)  # QEMU's property dma_mask, unless the board says otherwise
BUFFER_START = 0x40000  # device addresses, for DMA only
BUFFER_BYTES = 4096
TRANSFER_NS = 100_000_000
_FACTORIAL_START_NS = 1000
_FACTORIAL_ZERO_FROM = 34  # 34! is the first divisible by 2**32


class Status(IntFlag):
    """The status register."""

    COMPUTING = 0x01
    IRQ_FACTORIAL = 0x80


class Interrupt(IntFlag):
    """Causes in the interrupt status register; the guest can raise any others itself."""

    FACTORIAL = 0x001
    DMA = 0x100


class DmaCommand(IntFlag):
    """The DMA command register."""

    RUN = 0x1
    FROM_DEVICE = 0x2
    IRQ = 0x4


class Edu(Device):
    """The registers of BAR 0. Below 0x80 they answer to 4 bytes only, from there on to 4 and 8."""

    widths = (4, 8)

    identification = Register(0x00, reset=0x0100_00ED, read_only=True)
    liveness = Register(0x04)
    factorial = Register(0x08)
    status = Register(0x20, Status, writable=Status.IRQ_FACTORIAL)
    interrupt_status = Register(0x24, read_only=True)
    interrupt_raise = Register(0x60, write_only=True)
    interrupt_acknowledge = Register(0x64, write_only=True)
    dma_source = Register(0x80, width=8, widths=(4, 8))
    dma_destination = Register(0x88, width=8, widths=(4, 8))
    dma_count = Register(0x90, width=8, widths=(4, 8))
    dma_command = Register(0x98, DmaCommand, width=8, widths=(4, 8))

    def __init__(self, clock: Clock, irq: IrqLine, dma: DmaPort) -> None:
        super().__init__()
        self._clock = clock
        self._irq = irq
        self._dma = dma
        self._buffer = bytearray(BUFFER_BYTES)

    @liveness.store
    def _complement(self, value: int) -> int:
        return ~value

    @factorial.store
    def _start_factorial(self, value: int) -> int:
        if Status.COMPUTING in self.status:
            return self.factorial
        self.status |= Status.COMPUTING
        self._clock.after(_FACTORIAL_START_NS + value, self._finish_factorial)
        return value

    def _finish_factorial(self) -> None:
        product = 1 if self.factorial < _FACTORIAL_ZERO_FROM else 0
        for factor in range(2, min(self.factorial + 1, _FACTORIAL_ZERO_FROM)):
            product = product * factor & 0xFFFF_FFFF
        self.factorial = product
        self.status &= ~Status.COMPUTING
        if Status.IRQ_FACTORIAL in self.status:
            self._raise(Interrupt.FACTORIAL)

    @interrupt_raise.on_write
    def _raise_asked(self) -> None:
        self._raise(self.interrupt_raise)

    @interrupt_acknowledge.on_write
    def _acknowledge(self) -> None:
        self.interrupt_status &= ~self.interrupt_acknowledge
        if not self.interrupt_status:
            self._irq.level = False

    def _raise(self, causes: int) -> None:
        self.interrupt_status |= causes
        if self.interrupt_status:
            self._irq.request()

    @dma_source.store
    def _set_source(self, value: int) -> int:
        return self.dma_source if DmaCommand.RUN in self.dma_command else value

    @dma_destination.store
    def _set_destination(self, value: int) -> int:
        return self.dma_destination if DmaCommand.RUN in self.dma_command else value

    @dma_count.store
    def _set_count(self, value: int) -> int:
        return self.dma_count if DmaCommand.RUN in self.dma_command else value

    @dma_command.store
    def _start_dma(self, value: int) -> int:
        if DmaCommand.RUN in self.dma_command or not value & DmaCommand.RUN:
            return self.dma_command
        self._dma.note()
        self._clock.after(TRANSFER_NS, self._finish_dma)
        return value

    def _finish_dma(self) -> None:
        try:
            if DmaCommand.FROM_DEVICE in self.dma_command:
                self._write_ram()
            else:
                self._read_ram()
        except BusError:
            pass  # reported by the port; the device has no way to tell, and completes as if nothing had been
        self.dma_command &= ~DmaCommand.RUN
        if DmaCommand.IRQ in self.dma_command:
            self._raise(Interrupt.DMA)

    def _read_ram(self) -> None:
        start = self._buffer_offset(self.dma_destination, dma_addr=self.dma_source)
        if start is not None:
            self._buffer[start : start + self.dma_count] = self._dma.read(self.dma_source, self.dma_count)

    def _write_ram(self) -> None:
        start = self._buffer_offset(self.dma_source, dma_addr=self.dma_destination)
        if start is not None:
            self._dma.write(self.dma_destination, bytes(self._buffer[start : start + self.dma_count]))

    def _buffer_offset(self, device_addr: int, dma_addr: int) -> int | None:
        """Place a transfer in the buffer; None, and a finding, where it does not fit."""
        start, count = device_addr - BUFFER_START, self.dma_count
        if start >= 0 and start + count <= BUFFER_BYTES:
            return start
        sentence = (
            f"DMA of {count} bytes at device address {device_addr:#x} is outside of the device's buffer "
            f"({BUFFER_START:#x}-{BUFFER_START + BUFFER_BYTES - 1:#x}): nothing was transferred"
        )
        self._dma.report("dma-device-range", sentence, dma_addr, None, count)
        return None
