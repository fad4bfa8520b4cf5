# SPDX-License-Identifier: GPL-2.0-only
"""The trap gate."""

from emulator import memmap
from emulator.clock import Clock
from emulator.devices.trap_gate import TrapGate


def test_a_write_calls_with_the_frames_address_and_costs_time() -> None:
    clock, calls = Clock(), list[tuple[int, int]]()
    gate = TrapGate(clock)
    gate.call = lambda frame: calls.append((frame, clock.now_ns))

    gate.write(0, 4, 0xFFFF_FFFF)

    assert calls == [(0xF_FFFF_FFF0, memmap.NS_PER_TRAP)]


def test_without_a_kernel_and_at_other_widths_nothing_happens() -> None:
    clock, calls = Clock(), list[int]()
    gate = TrapGate(clock)

    gate.write(0, 4, 1)
    gate.call = calls.append
    gate.write(0, 2, 1)

    assert calls == []
    assert clock.now_ns == 0
    assert gate.read(0, 4) == 0xFFFF_FFFF
