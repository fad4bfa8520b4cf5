# SPDX-License-Identifier: GPL-2.0-only
"""Descriptors: whose they are, and whether what fills one is ordered before what hands it over."""

import pytest

from emulator.cpu_guard import Guards
from emulator.dma import DescriptorRing
from emulator.native.guard import GUARDS, MAX_GUARDS, WORDS
from pykernel.check.access import MappingTables
from pykernel.check.memory import Memory
from pykernel.descriptors import Descriptors, Unordered
from tests.guest_kernel import Guest

NIC, RING, STRIDE, COUNT = "nic", 0x30_0000, 16, 4
ADDR, STATUS, LENGTH, BARRIER = (0, 8), (8, 4), (12, 2), (0, 0)
OWN = 1 << 31
BY_BELL = DescriptorRing(RING, STRIDE, COUNT, None)
BY_OWN = DescriptorRing(RING, STRIDE, COUNT, (8, OWN))


class Bench:
    """A machine whose CPU is played by hand: each store comes from an address of its own."""

    def __init__(self, ring: DescriptorRing) -> None:
        self.guest = Guest()
        memory = Memory(self.guest.ram, self.guest.layout, self.guest.config, self.guest.kernel.mm.statics)
        words = memoryview(bytearray(8 * (GUARDS + WORDS * MAX_GUARDS))).cast("Q")
        self.pages: dict[int, bool] = {}
        guards = Guards(words, lambda pfn, _, stores: self.pages.__setitem__(pfn, stores))
        self.at = 0x1000
        self.descriptors = Descriptors(memory, guards, MappingTables(memory), lambda depth: [self.at])
        self.descriptors.ring(NIC, "TX", ring)

    def store(self, place: tuple[int, int], index: int = 0, value: int = 0) -> list[tuple[str, int]]:
        """Store, or execute a barrier, one instruction after the last; give what was not the CPU's."""
        self.at += 4
        offset, width = place
        if not width:
            self.guest.ram.u32[self.guest.phys("dma_write_barriers") >> 2] += 1
            return []
        first = RING + STRIDE * index + offset
        found = list(self.descriptors.stored((first, first + width)))
        self.guest.ram.write(first, value.to_bytes(width, "little"))
        return found

    def taken(self, index: int = 0) -> Unordered | None:
        """Let the device take a descriptor."""
        self.at += 4
        return self.descriptors.own(NIC, RING + STRIDE * index, STRIDE)


@pytest.mark.parametrize(
    ("order", "late"),
    [
        ((ADDR, LENGTH, BARRIER, STATUS), None),
        ((ADDR, BARRIER, LENGTH, STATUS), LENGTH),
        ((BARRIER, ADDR, STATUS), ADDR),
        ((ADDR, BARRIER, STATUS, BARRIER, LENGTH), LENGTH),
        ((ADDR, STATUS, BARRIER, STATUS), None),
        ((STATUS, STATUS), None),
        ((), None),
    ],
)
def test_where_the_valid_bit_hands_over_all_else_comes_first_and_a_barrier_between(
    order: tuple[tuple[int, int], ...], late: tuple[int, int] | None
) -> None:
    bench = Bench(BY_OWN)

    for place in order:
        bench.store(place)
    found = bench.taken()

    assert (found.store.start if found else None) == (late[0] if late else None)
    if found:
        setting = max(index for index, place in enumerate(order) if place == STATUS)
        assert found.handing == [0x1000 + 4 * (setting + 1)]


@pytest.mark.parametrize(
    ("order", "late"),
    [((ADDR, STATUS, BARRIER), None), ((ADDR, BARRIER, STATUS), STATUS), ((ADDR, LENGTH, STATUS), STATUS)],
)
def test_where_a_doorbell_hands_over_a_barrier_stands_before_that(
    order: tuple[tuple[int, int], ...], late: tuple[int, int] | None
) -> None:
    bench = Bench(BY_BELL)

    for place in order:
        bench.store(place)
    found = bench.taken()

    assert (found.store.start if found else None) == (late[0] if late else None)
    assert found is None or found.handing == [bench.at]


def test_each_descriptor_counts_for_itself_and_once() -> None:
    bench = Bench(BY_OWN)

    for place in (ADDR, STATUS):
        bench.store(place, index=2)

    assert bench.taken(index=1) is None
    found = bench.taken(index=2)
    assert found is not None
    assert found.dma_addr == RING + 2 * STRIDE
    assert bench.taken(index=2) is None


def test_the_valid_bit_makes_it_the_devices_until_that_writes_it_back() -> None:
    bench = Bench(BY_OWN)

    assert bench.store(STATUS, value=OWN) == []
    assert bench.store(LENGTH) == [(NIC, RING)]
    assert bench.store(LENGTH, index=1) == []
    bench.guest.ram.write(RING + 8, bytes(4))

    assert bench.store(STATUS, value=OWN) == []


def test_with_a_doorbell_it_is_the_devices_from_that_on_whatever_its_bits_say() -> None:
    bench = Bench(BY_BELL)

    assert bench.store(STATUS, value=OWN) == []
    assert bench.store(LENGTH) == []
    bench.taken()
    assert bench.store(LENGTH) == [(NIC, RING)]
    bench.descriptors.disown(NIC, RING, STRIDE)

    assert bench.store(LENGTH) == []


def test_a_ring_that_is_gone_is_not_looked_at() -> None:
    bench = Bench(BY_OWN)
    assert bench.pages == {RING >> 12: True}

    bench.descriptors.ring(NIC, "TX", None)

    assert bench.pages == {RING >> 12: False}
    assert bench.store(STATUS, value=OWN) == []
    assert bench.store(LENGTH) == []
    assert bench.taken() is None
