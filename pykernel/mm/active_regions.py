# SPDX-License-Identifier: GPL-2.0-only
"""early_node_map: which page frames have RAM behind them, in RAM as an array of struct node_active_region.

Source: mm/page_alloc.c
"""

from collections.abc import Iterator

from pykernel.layout.view import I32, U64, Struct
from pykernel.mm.context import Mm

MAX_ACTIVE_REGIONS = 256


class ActiveRegion(Struct):
    """struct node_active_region: the page frames [start_pfn, end_pfn)."""

    __slots__ = ()
    struct = "node_active_region"
    start_pfn = U64()
    end_pfn = U64()
    nid = I32()


def active_regions(mm: Mm) -> list[ActiveRegion]:
    """Give views of all regions registered so far."""
    view = mm.layout.bind(ActiveRegion)
    base = mm.statics["early_node_map"]
    return [view(mm.ram, base + index * view.size) for index in range(mm.get("nr_nodemap_entries"))]


def add_active_range(mm: Mm, start_pfn: int, end_pfn: int) -> None:
    """Register a range of page frames, merging it with one that it touches. Source: mm/page_alloc.c: same"""
    regions = active_regions(mm)
    mm.printk(
        f"Entering add_active_range(0, {start_pfn}, {end_pfn}) {len(regions)} entries of {MAX_ACTIVE_REGIONS} used"
    )
    for region in regions:
        if start_pfn >= region.start_pfn and end_pfn <= region.end_pfn:
            return
        if start_pfn <= region.end_pfn < end_pfn:
            region.end_pfn = end_pfn
            return
        if start_pfn < region.end_pfn and end_pfn >= region.start_pfn:
            region.start_pfn = start_pfn
            return
    if len(regions) == MAX_ACTIVE_REGIONS:
        mm.printk(f"More than {MAX_ACTIVE_REGIONS} memory regions, truncating")
        return
    mm.set("nr_nodemap_entries", len(regions) + 1)
    region = active_regions(mm)[-1]
    region.start_pfn, region.end_pfn, region.nid = start_pfn, end_pfn, 0


def sort_node_map(mm: Mm) -> None:
    """Bring the regions into ascending order. Source: mm/page_alloc.c: sort_node_map"""
    regions = active_regions(mm)
    for region, (start_pfn, end_pfn) in zip(regions, sorted((r.start_pfn, r.end_pfn) for r in regions), strict=True):
        region.start_pfn, region.end_pfn = start_pfn, end_pfn


def absent_pages_in_range(mm: Mm, start_pfn: int, end_pfn: int) -> int:
    """Count the page frames of a range that have no RAM behind them. Source: mm/page_alloc.c: same"""
    present = sum(
        max(0, min(region.end_pfn, end_pfn) - max(region.start_pfn, start_pfn)) for region in active_regions(mm)
    )
    return max(0, end_pfn - start_pfn) - present


def find_min_pfn(mm: Mm) -> int:
    """Give the first page frame that has RAM. Source: mm/page_alloc.c: find_min_pfn_for_node"""
    return min(region.start_pfn for region in active_regions(mm))


def find_max_pfn(mm: Mm) -> int:
    """Give the page frame after the last that has RAM. Source: mm/page_alloc.c: find_max_pfn_with_active_regions"""
    return max(region.end_pfn for region in active_regions(mm))


def ranges(mm: Mm) -> Iterator[tuple[int, int]]:
    """Yield the regions as (first page frame, page frame after the last)."""
    return ((region.start_pfn, region.end_pfn) for region in active_regions(mm))
