# SPDX-License-Identifier: GPL-2.0-only
"""PCI: configuration mechanism #1, the host bridge, and the configuration space of functions (header type 0).

Owns addresses, decoding, bus mastering and interrupt routing of functions; what lies behind a BAR is the device's own
affair. The board's interrupt routing is fixed where QEMU's firmware would put it.
"""

from collections.abc import Callable
from enum import IntFlag
from typing import NamedTuple

from emulator import memmap
from emulator.bus import AddressSpace, Bus, Range, Target
from emulator.devices import msix
from emulator.errors import ConfigError
from emulator.irq import IrqLine

VENDOR_ID, DEVICE_ID, COMMAND, STATUS, REVISION, CLASS = 0x00, 0x02, 0x04, 0x06, 0x08, 0x09
CACHE_LINE, BAR0, SUBSYSTEM_VENDOR_ID, SUBSYSTEM_ID = 0x0C, 0x10, 0x2C, 0x2E
CAPABILITIES, INTERRUPT_LINE, INTERRUPT_PIN = 0x34, 0x3C, 0x3D
_CONFIG_BYTES = 256
_MSI_ID = 0x05
MSI = 0x40  # where the capability lies; then its control, address (64 bits) and data
_MSI_CONTROL, _MSI_ADDRESS, _MSI_DATA = MSI + 2, MSI + 4, MSI + 12
_MSI_ENABLE, _MSI_64BIT = 0x0001, 0x0080
_MSIX_ID = 0x11
MSIX = 0x50  # behind it: control, where the table is, where the pending bits are
_MSIX_CONTROL, _MSIX_TABLE, _MSIX_PENDING = MSIX + 2, MSIX + 4, MSIX + 8
_MSIX_ENABLE, _MSIX_MASK_ALL = 0x8000, 0x4000
_ENABLE = 1 << 31
_BAR_IO = 0x1
_PIRQS = (memmap.PCI_INTA_IRQ, memmap.PCI_INTB_IRQ, memmap.PCI_INTC_IRQ, memmap.PCI_INTD_IRQ)


class Command(IntFlag):
    """The command register."""

    IO = 0x001
    MEMORY = 0x002
    MASTER = 0x004
    SERR = 0x100
    INTX_DISABLE = 0x400


class Status(IntFlag):
    """The status register: what has an effect here."""

    INTERRUPT = 0x0008
    CAPABILITIES = 0x0010


class Bar(NamedTuple):
    """A base address register: `size` bytes (a power of two) of memory or I/O ports with `target` behind them."""

    size: int
    target: Target
    is_io: bool = False


class Identity(NamedTuple):
    """What a function says of itself."""

    vendor_id: int
    device_id: int
    class_code: int  # 24 bits: base class, subclass, interface
    revision: int
    interrupt_pin: int = 0  # 1 for INTA, 0 for none


def bus_id(devfn: int) -> str:
    """Name a function as Linux does: domain, bus, device, function."""
    return f"0000:00:{devfn >> 3:02x}.{devfn & 7}"


def route(devfn: int, interrupt_pin: int) -> int:
    """Tell which input of the interrupt controllers a function's pin is wired to.

    The pins turn by one with each slot, as on QEMU's i440FX board: slot 1's INTA is PIRQ A.
    """
    return _PIRQS[(devfn >> 3) + interrupt_pin - 2 & 3]


class PciInterrupt(IrqLine):
    """A function's interrupt as its device drives it: INTx, or a message for each request."""

    __slots__ = ("_notify", "vector")

    def __init__(self, sink: Callable[[bool], None], notify: Callable[[], None]) -> None:
        super().__init__(sink)
        self._notify = notify
        self.vector = 0  # of the request that was last

    def request(self, vector: int = 0) -> None:
        """Raise the interrupt for one more cause."""
        self.vector = vector
        if self.level:
            self._notify()
        self.level = True


class PciFunction:
    """A function's configuration space, and what follows from it: decoding, bus mastering, interrupts.

    `irq` is its driver on the wired-OR line that `route` names, `send(name, address, data)` its way to send messages;
    `redirected(name)` hears that the guest has said where they go.
    """

    def __init__(
        self,
        devfn: int,
        identity: Identity,
        irq: IrqLine | None = None,
        send: Callable[[str, int, int], None] | None = None,
        redirected: Callable[[str], None] = lambda name: None,
    ) -> None:
        self.devfn = devfn
        self.name = bus_id(devfn)
        self.interrupt = PciInterrupt(self._drive, self._notify)  # what the device asks for
        self._irq = irq
        self._send = send
        self._redirected = redirected
        self._msix: msix.MsixTable | None = None
        self._bars: list[tuple[int, Bar]] = []  # (offset in configuration space, BAR)
        self._placed: dict[int, tuple[int, AddressSpace, Range]] = {}
        self._bus: Bus | None = None
        self._config = bytearray(_CONFIG_BYTES)
        self._writable = bytearray(_CONFIG_BYTES)
        self._define(VENDOR_ID, 2, identity.vendor_id)
        self._define(DEVICE_ID, 2, identity.device_id)
        commands = Command.IO | Command.MEMORY | Command.MASTER | Command.SERR | Command.INTX_DISABLE
        self._define(COMMAND, 2, 0, writable=commands)
        self._define(REVISION, 1, identity.revision)
        self._define(CLASS, 3, identity.class_code)
        self._define(CACHE_LINE, 1, 0, writable=0xFF)
        self._define(SUBSYSTEM_VENDOR_ID, 2, 0x1AF4)  # QEMU's, for what has none of its own
        self._define(SUBSYSTEM_ID, 2, 0x1100)
        if identity.interrupt_pin:
            self._define(INTERRUPT_LINE, 1, route(devfn, identity.interrupt_pin), writable=0xFF)
            self._define(INTERRUPT_PIN, 1, identity.interrupt_pin)

    @property
    def command(self) -> int:
        """The command register."""
        return self._get(COMMAND, 2)

    def is_bus_master(self) -> bool:
        """Say whether the guest lets the function drive the bus."""
        return bool(self._config[COMMAND] & Command.MASTER)

    def add_bar(self, bar: Bar) -> None:
        """Give the function its next BAR; it answers nowhere until the guest has placed and enabled it."""
        offset = BAR0 + 4 * len(self._bars)
        self._bars.append((offset, bar))
        low_bits = 0x3 if bar.is_io else 0xF
        self._define(offset, 4, _BAR_IO if bar.is_io else 0, writable=0xFFFF_FFFF & ~(bar.size - 1) & ~low_bits)

    def memory_ranges(self) -> list[tuple[int, int]]:
        """Give first and last address of every memory BAR that the guest has placed, decoding or not."""
        placed = [(self._get(offset, 4) & -bar.size, bar.size) for offset, bar in self._bars if not bar.is_io]
        return [(start, start + size - 1) for start, size in placed if start]

    def add_msi(self) -> None:
        """Give the function the capability to send one message, to a 64-bit address, instead of INTx."""
        self._add_capability(MSI, _MSI_ID)
        self._define(_MSI_CONTROL, 2, _MSI_64BIT, writable=_MSI_ENABLE)
        self._define(_MSI_ADDRESS, 8, 0, writable=(1 << 64) - 4)
        self._define(_MSI_DATA, 2, 0, writable=0xFFFF)

    def add_msix(self, vectors: int) -> None:
        """Give the function the capability to send so many different messages; its next BAR is their table."""
        bar = len(self._bars)
        self._msix = msix.MsixTable(vectors, self._send_message, lambda: self._redirected(self.name))
        self.add_bar(Bar(msix.BYTES, self._msix))
        self._add_capability(MSIX, _MSIX_ID)
        self._define(_MSIX_CONTROL, 2, vectors - 1, writable=_MSIX_ENABLE | _MSIX_MASK_ALL)
        self._define(_MSIX_TABLE, 4, bar)
        self._define(_MSIX_PENDING, 4, msix.PENDING | bar)

    def _add_capability(self, offset: int, identification: int) -> None:
        """Put one before those that there are."""
        self._define(STATUS, 2, Status.CAPABILITIES)
        self._define(offset, 2, identification | self._get(CAPABILITIES, 1) << 8)
        self._define(CAPABILITIES, 1, offset)

    @property
    def msix_enabled(self) -> bool:
        """Say whether interrupts are messages, each with a number."""
        return self._msix is not None and bool(self._get(_MSIX_CONTROL, 2) & _MSIX_ENABLE)

    @property
    def msi_enabled(self) -> bool:
        """Say whether interrupts are messages."""
        return self._config[MSI] == _MSI_ID and bool(self._config[_MSI_CONTROL] & _MSI_ENABLE)

    def connect(self, bus: Bus) -> None:
        """Say where BARs appear."""
        self._bus = bus

    def read_config(self, offset: int, width: int) -> int:
        """Read configuration space."""
        return self._get(offset, width)

    def write_config(self, offset: int, width: int, value: int) -> None:
        """Write configuration space, where it can be written, and let that take effect."""
        for index in range(width):
            mask = self._writable[offset + index]
            self._config[offset + index] = self._config[offset + index] & ~mask | value >> 8 * index & mask
        self._drive_intx()
        if self._msix is not None:
            control = self._get(_MSIX_CONTROL, 2) & (_MSIX_ENABLE | _MSIX_MASK_ALL)
            self._msix.open(is_open=control == _MSIX_ENABLE)
        if offset < _MSI_DATA and offset + width > _MSI_ADDRESS:
            self._redirected(self.name)
        if offset < CAPABILITIES and offset + width > COMMAND:
            self._decode()

    def _decode(self) -> None:
        """Place each BAR where command register and address say, and nowhere else."""
        if self._bus is None:
            return
        for offset, bar in self._bars:
            wanted = self._address(offset, bar)
            placed = self._placed.get(offset)
            if placed is not None and placed[0] != wanted:
                _, space, place = self._placed.pop(offset)
                space.remove(place)
            if wanted is not None and offset not in self._placed:
                space = self._bus.ports if bar.is_io else self._bus.memory
                place = space.place(wanted, bar.size, bar.target, self.name)
                self._placed[offset] = (wanted, space, place)

    def _address(self, offset: int, bar: Bar) -> int | None:
        """Give a BAR's address, or None while it does not decode.

        All ones is a guest that asks for the size, not an address; 0 is a BAR that nobody has placed.
        """
        if not self.command & (Command.IO if bar.is_io else Command.MEMORY):
            return None
        start = self._get(offset, 4) & ~(bar.size - 1)
        end = memmap.PCI_IO_END if bar.is_io else 0xFFFF_FFFF
        return start if start and start + bar.size <= end else None

    def _drive(self, level: bool) -> None:
        if level:
            self._notify()
        self._drive_intx()

    def _notify(self) -> None:
        """Send the message, if the guest wants any."""
        if self._msix is not None and self.msix_enabled:
            self._msix.request(self.interrupt.vector)
        elif self.msi_enabled:
            self._send_message(self._get(_MSI_ADDRESS, 8), self._get(_MSI_DATA, 2))

    def _send_message(self, address: int, data: int) -> None:
        """Send a message. It is a memory write, for which the function must be bus master."""
        if self.is_bus_master() and self._send is not None:
            self._send(self.name, address, data)

    def _drive_intx(self) -> None:
        """Drive the wire as device, command register and messages have it."""
        level = self.interrupt.level and not self.msi_enabled and not self.msix_enabled
        if level:
            self._config[STATUS] |= Status.INTERRUPT
        else:
            self._config[STATUS] &= ~Status.INTERRUPT
        if self._irq is not None:
            self._irq.level = level and not self.command & Command.INTX_DISABLE

    def _define(self, offset: int, width: int, value: int, writable: int = 0) -> None:
        self._config[offset : offset + width] = value.to_bytes(width, "little")
        self._writable[offset : offset + width] = writable.to_bytes(width, "little")

    def _get(self, offset: int, width: int) -> int:
        return int.from_bytes(self._config[offset : offset + width], "little")


class PciHost:
    """Bus 0 and its functions, seen through the address (offset 0) and data (offset 4) ports of mechanism #1."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._address = 0
        self._functions: dict[int, PciFunction] = {}
        self.add(PciFunction(0, Identity(0x8086, 0x1237, class_code=0x060000, revision=2)))

    def add(self, function: PciFunction) -> None:
        """Plug a function into its slot.

        Raises: ConfigError where there is one already.
        """
        if function.devfn in self._functions:
            raise ConfigError(f"pci: found two functions at {function.name}, expected one")
        self._functions[function.devfn] = function
        function.connect(self._bus)

    def memory_ranges(self) -> list[tuple[int, int, str]]:
        """Give first and last address of every memory BAR on the bus, and its function's name, in order."""
        functions = self._functions.values()
        return sorted((*ends, function.name) for function in functions for ends in function.memory_ranges())

    def read(self, offset: int, width: int) -> int:
        """Read the address port, or configuration space through the data port."""
        if offset == 0 and width == 4:
            return self._address
        access = self._selected(offset, width)
        return (1 << 8 * width) - 1 if access is None else access[0].read_config(access[1], width)

    def write(self, offset: int, width: int, value: int) -> None:
        """Write the address port (whole only), or configuration space through the data port."""
        if offset == 0 and width == 4:
            self._address = value
            return
        access = self._selected(offset, width)
        if access is not None:
            access[0].write_config(access[1], width, value)

    def _selected(self, offset: int, width: int) -> tuple[PciFunction, int] | None:
        """Find the function and the offset in its configuration space that an access of the data port means."""
        if offset < 4 or not self._address & _ENABLE or self._address >> 16 & 0xFF:
            return None
        function = self._functions.get(self._address >> 8 & 0xFF)
        return None if function is None else (function, self._address & 0xFC | offset - 4)
