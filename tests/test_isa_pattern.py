# SPDX-License-Identifier: GPL-2.0-only
"""The ISA sample part, driven as docs/isa_pattern.md describes."""

import pytest

from emulator.devices.isa_dma import REACH
from emulator.devices.isa_pattern import IsaPattern
from emulator.dma import Beyond, Reach
from tests.machine_parts import FROM_MEMORY, TO_MEMORY, IsaBench

START, TO_MEMORY_COMMAND, WORDS, IRQ, ABORT, FILL = 0x01, 0x02, 0x04, 0x08, 0x40, 0x80
BUSY, DONE, TERMINAL_COUNT, ERROR = 0x01, 0x02, 0x04, 0x08


class Wired(IsaBench):
    """The DMA bench with the part on its channels."""

    def __init__(self, reach: Reach = REACH) -> None:
        super().__init__(reach)
        self.part = IsaPattern(self.clock, self.line, self.channels[1], self.channels[5])

    def start(self, command: int, length: int, offset: int = 0) -> None:
        self.part.write(2, 2, length & 0xFFFF)
        self.part.write(4, 2, offset)
        self.part.write(0, 1, START | command)

    def buffer(self, offset: int, length: int) -> bytes:
        self.part.write(4, 2, offset)
        return bytes(self.part.read(6, 1) for _ in range(length))


def test_the_part_says_what_it_is() -> None:
    assert Wired().part.read(7, 1) == 0xD5


@pytest.mark.parametrize(("number", "words"), [(1, 0), (5, WORDS)])
def test_a_pattern_goes_to_memory_and_back(number: int, words: int) -> None:
    bench = Wired()
    bench.part.write(6, 1, 3)
    bench.part.write(0, 1, FILL)
    pattern = bytes(3 + index + index // 256 & 0xFF for index in range(0x300))

    bench.program(number, 0x12_0000, 0x300, TO_MEMORY)
    bench.start(TO_MEMORY_COMMAND | words | IRQ, 0x300)
    bench.sleep(1_000_000)
    assert bench.ram.read(0x12_0000, 0x300) == pattern
    assert bench.part.read(1, 1) == DONE | TERMINAL_COUNT
    assert bench.line.level
    bench.part.write(1, 1, DONE)
    assert (bench.part.read(1, 1), bench.line.level) == (0, False)

    bench.program(number, 0x12_0000, 0x300, FROM_MEMORY)
    bench.start(words | IRQ, 0x300, offset=0x8000)
    bench.sleep(1_000_000)

    assert bench.buffer(0x8000, 0x300) == pattern
    assert len(bench.findings) == 0


def test_the_whole_buffer_is_length_zero_and_wraps_at_its_end() -> None:
    bench = Wired()
    bench.part.write(0, 1, FILL)

    bench.program(1, 0x12_0000, 0x10000, TO_MEMORY)
    bench.start(TO_MEMORY_COMMAND, 0, offset=0xFF00)
    bench.sleep(100_000_000)

    assert bench.ram.read(0x12_0000, 0x200) == bench.buffer(0xFF00, 0x200)
    assert bench.part.read(1, 1) == DONE | TERMINAL_COUNT


@pytest.mark.parametrize(("words", "number", "ns"), [(0, 1, 100_000), (WORDS, 5, 50_000)])
def test_a_transfer_takes_a_microsecond_a_unit(words: int, number: int, ns: int) -> None:
    bench = Wired()
    bench.program(number, 0x1000, 100, FROM_MEMORY)

    bench.start(words, 100)
    bench.sleep(ns - 1)
    assert bench.part.read(1, 1) == BUSY
    bench.sleep(1)

    assert bench.part.read(1, 1) & DONE


def test_the_part_waits_for_its_channel() -> None:
    bench = Wired()
    bench.start(0, 4)

    bench.sleep(1_000_000)
    assert bench.part.read(1, 1) == BUSY
    bench.program(1, 0x1000, 4, FROM_MEMORY)
    bench.sleep(1_000_000)

    assert bench.part.read(1, 1) == DONE | TERMINAL_COUNT


@pytest.mark.parametrize(("length", "count", "words"), [(8, 4, 0), (7, 8, WORDS)])
def test_moving_less_than_asked_is_an_error(length: int, count: int, words: int) -> None:
    bench = Wired()
    bench.program(5 if words else 1, 0x1000, count, FROM_MEMORY)

    bench.start(words, length)
    bench.sleep(1_000_000)

    assert bench.part.read(1, 1) & (DONE | ERROR) == DONE | ERROR


def test_a_bus_that_aborts_is_an_error() -> None:
    bench = Wired(Reach(0xFFFF, Beyond.ABORT))
    bench.program(1, 0x12_0000, 4, FROM_MEMORY)

    bench.start(0, 4)
    bench.sleep(1_000_000)

    assert bench.part.read(1, 1) == DONE | ERROR
    assert bench.kinds() == ["dma-beyond-reach"]


def test_commands_are_ignored_while_busy_but_abort() -> None:
    bench = Wired()
    bench.program(1, 0x1000, 4, FROM_MEMORY)
    bench.start(IRQ, 4)
    bench.part.write(0, 1, FILL)
    assert bench.buffer(0, 2) == b"\0\0"

    bench.part.write(0, 1, ABORT)
    bench.sleep(1_000_000)

    assert bench.part.read(1, 1) == 0
    assert bench.levels == []


def test_an_aborted_wait_does_not_start_later() -> None:
    bench = Wired()
    bench.start(0, 4)
    bench.part.write(0, 1, ABORT)

    bench.program(1, 0x1000, 4, FROM_MEMORY)
    bench.sleep(1_000_000)

    assert bench.part.read(1, 1) == 0
