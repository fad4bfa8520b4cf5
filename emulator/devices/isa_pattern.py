# SPDX-License-Identifier: GPL-2.0-only
"""A simple part on the ISA bus: a 64 KiB buffer that moves by DMA channel 1 (bytes) or 5 (words), and IRQ 5.

Eight byte-wide registers from port 0x300 on; docs/isa_pattern.md is their reference:

    0  command     W   start a transfer, or 0x80: fill the buffer with a pattern
    1  status      RW  BUSY, DONE, TERMINAL_COUNT, ERROR; writing 1 to DONE clears all but BUSY and drops the IRQ
    2  length      RW  low byte; 0x0000 means 65536 bytes
    3  length      RW  high byte
    4  offset      RW  low byte: where in the buffer
    5  offset      RW  high byte
    6  data        RW  the buffer's byte at the offset, which moves on by one; a fill takes its seed from here
    7  id          R   0xD5
"""

from enum import IntFlag

from emulator.clock import Clock, Event
from emulator.device import Device, Register
from emulator.devices.isa_dma import Channel
from emulator.errors import BusError
from emulator.irq import IrqLine

BUFFER_BYTES = 1 << 16
NS_PER_UNIT = 1000  # a DMA cycle of the ISA bus, about: a byte on channel 1, a word on channel 5

_COUNTING = bytes(range(256)) * 2


class Command(IntFlag):
    """The command register. FILL stands alone."""

    START = 0x01
    TO_MEMORY = 0x02  # else from memory into the buffer
    WORDS = 0x04  # by channel 5, else by channel 1
    IRQ = 0x08  # when done
    ABORT = 0x40
    FILL = 0x80


class Status(IntFlag):
    """The status register."""

    BUSY = 0x01
    DONE = 0x02
    TERMINAL_COUNT = 0x04  # the controller's count ended with or before the device's
    ERROR = 0x08  # the controller moved less than `length`, or `length` was odd for words


class IsaPattern(Device):
    """The part. It takes NS_PER_UNIT for each unit, then moves all of them at once."""

    widths = (1,)
    splits = True

    command = Register(0, Command, width=1, write_only=True)
    status = Register(1, Status, width=1)
    length_low = Register(2, width=1)
    length_high = Register(3, width=1)
    offset_low = Register(4, width=1)
    offset_high = Register(5, width=1)
    data = Register(6, width=1)
    identification = Register(7, width=1, reset=0xD5, read_only=True)

    def __init__(self, clock: Clock, irq: IrqLine, channel8: Channel, channel16: Channel) -> None:
        super().__init__()
        self._clock = clock
        self._irq = irq
        self._channel8 = channel8
        self._channel16 = channel16
        self._buffer = bytearray(BUFFER_BYTES)
        self._active: tuple[Command, Channel, int, int] | None = None  # the command, by whom, offset, length
        self._timer: Event | None = None

    @status.store
    def _acknowledge(self, value: int) -> int:
        if not value & Status.DONE:
            return self.status
        self._irq.level = False
        return self.status & Status.BUSY

    @command.on_write
    def _run(self) -> None:
        if Command.ABORT in self.command:
            self._abort()
        elif Status.BUSY in self.status:
            return
        elif Command.FILL in self.command:
            self._fill(self.data)
        elif Command.START in self.command:
            self._start()

    @data.on_read
    def _read_data(self) -> int:
        return self._buffer[self._next_offset()]

    @data.on_write
    def _write_data(self) -> None:
        self._buffer[self._next_offset()] = self.data

    def _next_offset(self) -> int:
        offset = self._offset()
        following = (offset + 1) % BUFFER_BYTES
        self.offset_low, self.offset_high = following & 0xFF, following >> 8
        return offset

    def _offset(self) -> int:
        return self.offset_high << 8 | self.offset_low

    def _fill(self, seed: int) -> None:
        """Set byte i of the buffer to seed + i + i // 256, so that no two pages look alike."""
        for row in range(BUFFER_BYTES // 256):
            first = seed + row & 0xFF
            self._buffer[row * 256 : row * 256 + 256] = _COUNTING[first : first + 256]

    def _start(self) -> None:
        """Ask for the bus; the registers may change afterwards, this transfer does not."""
        self.status = Status.BUSY
        self._irq.level = False
        channel = self._channel16 if Command.WORDS in self.command else self._channel8
        length = self.length_high << 8 | self.length_low or BUFFER_BYTES
        self._active = self.command, channel, self._offset(), length
        channel.note("started_at")
        channel.request(self._granted)

    def _granted(self) -> None:
        if self._active is not None:
            _, channel, _, length = self._active
            self._timer = self._clock.after(length // channel.unit * NS_PER_UNIT, self._finish)

    def _finish(self) -> None:
        if self._active is None:
            return
        command, channel, offset, length = self._active
        self._active = None
        try:
            if Command.TO_MEMORY in command:
                moved = channel.transfer_from_device(_wrapped(self._buffer, offset, length))
            else:
                moved = self._store(offset, channel.transfer_to_device(length))
        except BusError:
            moved = 0
        self.status = Status.DONE
        if channel.ended:
            self.status |= Status.TERMINAL_COUNT
        if moved < length:
            self.status |= Status.ERROR
        if Command.IRQ in command:
            self._irq.level = True

    def _store(self, offset: int, data: bytes) -> int:
        head = min(len(data), BUFFER_BYTES - offset)
        self._buffer[offset : offset + head] = data[:head]
        self._buffer[: len(data) - head] = data[head:]
        return len(data)

    def _abort(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._active is not None:
            self._active[1].withdraw()
        self._active = None
        self._irq.level = False
        self.status = Status(0)


def _wrapped(buffer: bytearray, offset: int, length: int) -> bytes:
    """Take `length` bytes from `offset` on, beginning again at the buffer's end."""
    return bytes((buffer[offset:] + buffer[:offset])[:length])
