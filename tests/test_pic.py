# SPDX-License-Identifier: GPL-2.0-only
"""The 8259A pair: order, masks, the ways to end an interrupt, levels, and spurious vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.devices.pic import PicPair

MASTER, SLAVE = 0x30, 0x38


def _pair(*, auto_eoi: bool = False, level: int = 0) -> PicPair:
    """Initialize a pair as Linux does, all inputs open; `level` are the inputs that ELCR makes level-triggered."""
    pair = PicPair()
    for chip, vector, wiring in ((pair.master, MASTER, 4), (pair.slave, SLAVE, 2)):
        chip.write(0, 1, 0x11)
        chip.write(1, 1, vector)
        chip.write(1, 1, wiring)
        chip.write(1, 1, 0x03 if auto_eoi else 0x01)
        chip.write(1, 1, 0)
    pair.elcr.write(0, 2, level)
    return pair


def _pulse(pair: PicPair, irq: int) -> None:
    pair.set_line(irq, level=True)
    pair.set_line(irq, level=False)


def _vector(irq: int) -> int:
    return MASTER + irq if irq < 8 else SLAVE + irq - 8


def _end(pair: PicPair, irq: int) -> None:
    if irq >= 8:
        pair.slave.write(0, 1, 0x20)
    pair.master.write(0, 1, 0x20)


@given(irqs=st.sets(st.sampled_from([0, 1, *range(3, 16)])))
def test_edges_are_delivered_by_priority_with_the_slaves_between_1_and_3(irqs: set[int]) -> None:
    pair = _pair()
    for irq in sorted(irqs, reverse=True):
        _pulse(pair, irq)

    delivered = []
    while pair.pending():
        vector = pair.acknowledge()
        delivered.append(vector)
        _end(pair, vector - MASTER)

    order = [0, 1, *range(8, 16), *range(3, 8)]
    assert delivered == [_vector(irq) for irq in order if irq in irqs]


def test_a_worse_request_waits_for_the_end_of_interrupt_and_a_better_one_does_not() -> None:
    pair = _pair()
    _pulse(pair, 4)
    assert pair.acknowledge() == MASTER + 4

    _pulse(pair, 5)
    assert not pair.pending()
    _pulse(pair, 3)
    assert pair.acknowledge() == MASTER + 3

    pair.master.write(0, 1, 0x20)
    assert not pair.pending()
    pair.master.write(0, 1, 0x20)
    assert pair.acknowledge() == MASTER + 5


def test_a_specific_end_of_interrupt_ends_that_one() -> None:
    pair = _pair()
    for irq in (4, 3):
        _pulse(pair, irq)
        pair.acknowledge()

    pair.master.write(0, 1, 0x60 | 4)

    pair.master.write(0, 1, 0x0B)
    assert pair.master.read(0, 1) == 1 << 3


def test_a_masked_request_is_remembered_until_it_is_open() -> None:
    pair = _pair()
    pair.master.write(1, 1, 1 << 5)
    _pulse(pair, 5)
    assert not pair.pending()
    assert pair.master.read(1, 1) == 1 << 5

    pair.master.write(1, 1, 0)

    assert pair.acknowledge() == MASTER + 5


def test_request_and_service_registers_are_read_as_selected() -> None:
    pair = _pair()
    _pulse(pair, 4)
    pair.acknowledge()
    _pulse(pair, 6)

    pair.master.write(0, 1, 0x0A)
    assert pair.master.read(0, 1) == 1 << 6
    pair.master.write(0, 1, 0x0B)
    assert pair.master.read(0, 1) == 1 << 4


def test_an_edge_asks_once_however_long_the_line_stays_high() -> None:
    pair = _pair()
    pair.set_line(4, level=True)
    pair.acknowledge()
    pair.set_line(4, level=True)
    _end(pair, 4)

    assert not pair.pending()


def test_a_level_asks_until_the_line_falls() -> None:
    pair = _pair(level=1 << 10)
    pair.set_line(10, level=True)
    for _ in range(3):
        assert pair.acknowledge() == SLAVE + 2
        _end(pair, 10)

    assert pair.acknowledge() == SLAVE + 2
    pair.set_line(10, level=False)  # as a driver quiets its device before it ends the interrupt
    _end(pair, 10)

    assert not pair.pending()


def test_a_level_that_falls_after_the_cascade_took_it_is_spurious_15() -> None:
    pair = _pair(level=1 << 10)
    pair.set_line(10, level=True)
    pair.set_line(10, level=False)

    assert pair.pending()  # the master saw an edge of the slave
    assert pair.acknowledge() == SLAVE + 7

    pair.slave.write(0, 1, 0x0B)
    assert pair.slave.read(0, 1) == 0
    pair.master.write(0, 1, 0x0B)
    assert pair.master.read(0, 1) == 1 << 2


def test_an_acknowledge_with_nothing_left_is_spurious_7() -> None:
    pair = _pair(level=1 << 5)
    pair.set_line(5, level=True)
    pair.set_line(5, level=False)

    assert pair.acknowledge() == MASTER + 7

    pair.master.write(0, 1, 0x0B)
    assert pair.master.read(0, 1) == 0


def test_timer_keyboard_cascade_rtc_and_coprocessor_stay_edges() -> None:
    pair = _pair(level=0xFFFF)

    assert pair.elcr.read(0, 2) == 0xDEF8


def test_automatic_end_of_interrupt_leaves_nothing_in_service() -> None:
    pair = _pair(auto_eoi=True)
    _pulse(pair, 4)
    _pulse(pair, 5)

    assert [pair.acknowledge(), pair.acknowledge()] == [MASTER + 4, MASTER + 5]


def test_rotation_makes_the_ended_input_the_lowest() -> None:
    pair = _pair()
    _pulse(pair, 4)
    pair.acknowledge()
    pair.master.write(0, 1, 0xA0)  # non-specific EOI with rotation
    for irq in (3, 4, 5):
        _pulse(pair, irq)

    assert pair.acknowledge() == MASTER + 5


def test_special_mask_mode_lets_worse_ones_through_while_theirs_is_masked() -> None:
    pair = _pair()
    _pulse(pair, 3)
    pair.acknowledge()
    pair.master.write(0, 1, 0x68)
    pair.master.write(1, 1, 1 << 3)

    _pulse(pair, 5)

    assert pair.acknowledge() == MASTER + 5


def test_a_poll_is_an_acknowledge() -> None:
    pair = _pair()
    _pulse(pair, 4)
    pair.master.write(0, 1, 0x0C)

    assert pair.master.read(0, 1) == 0x84

    pair.master.write(0, 1, 0x0B)
    assert pair.master.read(0, 1) == 1 << 4
    pair.master.write(0, 1, 0x0C)
    assert pair.master.read(0, 1) == 0


def test_initialization_forgets_masks_service_and_edges() -> None:
    pair = _pair()
    pair.master.write(1, 1, 0xFF)
    _pulse(pair, 4)

    pair.master.write(0, 1, 0x11)
    for value in (MASTER, 4, 1):
        pair.master.write(1, 1, value)

    assert pair.master.read(1, 1) == 0
    assert not pair.pending()


@pytest.mark.parametrize("operation", range(8))
def test_ending_interrupts_when_none_is_in_service_is_harmless(operation: int) -> None:
    pair = _pair()
    pair.master.write(0, 1, operation << 5)
    _pulse(pair, 7)

    assert pair.acknowledge() == MASTER + 7
