# SPDX-License-Identifier: GPL-2.0-only
"""What each zone keeps back: watermarks, memory for lower-zone requests, and blocks for high-order atomic ones.

Source: mm/page_alloc.c
"""

from math import isqrt

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.mm.context import Mm
from pykernel.mm.page import PG_RESERVED
from pykernel.mm.zone import MIGRATE_MOVABLE, MIGRATE_RESERVE, Zone
from pykernel.mm.zonelist import nr_free_buffer_pages


def init_per_zone_pages_min(mm: Mm) -> None:
    """Choose min_free_kbytes by the square root of memory, and set all watermarks. Source: mm/page_alloc.c: same"""
    lowmem_kbytes = nr_free_buffer_pages(mm) * (PAGE_SIZE >> 10)
    mm.set("min_free_kbytes", min(max(isqrt(lowmem_kbytes * 16), 128), 65536))
    setup_per_zone_pages_min(mm)
    setup_per_zone_lowmem_reserve(mm)


def setup_per_zone_pages_min(mm: Mm) -> None:
    """Share min_free_kbytes out among the zones by size. Source: mm/page_alloc.c: same"""
    u64 = mm.ram.u64
    pages_min = mm.get("min_free_kbytes") >> (PAGE_SHIFT - 10)
    lowmem_pages = sum(u64[zone.w_present_pages] for zone in mm.zones)
    for zone in mm.zones:
        share = pages_min * u64[zone.w_present_pages] // lowmem_pages
        u64[zone.w_pages_min] = share
        u64[zone.w_pages_low] = share + (share >> 2)
        u64[zone.w_pages_high] = share + (share >> 1)
        setup_zone_migrate_reserve(mm, zone)
    calculate_totalreserve_pages(mm)


def setup_zone_migrate_reserve(mm: Mm, zone: Zone) -> None:
    """Set aside the first movable blocks of a zone, as many as pages_min covers, and give back what is too many.

    Source: mm/page_alloc.c: setup_zone_migrate_reserve
    """
    buddy, u64 = mm.pages.buddy, mm.ram.u64
    block = 1 << mm.config.pageblock_order
    reserve = -(-u64[zone.w_pages_min] // block)
    for pfn in range(zone.start_pfn, zone.end_pfn, block):
        if mm.mem_map.flags[pfn] & PG_RESERVED:
            continue  # it will never be free as a whole
        migratetype = buddy.get_pageblock_migratetype(zone, pfn)
        if reserve and migratetype == MIGRATE_RESERVE:
            reserve -= 1
        elif reserve and migratetype == MIGRATE_MOVABLE:
            buddy.set_pageblock_migratetype(zone, pfn, MIGRATE_RESERVE)
            buddy.move_freepages_block(zone, pfn, MIGRATE_RESERVE)
            reserve -= 1
        elif migratetype == MIGRATE_RESERVE:
            buddy.set_pageblock_migratetype(zone, pfn, MIGRATE_MOVABLE)
            buddy.move_freepages_block(zone, pfn, MIGRATE_MOVABLE)


def setup_per_zone_lowmem_reserve(mm: Mm) -> None:
    """Set what each zone keeps from requests that could have had a higher one. Source: mm/page_alloc.c: same"""
    u64, i32 = mm.ram.u64, mm.ram.i32
    ratios = mm.statics["sysctl_lowmem_reserve_ratio"] >> 2
    for index, zone in enumerate(mm.zones):
        present_pages = u64[zone.w_present_pages]
        u64[zone.w_lowmem_reserve + index] = 0
        for lower in reversed(mm.zones[:index]):
            i32[ratios + lower.index] = max(i32[ratios + lower.index], 1)
            u64[lower.w_lowmem_reserve + index] = present_pages // i32[ratios + lower.index]
            present_pages += u64[lower.w_present_pages]
    calculate_totalreserve_pages(mm)


def calculate_totalreserve_pages(mm: Mm) -> None:
    """Add up what the zones keep back. Source: mm/page_alloc.c: same"""
    u64 = mm.ram.u64
    total = 0
    for zone in mm.zones:
        kept = [u64[zone.w_lowmem_reserve + index] for index in range(zone.index, len(mm.zones))]
        total += min(max(kept) + u64[zone.w_pages_high], u64[zone.w_present_pages])
    mm.set("totalreserve_pages", total)
