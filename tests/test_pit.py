# SPDX-License-Identifier: GPL-2.0-only
"""The 8254: periods, one-shots, latches, and the gate of channel 2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.devices.pit import HZ, MIN_INTERRUPT_TICKS, Pit, PortB
from tests.machine_parts import Bench

SECOND = 1_000_000_000


def _pit(bench: Bench) -> Pit:
    return Pit(bench.clock, bench.line)


def _load(pit: Pit, channel: int, mode: int, count: int) -> None:
    pit.write(3, 1, channel << 6 | 0x30 | mode << 1)
    pit.write(channel, 1, count & 0xFF)
    pit.write(channel, 1, count >> 8)


def _read_word(pit: Pit, channel: int) -> int:
    return pit.read(channel, 1) | pit.read(channel, 1) << 8


@pytest.mark.parametrize("mode", [2, 3, 6, 7])
def test_periodic_modes_interrupt_at_the_programmed_rate(mode: int) -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, mode, HZ // 100)

    bench.sleep(SECOND)

    assert bench.levels.count(True) == 100


def test_a_count_of_zero_is_65536() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, 2, 0)

    bench.sleep(SECOND)

    assert bench.levels.count(True) == HZ // 65536


def test_mode_0_interrupts_once_and_stays_high() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, 0, 11932)

    bench.sleep(9_000_000)
    assert bench.levels == []
    bench.sleep(2_000_000)
    assert bench.levels == [True]
    bench.sleep(SECOND)
    assert bench.levels == [True]


def test_mode_4_strobes_once() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, 4, 1000)

    bench.sleep(SECOND)

    assert bench.levels.count(True) == 1


@pytest.mark.parametrize("mode", [1, 5])
def test_modes_that_wait_for_their_gate_do_nothing_on_channel_0(mode: int) -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, mode, 1000)

    bench.sleep(SECOND)

    assert bench.levels.count(True) == 0


def test_programming_a_mode_stops_the_old_period() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, 2, 1000)
    pit.write(3, 1, 0x34)

    bench.sleep(SECOND)

    assert bench.levels.count(True) == 0
    assert bench.clock.next_deadline() is None


def test_a_period_of_one_tick_cannot_storm_the_host() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, 2, 1)

    bench.sleep(SECOND // 100)

    assert bench.levels.count(True) == HZ // 100 // MIN_INTERRUPT_TICKS


def test_periods_missed_in_one_leap_interrupt_once() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 0, 2, 1000)

    bench.clock.advance(3600 * SECOND)
    bench.clock.run_due()

    assert bench.levels == [True]
    assert bench.clock.next_deadline() - bench.clock.now_ns < SECOND  # type: ignore[operator]


@given(count=st.integers(1, 65535), pause=st.integers(0, 200_000_000))
def test_a_latched_count_is_the_time_left_however_late_it_is_read(count: int, pause: int) -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 1, 2, count)
    bench.clock.advance(pause)

    pit.write(3, 1, 0x40)
    bench.clock.advance(12345)

    assert _read_word(pit, 1) == count - pause * HZ // SECOND % count


@pytest.mark.parametrize(("access", "expected"), [(1, [0xE8, 0xE8]), (2, [0x03, 0x03]), (3, [0xE8, 0x03])])
def test_bytes_are_read_as_programmed(access: int, expected: list[int]) -> None:
    bench = Bench()
    pit = _pit(bench)
    pit.channels[1].count = 0x3E8
    pit.write(3, 1, 0x40 | access << 4 | 4)

    assert [pit.read(1, 1), pit.read(1, 1)] == expected


def test_the_read_back_command_latches_status_before_count() -> None:
    bench = Bench()
    pit = _pit(bench)
    _load(pit, 2, 0, 0x1234)

    pit.write(3, 1, 0xC0 | 1 << 3)

    assert pit.read(2, 1) == 0x30  # OUT low, word access, mode 0
    assert _read_word(pit, 2) == 0x1234


def test_channel_2_counts_while_its_gate_is_open_and_shows_its_output_at_port_61() -> None:
    bench = Bench()
    pit = _pit(bench)
    port_b = PortB(bench.clock, pit.channels[2])
    _load(pit, 2, 0, 11932)  # 10 ms, the way a TSC is calibrated

    bench.clock.advance(20_000_000)
    assert port_b.read(0, 1) & 0x21 == 0
    port_b.write(0, 1, 1)
    bench.clock.advance(9_000_000)
    assert port_b.read(0, 1) & 0x21 == 0x01
    port_b.write(0, 1, 0)
    bench.clock.advance(9_000_000)
    port_b.write(0, 1, 1)
    bench.clock.advance(900_000)
    assert port_b.read(0, 1) & 0x20 == 0
    bench.clock.advance(200_000)
    assert port_b.read(0, 1) & 0x21 == 0x21


def test_the_refresh_bit_toggles_with_time() -> None:
    bench = Bench()
    port_b = PortB(bench.clock, _pit(bench).channels[2])

    seen = set()
    for _ in range(4):
        seen.add(port_b.read(0, 1) & 0x10)
        bench.clock.advance(15_085)

    assert seen == {0, 0x10}
