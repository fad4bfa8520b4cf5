# SPDX-License-Identifier: GPL-2.0-only
"""The 16550A UART: the console. Sending takes no time, as in QEMU; receiving waits for room, so nothing is lost."""

from collections import deque
from collections.abc import Callable
from enum import IntFlag

from emulator.clock import Clock, Event
from emulator.device import Device, Register
from emulator.irq import IrqLine

FIFO_BYTES = 16
_TRIGGER_BYTES = (1, 4, 8, 14)
_TIMEOUT_NS = 400_000  # four characters at 115200 baud, about


class Ier(IntFlag):
    """Interrupt enable."""

    RECEIVED = 0x01
    TRANSMIT_EMPTY = 0x02
    LINE_STATUS = 0x04
    MODEM_STATUS = 0x08


class Fcr(IntFlag):
    """FIFO control."""

    ENABLE = 0x01
    CLEAR_RECEIVE = 0x02
    CLEAR_TRANSMIT = 0x04
    TRIGGER = 0xC0


class Lcr(IntFlag):
    """Line control: only what has an effect here."""

    DLAB = 0x80


class Mcr(IntFlag):
    """Modem control."""

    DTR = 0x01
    RTS = 0x02
    OUT1 = 0x04
    OUT2 = 0x08
    LOOP = 0x10


class Lsr(IntFlag):
    """Line status."""

    DATA_READY = 0x01
    OVERRUN = 0x02
    PARITY = 0x04
    FRAMING = 0x08
    BREAK = 0x10
    THR_EMPTY = 0x20
    TRANSMITTER_EMPTY = 0x40


# Plain numbers, as LSR is polled for every character and flags are slow.
_DATA_READY = int(Lsr.DATA_READY)
_RECEIVE_ERRORS = int(Lsr.OVERRUN | Lsr.PARITY | Lsr.FRAMING | Lsr.BREAK)
_IDLE = int(Lsr.THR_EMPTY | Lsr.TRANSMITTER_EMPTY)
_CONNECTED = 0xB0  # the modem lines DCD, DSR and CTS are up


class Uart(Device):
    """A 16550A whose transmitted bytes go to `output`."""

    widths = (1,)
    splits = True

    rbr_thr = Register(0, width=1)  # with DLAB: divisor, low byte
    ier = Register(1, Ier, width=1)  # with DLAB: divisor, high byte
    iir = Register(2, width=1, read_only=True)
    fcr = Register(2, Fcr, width=1, write_only=True)
    lcr = Register(3, Lcr, width=1)
    mcr = Register(4, Mcr, width=1, writable=0x1F, reset=Mcr.OUT2)
    lsr = Register(5, width=1, read_only=True, reset=_IDLE)
    msr = Register(6, width=1, read_only=True, reset=_CONNECTED)
    scr = Register(7, width=1)

    def __init__(self, clock: Clock, irq: IrqLine, output: Callable[[int], None]) -> None:
        super().__init__()
        self.divisor = 12
        self._clock = clock
        self._irq = irq
        self._output = output
        self._waiting: deque[int] = deque()  # fed, not yet received
        self._received: deque[int] = deque()  # the receiver FIFO, or the one byte of RBR
        self._thr_interrupt = False
        self._timed_out = False
        self._timeout: Event | None = None
        self._control = 0  # the part of FCR that lasts
        self._has_dlab = False
        self._loops = False

    def feed(self, data: bytes) -> None:
        """Send `data` to the guest, as fast as it takes it."""
        self._waiting.extend(data)
        self._accept()

    @rbr_thr.on_read
    def _read_rbr(self) -> int:
        if self._has_dlab:
            return self.divisor & 0xFF
        byte = self._received.popleft() if self._received else 0
        self._timed_out = False
        self._accept()
        return byte

    @rbr_thr.on_write
    def _write_thr(self) -> None:
        value = self.rbr_thr
        if self._has_dlab:
            self.divisor = self.divisor & 0xFF00 | value
            return
        self._thr_interrupt = True  # sent already, so the register is empty again
        if self._loops:
            self._receive(value)
        else:
            self._output(value)
        self._update()

    @ier.store
    def _write_ier(self, value: int) -> int:
        old = int(self.ier)
        if self._has_dlab:
            self.divisor = self.divisor & 0xFF | value << 8
            return old
        if (value ^ old) & Ier.TRANSMIT_EMPTY:
            self._thr_interrupt = bool(value & Ier.TRANSMIT_EMPTY)
        return value & 0x0F

    @ier.on_write
    def _ier_written(self) -> None:
        self._update()

    @ier.on_read
    def _read_ier(self) -> int:
        return self.divisor >> 8 if self._has_dlab else self.ier

    @iir.on_read
    def _read_iir(self) -> int:
        value = self._identify()
        if value & 0x0F == 0x02:
            self._thr_interrupt = False
            self._update()
        return value

    @fcr.on_write
    def _write_fcr(self) -> None:
        value = int(self.fcr)
        switched = (value ^ self._control) & Fcr.ENABLE
        self._control = value & (Fcr.ENABLE | Fcr.TRIGGER)
        if switched or value & Fcr.CLEAR_RECEIVE:
            self._received.clear()
            self._timed_out = False
        if switched or value & Fcr.CLEAR_TRANSMIT:
            self._thr_interrupt = True
        self._accept()

    @lcr.on_write
    def _lcr_written(self) -> None:
        self._has_dlab = Lcr.DLAB in self.lcr

    @mcr.on_write
    def _mcr_written(self) -> None:
        self._loops = Mcr.LOOP in self.mcr
        self._accept()

    @lsr.on_read
    def _read_lsr(self) -> int:
        value = self.lsr
        if value != _IDLE:
            self.lsr = _IDLE
            self._update()
        return value | _DATA_READY if self._received else value

    @msr.on_read
    def _read_msr(self) -> int:
        if not self._loops:
            return self.msr
        mcr = int(self.mcr)  # RTS comes back as CTS, DTR as DSR, OUT1 as RI, OUT2 as DCD
        return (mcr & 0x0C) << 4 | (mcr & 0x02) << 3 | (mcr & 0x01) << 5

    def _capacity(self) -> int:
        return FIFO_BYTES if self._control & Fcr.ENABLE else 1

    def _accept(self) -> None:
        """Take what is waiting, as far as there is room."""
        if not self._loops:
            while self._waiting and len(self._received) < self._capacity():
                self._receive(self._waiting.popleft())
        self._update()

    def _receive(self, byte: int) -> None:
        if len(self._received) >= self._capacity():
            self.lsr |= int(Lsr.OVERRUN)
            if self._control & Fcr.ENABLE:
                return
            self._received.clear()  # without a FIFO the new byte overwrites the old one
        self._received.append(byte)
        if self._control & Fcr.ENABLE:
            if self._timeout is not None:
                self._timeout.cancel()
            self._timeout = self._clock.after(_TIMEOUT_NS, self._time_out)

    def _time_out(self) -> None:
        """Tell of bytes that wait below the trigger level, none having followed."""
        self._timed_out = bool(self._received)
        self._update()

    def _identify(self) -> int:
        """Give IIR: the most urgent cause that is enabled, or 1."""
        fifo = 0xC0 if self._control & Fcr.ENABLE else 0
        trigger = _TRIGGER_BYTES[self._control >> 6] if fifo else 1
        if Ier.LINE_STATUS in self.ier and self.lsr & _RECEIVE_ERRORS:
            cause = 0x06
        elif Ier.RECEIVED in self.ier and self._timed_out:
            cause = 0x0C
        elif Ier.RECEIVED in self.ier and len(self._received) >= trigger:
            cause = 0x04
        elif Ier.TRANSMIT_EMPTY in self.ier and self._thr_interrupt:
            cause = 0x02
        else:
            cause = 0x01
        return cause | fifo

    def _update(self) -> None:
        self._irq.level = bool(self.ier) and not self._identify() & 0x01
