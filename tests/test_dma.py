# SPDX-License-Identifier: GPL-2.0-only
"""DMA: what an address beyond the reach does, where it lands, and what is said about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.dma import Beyond, DmaPort, Reach
from emulator.errors import BusError, ConfigError
from emulator.trace import Dma
from tests.machine_parts import MIB, Bench


def test_a_transfer_within_reach_moves_the_bytes_and_is_recorded() -> None:
    bench = Bench()
    port = bench.port(Reach(0xFF_FFFF, Beyond.WRAP))

    port.write(0x1234, b"hello")

    assert port.read(0x1234, 5) == b"hello"
    assert bench.ram.read(0x1234, 5) == b"hello"
    assert bench.trace.last() == [
        Dma(0, "dev", True, 0x1234, 0x1234, 5, "ok"),
        Dma(0, "dev", False, 0x1234, 0x1234, 5, "ok"),
    ]
    assert len(bench.findings) == 0


def test_wrapping_masks_the_start_and_is_a_finding_with_both_addresses() -> None:
    bench = Bench()
    port = bench.port(Reach(0x0F_FFFF, Beyond.WRAP))

    port.write(0x50_1234, b"hello")

    assert bench.ram.read(0x1234, 5) == b"hello"
    assert bench.ram.read(0x50_1234, 5) == bytes(5)
    finding = bench.finding()
    assert (finding.kind, finding.device, finding.dma_addr, finding.phys, finding.length) == (
        "dma-beyond-reach", "dev", 0x50_1234, 0x1234, 5,
    )  # fmt: skip
    assert finding.details == {"reach": 0x0F_FFFF}
    assert finding.sentence == (
        "DMA write to 0x501234 (5 bytes) is beyond the device's reach of 0xfffff: it went to 0x1234-0x1238"
    )


def test_wrapping_masks_only_the_start_so_a_transfer_can_run_past_the_mask() -> None:
    bench = Bench()
    port = bench.port(Reach(0x1F_FFFF, Beyond.WRAP))

    port.write(0x1F_FFFE, b"abcd")

    assert bench.ram.read(0x1F_FFFE, 4) == b"abcd"
    assert bench.kinds() == ["dma-beyond-reach"]


def test_dropping_the_high_bits_loses_them_for_each_byte() -> None:
    bench = Bench()
    port = bench.port(Reach(0xFFFF, Beyond.DROP))
    bench.ram.write(0xFFFE, b"ab")
    bench.ram.write(0, b"cd")

    assert port.read(0x7_FFFE, 4) == b"abcd"

    assert bench.kinds() == ["dma-beyond-reach"]
    assert bench.trace.last() == [Dma(0, "dev", False, 0x7_FFFE, 0xFFFE, 4, "dma-beyond-reach")]


@given(mask_bits=st.integers(1, 12), start=st.integers(0, 1 << 14), length=st.integers(1, 1 << 14))
def test_dropping_drives_exactly_the_masked_address_of_each_byte(mask_bits: int, start: int, length: int) -> None:
    reach = Reach((1 << mask_bits) - 1, Beyond.DROP)

    driven = [address for first, size in reach.driven(start, length) for address in range(first, first + size)]

    assert driven == [address & reach.mask for address in range(start, start + length)]


def test_aborting_transfers_nothing_and_tells_the_device() -> None:
    bench = Bench()
    port = bench.port(Reach(0x0F_FFFF, Beyond.ABORT))

    with pytest.raises(BusError):
        port.write(0x0F_FFFE, b"abcd")

    assert not any(bench.ram.u8[0x0F_FFF0:0x10_0010])
    assert bench.kinds() == ["dma-beyond-reach"]
    assert bench.finding().phys is None


def test_without_bus_mastering_nothing_is_transferred_and_that_is_a_finding() -> None:
    bench = Bench()
    port = DmaPort(bench.fabric, "dev", Reach(0xFF_FFFF, Beyond.WRAP), enabled=lambda: False)

    with pytest.raises(BusError):
        port.write(0x1000, b"hello")
    with pytest.raises(BusError):
        port.read(0x1000, 5)

    assert bench.ram.read(0x1000, 5) == bytes(5)
    assert bench.kinds() == ["dma-bus-master-off"] * 2


def test_where_there_is_no_ram_reads_give_ones_and_writes_are_lost_with_a_finding() -> None:
    bench = Bench()
    port = bench.port()
    bench.ram.write(16 * MIB - 2, b"ab")

    assert port.read(16 * MIB - 2, 4) == b"ab\xff\xff"
    port.write(16 * MIB - 1, b"xyz")
    port.write(0xE000_0000, b"xyz")

    assert bench.ram.read(16 * MIB - 2, 2) == b"ax"
    assert bench.kinds() == ["dma-unassigned"] * 3


def test_what_lies_behind_a_hole_gets_its_own_part_of_the_data() -> None:
    bench = Bench()
    data = bytes([index % 251 for index in range(0x6_0010)])

    bench.port().write(0x9_FFFC, data)

    assert bench.ram.read(0x9_FFFC, 4) == data[:4]
    assert bench.ram.read(0x10_0000, 12) == data[-12:]


@pytest.mark.parametrize("beyond", Beyond)
def test_the_last_byte_of_the_reach_is_within_and_the_next_is_not(beyond: Beyond) -> None:
    reach = Reach(0xFFFF, beyond)

    assert reach.holds(0xFFFC, 4)
    assert not reach.holds(0xFFFC, 5)
    assert not reach.holds(0x1_0000, 1)


@given(start=st.integers(0x9_FF00, 0x10_0100), length=st.integers(1, 0x300))
def test_a_transfer_over_the_low_hole_touches_ram_on_both_sides_only(start: int, length: int) -> None:
    bench = Bench()
    bench.ram.fill(0x9_FC00, 0x400, 1)
    bench.ram.fill(0x10_0000, 0x800, 1)

    data = bench.port().read(start, length)
    bench.port().write(start, bytes(length))

    holes = [0xA_0000 <= address < 0x10_0000 for address in range(start, start + length)]
    assert list(data) == [0xFF if hole else 1 for hole in holes]
    assert bench.kinds() == (["dma-unassigned"] * 2 if any(holes) else [])
    assert not any(
        bench.ram.read(address, 1)[0] for address in range(start, start + length) if bench.ram.contains(address)
    )


def test_whoever_caches_memory_hears_what_devices_changed() -> None:
    bench = Bench()
    heard: list[tuple[int, int]] = []
    bench.fabric.on_write(lambda phys, length: heard.append((phys, length)))

    bench.port(Reach(0xFFFF, Beyond.DROP)).write(0x1_FFFE, b"abcd")
    bench.port().read(0, 4)

    assert heard == [(0xFFFE, 2), (0, 2)]


@pytest.mark.parametrize("mask", [0, -1, 0xFFFE, 0x1_0001, 1 << 64])
def test_a_reach_is_a_power_of_two_less_one(mask: int) -> None:
    with pytest.raises(ConfigError, match="reach: found mask"):
        Reach(mask, Beyond.WRAP)


def test_a_finding_can_tell_how_the_driver_set_the_device_going_and_handed_over_each_descriptor() -> None:
    bench = Bench()
    told: list[dict] = []
    bench.findings.annotate(lambda finding: told.append(dict(bench.fabric.told)) or finding)
    port = bench.port(Reach(0xFFF, Beyond.DROP))
    for where, act in ((1, port.note), (2, lambda: port.own(0x100, 16)), (3, lambda: port.own(0x100, 16))):
        bench.fabric.where = lambda where=where: (where,)
        act()

    port.read(0x1000, 4)
    port.read(0x1000, 4, descriptor=0x100)
    port.disown(0x100, 16)
    port.read(0x1000, 4, descriptor=0x100)

    assert told == [{"started_at": (1,)}, {"started_at": (2,)}, {"started_at": (1,)}]
    assert bench.fabric.told == {}


@pytest.mark.parametrize(
    ("address", "what"), [(0x5000, "memory, overwrote it"), (0x8000_0000, "nothing takes it, was")]
)
def test_a_message_that_goes_astray_is_a_finding_and_what_it_hits_is_hit(address: int, what: str) -> None:
    bench = Bench()
    taken: list[tuple[int, int]] = []
    bench.fabric.on_message(lambda *message: taken.append(message))

    bench.fabric.send_message("dev", 0xFEE0_0000, 0x31)
    bench.fabric.send_message("dev", address, 0x31)

    assert taken == [(0xFEE0_0000, 0x31)]
    assert bench.kinds() == ["msi-lost"]
    assert what in bench.findings[0].sentence
    assert bench.ram.read(0x5000, 4) == (b"\x31\0\0\0" if address == 0x5000 else bytes(4))
