# SPDX-License-Identifier: GPL-2.0-only
"""The 16550A: sending, receiving, causes of interrupts, FIFO, loopback."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.devices.uart import Uart
from tests.machine_parts import Bench

DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR = range(8)


class Wired(Bench):
    """A bench with a UART; `sent` is what the guest has sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[int] = []
        self.uart = Uart(self.clock, self.line, self.sent.append)


def test_written_bytes_come_out_and_the_transmitter_is_always_ready() -> None:
    bench = Wired()

    for byte in b"hello\n":
        assert bench.uart.read(LSR, 1) == 0x60
        bench.uart.write(DATA, 1, byte)

    assert bytes(bench.sent) == b"hello\n"


def test_the_divisor_lies_behind_dlab_and_sends_nothing() -> None:
    bench = Wired()
    bench.uart.write(LCR, 1, 0x83)
    bench.uart.write(DATA, 1, 0x01)
    bench.uart.write(IER, 1, 0x02)

    assert (bench.uart.read(DATA, 1), bench.uart.read(IER, 1)) == (0x01, 0x02)
    bench.uart.write(LCR, 1, 0x03)

    assert bench.uart.read(IER, 1) == 0
    assert bench.uart.divisor == 0x0201
    assert bench.sent == []


@pytest.mark.parametrize("fcr", [0x00, 0x01, 0xC7])
@given(data=st.binary(max_size=100))
def test_fed_bytes_are_all_read_in_order(fcr: int, data: bytes) -> None:
    bench = Wired()
    bench.uart.write(IIR, 1, fcr)
    bench.uart.feed(data)

    received = bytearray()
    while bench.uart.read(LSR, 1) & 1:
        received.append(bench.uart.read(DATA, 1))

    assert received == data


def test_a_received_byte_interrupts_until_it_is_read() -> None:
    bench = Wired()
    bench.uart.write(IER, 1, 0x01)

    bench.uart.feed(b"x")

    assert bench.line.level
    assert bench.uart.read(IIR, 1) == 0x04
    assert bench.uart.read(DATA, 1) == ord("x")
    assert not bench.line.level
    assert bench.uart.read(IIR, 1) == 0x01


def test_the_fifo_interrupts_at_its_trigger_level_or_after_a_pause() -> None:
    bench = Wired()
    bench.uart.write(IIR, 1, 0x81)  # FIFO, trigger at 8
    bench.uart.write(IER, 1, 0x01)

    bench.uart.feed(b"1234567")
    assert not bench.line.level
    bench.uart.feed(b"8")
    assert bench.uart.read(IIR, 1) == 0xC4
    bench.uart.read(DATA, 1)
    assert not bench.line.level
    bench.sleep(10_000_000)

    assert bench.uart.read(IIR, 1) == 0xCC


def test_an_empty_transmitter_interrupts_when_enabled_and_again_after_each_byte() -> None:
    bench = Wired()
    bench.uart.write(IER, 1, 0x02)
    assert bench.line.level

    assert bench.uart.read(IIR, 1) == 0x02  # reading the cause ends it
    assert not bench.line.level
    bench.uart.write(DATA, 1, 65)

    assert bench.line.level


def test_in_loopback_a_byte_comes_back_and_modem_outputs_are_inputs() -> None:
    bench = Wired()
    bench.uart.write(MCR, 1, 0x1E)

    bench.uart.write(DATA, 1, 0xAE)

    assert bench.uart.read(DATA, 1) == 0xAE
    assert bench.uart.read(MSR, 1) == 0xD0  # DCD, RI, CTS
    assert bench.sent == []


def test_an_overrun_is_told_once() -> None:
    bench = Wired()
    bench.uart.write(MCR, 1, 0x10)
    bench.uart.write(IER, 1, 0x04)

    bench.uart.write(DATA, 1, 1)
    bench.uart.write(DATA, 1, 2)

    assert bench.uart.read(IIR, 1) == 0x06
    assert bench.uart.read(LSR, 1) & 0x02
    assert not bench.uart.read(LSR, 1) & 0x02
    assert not bench.line.level
    assert bench.uart.read(DATA, 1) == 2


def test_the_scratch_register_and_the_identification_tell_a_16550a() -> None:
    bench = Wired()

    bench.uart.write(SCR, 1, 0xAE)
    bench.uart.write(IIR, 1, 0x01)

    assert bench.uart.read(SCR, 1) == 0xAE
    assert bench.uart.read(IIR, 1) >> 6 == 3
    assert bench.uart.read(MSR, 1) == 0xB0


def test_clearing_the_fifo_forgets_what_was_received() -> None:
    bench = Wired()
    bench.uart.write(IIR, 1, 0x01)
    bench.uart.feed(b"12")

    bench.uart.write(IIR, 1, 0x03)

    assert bench.uart.read(LSR, 1) == 0x60
