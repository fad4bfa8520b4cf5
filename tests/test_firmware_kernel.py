# SPDX-License-Identifier: GPL-2.0-only
"""The guest's kernel by itself: what it maps, how it tells the time, and how it ends when something is wrong."""

import re
from collections.abc import Iterator

import pytest

from dmalab.symbols import Symbols
from emulator import memmap
from emulator.cpu import StopReason
from emulator.memmap import GIB, MIB
from firmware import Configuration, kernel_path
from tests.guest import Guest, kernel_image

PANIC = 64 << 1 | 1
PRESENT, WRITE, HUGE, NX = 1 << 0, 1 << 1, 1 << 7, 1 << 63
ADDRESS = 0x000F_FFFF_FFFF_F000
HUGE_PAGE = 2 * MIB
CANONICAL = 0xFFFF_0000_0000_0000


@pytest.fixture(scope="module")
def kernel() -> bytes:
    """The kernel's image."""
    return kernel_image()


@pytest.fixture(scope="module")
def symbols(kernel: bytes) -> Symbols:
    """Its names."""
    return Symbols(kernel_path(Configuration()))


def misbehave(kernel: bytes, what: str) -> tuple[Guest, str]:
    """Let the guest do one thing that it must not do; give it and what it said."""
    guest = Guest(kernel, f"run=misbehave misbehave={what}")
    stop = guest.run()
    assert (stop.reason, stop.code) == (StopReason.EXIT, PANIC)
    return guest, guest.console


def mappings(guest: Guest) -> Iterator[tuple[int, int, int, int]]:
    """Walk the page tables that CR3 names: (virt, phys, bytes, entry) for every page mapped."""
    u64 = guest.board.ram.u64

    def walk(table: int, virt: int, shift: int) -> Iterator[tuple[int, int, int, int]]:
        for index in range(512):
            entry = u64[(table >> 3) + index]
            here = virt | index << shift
            if not entry & PRESENT:
                continue
            if shift == 12 or entry & HUGE:
                yield here | (CANONICAL if here >> 47 else 0), entry & ADDRESS, 1 << shift, entry
            else:
                yield from walk(entry & ADDRESS, here, shift - 9)

    yield from walk(guest.cpu.regs["cr3"] & ADDRESS, 0, 39)


@pytest.mark.parametrize("ram", [16 * MIB, 128 * MIB, 5 * GIB])
def test_every_page_is_mapped_where_linux_has_it_and_none_is_writable_and_executable(kernel, symbols, ram):
    guest = Guest(kernel, ram=ram)
    guest.run()
    text = range(memmap.KERNEL_MAP_BASE + memmap.KERNEL_PHYS, symbols.addresses["_etext"])
    rodata_end = symbols.addresses["_sdata"]

    direct = set()
    for virt, phys, size, entry in mappings(guest):
        assert not (entry & WRITE and not entry & NX), hex(virt)
        if virt >= memmap.KERNEL_MAP_BASE:
            assert virt - phys == memmap.KERNEL_MAP_BASE
            assert (not entry & NX) == (virt in text)
            assert bool(entry & WRITE) == (virt >= rodata_end)
        else:
            assert (virt - phys, size) == (memmap.PAGE_OFFSET, HUGE_PAGE)
            direct.add(phys)
    banks = [(bank.start & -HUGE_PAGE, bank.end) for bank in guest.board.ram.banks]
    assert direct == {phys for start, end in banks for phys in range(start, end, HUGE_PAGE)}


def test_the_pages_below_the_stacks_are_not_mapped(kernel, symbols):
    guest = Guest(kernel)
    guest.run()
    mapped = {virt for virt, *_ in mappings(guest)}

    guard = symbols.addresses["init_stack_guard"]
    exception_stacks = symbols.addresses["exception_stacks"]
    assert symbols.addresses["init_stack"] == guard + memmap.PAGE_SIZE
    assert {guard, *range(exception_stacks, exception_stacks + 8 * 4096, 2 * 4096)}.isdisjoint(mapped)
    assert {guard + memmap.PAGE_SIZE, exception_stacks + memmap.PAGE_SIZE} <= mapped


@pytest.mark.parametrize(
    ("what", "line", "function"),
    [
        ("null", "Unable to handle kernel NULL pointer dereference at 0000000000000008 RIP:", "null_pointer"),
        ("write-text", "Unable to handle kernel paging request at ffffffff80200000 RIP:", "write_text"),
        ("write-rodata", "Unable to handle kernel paging request at ffffffff802", "write_rodata"),
        ("wild", "general protection fault: 0000 [1]", "wild_pointer"),
        ("divide", "divide error: 0000 [1]", "divide_by_zero"),
        ("bug", "kernel BUG at firmware/modules/misbehave.c:", "meet_bug"),
    ],
)
def test_an_exception_becomes_an_oops_that_leads_to_the_line(kernel, symbols, what, line, function):
    _, console = misbehave(kernel, what)

    assert line in console
    trace = symbols.annotate(console[console.index("Call Trace:") :]).splitlines()
    assert function in trace[1]
    assert any("misbehave_init" in entry for entry in trace)
    assert any("start_kernel" in entry for entry in trace)


@pytest.mark.parametrize(("what", "error_code"), [("null", 2), ("write-text", 3), ("run-data", 0x11), ("jump", 0x10)])
def test_a_page_fault_tells_what_was_tried_and_by_which_line(kernel, symbols, what, error_code):
    _, console = misbehave(kernel, what)

    assert f"Oops: {error_code:04x} [1]" in console
    assert "(firmware/modules/misbehave.c:" in "".join(
        symbols.annotate(console).partition("Call Trace:")[2].split("\n")[1:3]
    )


def test_an_oops_shows_registers_and_code_as_they_were(kernel, symbols):
    _, console = misbehave(kernel, "bug")

    rip = int(re.search(r"RIP: 0010:\[<([0-9a-f]{16})>\]", console)[1], 16)
    rsp = int(re.search(r"RSP: 0018:([0-9a-f]{16})", console)[1], 16)
    assert symbols.function(rip).startswith("meet_bug")
    assert symbols.addresses["init_stack"] < rsp < symbols.addresses["init_stack"] + 16384
    assert "Code: 0f 0b " in console  # ud2


def test_a_stack_that_overflows_says_so(kernel, symbols):
    _, console = misbehave(kernel, "stack")

    assert "kernel stack overflow: RSP" in console
    assert "Kernel panic - not syncing: kernel stack overflow" in console
    assert symbols.annotate(console).count("blow_stack") > 20


def test_panic_gives_its_message_and_a_backtrace(kernel, symbols):
    _, console = misbehave(kernel, "panic")

    assert "Kernel panic - not syncing: as asked" in console
    assert re.search(r"meet_panic\+0x\w+ \(firmware/modules/misbehave.c:\d+\)", symbols.annotate(console))


def test_a_guest_that_loses_its_interrupt_table_shuts_the_processor_down(kernel):
    stop = Guest(kernel, "run=misbehave misbehave=triple").run()

    assert stop.reason == StopReason.FAULT
    assert stop.report is not None


@pytest.mark.parametrize("what", ["spin", "spin-off"])
def test_a_guest_that_never_yields_uses_up_its_budget(kernel, what):
    assert Guest(kernel, f"run=misbehave misbehave={what}").run().reason == StopReason.BUDGET


def test_a_guest_that_halts_for_ever_is_told_from_one_that_sleeps(kernel):
    assert Guest(kernel, "run=misbehave misbehave=halt-off").run().reason == StopReason.HALTED


@pytest.mark.parametrize(
    ("what", "line", "kind"),
    [
        ("rom", "the ROM stays what it was", "rom-write"),
        ("nothing", "where nothing is reads ffffffff", "mmio-unassigned"),
        ("bar", "the BAR is over RAM", "bar-over-ram"),
    ],
)
def test_what_hardware_bears_the_guest_survives_and_the_machine_reports(kernel, what, line, kind):
    guest = Guest(kernel, f"run=misbehave misbehave={what}")

    stop = guest.run()

    assert stop.code == 1
    assert line in guest.console
    assert [finding.kind for finding in guest.board.findings] == [kind]


def test_a_step_that_fails_is_named_and_gives_the_exit_code(kernel):
    guest = Guest(kernel, "run=nothing-of-the-kind")

    stop = guest.run()

    assert stop.code == 1 << 1 | 1
    assert "step 1, nothing-of-the-kind: failed with error -2" in guest.console


def test_quiet_keeps_the_console_free_of_all_but_warnings_yet_logs_everything(kernel, symbols):
    guest = Guest(kernel, "quiet")
    guest.run()

    ring = symbols.addresses["__log_buf"] - memmap.KERNEL_MAP_BASE
    assert guest.console == ""
    assert b"Linux version 2.6.24" in bytes(guest.board.ram.u8[ring : ring + 4096])


def test_two_runs_are_the_same_run(kernel):
    runs = [Guest(kernel, "run=misbehave misbehave=null") for _ in range(2)]
    for guest in runs:
        guest.run()

    first, second = runs
    assert first.console == second.console
    assert first.cpu.blocks == second.cpu.blocks
    assert first.board.trace.sha256() == second.board.trace.sha256()
