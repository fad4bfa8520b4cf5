# SPDX-License-Identifier: GPL-2.0-only
"""How slabs are cut, against the recorded sweeps and by the rules that any cut must keep."""

import csv
import gzip
from pathlib import Path

import pytest
from golden_path import golden_files
from hypothesis import given
from hypothesis import strategies as st

from pykernel.mm.slab_geometry import (
    BUFCTL_SIZE,
    PAGE_SIZE,
    GeometryRules,
    SlabFlags,
    array_limits,
    break_gfp_order,
    cache_cache_geometry,
    free_limit,
    general_sizes,
    kmalloc_shift_high,
    slab_geometry,
)

OFF_SLAB = int(SlabFlags.OFF_SLAB)
PLAIN = GeometryRules(64, 64, kmalloc_shift_high(11), 1, False, 1)
RECORDED = {  # by the name of the file: cache line, slab_break_gfp_order, debug, CPUs
    "up_256M": (64, 1, False, 1),
    "up_32M": (64, 0, False, 1),
    "smp2_256M": (64, 1, False, 2),
    "l1_128_256M": (128, 1, False, 1),
    "dbg_256M": (64, 1, True, 1),
}
OVERFLOWS = 65536


def rules_of(path: Path) -> GeometryRules:
    line, order, debug, cpus = RECORDED[path.name.split(".")[0]]
    return GeometryRules(line, line, kmalloc_shift_high(11), order, debug, cpus)


def expected_row(rules: GeometryRules, size: int, align: int, flags: int) -> list[str]:
    """What the sweep would have written for a request."""
    if size < 8 or size > rules.max_size or flags & ~rules.create_mask:
        return ["BUG"]
    cut = slab_geometry(rules, size, align, flags)
    tuning = array_limits(rules, cut.buffer_size)
    off_slab = cut.flags & OFF_SLAB != 0
    host = f"size-{next(size for size in general_sizes(rules) if cut.slab_size <= size)}" if off_slab else ""
    row = [cut.buffer_size, cut.num, cut.gfporder, cut.colour, cut.colour_off, cut.slab_size, int(off_slab), host]
    row += [cut.flags, int(flags & SlabFlags.CACHE_DMA != 0), tuning.limit, tuning.batchcount, tuning.shared]
    row += [free_limit(tuning.batchcount, cut.num, rules.possible_cpus)]
    row += [cut.obj_offset, cut.obj_size] if rules.debug else []
    return ["OK", *map(str, row)]


@pytest.mark.parametrize("path", golden_files("cache_geometry/*.csv.gz"), ids=lambda path: path.name)
def test_every_recorded_request_is_cut_as_linux_cuts_it(path: Path) -> None:
    rules = rules_of(path)
    with gzip.open(path, "rt") as stream:
        rows = [row for row in list(csv.reader(stream))[1:] if int(row[1]) < OVERFLOWS]

    wrong = [row for row in rows if expected_row(rules, *map(int, row[:3])) != row[3 : 4 if row[3] == "BUG" else None]]

    assert rows
    assert wrong == []


@given(
    size=st.integers(8, 1 << 22),
    align=st.sampled_from((0, 8, 16, 64, 256, 1024, 4096)),
    flags=st.sampled_from((0, 0x2000, 0x4000, 0x20000, 0x22000)),
    debug=st.booleans(),
)
def test_management_objects_and_colours_fit_into_the_pages(size: int, align: int, flags: int, debug: bool) -> None:
    rules = GeometryRules(64, 64, 22, 1, debug, 1)

    cut = slab_geometry(rules, size, align, flags)

    mgmt = 0 if cut.flags & OFF_SLAB else cut.slab_size
    most_colour = max(cut.colour - 1, 0) * cut.colour_off
    assert cut.num > 0
    assert most_colour + mgmt + cut.num * cut.buffer_size <= PAGE_SIZE << cut.gfporder
    assert cut.slab_size >= rules.sizeof_slab + cut.num * BUFCTL_SIZE
    assert cut.buffer_size >= cut.obj_offset + size
    assert cut.buffer_size % max(align, 8) == 0
    assert cut.colour_off % max(align, 8) == 0


def test_the_general_caches_double_up_to_the_largest_block() -> None:
    sizes = list(general_sizes(PLAIN))

    assert sizes[:6] == [32, 64, 128, 192, 256, 512]
    assert sizes[-1] == 1 << 22


@pytest.mark.parametrize(("max_order", "largest"), [(11, 1 << 22), (12, 1 << 23), (13, 1 << 24), (14, 1 << 25)])
def test_larger_blocks_give_larger_general_caches_up_to_32_mib(max_order: int, largest: int) -> None:
    rules = GeometryRules(64, 64, kmalloc_shift_high(max_order), 1, False, 1)

    assert list(general_sizes(rules))[-1] == largest
    assert slab_geometry(rules, largest, 8, 0x2000).gfporder == max_order - 1


def test_lines_of_128_bytes_leave_out_192_and_lines_of_32_add_96() -> None:
    wide = GeometryRules(128, 128, 22, 1, False, 1)
    narrow = GeometryRules(32, 32, 22, 1, False, 1)

    assert 192 not in general_sizes(wide)
    assert list(general_sizes(narrow))[:5] == [32, 64, 96, 128, 192]


def test_only_machines_of_more_than_32_mib_take_two_pages_to_save_space() -> None:
    assert break_gfp_order(8192) == 0
    assert break_gfp_order(8193) == 1


def test_caches_for_early_boot_keep_their_management_on_the_slab() -> None:
    assert slab_geometry(PLAIN, 512, 8, 0x2000).flags & OFF_SLAB
    assert not slab_geometry(PLAIN, 512, 8, 0x2000, early=True).flags & OFF_SLAB


def test_off_slab_is_decided_before_the_size_is_rounded_up() -> None:
    assert not slab_geometry(PLAIN, 500, 128, 0).flags & OFF_SLAB


def test_the_cache_of_caches_holds_thirty_descriptions_a_page() -> None:
    cut = cache_cache_geometry(PLAIN, 120)

    assert (cut.buffer_size, cut.num, cut.gfporder, cut.colour, cut.slab_size) == (128, 30, 0, 1, 192)


def test_debugging_caps_the_arrays() -> None:
    debug = GeometryRules(64, 64, 22, 1, True, 1)

    assert array_limits(PLAIN, 256) == array_limits(PLAIN, 8)
    assert (array_limits(debug, 8).limit, array_limits(debug, 8).batchcount) == (32, 16)
