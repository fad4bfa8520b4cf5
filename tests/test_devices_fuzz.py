# SPDX-License-Identifier: GPL-2.0-only
"""No sequence of register accesses and pauses breaks or hangs a device model, whatever the guest means by it."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.bus import Target
from emulator.devices.edu import REACH, Edu
from emulator.devices.fw_cfg import FwCfg
from emulator.devices.isa_pattern import IsaPattern
from emulator.devices.pci import Bar, Identity, PciFunction, PciHost
from emulator.devices.pic import PicPair
from emulator.devices.pit import Pit, PortB
from emulator.devices.rtc import Rtc
from emulator.devices.uart import Uart
from tests.machine_parts import Bench, IsaBench

MAX_EVENTS = 20_000  # in one pause of a sequence


def _edu(bench: IsaBench) -> list[tuple[int, Target]]:
    return [(0x100, Edu(bench.clock, bench.line, bench.port(REACH)))]


def _pics(bench: IsaBench) -> list[tuple[int, Target]]:
    pair = PicPair()
    for irq in (0, 3, 8, 10):
        pair.set_line(irq, level=True)
    return [(2, pair.master), (2, pair.slave), (2, pair.elcr)]


def _pit(bench: IsaBench) -> list[tuple[int, Target]]:
    pit = Pit(bench.clock, bench.line)
    return [(4, pit), (1, PortB(bench.clock, pit.channels[2]))]


def _uart(bench: IsaBench) -> list[tuple[int, Target]]:
    uart = Uart(bench.clock, bench.line, lambda byte: None)
    uart.feed(bytes(range(100)))
    return [(8, uart)]


def _pci(bench: IsaBench) -> list[tuple[int, Target]]:
    host = PciHost(bench.bus)
    function = PciFunction(8, Identity(1, 2, 3, 4, interrupt_pin=1), bench.line)
    function.add_bar(Bar(0x1000, PicPair().elcr))
    function.add_bar(Bar(16, PicPair().elcr, is_io=True))
    host.add(function)
    host.write(0, 4, 1 << 31 | 8 << 8)
    return [(8, host)]


def _isa(bench: IsaBench) -> list[tuple[int, Target]]:
    part = IsaPattern(bench.clock, bench.line, bench.channels[1], bench.channels[5])
    return [(16, bench.isa.low), (32, bench.isa.high), (16, bench.isa.pages), (8, part)]


BOARDS: dict[str, Callable[[IsaBench], list[tuple[int, Target]]]] = {
    "edu": _edu,
    "pics": _pics,
    "pit": _pit,
    "uart": _uart,
    "rtc": lambda bench: [(2, Rtc(bench.clock, bench.line, {}))],
    "fw_cfg": lambda bench: [(12, FwCfg({"file": bytes(100)}, bench.port()))],
    "pci": _pci,
    "isa": _isa,
}

VALUES = st.one_of(
    st.integers(0, 255),
    st.sampled_from([0, 0xFFFF_FFFF, 1 << 31, 1 << 63, (1 << 64) - 1]),
    st.integers(0, (1 << 64) - 1),
)
ACCESS = st.tuples(st.integers(0, 3), st.integers(0, 0xFF), st.sampled_from([1, 1, 1, 2, 4, 8]), st.none() | VALUES)
PAUSE = st.sampled_from([1, 1000, 1_000_000, 200_000_000, 3_600_000_000_000])


@pytest.mark.parametrize("board", BOARDS)
@settings(deadline=None, max_examples=150)
@given(steps=st.lists(ACCESS | PAUSE, max_size=60))
def test_a_device_survives_whatever_the_guest_does(
    board: str, steps: list[tuple[int, int, int, int | None] | int]
) -> None:
    bench = IsaBench()
    targets = BOARDS[board](bench)

    for step in steps:
        if isinstance(step, int):
            _pause(bench, step)
            continue
        number, offset, width, value = step
        size, target = targets[number % len(targets)]
        offset %= size
        if offset + width > size:  # the bus splits such an access
            width = 1
        if value is None:
            answer = target.read(offset, width)
            assert 0 <= answer < 1 << 8 * width
            assert type(answer) is int
        else:
            target.write(offset, width, value & (1 << 8 * width) - 1)


def _pause(bench: Bench, ns: int) -> None:
    """Run events at their times for 20 ms at most, then leap: a late event must not be made up for."""
    end = bench.clock.now_ns + min(ns, 20_000_000)
    for _ in range(MAX_EVENTS):
        deadline = bench.clock.next_deadline()
        if deadline is None or deadline > end:
            break
        bench.clock.now_ns = max(deadline, bench.clock.now_ns)
        bench.clock.run_due()
    else:
        pytest.fail("events without end")
    bench.clock.advance(ns)
    bench.clock.run_due()


def test_the_storm_of_every_device_at_its_fastest_is_bounded() -> None:
    bench = IsaBench()
    pit, rtc = Pit(bench.clock, bench.line), Rtc(bench.clock, bench.line, {})
    for offset, value in ((3, 0x14), (0, 1)):
        pit.write(offset, 1, value)
    for offset, value in ((0, 0x0A), (1, 0x23), (0, 0x0B), (1, 0x72)):
        rtc.write(offset, 1, value)

    _pause(bench, 20_000_000)

    assert bench.levels.count(True) < 2_000
