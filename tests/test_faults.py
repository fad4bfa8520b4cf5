# SPDX-License-Identifier: GPL-2.0-only
"""Faults of devices on purpose, and hostile devices: decided by a seed, the same in every run, and nobody crashes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.chance import Chance
from emulator.faults import UNLIMITED, DeviceFaults, FaultAttr, FaultSource, FaultyParts
from emulator.hostile import HostileConfig, Hostility
from emulator.irq import IrqLine
from tests.machine_parts import Bench

DELAY_NS = 1000
FIRST = FaultAttr(nth=1)


class Wired(Bench):
    """A bench whose port and line have the faults asked for."""

    def __init__(self, **faults: FaultAttr) -> None:
        super().__init__()
        self.faults = FaultyParts(DeviceFaults(delay_ns=DELAY_NS, **faults), self.clock)
        self.dma = self.port()
        self.dma.faults = self.faults
        self.irq = self.faults.irq_line(self.line)


def test_the_generator_gives_the_same_numbers_everywhere() -> None:
    assert [Chance(1).bits64() for _ in range(2)] == [Chance(1).bits64()] * 2
    chance = Chance(7)
    assert [chance.below(1000) for _ in range(6)] == [397, 590, 434, 839, 947, 203]


@pytest.mark.parametrize(
    ("attr", "expected"),
    [
        (FaultAttr(probability=100), [1]),
        (FaultAttr(probability=100, times=UNLIMITED), list(range(1, 11))),
        (FaultAttr(probability=100, times=3, interval=3), [3, 6, 9]),
        (FaultAttr(probability=100, times=2, space=3), [3, 4]),
        (FaultAttr(nth=4), [4]),
        (FaultAttr(), []),
    ],
)
def test_attributes_decide_as_linuxs_do(attr: FaultAttr, expected: list[int]) -> None:
    source = FaultSource(attr, Chance(0))

    failed = [number for number in range(1, 11) if source.should_fail()]

    assert failed == expected
    assert source.happened == len(expected)


def test_a_lost_interrupt_never_comes_and_the_next_does() -> None:
    bench = Wired(irq_lost=FIRST)

    for level in (True, False, True):
        bench.irq.level = level

    assert bench.levels == [True]


def test_a_late_interrupt_comes_after_its_delay_unless_it_was_withdrawn() -> None:
    bench = Wired(irq_late=FaultAttr(100, times=UNLIMITED))

    bench.irq.level = True
    assert bench.levels == []
    bench.sleep(DELAY_NS)
    assert bench.levels == [True]
    bench.irq.level = False
    bench.irq.level = True
    bench.irq.level = False
    bench.sleep(DELAY_NS)

    assert bench.levels == [True, False]


def test_a_doubled_interrupt_comes_again_for_a_moment() -> None:
    bench = Wired(irq_doubled=FIRST)

    bench.irq.level = True
    bench.irq.level = False
    bench.sleep(10 * DELAY_NS + 10_000)

    assert bench.levels == [True, False, True, False]


@pytest.mark.parametrize(
    ("fault", "at_once", "later"),
    [
        ("dma_short", b"abcd....", b"abcd...."),
        ("dma_torn", b"abcd....", b"abcdefgh"),
        ("dma_late", b"." * 8, b"abcdefgh"),
    ],
)
def test_what_becomes_of_a_write(fault: str, at_once: bytes, later: bytes) -> None:
    bench = Wired(**{fault: FIRST})
    bench.ram.write(0x1000, b"." * 8)

    bench.dma.write(0x1000, b"abcdefgh")
    assert bench.ram.read(0x1000, 8) == at_once
    bench.sleep(DELAY_NS)

    assert bench.ram.read(0x1000, 8) == later
    assert bench.faults.happened() == {fault: 1}


@given(data=st.binary(max_size=70), seed=st.integers(0, 1 << 64))
def test_lies_keep_their_width_and_follow_the_seed(data: bytes, seed: int) -> None:
    told = [Hostility(HostileConfig(seed, probability=100)).data(data) for _ in range(2)]

    assert told[0] == told[1]
    assert len(told[0]) == len(data)


def test_what_is_spared_is_honest_and_what_follows_is_counted() -> None:
    hostility = Hostility(HostileConfig(probability=100, spared=3, dma=False))

    assert [hostility.value(5, 4) for _ in range(3)] == [5, 5, 5]
    assert hostility.data(b"1234") == b"1234"
    assert all(0 <= hostility.value(5, width) < 1 << 8 * width for width in (1, 2, 4, 8) for _ in range(50))
    assert hostility.replaced == 200


def test_a_line_without_faults_is_left_alone() -> None:
    bench = Wired()
    line = IrqLine(bench.levels.append)

    bench.faults.irq_line(line).level = True

    assert bench.levels == [True]
