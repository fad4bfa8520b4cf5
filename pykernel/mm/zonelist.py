# SPDX-License-Identifier: GPL-2.0-only
"""The zonelists: for each kind of request, which zones to try in which order. Also how much memory they add up to.

Source: mm/page_alloc.c
"""

from pykernel.mm.context import Mm
from pykernel.mm.gfp import GFP_HIGHUSER_MOVABLE, GFP_USER, gfp_zone
from pykernel.mm.zone import MIGRATE_TYPES


def build_all_zonelists(mm: Mm) -> None:
    """Fill all zonelists, highest zone first, and decide whether pages are grouped by mobility.

    Source: mm/page_alloc.c: build_all_zonelists, build_zonelists_node
    """
    u64 = mm.ram.u64
    for index in range(len(mm.zones)):
        path = f"node_zonelists[{index}]"
        word = (mm.pgdat + mm.layout.offset("pglist_data", f"{path}.zones[0]")) >> 3
        for zone in reversed(mm.zones[: index + 1]):
            if u64[zone.w_present_pages]:
                u64[word] = zone.virt
                word += 1
        u64[word] = 0
        u64[(mm.pgdat + mm.layout.offset("pglist_data", f"{path}.zlcache_ptr")) >> 3] = 0
    vm_total_pages = nr_free_zone_pages(mm, gfp_zone(mm.layout, GFP_HIGHUSER_MOVABLE))
    mm.set("vm_total_pages", vm_total_pages)
    # With few blocks, keeping the types apart would only fragment.
    disabled = vm_total_pages < (1 << mm.config.pageblock_order) * MIGRATE_TYPES
    mm.set("page_group_by_mobility_disabled", int(disabled))
    grouping = "off" if disabled else "on"
    mm.printk(f"Built 1 zonelists in Zone order, mobility grouping {grouping}.  Total pages: {vm_total_pages}")


def nr_free_zone_pages(mm: Mm, zonelist: int) -> int:
    """Count the pages above the high watermarks in the zones of a list. Source: mm/page_alloc.c: nr_free_zone_pages"""
    u64 = mm.ram.u64
    word = (mm.pgdat + mm.layout.offset("pglist_data", f"node_zonelists[{zonelist}].zones[0]")) >> 3
    total = 0
    while u64[word]:
        zone = mm.pages.zone_at(u64[word])
        total += max(0, u64[zone.w_present_pages] - u64[zone.w_pages_high])
        word += 1
    return total


def nr_free_buffer_pages(mm: Mm) -> int:
    """Count what ordinary kernel allocations can have. Source: mm/page_alloc.c: nr_free_buffer_pages"""
    return nr_free_zone_pages(mm, gfp_zone(mm.layout, GFP_USER))
