# SPDX-License-Identifier: GPL-2.0-only
"""The local APIC: priorities, messages, its timer, and the 8259A pair behind it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.clock import Clock
from emulator.devices.lapic import MIN_PERIOD_NS, Lapic
from emulator.devices.pic import PicPair
from emulator.memmap import LAPIC_BASE

ENABLE = 0x1FF
TPR, PPR, EOI, SVR, ISR, IRR, ESR = 0x80, 0xA0, 0xB0, 0xF0, 0x100, 0x200, 0x280
ICR_LOW, ICR_HIGH, LVT_TIMER, LINT0, LVT_ERROR = 0x300, 0x310, 0x320, 0x350, 0x370
INITIAL, CURRENT, DIVIDE = 0x380, 0x390, 0x3E0
MASKED, PERIODIC = 1 << 16, 1 << 17
DIVISORS = {0b0000: 2, 0b0001: 4, 0b0010: 8, 0b0011: 16, 0b1000: 32, 0b1001: 64, 0b1010: 128, 0b1011: 1}


class Wired:
    """A local APIC, enabled by software, with the pair behind it."""

    def __init__(self) -> None:
        self.clock, self.pics = Clock(), PicPair()
        for chip, base in ((self.pics.master, 0x30), (self.pics.slave, 0x38)):
            for offset, value in ((0, 0x11), (1, base), (1, 4 if base == 0x30 else 2), (1, 1)):
                chip.write(offset, 1, value)
        self.lapic = Lapic(self.clock, self.pics)
        self.write(SVR, ENABLE)

    def write(self, offset: int, value: int) -> None:
        self.lapic.write(offset, 4, value)

    def read(self, offset: int) -> int:
        return self.lapic.read(offset, 4)

    def message(self, vector: int) -> None:
        self.lapic.message(LAPIC_BASE, vector)

    def vectors(self, bank: int) -> set[int]:
        """Read a 256-bit register word by word."""
        words = [self.read(bank + 0x10 * index) for index in range(8)]
        return {32 * index + bit for index, word in enumerate(words) for bit in range(32) if word >> bit & 1}

    def sleep(self, ns: int) -> None:
        end = self.clock.now_ns + ns
        while (deadline := self.clock.next_deadline()) is not None and deadline <= end:
            self.clock.now_ns = max(deadline, self.clock.now_ns)
            self.clock.run_due()
        self.clock.now_ns = end


@given(st.lists(st.integers(16, 255), min_size=1, max_size=12, unique=True))
def test_vectors_come_highest_first_and_one_of_a_lower_class_waits_for_the_end_of_the_other(vectors: list[int]) -> None:
    part = Wired()
    for vector in vectors:
        part.message(vector)

    taken = []
    while part.lapic.pending():
        taken.append(part.lapic.acknowledge())
        assert part.vectors(ISR) == {taken[-1]}
        assert part.read(PPR) == taken[-1] & 0xF0
        part.write(EOI, 0)

    assert taken == sorted(vectors, reverse=True)
    assert not part.vectors(IRR)


def test_only_a_higher_class_interrupts_what_is_in_service() -> None:
    part = Wired()
    part.message(0x51)
    part.lapic.acknowledge()

    part.message(0x5F)
    assert not part.lapic.pending()
    part.message(0x60)

    assert part.lapic.acknowledge() == 0x60
    assert part.vectors(ISR) == {0x51, 0x60}
    part.write(EOI, 0)
    assert part.vectors(ISR) == {0x51}
    part.write(EOI, 0)
    assert part.lapic.acknowledge() == 0x5F


def test_the_task_priority_holds_vectors_back_but_not_what_the_pair_asks_for() -> None:
    part = Wired()
    part.write(TPR, 0xFF)
    part.message(0xFE)
    assert not part.lapic.pending()

    part.pics.set_line(3, level=True)

    assert part.lapic.acknowledge() == 0x33
    assert not part.vectors(ISR)
    part.write(TPR, 0)
    assert part.lapic.acknowledge() == 0xFE


def test_an_own_vector_goes_before_the_pair_and_the_pair_interrupts_even_the_highest_in_service() -> None:
    part = Wired()
    part.pics.set_line(3, level=True)
    part.message(0xFE)

    assert part.lapic.acknowledge() == 0xFE
    assert part.lapic.pending()
    assert part.lapic.acknowledge() == 0x33


def test_at_power_on_the_pair_is_a_virtual_wire_until_lint0_is_masked() -> None:
    part = Wired()
    part.lapic.reset_registers()
    part.lapic.write(SVR, 4, 0xFF)
    part.pics.set_line(1, level=True)

    assert part.read(LINT0) == 0x700
    assert part.lapic.pending()
    part.write(LINT0, 0x700 | MASKED)
    assert not part.lapic.pending()


def test_disabled_by_software_it_takes_no_messages() -> None:
    part = Wired()
    part.write(SVR, 0xFF)

    part.message(0x50)

    assert not part.vectors(IRR)
    assert not part.lapic.pending()


@pytest.mark.parametrize(("address", "taken"), [(0, True), (0xFF << 12, True), (3 << 12, False), (4, False)])
def test_a_message_reaches_who_it_is_addressed_to(address: int, taken: bool) -> None:
    part = Wired()

    part.lapic.message(LAPIC_BASE | address, 0x77)

    assert part.lapic.pending() == taken


def test_a_logical_destination_is_a_mask() -> None:
    part = Wired()
    part.write(0xD0, 0x02 << 24)

    part.lapic.message(LAPIC_BASE | 0x03 << 12 | 4, 0x77)

    assert part.vectors(IRR) == {0x77}


def test_illegal_vectors_are_errors_that_a_write_makes_visible() -> None:
    part = Wired()
    part.write(LVT_ERROR, 0xFD)
    part.message(5)
    part.write(ICR_LOW, 1 << 18 | 5)

    assert part.read(ESR) == 0
    part.write(ESR, 0)
    assert part.read(ESR) == 0x60
    assert part.lapic.acknowledge() == 0xFD


def test_it_interrupts_itself() -> None:
    part = Wired()

    part.write(ICR_LOW, 1 << 18 | 0x91)
    part.write(ICR_LOW, 0x90)
    part.write(ICR_HIGH, 5 << 24)
    part.write(ICR_LOW, 0x92)

    assert part.vectors(IRR) == {0x90, 0x91}


@pytest.mark.parametrize(("code", "divisor"), DIVISORS.items())
def test_the_timer_counts_bus_ticks_and_fires_once(code: int, divisor: int) -> None:
    part = Wired()
    part.write(DIVIDE, code)
    part.write(LVT_TIMER, 0xEF)
    part.write(INITIAL, 1000)

    part.sleep(999 * divisor)
    assert part.read(CURRENT) == 1
    assert not part.lapic.pending()
    part.sleep(divisor)

    assert part.lapic.acknowledge() == 0xEF
    part.write(EOI, 0)
    part.sleep(10_000 * divisor)
    assert part.read(CURRENT) == 0
    assert not part.lapic.pending()


def test_the_periodic_timer_fires_again_and_a_period_too_short_for_the_host_is_drawn_out() -> None:
    part = Wired()
    part.write(DIVIDE, 0b1011)
    part.write(LVT_TIMER, PERIODIC | 0xEF)
    part.write(INITIAL, 1)
    fired = 0
    for _ in range(10):
        part.sleep(MIN_PERIOD_NS)
        fired += part.lapic.pending()
        part.lapic.acknowledge()
        part.write(EOI, 0)

    assert fired == 10
    assert part.clock.next_news() is None
    part.write(INITIAL, 0)
    assert part.clock.next_deadline() is None


ACCESS = st.tuples(
    st.sampled_from(["write", "read", "message", "line", "sleep", "take"]),
    st.sampled_from([*range(0, 0x400, 0x10), 1, 0x84, 0xFFC]),
    st.sampled_from([1, 2, 4, 4, 4, 8]),
    st.integers(0, (1 << 32) - 1) | st.sampled_from([0, ENABLE, 0xEF, PERIODIC | 0xEF, 0x700, 0x4_0040]),
)


@given(st.lists(ACCESS, max_size=40))
def test_no_sequence_of_accesses_breaks_it_and_what_it_gives_is_always_right(accesses) -> None:
    part = Wired()
    for action, offset, width, value in accesses:
        if action == "write":
            part.lapic.write(offset, width, value)
        elif action == "read":
            assert 0 <= part.lapic.read(offset, width) < 1 << 8 * width
        elif action == "message":
            part.lapic.message(LAPIC_BASE | value & 0xF_FFFC, offset)
        elif action == "line":
            part.pics.set_line(value & 15, level=bool(offset & 0x10))
        elif action == "sleep":
            part.sleep(value & 0xF_FFFF)
        elif part.lapic.pending():
            requested, priority, before = part.vectors(IRR), part.read(PPR), part.vectors(ISR)
            vector = part.lapic.acknowledge()
            if part.vectors(ISR) == before:
                assert 0x30 <= vector < 0x40
            else:
                assert vector == max(requested)
                assert vector >> 4 > priority >> 4
