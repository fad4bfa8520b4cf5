# SPDX-License-Identifier: GPL-2.0-only
"""Single pages, when nothing is in the way: a zone well above its mark, a fitting page first on the CPU's list.

The same steps as page_alloc's and pcp's, in one function each, with all addresses worked out beforehand. Whatever is
out of the ordinary goes to the general functions before anything is changed.

Written for speed: an access to RAM costs as much as calling an empty function, and arithmetic beyond 30 bits is not
much cheaper. So counts are read as 32-bit members.
"""

from collections.abc import Callable
from struct import Struct
from struct import error as struct_error
from typing import TYPE_CHECKING, cast

from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import Pfn
from pykernel.layout.lists import LIST_POISON1, LIST_POISON2
from pykernel.mm.gfp import GFP_COLD, GFP_MOVABLE, GFP_RECLAIMABLE, GFP_ZERO, GFP_ZONE_MASK
from pykernel.mm.page import (
    COUNTS_FREE,
    COUNTS_ONE_USER,
    FLAGS_CHECK_AT_PREP,
    FLAGS_CLEAR_AT_PREP,
    LRU_BYTES,
    PAGE_BYTES,
    ZONES_SHIFT,
)
from pykernel.mm.zone import COLD, HOT, Zone

if TYPE_CHECKING:
    from pykernel.mm.page_alloc import PageAllocator

_PREP_BY_HAND = FLAGS_CHECK_AT_PREP | FLAGS_CLEAR_AT_PREP
_WILD = (IndexError, KeyError, ValueError, struct_error)  # what a wild pointer or counter leads to

_BLOCK_BITS = 3
_LRU_BASE = PAGE_OFFSET + LRU_BYTES
_PREV_BASE = PAGE_OFFSET - 8
_MAX_REQUESTS = 1024  # different gfp_masks remembered

_CpuList = tuple[int, int, int]  # index of its count in ram.i32, of its head in ram.u64, address of its head
# A request's zonelist; of the zone first on it: address, counter, mark, reserve, lists by CPU; the migrate type.
_Request = tuple[int, int, int, int, int, list[_CpuList], int]


def _cpu_lists(zone: Zone, cold: int) -> list[_CpuList]:
    """Give the zone's hot or cold lists, by CPU."""
    return [(cpu[cold].phys >> 2, cpu[cold].w_head, int(cpu[cold].head)) for cpu in zone.pcps]


def make_alloc_pages(allocator: "PageAllocator") -> Callable[[int, int], Pfn | None]:
    """Make the alloc_pages() of a kernel: what PageAllocator.alloc_pages_node does, faster where it can be.

    Source: mm/page_alloc.c: get_page_from_freelist, buffered_rmqueue, prep_new_page
    """
    mm, u64, i64, i32, u8 = allocator.mm, allocator.u64, allocator.i64, allocator.i32, allocator.mm.ram.u8
    general, i_mobility_disabled = allocator.alloc_pages_node, allocator.i_mobility_disabled
    unpack = Struct("<QQQQ8xQQ").unpack_from  # all of a struct page but index
    requests: dict[int, _Request] = {}
    mem_map = mm.mem_map.phys
    all_counts, all_private = mm.mem_map.counts, mm.mem_map.private
    links, backlinks = mm.mem_map.links, mm.mem_map.backlinks

    def unusual(gfp_mask: int) -> int | None:
        if gfp_mask not in requests:
            _remember(allocator, requests, gfp_mask)
        return general(gfp_mask, 0)

    def alloc_pages(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row; None where Linux gives NULL. See PageAllocator.alloc_pages_node."""
        if order:
            return general(gfp_mask, order)
        try:
            w_zonelist, zone, w_free, w_low, w_reserve, lists, wanted = requests[gfp_mask]
            i_count, w_head, head = lists[mm.cpu]
            count = i32[i_count]
            if count <= 0 or u64[w_zonelist] != zone or i64[w_free] <= u64[w_low] + u64[w_reserve]:
                return general(gfp_mask, 0)
            phys = u64[w_head] - _LRU_BASE
            flags, counts, private, mapping, after, before = unpack(u8, phys)
            if wanted and i32[i_mobility_disabled]:
                wanted = 0
            if private != wanted or counts != COUNTS_FREE or mapping or before != head or flags & _PREP_BY_HAND:
                return general(gfp_mask, 0)
            u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = head
        except _WILD:
            return unusual(gfp_mask)
        pfn = (phys - mem_map) // PAGE_BYTES
        u64[w_head] = after
        links[pfn] = LIST_POISON1
        backlinks[pfn] = LIST_POISON2
        i32[i_count] = count - 1
        if wanted:
            all_private[pfn] = 0
        all_counts[pfn] = COUNTS_ONE_USER
        return pfn

    return cast("Callable[[int, int], Pfn | None]", alloc_pages)


def _remember(allocator: "PageAllocator", requests: dict[int, _Request], gfp_mask: int) -> None:
    """Work out what make_alloc_pages() wants to know of a gfp_mask that it meets for the first time."""
    w_zonelist = allocator.zonelists[gfp_mask & GFP_ZONE_MASK]
    zone = allocator.zones_at.get(allocator.u64[w_zonelist])
    if zone is None or gfp_mask & GFP_ZERO:  # before boot, or more to be done than here
        return
    if len(requests) >= _MAX_REQUESTS:
        requests.clear()
    lists = _cpu_lists(zone, COLD if gfp_mask & GFP_COLD else HOT)
    migratetype = (gfp_mask & GFP_MOVABLE != 0) << 1 | (gfp_mask & GFP_RECLAIMABLE != 0)
    w_reserve = zone.w_lowmem_reserve + zone.index
    requests[gfp_mask] = w_zonelist, int(zone.virt), zone.w_free, zone.w_pages_low, w_reserve, lists, migratetype


def make_free_pages(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the free_pages() of a kernel: what PageAllocator.free_pages_slowly does, faster where it can be.

    Source: mm/page_alloc.c: __free_pages, free_hot_cold_page
    """
    mm, u64, i32, u8 = allocator.mm, allocator.u64, allocator.i32, allocator.mm.ram.u8
    general, i_mobility_disabled = allocator.free_pages_slowly, allocator.i_mobility_disabled
    mem_map, max_pfn = mm.mem_map, mm.max_pfn
    flags, counts, private, mapping = mem_map.flags, mem_map.counts, mem_map.private, mem_map.mapping
    links, backlinks, lru_base = mem_map.links, mem_map.backlinks, mem_map.lru_base
    block_shift = mm.config.pageblock_order
    # By the flags of an ordinary page: nothing but the zone's number.
    zones = {z.index << ZONES_SHIFT: (z.start_pfn, z.block_flags, _cpu_lists(z, HOT)) for z in allocator.zones}

    def free_pages(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if order or not 0 <= pfn < max_pfn:
            return general(pfn, order)
        try:
            start_pfn, block_flags, lists = zones[flags[pfn]]
            i_count, w_head, head = lists[mm.cpu]
            count = i32[i_count] + 1
            if count >= i32[i_count + 1] or counts[pfn] != COUNTS_ONE_USER or mapping[pfn]:
                return general(pfn, 0)
            bit = ((pfn - start_pfn) >> block_shift) * _BLOCK_BITS
            byte, shift = block_flags + (bit >> 3), bit & 7
            migratetype = u8[byte] >> shift & 7
            if shift > 5:
                migratetype |= u8[byte + 1] << (8 - shift) & 7
            if migratetype and i32[i_mobility_disabled]:
                migratetype = 0
            after = u64[w_head]
            link = lru_base + pfn * PAGE_BYTES
            u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        except _WILD:
            return general(pfn, 0)
        links[pfn] = after
        backlinks[pfn] = head
        u64[w_head] = link
        private[pfn] = migratetype
        counts[pfn] = COUNTS_FREE
        i32[i_count] = count
        return None

    return free_pages
