# SPDX-License-Identifier: GPL-2.0-only
"""Code that came from a header's inline functions is told by the line of the driver that called them."""

import json
from pathlib import Path

import pytest

from dmalab.driver_build import build
from firmware import Configuration, kernel_path
from pykernel.layout.dwarf_inlines import Inlined, see_through
from pykernel.layout.dwarf_lines import line_table

HEADERS = "firmware/include/"
IO = HEADERS + "asm/io.h"
DRIVER = Path(__file__).parent / "drivers" / "edu_dma.c"


def test_the_innermost_call_from_outside_of_the_headers_counts_and_only_for_its_own_code():
    rows = [(0x100, "a.c", 7), (0x104, IO, 41), (0x110, IO, 42), (0x118, "a.c", 9), (0x120, "", 0)]
    calls = [
        Inlined(0x104, 0x118, 0, "a.c", 5),  # a.c:5 calls its own inline function ...
        Inlined(0x104, 0x10C, 1, "a.c", 2),  # ... whose line 2 calls writel()
        Inlined(0x104, 0x10C, 2, HEADERS + "linux/io.h", 30),
    ]

    seen = see_through(rows, calls, HEADERS)

    assert seen == [
        (0x100, "a.c", 7),
        (0x104, "a.c", 2),
        (0x10C, "a.c", 5),
        (0x110, "a.c", 5),
        (0x118, "a.c", 9),
        (0x120, "", 0),
    ]


def test_code_of_a_header_that_nobody_called_keeps_its_line():
    assert see_through([(0x100, IO, 41)], [Inlined(0x80, 0x100, 0, "a.c", 5)], HEADERS) == [(0x100, IO, 41)]
    assert see_through([], [], HEADERS) == []


@pytest.mark.parametrize("flags", [(), ("-gdwarf-5",)])
def test_a_drivers_register_accesses_are_told_by_its_own_lines(flags):
    elf = build([DRIVER], kernel_path(Configuration()), "6.1", flags).elf

    plain, told = (rows_of(IO, json.loads(line_table(elf, headers=headers))) for headers in (None, HEADERS))

    assert plain > 5
    assert told <= 1  # what a compiler puts between functions may count to the instruction before


def rows_of(name: str, table: dict) -> int:
    """Count the stretches of code that a table says are of a file."""
    files = table["files"]
    return sum(files[index] == name for index in table["file"])
