# SPDX-License-Identifier: GPL-2.0-only
"""The 8237A pair: programming, counting, terminal count, and the wraps that it is known for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.devices.isa_dma import REACH
from emulator.dma import DmaPort
from emulator.errors import ConfigError
from tests.machine_parts import AUTO_INIT, DECREMENT, FROM_MEMORY, TO_MEMORY, IsaBench


@pytest.mark.parametrize(
    ("number", "phys", "length"),
    [(1, 0x12_3450, 100), (5, 0x13_3450, 100), (1, 0xFE_0000, 65536), (5, 0x12_0000, 131072)],
)
def test_data_goes_to_memory_and_back(number: int, phys: int, length: int) -> None:
    bench = IsaBench()
    data = bytes(index * 7 + (index >> 8) & 0xFF for index in range(length))

    assert bench.program(number, phys, length, TO_MEMORY).transfer_from_device(data) == length
    assert bench.ram.read(phys, length) == data
    assert bench.program(number, phys, length, FROM_MEMORY).transfer_to_device(length) == data

    assert len(bench.findings) == 0


def test_the_terminal_count_ends_the_transfer_masks_the_channel_and_shows_in_status_once() -> None:
    bench = IsaBench()
    channel = bench.program(1, 0x1000, 10, TO_MEMORY)

    assert channel.transfer_from_device(bytes(4)) == 4
    assert not channel.ended
    assert channel.transfer_from_device(b"\x55" * 100) == 6
    assert channel.ended
    assert channel.transfer_from_device(bytes(1)) == 0

    assert bench.ram.read(0x1000, 11) == bytes(4) + b"\x55" * 6 + b"\0"
    assert bench.peek(1, 8) == 0x02
    assert bench.peek(1, 8) == 0x00
    assert bench.peek(1, 0xF) == 0xFF


def test_auto_initialization_starts_over() -> None:
    bench = IsaBench()
    channel = bench.program(1, 0x1000, 4, TO_MEMORY | AUTO_INIT)

    assert [channel.transfer_from_device(data) for data in (b"abcd", b"ef")] == [4, 2]

    assert bench.ram.read(0x1000, 4) == b"efcd"


def test_the_registers_count_and_are_read_low_byte_first() -> None:
    bench = IsaBench()
    bench.program(5, 0x12_3450, 100, TO_MEMORY).transfer_from_device(bytes(20))

    bench.poke(5, 0xC, 0)

    assert bench.peek(5, 2) | bench.peek(5, 2) << 8 == (0x2_3450 // 2 & 0xFFFF) + 10
    assert bench.peek(5, 3) | bench.peek(5, 3) << 8 == 49 - 10


def test_decrementing_stores_backwards_unit_by_unit() -> None:
    bench = IsaBench()

    bench.program(1, 0x1003, 4, TO_MEMORY | DECREMENT).transfer_from_device(b"abcd")
    bench.program(5, 0x2002, 4, TO_MEMORY | DECREMENT).transfer_from_device(b"abcd")
    data = bench.program(1, 0x1003, 4, FROM_MEMORY | DECREMENT).transfer_to_device(4)

    assert bench.ram.read(0x1000, 4) == b"dcba"
    assert bench.ram.read(0x2000, 4) == b"cdab"
    assert data == b"abcd"


@pytest.mark.parametrize(("number", "size"), [(1, 0x1_0000), (5, 0x2_0000)])
def test_crossing_the_boundary_wraps_inside_the_page_and_is_a_finding(number: int, size: int) -> None:
    bench = IsaBench()
    end = 0x40_0000 + size

    bench.program(number, end - 4, 8, TO_MEMORY).transfer_from_device(b"abcdefgh")

    assert bench.ram.read(end - 4, 8) == b"abcd" + bytes(4)
    assert bench.ram.read(0x40_0000, 4) == b"efgh"
    finding = bench.finding()
    assert (finding.kind, finding.device, finding.dma_addr, finding.length) == (
        "dma-crosses-boundary",
        "dev",
        end - 4,
        8,
    )
    assert f"{size >> 10} KiB" in finding.sentence


@settings(deadline=None)
@given(
    number=st.sampled_from([1, 5]),
    start=st.integers(0, 0xFFFF),
    units=st.integers(1, 0x10000),
    down=st.booleans(),
)
def test_every_unit_goes_where_a_16_bit_counter_says(number: int, start: int, units: int, down: bool) -> None:
    bench = IsaBench()
    unit = 1 if number == 1 else 2
    base = 0x40_0000
    channel = bench.program(number, base + start * unit, units * unit, TO_MEMORY | (DECREMENT if down else 0))

    heard: list[tuple[int, int]] = []
    bench.fabric.on_write(lambda phys, length: heard.append((phys, length)))
    assert channel.transfer_from_device(bytes(units * unit)) == units * unit

    driven = {(phys - base) // unit + index for phys, length in heard for index in range(length // unit)}
    assert driven == {(start - index if down else start + index) & 0xFFFF for index in range(units)}
    wraps = units > (start + 1 if down else 0x10000 - start)
    assert bench.kinds() == (["dma-crosses-boundary"] if wraps else [])


def test_a_request_waits_until_the_channel_is_unmasked() -> None:
    bench = IsaBench()
    served: list[int] = []
    bench.poke(1, 0xA, 4 | 1)

    bench.channels[1].request(lambda: served.append(1))
    assert bench.peek(1, 8) == 0x20
    bench.program(1, 0x1000, 4, TO_MEMORY)

    assert served == [1]
    assert bench.peek(1, 8) == 0


@pytest.mark.parametrize(("register", "value"), [(0xA, 0x05), (0xF, 0x02), (0xD, 0), (0x8, 0x04)])
def test_a_masked_or_disabled_channel_moves_nothing(register: int, value: int) -> None:
    bench = IsaBench()
    channel = bench.program(1, 0x1000, 4, TO_MEMORY)

    bench.poke(1, register, value)

    assert channel.transfer_from_device(b"abcd") == 0
    assert channel.transfer_to_device(4) == b""
    assert bench.ram.read(0x1000, 4) == bytes(4)


def test_the_wrong_direction_overwrites_memory_with_ones_and_is_a_finding() -> None:
    bench = IsaBench()

    assert bench.program(1, 0x1000, 4, TO_MEMORY).transfer_to_device(4) == b"\xff" * 4
    assert bench.program(1, 0x2000, 4, FROM_MEMORY).transfer_from_device(b"abcd") == 4

    assert bench.ram.read(0x1000, 4) == b"\xff" * 4
    assert bench.ram.read(0x2000, 4) == bytes(4)
    assert bench.kinds() == ["dma-direction", "dma-direction"]


def test_verify_mode_counts_without_moving() -> None:
    bench = IsaBench()
    channel = bench.program(1, 0x1000, 4, 0)

    assert channel.transfer_from_device(b"abcd") == 4

    assert channel.ended
    assert bench.ram.read(0x1000, 4) == bytes(4)
    assert len(bench.findings) == 0


def test_unused_page_registers_remember() -> None:
    bench = IsaBench()

    bench.isa.pages.write(0, 1, 0x12)
    bench.isa.pages.write(3, 1, 0x34)

    assert bench.isa.pages.read(0, 4) == 0x3400_0012


def test_a_channel_has_one_device() -> None:
    bench = IsaBench()

    with pytest.raises(ConfigError, match="other wants DMA channel 1, which dev has"):
        bench.isa.attach(1, DmaPort(bench.fabric, "other", REACH))
