# SPDX-License-Identifier: GPL-2.0-only
"""The 8237A pair of a PC with its page registers: DMA for parts on the ISA bus, reaching 16 MiB.

The address counters have 16 bits and the page register above them does not count: channels 0-3 move bytes and wrap
inside 64 KiB, channels 5-7 move words and wrap inside 128 KiB. That is what the part does, and it is a finding.
Differs: no memory-to-memory transfers and no software requests (a PC cannot use the first, nothing uses the second).
"""

from collections.abc import Callable, Iterator
from enum import IntFlag

from emulator.device import Device, Register
from emulator.dma import Beyond, DmaPort, Reach
from emulator.errors import ConfigError

REACH = Reach(0xFF_FFFF, Beyond.DROP)  # of the bus, 24 lines
_PAGE_OFFSETS = {0x7: 0, 0x3: 1, 0x1: 2, 0x2: 3, 0xF: 4, 0xB: 5, 0x9: 6, 0xA: 7}  # from 0x80, to channel


class Mode(IntFlag):
    """A channel's mode register, without the channel number. The transfer type and the mode proper are numbers."""

    TYPE = 0x0C
    WRITE = 0x04  # device to memory
    READ = 0x08  # memory to device
    AUTO_INIT = 0x10
    DECREMENT = 0x20
    SCHEME = 0xC0
    CASCADE = 0xC0


class Command(IntFlag):
    """A controller's command register: what has an effect here."""

    DISABLE = 0x04


class Channel:
    """One channel, and the DMA of the device that is wired to its DREQ and DACK.

    `unit` is 1 byte or 2; addresses and counts of the registers are in units.
    """

    def __init__(self, number: int, may_run: Callable[[], bool]) -> None:
        self.number = number
        self.unit = 1 if number < 4 else 2
        self.page = 0
        self.base_address = self.base_count = 0
        self.address = self.count = 0
        self.mode = 0
        self.is_masked = True
        self.terminal_count = False  # since the status register was read
        self.ended = False  # TC was pulsed in the last transfer
        self._may_run = may_run
        self._port: DmaPort | None = None
        self._service: Callable[[], None] | None = None

    def attach(self, port: DmaPort) -> None:
        """Wire a device to the channel; its transfers go by `port`.

        Raises: ConfigError where another one is there.
        """
        if self._port is not None:
            raise ConfigError(f"isa: {port.name} wants DMA channel {self.number}, which {self._port.name} has")
        self._port = port

    @property
    def is_requested(self) -> bool:
        """Say whether the device holds DREQ without being served yet."""
        return self._service is not None

    def note(self, what: str) -> None:
        """Note where the driver is, which has just told the channel or its device something."""
        if self._port is not None:
            self._port.note(what)

    def request(self, service: Callable[[], None]) -> None:
        """Raise DREQ: call `service` as soon as the channel is unmasked and enabled, at once if it is."""
        self._service = service
        self.grant()

    def withdraw(self) -> None:
        """Drop DREQ."""
        self._service = None

    def grant(self) -> None:
        """Serve the request, if there is one and the guest lets the channel run."""
        if self._service is not None and self._can_run():
            service, self._service = self._service, None
            service()

    def transfer_to_device(self, length: int) -> bytes:
        """Move up to `length` bytes from memory to the device, to the terminal count at most.

        Raises: BusError where the bus aborts; bytes before that have moved.
        """
        port = self._port
        if port is None or not self._can_run():
            return b""
        if self.mode & Mode.TYPE == Mode.READ:
            return b"".join(self._ordered(port.read(phys, size)) for phys, size in self._runs(length))
        return self._mismatched(port, length, "the device waits for data")

    def transfer_from_device(self, data: bytes) -> int:
        """Move `data` from the device to memory, to the terminal count at most; give the bytes moved.

        Raises: BusError as `transfer_to_device`.
        """
        port = self._port
        if port is None or not self._can_run():
            return 0
        if self.mode & Mode.TYPE != Mode.WRITE:
            return len(self._mismatched(port, len(data), "the device sends data"))
        done = 0
        for phys, size in self._runs(len(data)):
            port.write(phys, self._ordered(data[done : done + size]))
            done += size
        return done

    def reload(self) -> None:
        """Go back to the base registers, as auto-initialization does."""
        self.address, self.count = self.base_address, self.base_count

    def _can_run(self) -> bool:
        return not self.is_masked and self._may_run() and self.mode & Mode.SCHEME != Mode.CASCADE

    def _mismatched(self, port: DmaPort, length: int, device_side: str) -> bytes:
        """Transfer in the controller's direction while the device goes the other way: nobody drives the data bus."""
        kind = self.mode & Mode.TYPE
        moved = 0
        for phys, size in self._runs(length):
            if kind == Mode.WRITE:
                port.write(phys, b"\xff" * size)
            elif kind == Mode.READ:
                port.read(phys, size)
            moved += size
        if kind and moved:
            sentence = f"DMA channel {self.number} is in mode {self.mode:#04x} while {device_side}"
            port.report("dma-direction", sentence, self._phys(self.base_address), None, moved)
        return b"\xff" * moved

    def _runs(self, length: int) -> Iterator[tuple[int, int]]:
        """Count through up to `length` bytes, yielding the (lowest phys, bytes) stretches that the counters make."""
        self.ended = False
        left = min(length // self.unit, self.count + 1)
        down = bool(self.mode & Mode.DECREMENT)
        self._report_crossing(left, down=down)
        while left:
            units = min(left, self.address + 1 if down else 0x10000 - self.address)
            lowest = self.address - units + 1 if down else self.address
            run = self._phys(lowest), units * self.unit
            self.address = self.address + (-units if down else units) & 0xFFFF
            self.count -= units
            left -= units
            yield run
        if self.count < 0:
            self._reach_terminal_count()

    def _reach_terminal_count(self) -> None:
        self.terminal_count = self.ended = True
        if self.mode & Mode.AUTO_INIT:
            self.reload()
        else:
            self.count = 0xFFFF
            self.is_masked = True

    def _ordered(self, data: bytes) -> bytes:
        """Turn bytes between the order of time and the order of addresses, unit by unit."""
        if not self.mode & Mode.DECREMENT:
            return data
        units = [data[at : at + self.unit] for at in range(0, len(data), self.unit)]
        return b"".join(reversed(units))

    def _phys(self, address: int) -> int:
        page = self.page if self.unit == 1 else self.page & 0xFE  # A16 comes from the word counter
        return page << 16 | address * self.unit

    def _report_crossing(self, units: int, *, down: bool) -> None:
        room = self.address + 1 if down else 0x10000 - self.address
        if units > room and self._port is not None:
            start, kib = self._phys(self.address), 64 * self.unit
            end = start + (-units if down else units) * self.unit
            sentence = (
                f"DMA of {units * self.unit} bytes from {start:#x} towards {end:#x} crosses a boundary of {kib} KiB: "
                f"channel {self.number} wraps to {self._phys(0xFFFF if down else 0):#x}"
            )
            self._port.report("dma-crosses-boundary", sentence, start, start, units * self.unit)


class Dma8237(Device):
    """One 8237A: channels `first` to `first` + 3. Its registers lie one unit of `spacing` apart."""

    widths = (1,)
    splits = True

    command = Register(0x8, Command, width=1, write_only=True)
    status = Register(0x8, width=1, read_only=True)
    request = Register(0x9, width=1, write_only=True)
    single_mask = Register(0xA, width=1, write_only=True)
    mode = Register(0xB, width=1, write_only=True)
    clear_flip_flop = Register(0xC, width=1, write_only=True)
    master_clear = Register(0xD, width=1, write_only=True)
    temporary = Register(0xD, width=1, read_only=True)
    clear_mask = Register(0xE, width=1, write_only=True)
    all_masks = Register(0xF, width=1)

    def __init__(self, first: int, spacing: int) -> None:
        super().__init__()
        self._spacing = spacing
        self._expects_high = False  # the flip-flop that sorts the two bytes of addresses and counts
        self.channels = tuple(Channel(first + index, self._is_enabled) for index in range(4))

    def read(self, offset: int, width: int) -> int:
        """Answer a read; the addresses between registers belong to the register below."""
        if width == 1 and offset // self._spacing < 8:
            channel = self.channels[offset // self._spacing >> 1]
            value = channel.count if offset // self._spacing & 1 else channel.address
            return value >> 8 if self._flip() else value & 0xFF
        return super().read(offset // self._spacing if width == 1 else offset, width)

    def write(self, offset: int, width: int, value: int) -> None:
        """Take a write."""
        number = offset // self._spacing
        if width != 1 or number >= 8:
            super().write(number if width == 1 else offset, width, value)
            return
        channel = self.channels[number >> 1]
        if number & 1:
            channel.base_count = channel.count = self._merge(channel.base_count, value)
        else:
            channel.base_address = channel.address = self._merge(channel.base_address, value)
            channel.note("programmed_at")

    def _is_enabled(self) -> bool:
        return Command.DISABLE not in self.command

    def _flip(self) -> bool:
        """Turn the flip-flop, and say whether it stood at the high byte."""
        self._expects_high = not self._expects_high
        return not self._expects_high

    def _merge(self, old: int, value: int) -> int:
        return old & 0x00FF | value << 8 if self._flip() else old & 0xFF00 | value

    @status.on_read
    def _read_status(self) -> int:
        value = sum(channel.terminal_count << index for index, channel in enumerate(self.channels))
        value |= sum(channel.is_requested << 4 + index for index, channel in enumerate(self.channels))
        for channel in self.channels:
            channel.terminal_count = False
        return value

    @command.on_write
    def _command_written(self) -> None:
        self._grant()

    @single_mask.on_write
    def _write_single_mask(self) -> None:
        self.channels[self.single_mask & 3].is_masked = bool(self.single_mask & 4)
        self._grant()

    @mode.on_write
    def _write_mode(self) -> None:
        self.channels[self.mode & 3].mode = self.mode & 0xFC
        self._grant()

    @clear_flip_flop.on_write
    def _reset_flip_flop(self) -> None:
        self._expects_high = False

    @master_clear.on_write
    def _reset(self) -> None:
        self.command = Command(0)
        self._expects_high = False
        for channel in self.channels:
            channel.is_masked = True
            channel.terminal_count = False

    @clear_mask.on_write
    def _unmask_all(self) -> None:
        self._mask(0)

    @all_masks.on_write
    def _write_all_masks(self) -> None:
        self._mask(self.all_masks)

    @all_masks.on_read
    def _read_all_masks(self) -> int:
        return 0xF0 | sum(channel.is_masked << index for index, channel in enumerate(self.channels))

    def _mask(self, mask: int) -> None:
        for index, channel in enumerate(self.channels):
            channel.is_masked = bool(mask >> index & 1)
        self._grant()

    def _grant(self) -> None:
        for channel in self.channels:
            channel.grant()


class PageRegisters:
    """The page registers, 0x80-0x8f: address bits 16-23 of each channel; the unused ones just remember."""

    def __init__(self, channels: tuple[Channel, ...]) -> None:
        self._channels = channels
        self._bytes = bytearray(16)

    def read(self, offset: int, width: int) -> int:
        """Give what was written."""
        return int.from_bytes(self._bytes[offset : offset + width], "little")

    def write(self, offset: int, width: int, value: int) -> None:
        """Set the page of the channel that the port belongs to."""
        for at, byte in enumerate(value.to_bytes(width, "little"), offset):
            self._bytes[at] = byte
            if at in _PAGE_OFFSETS:
                self._channels[_PAGE_OFFSETS[at]].page = byte
                self._channels[_PAGE_OFFSETS[at]].note("programmed_at")


class IsaDma:
    """The pair as a PC wires it: `low` with channels 0-3, `high` with 4-7, 4 being the cascade."""

    def __init__(self) -> None:
        self.low = Dma8237(first=0, spacing=1)
        self.high = Dma8237(first=4, spacing=2)
        self._channels = self.low.channels + self.high.channels
        self.pages = PageRegisters(self._channels)

    def attach(self, number: int, port: DmaPort) -> Channel:
        """Wire a device to channel `number`; its transfers go by `port`.

        Raises: ConfigError where another device has the channel.
        """
        channel = self._channels[number]
        channel.attach(port)
        return channel
