# SPDX-License-Identifier: GPL-2.0-only
"""How the guest came to where it is: functions without a frame of their own do not hide who called them."""

from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, MIB
from emulator.ram import Ram, pc_banks
from pykernel.backtrace import frames

LEAF, FRAMED, STACK = KERNEL_PHYS, KERNEL_PHYS + 0x100, KERNEL_PHYS + 0x2000
STORE = bytes.fromhex("8910")  # mov %edx,(%rax)
PROLOGUE = bytes.fromhex("554889e5")  # push %rbp; mov %rsp,%rbp
CALLER, CALLERS_CALLER = KERNEL_MAP_BASE + FRAMED + 0x40, KERNEL_MAP_BASE + FRAMED + 0x80


def start_of(address: int) -> int | None:
    """Give the function that holds an address: there are two."""
    offset = address - KERNEL_MAP_BASE
    return next((KERNEL_MAP_BASE + start for start in (LEAF, FRAMED) if 0 <= offset - start < 0x100), None)


def guest() -> Ram:
    """Make memory with both functions, and a stack of the caller's frame above what the innermost one has."""
    ram = Ram(pc_banks(32 * MIB))
    ram.write(LEAF, STORE)
    ram.write(FRAMED, PROLOGUE + STORE)
    for offset, value in ((0, CALLER), (0x20, 0), (0x28, CALLERS_CALLER)):
        ram.u64[(STACK + offset) >> 3] = value
    return ram


def test_the_caller_of_a_function_without_a_frame_is_on_top_of_the_stack() -> None:
    rip, rsp, rbp = (KERNEL_MAP_BASE + each for each in (LEAF, STACK, STACK + 0x20))

    assert frames(guest(), rip, rsp, rbp, 8, start_of) == [rip + 1, CALLER, CALLERS_CALLER]


def test_a_function_with_a_frame_is_left_by_its_frame() -> None:
    rip, rsp, rbp = (KERNEL_MAP_BASE + each for each in (FRAMED + len(PROLOGUE), STACK, STACK + 0x20))

    assert frames(guest(), rip, rsp, rbp, 8, start_of) == [rip + 1, CALLERS_CALLER]


def test_what_is_no_code_on_top_of_the_stack_is_no_caller() -> None:
    ram = guest()
    ram.u64[STACK >> 3] = 0x1234
    rip, rsp, rbp = (KERNEL_MAP_BASE + each for each in (LEAF, STACK, STACK + 0x20))

    assert frames(ram, rip, rsp, rbp, 8, start_of) == [rip + 1, CALLERS_CALLER]
    assert frames(ram, rip, 7, rbp, 8, start_of) == [rip + 1, CALLERS_CALLER]


def test_a_call_that_led_to_no_function_came_from_the_top_of_the_stack() -> None:
    rsp, rbp = (KERNEL_MAP_BASE + each for each in (STACK, STACK + 0x20))

    assert frames(guest(), 0, rsp, rbp, 8, start_of) == [0, CALLER, CALLERS_CALLER]
