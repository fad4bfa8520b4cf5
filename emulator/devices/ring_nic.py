# SPDX-License-Identifier: GPL-2.0-only
"""A network-card-like PCI device: a transmit and a receive ring of descriptors in RAM, with ownership bits.

Owns registers and rings, described in docs/ring_nic.md. A packet is scattered over descriptors and gathered again; in
loopback what is sent is received. The wire is a list: `sent` collects what left, `inject` brings what arrives.
"""

import struct
from collections import deque
from enum import IntFlag
from typing import NamedTuple

from emulator.clock import Clock
from emulator.device import Device, Register
from emulator.devices.pci import Identity
from emulator.dma import Beyond, DescriptorRing, DmaPort, Reach
from emulator.errors import BusError
from emulator.irq import IrqLine

IDENTITY = Identity(0x1234, 0xDA7A, class_code=0x020000, revision=1, interrupt_pin=1)
BAR_BYTES = 1 << 12
VECTORS = 4
REACH = Reach((1 << 32) - 1, Beyond.ABORT)
DESCRIPTOR_BYTES = 16
MAX_PACKET = 16384  # bytes
MAX_RING = 4096  # descriptors
_QUEUED_PACKETS = 64
_KEPT_SENT = 64
_NS_PER_DESCRIPTOR, _NS_PER_BYTE = 500, 1
_STATUS_OFFSET = 8  # bytes
_DESCRIPTOR = struct.Struct("<QIHH")
_WRITE_BACK = struct.Struct("<IHH")


class Control(IntFlag):
    """The control register."""

    TX_ENABLE = 0x1
    RX_ENABLE = 0x2
    LOOPBACK = 0x4
    BY_OWN = 0x8
    RESET = 1 << 31


class Status(IntFlag):
    """The status register."""

    TX_ACTIVE = 0x1
    RX_READY = 0x2
    ADDR64 = 0x10


class Cause(IntFlag):
    """Causes of an interrupt."""

    TX_DONE = 0x01
    RX_DONE = 0x02
    RX_DROPPED = 0x04
    TX_STALLED = 0x08
    BUS_ERROR = 0x10
    RING_ERROR = 0x20


# In IRQ_VECTOR a byte for each group of causes: the number of its message.
_VECTOR_SHIFTS = ((Cause.TX_DONE | Cause.TX_STALLED, 0), (Cause.RX_DONE | Cause.RX_DROPPED, 8))
_OTHERS_SHIFT = 16


class Flag(IntFlag):
    """Bits of a descriptor's status word: what the driver asks for, and what the device answers."""

    EOP = 0x0001
    IRQ = 0x0002
    CHECK = 0x0004
    DONE = 0x0100
    ERROR = 0x0200
    CHECKSUM_BAD = 0x0400
    TRUNCATED = 0x0800
    OWN = 1 << 31


class Descriptor(NamedTuple):
    """One descriptor as it was read; `at` is its own bus address."""

    at: int
    addr: int
    flags: int
    length: int  # bytes
    checksum: int


class Ring(NamedTuple):
    """Where a ring lies, from its registers."""

    base: int
    size: int  # descriptors

    def descriptor_at(self, index: int) -> int:
        """Give the bus address of a descriptor."""
        return self.base + DESCRIPTOR_BYTES * index

    def is_sane(self, index: int) -> bool:
        """Say whether the ring can be used, with `index` in it."""
        return 2 <= self.size <= MAX_RING and not self.size & (self.size - 1) and index < self.size


class RingNic(Device):
    """The registers of BAR 0, 4 bytes each."""

    identification = Register(0x00, reset=0x524E_0001, read_only=True)
    control = Register(0x04, Control)
    status = Register(0x08, Status, read_only=True)
    irq_status = Register(0x10, Cause, write_1_to_clear=0xFFFF_FFFF)
    irq_mask = Register(0x14, Cause)
    irq_vector = Register(0x18, writable=0x00FF_FFFF)
    tx_base_low = Register(0x20)
    tx_base_high = Register(0x24)
    tx_size = Register(0x28)
    tx_head = Register(0x2C, read_only=True)
    tx_tail = Register(0x30)
    rx_base_low = Register(0x40)
    rx_base_high = Register(0x44)
    rx_size = Register(0x48)
    rx_head = Register(0x4C, read_only=True)
    rx_tail = Register(0x50)
    tx_packets = Register(0x60, read_only=True)
    rx_packets = Register(0x64, read_only=True)
    rx_dropped = Register(0x68, read_only=True)

    def __init__(self, clock: Clock, irq: IrqLine, dma: DmaPort) -> None:
        super().__init__()
        self.sent: deque[bytes] = deque(maxlen=_KEPT_SENT)
        self._clock = clock
        self._irq = irq
        self._dma = dma
        self._arrived: deque[bytes] = deque()
        self._gathered = bytearray()
        self._spoilt = False  # the packet that is being gathered
        self._sending = self._receiving = False  # an event is on its way
        self._asserted: frozenset[int] = frozenset()  # vectors with a cause that is not masked
        self._era = 0  # counts resets: events from before have no effect

    def inject(self, packet: bytes) -> None:
        """Let a packet arrive from the wire."""
        if len(self._arrived) >= _QUEUED_PACKETS or not 0 < len(packet) <= MAX_PACKET:
            self._drop()
            return
        self._arrived.append(packet)
        self._go_on_receiving()

    @control.on_write
    def _control_written(self) -> None:
        if Control.RESET in self.control:
            self._reset()
            return
        self._declare_rings()
        self._go_on_sending()
        self._go_on_receiving()

    def _reset(self) -> None:
        self.reset_registers()
        self._era += 1
        self._sending = self._receiving = self._spoilt = False
        self._arrived.clear()
        self._gathered.clear()
        self._dma.disown_all()
        self._declare_rings()
        self._drive_irq()

    @tx_base_low.on_write
    @tx_base_high.on_write
    @tx_size.on_write
    @rx_base_low.on_write
    @rx_base_high.on_write
    @rx_size.on_write
    def _declare_rings(self) -> None:
        """Tell whoever keeps count where the descriptors are, and what hands them over."""
        for name, ring, enabled in (
            ("TX", self._tx_ring, Control.TX_ENABLE in self.control),
            ("RX", self._rx_ring, Control.RX_ENABLE in self.control),
        ):
            valid = (_STATUS_OFFSET, int(Flag.OWN)) if self._is_by_own else None
            known = ring.is_sane(0) and (enabled or valid is None)
            self._dma.ring(name, DescriptorRing(ring.base, DESCRIPTOR_BYTES, ring.size, valid) if known else None)

    @property
    def _is_by_own(self) -> bool:
        return Control.BY_OWN in self.control

    @status.on_read
    def _read_status(self) -> int:
        status = Status.ADDR64 if self._dma.reach.mask >> 32 else Status(0)
        if self._sending:
            status |= Status.TX_ACTIVE
        if Control.RX_ENABLE in self.control and self.rx_head != self.rx_tail:
            status |= Status.RX_READY
        return status

    @irq_status.on_write
    def _acknowledged(self) -> None:
        self._drive_irq()

    @irq_mask.on_write
    def _masked(self) -> None:
        self._drive_irq()

    def _raise(self, cause: Cause) -> None:
        self.irq_status |= cause
        if cause & self.irq_mask:
            self._asserted |= {self._vector_of(cause)}
            self._irq.request(self._vector_of(cause))

    def _vector_of(self, cause: Cause) -> int:
        shift = next((shift for causes, shift in _VECTOR_SHIFTS if cause in causes), _OTHERS_SHIFT)
        return self.irq_vector >> shift & 0xFF

    def _drive_irq(self) -> None:
        """Raise the vectors that have a cause now and had none before."""
        wanted = frozenset(self._vector_of(cause) for cause in Cause if cause & self.irq_status & self.irq_mask)
        rising, self._asserted = wanted - self._asserted, wanted
        for vector in sorted(rising):
            self._irq.request(vector)
        if not wanted:
            self._irq.level = False

    @property
    def _tx_ring(self) -> Ring:
        return Ring(self.tx_base_high << 32 | self.tx_base_low, self.tx_size)

    @property
    def _rx_ring(self) -> Ring:
        return Ring(self.rx_base_high << 32 | self.rx_base_low, self.rx_size)

    @tx_tail.on_write
    def _tx_doorbell(self) -> None:
        if self._is_by_own:
            self._go_on_sending()
        elif self._ring_is_sane(self._tx_ring, self.tx_head, self.tx_tail):
            self._own(self._tx_ring, self.tx_head, self.tx_tail)
            self._go_on_sending()

    @rx_tail.on_write
    def _rx_doorbell(self) -> None:
        if self._is_by_own:
            self._go_on_receiving()
        elif self._ring_is_sane(self._rx_ring, self.rx_head, self.rx_tail):
            self._own(self._rx_ring, self.rx_head, self.rx_tail)
            self._go_on_receiving()

    def _ring_is_sane(self, ring: Ring, head: int, tail: int) -> bool:
        if ring.is_sane(max(head, tail)):
            return True
        self._raise(Cause.RING_ERROR)
        return False

    def _own(self, ring: Ring, head: int, tail: int) -> None:
        """Tell whoever keeps count that the descriptors from head to tail are the device's now."""
        while head != tail:
            self._dma.own(ring.descriptor_at(head), DESCRIPTOR_BYTES)
            head = head + 1 & ring.size - 1

    def _go_on_sending(self) -> None:
        last = self.tx_head if self._is_by_own else self.tx_tail
        ready = Control.TX_ENABLE in self.control and (self._is_by_own or self.tx_head != last)
        if ready and not self._sending and self._tx_ring.is_sane(max(self.tx_head, last)):
            self._sending = True
            era = self._era
            self._clock.after(_NS_PER_DESCRIPTOR, lambda: self._send_next(era))

    def _send_next(self, era: int) -> None:
        """Take the transmit ring's next descriptor."""
        if era != self._era:
            return
        self._sending = False
        ring = self._tx_ring
        if Control.TX_ENABLE not in self.control or not ring.is_sane(self.tx_head):
            return
        descriptor = self._fetch(ring.descriptor_at(self.tx_head))
        if descriptor is None:
            return
        if not descriptor.flags & Flag.OWN:
            if not self._is_by_own:
                self._raise(Cause.TX_STALLED)
            return
        told = self._gather(descriptor) | descriptor.flags & (Flag.EOP | Flag.IRQ | Flag.CHECK)
        if self._write_back(descriptor, told, descriptor.length, descriptor.checksum):
            self.tx_head = self.tx_head + 1 & ring.size - 1
            if descriptor.flags & Flag.IRQ:
                self._raise(Cause.TX_DONE)
            self._go_on_sending()

    def _gather(self, descriptor: Descriptor) -> Flag:
        """Read one piece of a packet, and send the packet behind its last; give what the descriptor is told."""
        if not self._read_piece(descriptor):
            self._spoilt = True
        told = Flag.DONE | (Flag.ERROR if self._spoilt else Flag(0))
        if descriptor.flags & Flag.EOP:
            packet = bytes(self._gathered)
            if descriptor.flags & Flag.CHECK and checksum(packet) != descriptor.checksum:
                told |= Flag.ERROR | Flag.CHECKSUM_BAD
            self._gathered.clear()
            self._spoilt = False
            if Flag.ERROR not in told:
                self._transmit(packet)
        return told

    def _read_piece(self, descriptor: Descriptor) -> bool:
        if not descriptor.length or len(self._gathered) + descriptor.length > MAX_PACKET:
            return False
        try:
            self._gathered += self._dma.read(descriptor.addr, descriptor.length, descriptor=descriptor.at)
        except BusError:
            self._raise(Cause.BUS_ERROR)
            return False
        return True

    def _transmit(self, packet: bytes) -> None:
        self.tx_packets += 1
        self.sent.append(packet)
        if Control.LOOPBACK in self.control:
            self.inject(packet)

    def _go_on_receiving(self) -> None:
        if self._arrived and not self._receiving and Control.RX_ENABLE in self.control:
            self._receiving = True
            era = self._era
            self._clock.after(_NS_PER_BYTE * len(self._arrived[0]), lambda: self._receive_next(era))

    def _receive_next(self, era: int) -> None:
        """Scatter the packet that has waited longest over the receive ring."""
        if era != self._era:
            return
        self._receiving = False
        if Control.RX_ENABLE not in self.control:
            return
        packet = self._arrived.popleft()
        descriptor = self._next_rx(self.rx_head)
        if descriptor is None:
            self._drop()
        else:
            self._scatter(packet, descriptor)
        self._go_on_receiving()

    def _scatter(self, packet: bytes, descriptor: Descriptor | None) -> None:
        whole = checksum(packet)
        while descriptor is not None:
            piece, packet = packet[: descriptor.length], packet[descriptor.length :]
            told = Flag.DONE | descriptor.flags & Flag.IRQ | self._write_piece(descriptor, piece)
            head = self.rx_head + 1 & self.rx_size - 1
            following = self._next_rx(head) if packet else None
            if following is None:
                told |= Flag.EOP | (Flag.TRUNCATED if packet else Flag(0))
            if not self._write_back(descriptor, told, len(piece), whole):
                return
            self.rx_head = head
            descriptor = following
        self.rx_packets += 1
        self._raise(Cause.RX_DONE)

    def _write_piece(self, descriptor: Descriptor, piece: bytes) -> Flag:
        try:
            self._dma.write(descriptor.addr, piece, descriptor=descriptor.at)
        except BusError:
            self._raise(Cause.BUS_ERROR)
            return Flag.ERROR
        return Flag(0)

    def _next_rx(self, head: int) -> Descriptor | None:
        """Fetch the receive descriptor at `head`, if it is the device's."""
        ring = self._rx_ring
        last = head if self._is_by_own else self.rx_tail
        if (head == last and not self._is_by_own) or not ring.is_sane(max(head, last)):
            return None
        found = self._fetch(ring.descriptor_at(head))
        return found if found is not None and found.flags & Flag.OWN and found.length else None

    def _drop(self) -> None:
        self.rx_dropped += 1
        self._raise(Cause.RX_DROPPED)

    def _fetch(self, at: int) -> Descriptor | None:
        try:
            found = Descriptor(at, *_DESCRIPTOR.unpack(self._dma.read(at, DESCRIPTOR_BYTES, descriptor=at)))
        except BusError:
            self._raise(Cause.BUS_ERROR)
            return None
        if self._is_by_own and found.flags & Flag.OWN:
            self._dma.own(at, DESCRIPTOR_BYTES, told=False)
        return found

    def _write_back(self, descriptor: Descriptor, told: Flag, length: int, check: int) -> bool:
        """Give a descriptor back to the driver: everything but the address, in one write."""
        try:
            data = _WRITE_BACK.pack(told, length, check)
            self._dma.write(descriptor.at + 8, data, descriptor=descriptor.at)
        except BusError:
            self._raise(Cause.BUS_ERROR)
            return False
        finally:
            self._dma.disown(descriptor.at, DESCRIPTOR_BYTES)
        return True


def checksum(data: bytes) -> int:
    """Give the Internet checksum (RFC 1071) of a packet, its words little-endian, an odd last byte padded with zero."""
    if len(data) & 1:
        data += b"\0"
    total = sum(memoryview(data).cast("H")) if data else 0
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
