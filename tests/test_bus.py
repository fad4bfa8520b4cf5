# SPDX-License-Identifier: GPL-2.0-only
"""The bus: who answers where, who wins where two want the same address, and what nobody answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import memmap
from emulator.bus import Rom
from emulator.errors import ConfigError
from emulator.trace import Access
from tests.machine_parts import MIB, Bench


class Marked:
    """Answers each byte with its mark, and remembers writes."""

    def __init__(self, mark: int) -> None:
        self.mark = mark
        self.writes: list[tuple[int, int, int]] = []

    def read(self, offset: int, width: int) -> int:
        return int.from_bytes(bytes([self.mark]) * width, "little")

    def write(self, offset: int, width: int, value: int) -> None:
        self.writes.append((offset, width, value))


def test_a_target_gets_offsets_and_the_access_is_traced_and_takes_time() -> None:
    bench = Bench()
    target = Marked(0x42)
    bench.bus.ports.map(0x300, 8, target, "target")

    assert bench.bus.ports.read(0x304, 2) == 0x4242
    bench.bus.ports.write(0x306, 1, 7)

    assert target.writes == [(6, 1, 7)]
    assert bench.trace.last() == [
        Access(memmap.NS_PER_PORT_ACCESS, "ports", 0x304, 2, 0x4242, False),
        Access(2 * memmap.NS_PER_PORT_ACCESS, "ports", 0x306, 1, 7, True),
    ]


def test_an_access_over_the_edge_of_a_range_is_split_into_bytes() -> None:
    bench = Bench()
    target = Marked(0x42)
    bench.bus.ports.map(0x300, 2, target, "target")

    assert bench.bus.ports.read(0x2FF, 4) == 0xFF42_42FF
    bench.bus.ports.write(0x2FF, 4, 0x4433_2211)

    assert target.writes == [(0, 1, 0x22), (1, 1, 0x33)]
    assert bench.bus.ports.read(0x301, 2) == 0xFF42


def test_ranges_wired_by_the_board_may_not_overlap() -> None:
    bench = Bench()
    bench.bus.ports.map(0x300, 8, Marked(1), "first")

    with pytest.raises(ConfigError, match=r"ports: second at 0x307-0x308 overlaps first at 0x300-0x307"):
        bench.bus.ports.map(0x307, 2, Marked(2), "second")

    assert bench.bus.ports.read(0x308, 1) == 0xFF


@given(wanted=st.lists(st.tuples(st.integers(0, 40), st.integers(1, 20)), max_size=8), removed=st.integers(0, 7))
def test_of_placed_ranges_that_overlap_the_earlier_one_answers(wanted: list[tuple[int, int]], removed: int) -> None:
    bench = Bench()
    ports = bench.bus.ports
    placed = [ports.place(start, size, Marked(mark), str(mark)) for mark, (start, size) in enumerate(wanted)]
    if removed < len(placed):
        ports.remove(placed[removed])

    for address in range(64):
        owners = [
            mark for mark, (start, size) in enumerate(wanted) if start <= address < start + size and mark != removed
        ]
        assert ports.read(address, 1) == (owners[0] if owners else 0xFF)


def test_a_range_placed_over_ram_loses_to_it_and_is_a_finding() -> None:
    bench = Bench()

    bench.bus.memory.place(15 * MIB, 2 * MIB, Marked(0x42), "bar")

    assert bench.bus.memory.read(16 * MIB - 1, 1) == 0
    assert bench.bus.memory.read(16 * MIB, 1) == 0x42
    assert bench.finding().kind == "bar-over-ram"
    assert bench.finding().phys == 15 * MIB


def test_a_range_placed_over_another_device_is_a_finding_of_its_own() -> None:
    bench = Bench()
    bench.bus.memory.place(0xE000_0000, 0x1000, Marked(1), "first")

    bench.bus.memory.place(0xE000_0000, 0x2000, Marked(2), "second")

    assert bench.finding().kind == "bar-overlap"
    assert bench.bus.memory.read(0xE000_0FFF, 1) == 1
    assert bench.bus.memory.read(0xE000_1000, 1) == 2


def test_unassigned_ports_float_high_in_silence() -> None:
    bench = Bench()

    assert bench.bus.ports.read(0x1234, 4) == 0xFFFF_FFFF
    bench.bus.ports.write(0x1234, 4, 5)

    assert len(bench.findings) == 0


def test_unassigned_memory_floats_high_and_is_a_finding_once_a_page() -> None:
    bench = Bench()

    for address in (0xD000_0000, 0xD000_0FF8, 0xD000_1000):
        assert bench.bus.memory.read(address, 8) == (1 << 64) - 1
    bench.bus.memory.write(0xD000_0000, 4, 1)

    assert bench.kinds() == ["mmio-unassigned", "mmio-unassigned"]


def test_probing_the_hole_below_1_mib_is_usual() -> None:
    bench = Bench()

    assert bench.bus.memory.read(0xC_0000, 2) == 0xFFFF

    assert len(bench.findings) == 0


def test_rom_reads_its_image_and_loses_writes_with_a_finding() -> None:
    bench = Bench()
    bench.bus.memory.map(0xFFFF_0000, 4, Rom(0xFFFF_0000, b"\x11\x22\x33\x44", bench.clock, bench.findings), "rom")

    bench.bus.memory.write(0xFFFF_0002, 1, 0x99)

    assert bench.bus.memory.read(0xFFFF_0001, 2) == 0x3322
    assert bench.finding().kind == "rom-write"
    assert bench.finding().phys == 0xFFFF_0002


def test_ram_is_on_the_bus_too() -> None:
    bench = Bench()

    bench.bus.memory.write(0x1000, 4, 0x1234_5678)

    assert bench.ram.u32[0x1000 >> 2] == 0x1234_5678
    assert bench.bus.memory.read(0x1001, 2) == 0x3456
