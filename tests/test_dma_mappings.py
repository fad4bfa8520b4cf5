# SPDX-License-Identifier: GPL-2.0-only
"""The table of live mappings in guest RAM, against a plain dictionary of the same."""

from collections import Counter

import pytest
from guest_kernel import Guest
from hypothesis import given, settings
from hypothesis import strategies as st

from pykernel.errors import KernelBug
from pykernel.mm.dma_mappings import COHERENT, ERROR_CHECKED, PAGE, POOL, SG, SINGLE, DmaMappings

DEV, OTHER = 0xFFFF_8100_0000_1000, 0xFFFF_8100_0000_2000
SIZES = (1, 64, 4096)
ADDRESSES = st.integers(1, 40).map(lambda number: number << 12)


@pytest.fixture
def table() -> DmaMappings:
    return fresh_table()


def fresh_table() -> DmaMappings:
    kernel = _GUEST.kernel
    variable = kernel.mm.layout.variable("dma_mappings")
    kernel.mm.ram.fill(kernel.mm.statics["dma_mappings"], variable.size)
    kernel.mm.set("nr_dma_mappings", 0)
    kernel.mm.set("dma_mappings_lost", 0)
    kernel.mm.set("dma_mappings_span", 0)
    return kernel.mappings


_GUEST = Guest()


@settings(max_examples=60)
@given(st.lists(st.tuples(st.booleans(), ADDRESSES, st.sampled_from(SIZES), st.integers(0, 2)), max_size=120))
def test_it_holds_what_was_added_and_not_removed(steps: list[tuple[bool, int, int, int]]) -> None:
    table, expected = fresh_table(), Counter[tuple[int, int, int]]()

    for adds, dma_addr, size, direction in steps:
        key = dma_addr, size, direction
        if adds:
            table.add(DEV, dma_addr, size, 0, SINGLE, direction, marks=ERROR_CHECKED)
            expected[key] += 1
        elif expected[key]:
            assert table.remove(DEV, dma_addr, size, 0, SINGLE, direction) == ()
            expected[key] -= 1

        assert Counter((each.dma_addr, each.size, each.direction) for each in table) == +expected
        assert len(table) == expected.total()


def test_neighbours_in_a_crowded_table_survive_each_other_s_removal(table: DmaMappings) -> None:
    addresses = [number * 64 for number in range(1, 2000)]
    for dma_addr in addresses:
        table.add(DEV, dma_addr, 64, 0, SINGLE, 1, marks=ERROR_CHECKED)

    for dma_addr in addresses[::2]:
        assert table.remove(DEV, dma_addr, 64, 0, SINGLE, 1) == ()

    assert sorted(each.dma_addr for each in table) == addresses[1::2]


def test_it_remembers_who_mapped_what_and_when(table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 256, 0xFFFF_8100_0000_1000, SINGLE, 2, 77, (1, 2, 3))

    (mapping,) = table

    assert (mapping.dev, mapping.dma_addr, mapping.size, mapping.mapped_at_ns) == (DEV, 0x1000, 256, 77)
    assert mapping.backtrace == (1, 2, 3)
    assert (mapping.type_name, mapping.direction_name) == ("single", "DMA_FROM_DEVICE")


def test_a_range_finds_the_mappings_that_have_a_part_of_it(table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 0x100, 0, SINGLE, 1)
    table.add(DEV, 0x1080, 0x1000, 0, SINGLE, 1)

    def found(dma_addr: int, length: int) -> list[int]:
        return sorted(each.dma_addr for each in table.overlapping(dma_addr, length))

    assert found(0x0FFF, 1) == []
    assert found(0x0FFF, 2) == [0x1000]
    assert found(0x10FF, 2) == [0x1000, 0x1080]
    assert found(0x1100, 0xF80) == [0x1080]
    assert found(0x2080, 1) == []


WRONG = {
    "dma-unmap-size": (DEV, 0x1000, 65, 5, COHERENT, 0),
    "dma-unmap-function": (DEV, 0x1000, 64, 5, SINGLE, 0),
    "dma-unmap-cpu-address": (DEV, 0x1000, 64, 6, COHERENT, 0),
    "dma-unmap-direction": (DEV, 0x1000, 64, 5, COHERENT, 1),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_call_that_does_not_fit_is_named_and_takes_the_mapping_down(kind: str, table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 64, 5, COHERENT, 0)

    complaints = table.remove(*WRONG[kind])

    assert [each.kind for each in complaints] == [kind]
    assert complaints[0].sentence.startswith("device driver frees DMA memory with ")
    assert len(table) == 0


@pytest.mark.parametrize(("dev", "dma_addr"), [(DEV, 0x2000), (OTHER, 0x1000)])
def test_what_was_never_mapped_is_told_in_linux_s_words(dev: int, dma_addr: int, table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 64, 5, SINGLE, 0)

    (complaint,) = table.remove(dev, dma_addr, 64, 0, SINGLE, 0)

    assert complaint.kind == "dma-unmap-unknown"
    assert complaint.sentence == (
        f"device driver tries to free DMA memory it has not allocated [device address={dma_addr:#018x}] [size=64 bytes]"
    )
    assert len(table) == 1


def test_a_mapping_whose_failure_nobody_asked_about_is_told_when_it_goes(table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 64, 0, PAGE, 1)
    table.add(DEV, 0x2000, 64, 0, SINGLE, 1)
    table.add(DEV, 0x3000, 64, 0, SG, 1)

    table.note_checked(DEV, 0x2000)

    (complaint,) = table.remove(DEV, 0x1000, 64, 0, PAGE, 1)
    assert complaint.kind == "dma-map-error-unchecked"
    assert complaint.sentence.endswith("[mapped as page]")
    assert table.remove(DEV, 0x2000, 64, 0, SINGLE, 1) == ()
    assert table.remove(DEV, 0x3000, 64, 0, SG, 1) == ()


def test_a_pool_s_first_block_is_not_taken_for_its_memory(table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 4096, 7, COHERENT, 0)
    table.add(DEV, 0x1000, 64, 7, POOL, 0)

    assert [each.kind for each in table.remove(DEV, 0x1000, 2048, 7, COHERENT, 0)] == ["dma-unmap-size"]
    assert table.remove(DEV, 0x1000, 64, 7, POOL, 0) == ()


@settings(max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 1 << 16), st.sampled_from((1, 64, 5000, 70_000))), max_size=40),
    st.integers(0, 1 << 16),
    st.sampled_from((1, 100, 9000)),
)
def test_whatever_overlaps_a_range_is_found(mapped: list[tuple[int, int]], start: int, length: int) -> None:
    table = fresh_table()
    for dma_addr, size in mapped:
        table.add(DEV, dma_addr, size, 0, SINGLE, 1)

    found = Counter((each.dma_addr, each.size) for each in table.overlapping(start, length))

    wanted = [(first, size) for first, size in mapped if first < start + length and start < first + size]
    assert found == Counter(wanted)


def test_of_two_mappings_of_one_address_the_one_that_fits_goes(table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 64, 0, SINGLE, 1)
    table.add(DEV, 0x1000, 128, 0, SINGLE, 1, marks=ERROR_CHECKED)

    assert table.remove(DEV, 0x1000, 128, 0, SINGLE, 1) == ()
    assert [each.size for each in table] == [64]


def test_a_device_let_go_with_mappings_is_told_with_the_last_of_them(table: DmaMappings) -> None:
    table.add(DEV, 0x1000, 64, 0, SINGLE, 1, 5)
    table.add(DEV, 0x2000, 32, 0, SINGLE, 2, 6)
    table.add(OTHER, 0x3000, 64, 0, SINGLE, 1, 7)

    complaint = table.pending(DEV)

    assert complaint.kind == "dma-pending-at-release"
    assert "[count=2]" in complaint.sentence
    assert complaint.mapping.dma_addr == 0x2000
    assert table.pending(0x1234) is None


def test_a_full_table_says_so_once_and_stays_silent(table: DmaMappings) -> None:
    most = _GUEST.layout.number("DMA_MAPPINGS_MAX")
    for number in range(most + 3):
        table.add(DEV, number * 8, 8, 0, SINGLE, 1)

    assert len(table) == most
    assert _GUEST.kernel.log.read().count("DMA-API: debugging out of memory - disabling") == 1
    assert table.remove(DEV, (most + 1) * 8, 8, 0, SINGLE, 1) == ()


def test_a_table_that_somebody_has_written_over_ends_no_search_in_a_hang(table: DmaMappings) -> None:
    first = _GUEST.kernel.mm.statics["dma_mappings"] >> 3
    size = _GUEST.layout.variable("dma_mappings").size // 8
    _GUEST.ram.u64[first : first + size] = memoryview(bytes([1]) * size * 8).cast("Q")

    with pytest.raises(KernelBug, match="no free slot"):
        table.add(DEV, 0x1000, 64, 0, SINGLE, 1)
    with pytest.raises(KernelBug, match="no free slot"):
        table.remove(DEV, 0x1000, 64, 0, SINGLE, 1)
