# SPDX-License-Identifier: GPL-2.0-only
"""The MC146818: a deterministic date in each of its forms, flags and interrupts, CMOS bytes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.devices.rtc import (
    CENTURY,
    DAY,
    EPOCH,
    HOURS,
    MINUTES,
    MONTH,
    SECONDS,
    WEEKDAY,
    YEAR,
    A,
    B,
    C,
    D,
    Rtc,
    memory_cmos,
)
from emulator.ram import Ram, pc_banks
from tests.machine_parts import MIB, Bench

SECOND = 1_000_000_000


def _rtc(bench: Bench) -> Rtc:
    return Rtc(bench.clock, bench.line, {0x14: 0x06})


def _get(rtc: Rtc, at: int) -> int:
    rtc.write(0, 1, at)
    return rtc.read(1, 1)


def _set(rtc: Rtc, at: int, value: int) -> None:
    rtc.write(0, 1, at)
    rtc.write(1, 1, value)


def _date(rtc: Rtc) -> list[int]:
    return [_get(rtc, at) for at in (CENTURY, YEAR, MONTH, DAY, HOURS, MINUTES, SECONDS)]


def test_every_run_starts_on_the_same_day_in_bcd() -> None:
    rtc = _rtc(Bench())

    assert _date(rtc) == [0x20, 0x08, 0x01, 0x24, 0x22, 0x58, 0x37]
    assert _get(rtc, WEEKDAY) == 5  # Thursday
    assert _get(rtc, D) == 0x80
    assert _get(rtc, 0x14) == 0x06


@given(seconds=st.integers(0, 400 * 366 * 86400))
def test_the_date_is_virtual_time_in_binary_too(seconds: int) -> None:
    bench = Bench()
    rtc = _rtc(bench)
    _set(rtc, B, 0x06)
    bench.clock.advance(seconds * SECOND)

    expected = time.gmtime(EPOCH + seconds)

    assert _date(rtc) == [expected.tm_year // 100, expected.tm_year % 100, *expected[1:6]]


@pytest.mark.parametrize(("hour", "shown"), [(0, 0x12), (1, 0x01), (11, 0x11), (12, 0x92), (13, 0x81), (23, 0x91)])
def test_twelve_hour_form_has_its_own_midnight(hour: int, shown: int) -> None:
    bench = Bench()
    rtc = _rtc(bench)
    _set(rtc, HOURS, (hour // 10) << 4 | hour % 10)

    _set(rtc, B, 0x00)
    assert _get(rtc, HOURS) == shown
    _set(rtc, HOURS, shown)
    _set(rtc, B, 0x02)

    assert _get(rtc, HOURS) == (hour // 10) << 4 | hour % 10


def test_a_date_set_while_the_clock_is_held_counts_on_from_there() -> None:
    bench = Bench()
    rtc = _rtc(bench)

    _set(rtc, B, 0x82)
    for at, value in (
        (CENTURY, 0x19),
        (YEAR, 0x99),
        (MONTH, 0x12),
        (DAY, 0x31),
        (HOURS, 0x23),
        (MINUTES, 0x59),
        (SECONDS, 0x59),
    ):
        _set(rtc, at, value)
    bench.sleep(10 * SECOND)
    assert _date(rtc) == [0x19, 0x99, 0x12, 0x31, 0x23, 0x59, 0x59]
    _set(rtc, B, 0x02)
    bench.sleep(SECOND)

    assert _date(rtc) == [0x20, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00]


def test_update_in_progress_shows_before_the_second_ends() -> None:
    bench = Bench()
    rtc = _rtc(bench)

    assert _get(rtc, A) == 0x26
    bench.clock.advance(SECOND - 100_000)
    assert _get(rtc, A) == 0xA6
    bench.clock.advance(100_000)
    assert _get(rtc, A) == 0x26


def test_the_update_flag_tells_of_a_new_second_without_interrupts() -> None:
    bench = Bench()
    rtc = _rtc(bench)

    assert _get(rtc, C) == 0
    bench.sleep(SECOND)

    assert [_get(rtc, C), _get(rtc, C)] == [0x10, 0]
    assert bench.levels == []


def test_update_interrupts_come_each_second_until_read() -> None:
    bench = Bench()
    rtc = _rtc(bench)
    _set(rtc, B, 0x12)

    for _ in range(3):
        bench.sleep(SECOND)
        assert bench.line.level
        assert _get(rtc, C) == 0x90
        assert not bench.line.level


def test_the_periodic_interrupt_comes_1024_times_a_second() -> None:
    bench = Bench()
    rtc = _rtc(bench)
    _set(rtc, B, 0x42)

    count = 0
    for _ in range(4096):
        bench.sleep(SECOND // 4096)
        count += _get(rtc, C) == 0xC0

    assert count in (1023, 1024)


def test_the_alarm_rings_at_its_time_and_with_wildcards_every_minute() -> None:
    bench = Bench()
    rtc = _rtc(bench)
    for at, value in ((1, 0x05), (3, 0xFF), (5, 0xFF)):
        _set(rtc, at, value)
    _set(rtc, B, 0x22)

    rung = []
    for _ in range(130):
        bench.sleep(SECOND)
        if bench.line.level:
            rung.append(_get(rtc, SECONDS))
            _get(rtc, C)

    assert rung == [0x05, 0x05]


@pytest.mark.parametrize(("mib", "above_16m", "above_4g"), [(16, 0, 0), (64, 48 * 16, 0), (5120, 0xBF00, 2048 * 16)])
def test_cmos_tells_the_ram(mib: int, above_16m: int, above_4g: int) -> None:
    cmos = memory_cmos(Ram(pc_banks(mib * MIB)))

    def word(at: int) -> int:
        return cmos[at] | cmos[at + 1] << 8

    assert word(0x15) == 640
    assert word(0x34) == above_16m
    assert word(0x5B) | cmos[0x5D] << 16 == above_4g
    assert word(0x17) == word(0x30) == min(15 * 1024 if mib == 16 else 0xFFFF, (mib - 1) * 1024)
