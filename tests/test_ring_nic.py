# SPDX-License-Identifier: GPL-2.0-only
"""The ring_nic device: rings, ownership, scatter and gather, what goes wrong, and a guest driver that uses it."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmalab import scenario, session
from dmalab.machine_spec import MachineSpec, RingNicSpec
from emulator.devices.pci import PciInterrupt
from emulator.devices.ring_nic import MAX_PACKET, Cause, Control, Flag, RingNic, checksum
from emulator.dma import Beyond, DescriptorRing, DmaPort, Reach
from tests.machine_parts import FULL_REACH, Bench

TX_RING, RX_RING, TX_DATA, RX_DATA = 0x1000, 0x2000, 0x10_0000, 0x20_0000
SIZE = 8
ALL_ON = Control.TX_ENABLE | Control.RX_ENABLE | Control.LOOPBACK


class Wired(Bench):
    """A bench with a ring_nic whose rings are set up."""

    def __init__(self, reach: Reach = FULL_REACH, control: Control = ALL_ON, irq: PciInterrupt | None = None) -> None:
        super().__init__()
        self.port_ = DmaPort(self.fabric, "dev", reach)
        self.nic = RingNic(self.clock, irq or self.line, self.port_)
        for first, ring in ((0x20, TX_RING), (0x40, RX_RING)):
            self.set(first, ring)
            self.set(first + 8, SIZE)
        self.set(0x04, control)
        self.set(0x14, 0xFFFF_FFFF)

    def set(self, offset: int, value: int) -> None:
        self.nic.write(offset, 4, value)

    def get(self, offset: int) -> int:
        return self.nic.read(offset, 4)

    def describe(self, ring: int, index: int, addr: int, length: int, flags: int, check: int = 0) -> None:
        self.ram.write(ring + 16 * index, struct.pack("<QIHH", addr, flags, length, check))

    def descriptor(self, ring: int, index: int) -> tuple[int, int, int, int]:
        return struct.unpack("<QIHH", self.ram.read(ring + 16 * index, 16))

    def give_rx(self, sizes: list[int]) -> None:
        for index, size in enumerate(sizes):
            self.describe(RX_RING, index, RX_DATA + 0x1000 * index, size, Flag.OWN)
        self.set(0x50, len(sizes))

    def send(self, pieces: list[bytes], last: int = Flag.EOP) -> None:
        head = self.get(0x2C)
        for number, piece in enumerate(pieces):
            at = TX_DATA + 0x4000 * number
            self.ram.write(at, piece)
            flags = Flag.OWN | (last if number + 1 == len(pieces) else 0)
            self.describe(TX_RING, (head + number) % SIZE, at, len(piece), flags, checksum(b"".join(pieces)))
        self.set(0x30, (head + len(pieces)) % SIZE)
        self.sleep(1_000_000)

    def received(self) -> bytes:
        data = b""
        for index in range(self.get(0x4C)):
            addr, _, length, _ = self.descriptor(RX_RING, index)
            data += self.ram.read(addr, length)
        return data


@given(pieces=st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=7), size=st.integers(100, 4000))
def test_a_packet_in_pieces_comes_back_whole(pieces: list[bytes], size: int) -> None:
    bench, packet = Wired(), b"".join(pieces)
    bench.give_rx([size] * 7)

    bench.send(pieces, Flag.EOP | Flag.CHECK)

    fits = len(packet) <= 7 * size
    assert bench.received() == packet[: 7 * size]
    last = bench.descriptor(RX_RING, bench.get(0x4C) - 1)
    assert last[1] == Flag.DONE | Flag.EOP | (0 if fits else Flag.TRUNCATED)
    assert last[3] == checksum(packet)
    assert (bench.get(0x60), bench.get(0x64)) == (1, 1)
    assert bench.kinds() == []


def test_the_interrupt_follows_cause_and_mask() -> None:
    bench = Wired(control=Control.TX_ENABLE)
    bench.send([b"one"], Flag.EOP)
    assert not bench.line.level

    bench.send([b"two"], Flag.EOP | Flag.IRQ)

    assert bench.line.level
    assert bench.get(0x10) == Cause.TX_DONE
    bench.set(0x14, 0)
    assert not bench.line.level
    bench.set(0x14, 1)
    bench.set(0x10, 1)
    assert not bench.line.level


def test_a_descriptor_that_is_not_the_devices_stalls_the_ring_until_the_next_doorbell() -> None:
    bench = Wired(control=Control.TX_ENABLE)
    bench.describe(TX_RING, 0, TX_DATA, 10, Flag.EOP)
    bench.set(0x30, 1)
    bench.sleep(1_000_000)
    assert (bench.get(0x2C), bench.get(0x10)) == (0, Cause.TX_STALLED)

    bench.describe(TX_RING, 0, TX_DATA, 10, Flag.OWN | Flag.EOP)
    bench.set(0x30, 1)
    bench.sleep(1_000_000)

    assert (bench.get(0x2C), bench.get(0x60)) == (1, 1)


def test_without_receive_descriptors_a_packet_is_dropped_and_counted() -> None:
    bench = Wired()

    bench.send([b"lost"])

    assert (bench.get(0x64), bench.get(0x68)) == (0, 1)
    assert bench.get(0x10) & Cause.RX_DROPPED


@pytest.mark.parametrize("fault", ["checksum", "zero", "long", "reach"])
def test_a_spoilt_packet_is_not_sent_and_its_descriptor_says_so(fault: str) -> None:
    bench = Wired(Reach(0xFFFF_FFFF, Beyond.ABORT), Control.TX_ENABLE)
    length = {"zero": 0, "long": MAX_PACKET + 1}.get(fault, 16)
    addr = 1 << 32 if fault == "reach" else TX_DATA
    bench.describe(TX_RING, 0, addr, length, Flag.OWN | Flag.EOP | (Flag.CHECK if fault == "checksum" else 0), 7)

    bench.set(0x30, 1)
    bench.sleep(1_000_000)

    status = bench.descriptor(TX_RING, 0)[1]
    assert status & Flag.ERROR
    assert not status & Flag.OWN
    assert bench.get(0x60) == 0
    assert bool(status & Flag.CHECKSUM_BAD) == (fault == "checksum")
    assert bench.kinds() == (["dma-beyond-reach"] if fault == "reach" else [])


def test_by_own_it_goes_on_as_long_as_it_finds_own_and_needs_no_tail() -> None:
    bench = Wired(control=ALL_ON | Control.BY_OWN)
    for index in range(3):
        bench.describe(RX_RING, index, RX_DATA + 0x1000 * index, 100, Flag.OWN)
    for index in range(2):
        bench.ram.write(TX_DATA + 0x100 * index, bytes([index + 1]) * 40)
        bench.describe(TX_RING, index, TX_DATA + 0x100 * index, 40, Flag.OWN | Flag.EOP)

    bench.set(0x30, 0)
    bench.sleep(1_000_000)

    assert bench.received() == bytes([1]) * 40 + bytes([2]) * 40
    assert [bench.get(offset) for offset in (0x2C, 0x4C, 0x10)] == [2, 2, Cause.RX_DONE]
    assert bench.descriptor(RX_RING, 2)[1] == Flag.OWN


class Listener:
    """Hears what a device declares."""

    def __init__(self) -> None:
        self.rings: dict[str, DescriptorRing | None] = {}

    def ring(self, device: str, name: str, ring: DescriptorRing | None) -> None:
        self.rings[name] = ring

    def disown(self, device: str, dma_addr: int, length: int) -> None:
        pass


def test_it_declares_its_rings_and_with_own_only_while_they_are_enabled() -> None:
    bench, listener = Wired(control=Control(0)), Listener()
    bench.fabric.checker = listener

    bench.set(0x20, TX_RING)
    assert listener.rings["TX"] == DescriptorRing(TX_RING, 16, SIZE, None)
    bench.set(0x04, Control.BY_OWN)
    assert listener.rings == {"TX": None, "RX": None}
    bench.set(0x04, Control.BY_OWN | Control.TX_ENABLE)
    assert listener.rings == {"TX": DescriptorRing(TX_RING, 16, SIZE, (8, Flag.OWN)), "RX": None}
    bench.set(0x04, Control.RESET)
    assert listener.rings == {"TX": None, "RX": None}


def test_reset_forgets_what_is_under_way() -> None:
    bench = Wired()
    bench.describe(TX_RING, 0, TX_DATA, 10, Flag.OWN | Flag.EOP)
    bench.set(0x30, 1)

    bench.set(0x04, Control.RESET)
    bench.sleep(1_000_000)

    assert [bench.get(offset) for offset in (0x04, 0x08, 0x10, 0x20, 0x2C, 0x30)] == [0, 0x10, 0, 0, 0, 0]
    assert bench.descriptor(TX_RING, 0)[1] & Flag.OWN


@given(writes=st.lists(st.tuples(st.sampled_from(range(0, 0x70, 4)), st.integers(0, 0xFFFF_FFFF)), max_size=60))
def test_no_sequence_of_register_writes_breaks_the_model(writes: list[tuple[int, int]]) -> None:
    bench = Wired(Reach(0xFFFF_FFFF, Beyond.WRAP))

    for offset, value in writes:
        bench.set(offset, value)
        bench.sleep(5_000)

    assert bench.get(0x00) == 0x524E_0001


@pytest.mark.parametrize("reach", [(1 << 32) - 1, (1 << 64) - 1])
def test_the_guests_driver_loops_packets_of_any_number_of_pieces_back(reach: int) -> None:
    spec = MachineSpec(devices=(RingNicSpec(slot=6, reach=reach),))

    result = session.run(spec, scenario.find("ring-nic"), workload_path=None, trace_path=None)

    assert result.exit_code == 0
    assert list(result.findings) == []
    assert "8 packets looped back" in result.console
    ways = {(each.to_device, each.mapping, each.outcome) for each in result.transfers}
    assert ways == {(way, kind, "ok") for way in (True, False) for kind in ("single", "coherent")}


def test_causes_go_to_the_vectors_that_the_driver_gives_them_each_once_until_it_is_acknowledged() -> None:
    asked: list[int] = []
    irq = PciInterrupt(lambda level: asked.append(irq.vector) if level else None, lambda: asked.append(irq.vector))
    bench = Wired(irq=irq)
    bench.set(0x18, 0x0002_0100)
    bench.give_rx([100])

    bench.send([b"x" * 100], Flag.EOP | Flag.IRQ)
    assert sorted(asked) == [0, 1]

    bench.set(0x30, SIZE)
    assert asked[2:] == [2]
    bench.set(0x10, Cause.TX_DONE)
    assert asked[3:] == []
    bench.set(0x14, 0)
    bench.set(0x14, 0xFFFF_FFFF)
    assert asked[3:] == [1, 2]
