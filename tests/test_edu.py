# SPDX-License-Identifier: GPL-2.0-only
"""The edu device, register by register."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.devices.edu import REACH, TRANSFER_NS, Edu
from emulator.dma import Beyond, DmaPort, Reach
from tests.machine_parts import Bench

SECOND = 1_000_000_000
BUFFER = 0x40000
RUN, FROM_DEVICE, IRQ = 1, 2, 4


class Wired(Bench):
    """A bench with an edu."""

    def __init__(self, mask: int = REACH.mask) -> None:
        super().__init__()
        self.edu = Edu(self.clock, self.line, self.port(Reach(mask, Beyond.WRAP)))

    def transfer(self, source: int, destination: int, count: int, command: int) -> None:
        for offset, value in ((0x80, source), (0x88, destination), (0x90, count), (0x98, command)):
            self.edu.write(offset, 8, value)
        self.sleep(TRANSFER_NS)


def test_identification_and_liveness() -> None:
    edu = Wired().edu

    edu.write(0x04, 4, 0x0F0F_1234)

    assert edu.read(0x00, 4) == 0x0100_00ED
    assert edu.read(0x04, 4) == 0xF0F0_EDCB


@pytest.mark.parametrize(("offset", "width"), [(0x00, 1), (0x00, 2), (0x81, 1), (0x82, 4), (0x84, 8)])
def test_widths_that_are_not_decoded_read_zero(offset: int, width: int) -> None:
    assert Wired().edu.read(offset, width) == 0


@pytest.mark.parametrize(
    ("offset", "width"),
    [(0x00, 8), (0x0C, 4), (0x60, 4), (0x64, 4), (0x84, 4), (0x9C, 4), (0x100, 4), (BUFFER, 4), (BUFFER, 8)],
)
def test_where_nothing_answers_reads_are_all_ones(offset: int, width: int) -> None:
    edu = Wired().edu

    edu.write(offset, width, 0)

    assert edu.read(offset, width) == (1 << 8 * width) - 1


@given(value=st.one_of(st.integers(0, 40), st.integers(0, 0xFFFF_FFFF)))
def test_the_factorial_is_computed_in_the_background_modulo_2_32(value: int) -> None:
    bench = Wired()

    bench.edu.write(0x08, 4, value)
    assert bench.edu.read(0x20, 4) == 1
    bench.edu.write(0x08, 4, 3)
    assert bench.edu.read(0x08, 4) == value
    bench.sleep(5 * SECOND)

    assert bench.edu.read(0x20, 4) == 0
    assert bench.edu.read(0x08, 4) == (math.factorial(value) & 0xFFFF_FFFF if value < 100 else 0)
    assert not bench.line.level


def test_the_factorial_interrupts_if_asked_before_it_is_done() -> None:
    bench = Wired()
    bench.edu.write(0x08, 4, 5)
    bench.edu.write(0x20, 4, 0xFF)
    assert bench.edu.read(0x20, 4) == 0x81

    bench.sleep(SECOND)

    assert bench.line.level
    assert bench.edu.read(0x24, 4) == 1
    bench.edu.write(0x64, 4, 1)
    assert not bench.line.level
    assert bench.edu.read(0x20, 4) == 0x80


def test_the_line_falls_when_the_last_cause_is_acknowledged() -> None:
    bench = Wired()
    bench.edu.write(0x60, 4, 0)
    assert not bench.line.level

    bench.edu.write(0x60, 4, 0x30)
    bench.edu.write(0x64, 4, 0x10)
    assert bench.line.level
    bench.edu.write(0x64, 4, 0x2F)

    assert not bench.line.level
    assert bench.edu.read(0x24, 4) == 0


@pytest.mark.parametrize(("start", "count"), [(0, 4096), (0, 1), (4095, 1), (100, 3000), (4096, 0), (0, 0)])
def test_data_goes_to_the_buffer_and_back(start: int, count: int) -> None:
    bench = Wired()
    data = bytes(number * 7 & 0xFF for number in range(count))
    bench.ram.write(0x1000, data)

    bench.transfer(0x1000, BUFFER + start, count, RUN)
    bench.transfer(BUFFER + start, 0x8000, count, RUN | FROM_DEVICE)

    assert bench.ram.read(0x8000, count) == data
    assert len(bench.findings) == 0


def test_a_transfer_takes_100_ms_and_interrupts_at_its_end_if_asked() -> None:
    bench = Wired()
    for offset, value in ((0x80, 0x1000), (0x88, BUFFER), (0x90, 16), (0x98, RUN | IRQ)):
        bench.edu.write(offset, 4, value)

    bench.sleep(TRANSFER_NS - 1)
    assert bench.edu.read(0x98, 4) == RUN | IRQ
    assert not bench.line.level
    bench.sleep(1)

    assert bench.edu.read(0x98, 4) == IRQ
    assert bench.edu.read(0x24, 4) == 0x100
    assert bench.line.level


def test_while_a_transfer_runs_its_registers_ignore_writes() -> None:
    bench = Wired()
    bench.transfer(0x1000, BUFFER, 16, 0)
    bench.edu.write(0x98, 4, RUN)

    for offset in (0x80, 0x88, 0x90, 0x98):
        bench.edu.write(offset, 8, 0xFFFF)

    assert [bench.edu.read(offset, 8) for offset in (0x80, 0x88, 0x90, 0x98)] == [0x1000, BUFFER, 16, RUN]


def test_a_command_without_run_is_ignored() -> None:
    bench = Wired()

    bench.edu.write(0x98, 4, IRQ | FROM_DEVICE)

    assert bench.edu.read(0x98, 4) == 0
    assert bench.clock.next_deadline() is None


def test_four_bytes_set_the_whole_field() -> None:
    edu = Wired().edu
    edu.write(0x80, 8, 0xFFFF_FFFF_FFFF_FFFF)

    edu.write(0x80, 4, 0x8000_1000)
    edu.write(0x84, 4, 0x1)

    assert edu.read(0x80, 8) == 0x8000_1000
    assert edu.read(0x80, 4) == 0x8000_1000


def test_an_address_beyond_the_mask_wraps_and_is_a_finding() -> None:
    bench = Wired(mask=0xFFFFF)
    bench.ram.write(0x1000, b"low!")

    bench.transfer(0x30_1000, BUFFER, 4, RUN)
    bench.transfer(BUFFER, 0x2000, 4, RUN | FROM_DEVICE)

    assert bench.ram.read(0x2000, 4) == b"low!"
    assert bench.finding().kind == "dma-beyond-reach"


@pytest.mark.parametrize(
    ("device_addr", "count"), [(0, 4), (BUFFER - 1, 4), (BUFFER + 4095, 2), (BUFFER, 4097), (BUFFER, 1 << 63)]
)
@pytest.mark.parametrize("command", [RUN | IRQ, RUN | IRQ | FROM_DEVICE])
def test_outside_of_the_buffer_nothing_is_copied_and_all_else_is_as_usual(
    device_addr: int, count: int, command: int
) -> None:
    bench = Wired()
    bench.ram.fill(0x1000, 0x2000, 0xAA)

    if command & FROM_DEVICE:
        bench.transfer(device_addr, 0x1000, count, command)
    else:
        bench.transfer(0x1000, device_addr, count, command)

    assert bench.ram.read(0x1000, 0x2000) == b"\xaa" * 0x2000
    assert bench.finding().kind == "dma-device-range"
    assert bench.edu.read(0x98, 4) == command & ~RUN
    assert bench.line.level


def test_without_bus_mastering_the_transfer_completes_empty() -> None:
    bench = Wired()
    bench.edu = Edu(bench.clock, bench.line, DmaPort(bench.fabric, "dev", REACH, lambda: False))
    bench.ram.fill(0x1000, 16, 0xAA)

    bench.transfer(BUFFER, 0x1000, 16, RUN | IRQ | FROM_DEVICE)

    assert bench.ram.read(0x1000, 16) == b"\xaa" * 16
    assert bench.kinds() == ["dma-bus-master-off"]
    assert bench.line.level
