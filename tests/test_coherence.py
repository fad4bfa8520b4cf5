# SPDX-License-Identifier: GPL-2.0-only
"""Caches that devices do not see, and bytes that nobody has written."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.coherence import Caches
from pykernel.check.written import find_unwritten, mark_unwritten
from tests.machine_parts import Bench

BUFFER, BYTES = 0x1010, 100


class Wired(Bench):
    """A bench whose devices do not see the CPU's caches, with a tracked buffer that holds dots."""

    def __init__(self) -> None:
        super().__init__()
        self.fabric.caches = self.caches = Caches(self.ram)
        self.dma = self.port()
        self.ram.write(BUFFER, b"." * BYTES)
        self.caches.track(BUFFER, BYTES)


def test_the_device_sees_what_was_written_back_and_no_later_stores() -> None:
    bench = Wired()

    bench.ram.write(BUFFER, b"new")
    assert bench.dma.read(BUFFER, 4) == b"...."
    bench.caches.write_back(BUFFER, 3)

    assert bench.dma.read(BUFFER, 4) == b"new."


def test_two_objects_that_an_allocator_puts_into_one_line_do_not_spoil_each_other() -> None:
    bench = Wired()
    one, other = (0x2000, 0x2020), (0x2020, 0x2040)
    for start, end in (one, other):
        bench.caches.track(start, end - start, (start, end))

    bench.dma.write(one[0], b"from the device")
    bench.ram.write(other[0], b"from the CPU")
    bench.caches.invalidate(one[0], 32, one)

    assert bench.ram.read(one[0], 15) == b"from the device"
    assert bench.ram.read(other[0], 12) == b"from the CPU"


def test_the_cpu_sees_what_the_device_wrote_after_an_invalidate_only() -> None:
    bench = Wired()

    bench.dma.write(BUFFER, b"data")
    assert bench.ram.read(BUFFER, 4) == b"...."
    assert bench.dma.read(BUFFER, 4) == b"data"
    bench.caches.invalidate(BUFFER, BYTES)

    assert bench.ram.read(BUFFER, 4) == b"data"


def test_an_invalidate_loses_what_the_cpu_wrote_beside_the_buffer_in_its_line() -> None:
    bench = Wired()

    bench.ram.write(BUFFER - 1, b"X")
    bench.caches.invalidate(BUFFER, BYTES)

    assert bench.ram.read(BUFFER - 1, 1) == b"\0"


def test_a_line_is_tracked_until_its_last_user_has_gone() -> None:
    bench = Wired()
    bench.caches.track(BUFFER + 8, 8)

    bench.caches.untrack(BUFFER, BYTES)
    bench.dma.write(BUFFER + 8, b"1")
    assert bench.ram.read(BUFFER + 8, 1) == b"."
    bench.caches.untrack(BUFFER + 8, 8)
    bench.dma.write(BUFFER + 8, b"2")

    assert bench.ram.read(BUFFER + 8, 1) == b"2"


@given(start=st.integers(0, 300), length=st.integers(0, 300), data=st.binary(min_size=300, max_size=300))
def test_outside_of_tracked_lines_memory_is_one(start: int, length: int, data: bytes) -> None:
    bench = Wired()
    first, last = BUFFER & ~63, (BUFFER + BYTES + 63) & ~63
    before = bench.ram.read(0xF80, 600)

    bench.dma.write(0xF80 + start, data[:length])

    seen = bench.ram.read(0xF80, 600)
    for at in range(600):
        written = start <= at < start + length
        tracked = first <= 0xF80 + at < last
        assert seen[at] == (data[at - start] if written and not tracked else before[at])
    assert bench.dma.read(0xF80 + start, length) == data[:length]


@given(
    phys=st.integers(0x1000, 0x1040),
    length=st.integers(1, 64),
    hole=st.integers(0, 63),
    size=st.integers(4, 20),
    value=st.integers(0, 3),
)
def test_a_hole_of_four_bytes_in_what_was_written_is_found(
    phys: int, length: int, hole: int, size: int, value: int
) -> None:
    ram = Bench().ram
    mark_unwritten(ram, 0x1000, 256)
    end = min(hole + size, length)
    for at in range(length):
        if not hole <= at < end:
            ram.u8[phys + at] = value

    found = find_unwritten(ram, phys, length)

    assert found == ((phys + hole, phys + end) if end - hole >= 4 else None)


def test_what_is_copied_aligned_alike_stays_unwritten() -> None:
    ram = Bench().ram
    mark_unwritten(ram, 0x1000, 64)

    ram.write(0x2008, ram.read(0x1000, 16))

    assert find_unwritten(ram, 0x2000, 32) == (0x2008, 0x2018)
