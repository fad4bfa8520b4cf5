# SPDX-License-Identifier: GPL-2.0-only
"""The way from the guest into the kernel, with guests that break the rules."""

import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.clock import Clock
from emulator.finding import Findings
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, MIB, PAGE_OFFSET
from emulator.ram import Ram, pc_banks
from emulator.trace import Trace, Trap
from firmware import layouts
from pykernel.errors import KernelBug
from pykernel.layout.layout import Layout
from pykernel.pointers import BadPointer, checked
from pykernel.trapgate import ENOSYS, TrapFailure, Traps

FRAME = 0x0030_0000
STACK = 0x0031_0000
TEXT = KERNEL_MAP_BASE + KERNEL_PHYS
U64 = (1 << 64) - 1


class Gate:
    """A kernel with two calls: `kmalloc`, which adds its arguments, and `kfree`, which does what a test says."""

    def __init__(self) -> None:
        self.ram = Ram(pc_banks(16 * MIB))
        self.clock, self.trace, self.findings = Clock(), Trace(), Findings()
        self.layout = Layout.load(layouts.path("up-l64-mo11-dma"))
        self.on_kfree: Callable[[int], int | None] = lambda virt: None
        calls = {"kmalloc": (lambda size, gfp: size + gfp, 2), "kfree": (lambda virt: self.on_kfree(virt), 1)}
        self.traps = Traps(
            self.ram, self.clock, self.trace, self.findings, self.layout, calls, lambda address: f"{address:x}"
        )

    def call(self, name: str, *args: int, caller: int = TEXT, frame_pointer: int = 0, frame: int = FRAME) -> int:
        number = self.layout.number(f"TRAP_{name.upper()}")
        return self.call_number(number, *args, caller=caller, frame_pointer=frame_pointer, frame=frame)

    def call_number(
        self, number: int, *args: int, caller: int = TEXT, frame_pointer: int = 0, frame: int = FRAME
    ) -> int:
        words = [number, *args, *[0] * (6 - len(args)), 0xDEAD, caller, frame_pointer]
        self.ram.write(frame, struct.pack("<10Q", *words))
        self.traps.enter(frame)
        return self.ram.u64[(frame + 56) >> 3]


def test_a_call_is_answered_in_its_frame_and_traced() -> None:
    gate, seen = Gate(), []
    gate.trace.subscribe_to_traps(seen.append)
    gate.clock.advance(7)

    assert gate.call("kmalloc", 64, 0xD0, caller=TEXT + 5) == 64 + 0xD0

    assert seen == [Trap(7, "kmalloc", (64, 0xD0), 64 + 0xD0, TEXT + 5)]


def test_a_negative_answer_becomes_its_two_s_complement() -> None:
    gate = Gate()
    gate.on_kfree = lambda virt: -5

    assert gate.call("kfree", 0) == U64 - 4


def test_an_unknown_number_gives_enosys_and_a_finding() -> None:
    gate = Gate()

    assert gate.call_number(0x777) == U64 - ENOSYS + 1

    assert [finding.kind for finding in gate.findings] == ["trap-unknown"]


@pytest.mark.parametrize("frame", [16 * MIB, 16 * MIB - 16, 0x000B_0000, (1 << 36) - 16])
def test_a_frame_outside_ram_is_a_finding_and_nothing_else(frame: int) -> None:
    gate = Gate()

    gate.traps.enter(frame)

    assert [finding.kind for finding in gate.findings] == ["trap-bad-frame"]


def test_a_bug_in_a_call_is_reported_with_the_guest_s_backtrace() -> None:
    gate = Gate()

    def bug(virt: int) -> None:
        raise KernelBug("kernel BUG at mm/slab.c: cache_free(): !PageSlab(page)")

    gate.on_kfree = bug
    _push_frames(gate, [TEXT + 0x10, TEXT + 0x20, TEXT + 0x30])

    with pytest.raises(TrapFailure, match="BUG at mm/slab"):
        gate.call("kfree", 0x1234, frame_pointer=KERNEL_MAP_BASE + STACK)

    finding = gate.findings[0]
    assert finding.kind == "kernel-bug"
    assert finding.details["call"] == "kfree(0x1234)"
    assert finding.details["backtrace"] == [f"{TEXT + offset:x}" for offset in (0x10, 0x20, 0x30)]
    assert "python" not in finding.details


def test_a_python_error_in_a_call_is_reported_with_its_last_lines() -> None:
    gate = Gate()
    gate.on_kfree = lambda virt: [][virt]

    with pytest.raises(TrapFailure):
        gate.call("kfree", 3)

    finding = gate.findings[0]
    assert finding.kind == "kernel-error"
    assert finding.sentence.startswith("kfree: IndexError")
    assert "IndexError" in finding.details["python"][-1]


def test_a_structure_that_leads_to_where_there_is_no_memory_is_an_oops() -> None:
    gate = Gate()
    gate.on_kfree = lambda virt: len(gate.ram.read(virt, 8))

    with pytest.raises(TrapFailure, match="8 bytes at 0x40000000"):
        gate.call("kfree", 1 << 30)

    assert gate.findings[0].kind == "kernel-oops"


def test_a_call_inside_a_call_leaves_the_outer_frame_alone() -> None:
    gate, callers = Gate(), []

    def constructor(virt: int) -> int:
        if virt:
            gate.call("kfree", 0, caller=TEXT + 0x99, frame=FRAME + 0x100)
        callers.append(gate.traps.caller)
        return virt

    gate.on_kfree = constructor

    assert gate.call("kfree", 5, caller=TEXT + 0x11) == 5
    assert callers == [TEXT + 0x99, TEXT + 0x11]


@given(frame_pointer=st.integers(0, U64), words=st.lists(st.integers(0, U64), max_size=8))
def test_any_chain_of_frame_pointers_ends(frame_pointer: int, words: list[int]) -> None:
    gate = _GATE
    gate.on_kfree = lambda virt: len(gate.traps.backtrace(32))
    gate.ram.write(STACK, struct.pack(f"<{len(words)}Q", *words))

    for start in (frame_pointer, KERNEL_MAP_BASE + STACK, PAGE_OFFSET + STACK):
        assert gate.call("kfree", 0, frame_pointer=start) <= 32


def test_a_chain_that_closes_on_itself_ends() -> None:
    gate = Gate()
    gate.on_kfree = lambda virt: gate.traps.backtrace(32).count(TEXT)
    gate.ram.write(STACK, struct.pack("<2Q", KERNEL_MAP_BASE + STACK, TEXT))

    assert gate.call("kfree", 0, frame_pointer=KERNEL_MAP_BASE + STACK) == 32


@pytest.mark.parametrize("virt", [0, 8, 0xFFFF, PAGE_OFFSET + 16 * MIB - 4, PAGE_OFFSET + 0xA_0000, U64, 1 << 63])
def test_a_pointer_to_no_memory_of_the_kernel_is_an_oops(virt: int) -> None:
    with pytest.raises(BadPointer, match="Unable to handle kernel"):
        checked(_GATE.ram, virt, 8)


def test_good_pointers_are_the_direct_map_and_the_image() -> None:
    assert checked(_GATE.ram, PAGE_OFFSET + 0x5000, 8, 8) == 0x5000
    assert checked(_GATE.ram, KERNEL_MAP_BASE + KERNEL_PHYS, 8, 8) == KERNEL_PHYS


def _push_frames(gate: Gate, returns: list[int]) -> None:
    for depth, address in enumerate(returns):
        up = KERNEL_MAP_BASE + STACK + 0x40 * (depth + 1)
        gate.ram.write(STACK + 0x40 * depth, struct.pack("<2Q", up, address))


_GATE = Gate()
