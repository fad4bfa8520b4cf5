# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's log in guest RAM."""

from hypothesis import given
from hypothesis import strategies as st

from emulator.memmap import MIB
from emulator.ram import Ram, pc_banks
from pykernel.printk import LogBuffer, Printk

RING, SIZE = 0x1000, 256
START, END, CONSOLE = 0x2000, 0x2008, 0x2010


def log(now_ns: int = 0) -> tuple[Ram, Printk]:
    ram = Ram(pc_banks(16 * MIB))
    return ram, Printk(ram, LogBuffer(RING, SIZE, START, END, CONSOLE), lambda: now_ns)


def test_a_line_has_level_and_time_in_front() -> None:
    ram, kernel = log(12_345_678_901)

    kernel.printk("hello", level=3)

    assert ram.read(RING, 27) == b"<3>[   12.345678] hello\n\0\0\0"
    assert ram.u64[END >> 3] == 24
    assert kernel.read() == "[   12.345678] hello\n"


def test_a_line_that_was_left_open_ends_where_another_begins() -> None:
    _, kernel = log()
    kernel.emit(b"<6>[    0.000000] no end")

    kernel.printk("next")

    assert [line.split("] ")[1] for line in kernel.read().splitlines()] == ["no end", "next"]


def test_what_the_guest_has_yet_to_print_is_left_to_it() -> None:
    ram, kernel = log()

    kernel.printk("hello")

    assert ram.u64[CONSOLE >> 3] == 0


@given(st.lists(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=100), max_size=20))
def test_the_newest_characters_stay_when_the_ring_is_full(lines: list[str]) -> None:
    ram, kernel = log()
    everything = "".join(f"<6>[    0.000000] {line}\n" for line in lines).encode()

    for line in lines:
        kernel.printk(line)

    end, kept = ram.u64[END >> 3], everything[-SIZE:]
    assert end == len(everything)
    assert end - ram.u64[START >> 3] == len(kept)
    ring = ram.read(RING, SIZE)
    assert bytes(ring[position % SIZE] for position in range(end - len(kept), end)) == kept
    assert ram.u64[CONSOLE >> 3] == ram.u64[START >> 3]


def test_characters_that_a_console_cannot_show_are_escaped() -> None:
    _, kernel = log()

    kernel.printk("näm\x00e")

    assert kernel.read() == "[    0.000000] n\\xe4m\x00e\n"


def test_counters_that_a_broken_guest_has_written_over_harm_nobody() -> None:
    ram, kernel = log()
    for phys in (START, END, CONSOLE):
        ram.u64[phys >> 3] = (1 << 64) - 5

    kernel.printk("still here")

    assert isinstance(kernel.read(), str)
