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
from pykernel.errors import KernelBug
from pykernel.layout.address import Pfn
from pykernel.layout.lists import LIST_POISON1, LIST_POISON2
from pykernel.mm.gfp import GFP_COLD, GFP_COMP, GFP_MOVABLE, GFP_RECLAIMABLE, GFP_ZERO, GFP_ZONE_MASK
from pykernel.mm.page import (
    CHECKED_ORDER,
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
# A request's zonelist; address, counter, mark, reserve and lists by CPU of the zone first on it; its migrate type; that
# zone.
_Request = tuple[int, int, int, int, int, list[_CpuList], int, Zone]
_Requests = dict[int, _Request]  # by gfp_mask


def _cpu_lists(zone: Zone, cold: int) -> list[_CpuList]:
    """Give the zone's hot or cold lists, by CPU."""
    return [(cpu[cold].phys >> 2, cpu[cold].w_head, int(cpu[cold].head)) for cpu in zone.pcps]


def make_alloc_pages(allocator: "PageAllocator") -> Callable[[int, int], Pfn | None]:
    """Make the alloc_pages() of a kernel: what PageAllocator.alloc_pages_node does, faster where it can be.

    Source: mm/page_alloc.c: get_page_from_freelist, buffered_rmqueue, prep_new_page
    """
    requests: _Requests = {}
    general, alloc_block = allocator.alloc_pages_node, _make_alloc_block(allocator, requests)
    mm, u64, i64, i32, u8 = allocator.mm, allocator.u64, allocator.i64, allocator.i32, allocator.mm.ram.u8
    i_mobility_disabled, mem_map, all_private = allocator.i_mobility_disabled, mm.mem_map.phys, mm.mem_map.private
    all_counts, links, backlinks = mm.mem_map.counts, mm.mem_map.links, mm.mem_map.backlinks
    unpack = Struct("<QQQQ8xQQ").unpack_from  # all of a struct page but index

    def alloc_pages(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row; None where Linux gives NULL. See PageAllocator.alloc_pages_node."""
        if order:
            return alloc_block(gfp_mask, order)
        try:
            w_zonelist, zone, w_free, w_low, w_reserve, lists, wanted, _ = requests[gfp_mask]
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
            return _alloc_unusual(allocator, requests, gfp_mask, 0)
        pfn = (phys - mem_map) // PAGE_BYTES
        u64[w_head], i32[i_count] = after, count - 1
        links[pfn], backlinks[pfn] = LIST_POISON1, LIST_POISON2
        if wanted:
            all_private[pfn] = 0
        all_counts[pfn] = COUNTS_ONE_USER
        return pfn

    return cast("Callable[[int, int], Pfn | None]", alloc_pages)


def _alloc_unusual(allocator: "PageAllocator", requests: _Requests, gfp_mask: int, order: int) -> int | None:
    """Allocate the general way, and be ready for the next request with this gfp_mask."""
    if gfp_mask not in requests:
        _remember(allocator, requests, gfp_mask)
    return allocator.alloc_pages_node(gfp_mask, order)


def _remember(allocator: "PageAllocator", requests: _Requests, gfp_mask: int) -> None:
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
    requests[gfp_mask] = w_zonelist, int(zone.virt), zone.w_free, zone.w_pages_low, w_reserve, lists, migratetype, zone


def _make_alloc_block(allocator: "PageAllocator", requests: _Requests) -> Callable[[int, int], int | None]:
    """Make the part of alloc_pages() for more than one page: also from the first zone, and ordinary pages only."""
    u64, i64, i32, general = allocator.u64, allocator.i64, allocator.i32, allocator.alloc_pages_node
    flags, counts, mapping = allocator.flags, allocator.counts, allocator.mapping
    i_mobility_disabled, largest = allocator.i_mobility_disabled, allocator.max_order - 1
    watermark_ok, smp = allocator.zone_watermark_ok, allocator.buddy.smp  # on SMP the counter of free pages may lag
    rmqueue_smallest, rmqueue_fallback = allocator.buddy.rmqueue_smallest, allocator.buddy.rmqueue_fallback

    def alloc_block(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row. See PageAllocator.alloc_pages_node."""
        try:
            w_zonelist, virt, w_free, w_low, w_reserve, _, wanted, zone = requests[gfp_mask]
            if order > largest or u64[w_zonelist] != virt:
                return general(gfp_mask, order)
            free_pages, mark = i64[w_free] + 1 - (1 << order), u64[w_low]
            if free_pages <= mark + u64[w_reserve]:
                return general(gfp_mask, order)
            # With enough free in the largest blocks, it does not matter how little the small ones have.
            enough = not smp and (u64[zone.w_nr_free[largest]] << largest) - (1 << order) >= mark
            if not enough and not watermark_ok(zone, order, mark, zone.index, 0):
                return general(gfp_mask, order)
            if wanted and i32[i_mobility_disabled]:
                wanted = 0
            pfn = rmqueue_smallest(zone, order, wanted)
            if pfn < 0:
                pfn = rmqueue_fallback(zone, order, wanted)
        except KeyError:
            return _alloc_unusual(allocator, requests, gfp_mask, order)
        except (IndexError, ValueError) as error:
            raise KernelBug(f"alloc_pages: a pointer or counter in the zones is wild ({error})") from error
        if pfn < 0:
            return general(gfp_mask, order)
        if gfp_mask & GFP_COMP or flags[pfn] & _PREP_BY_HAND or counts[pfn] != COUNTS_FREE or mapping[pfn]:
            return pfn if allocator.prep_new_page(pfn, order, gfp_mask) else general(gfp_mask, order)
        counts[pfn] = COUNTS_ONE_USER
        return pfn

    return alloc_block


def make_free_pages(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the free_pages() of a kernel: what PageAllocator.free_pages_slowly does, faster where it can be.

    Source: mm/page_alloc.c: __free_pages, free_hot_cold_page
    """
    general, free_block = allocator.free_pages_slowly, _make_free_block(allocator)
    mm, u64, i32, u8 = allocator.mm, allocator.u64, allocator.i32, allocator.mm.ram.u8
    i_mobility_disabled, block_shift, max_pfn = allocator.i_mobility_disabled, mm.config.pageblock_order, mm.max_pfn
    flags, counts, private = mm.mem_map.flags, mm.mem_map.counts, mm.mem_map.private
    mapping, links, backlinks = mm.mem_map.mapping, mm.mem_map.links, mm.mem_map.backlinks
    lru_base = mm.mem_map.lru_base
    # By the flags of an ordinary page: nothing but the zone's number.
    zones = {z.index << ZONES_SHIFT: (z.start_pfn, z.block_flags, _cpu_lists(z, HOT)) for z in allocator.zones}

    def free_pages(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if order or not 0 <= pfn < max_pfn:
            return free_block(pfn, order)
        try:
            start_pfn, block_flags, lists = zones[flags[pfn]]
            i_count, w_head, head = lists[mm.cpu]
            count = i32[i_count] + 1
            if count >= i32[i_count + 1] or counts[pfn] != COUNTS_ONE_USER or mapping[pfn]:
                return general(pfn, 0)
            bit = ((pfn - start_pfn) >> block_shift) * _BLOCK_BITS
            byte, shift = block_flags + (bit >> 3), bit & 7
            migratetype = (u8[byte] if shift < 6 else u8[byte] | u8[byte + 1] << 8) >> shift & 7
            after, link = u64[w_head], lru_base + pfn * PAGE_BYTES
            u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        except _WILD:
            return general(pfn, 0)
        links[pfn] = after
        backlinks[pfn] = head
        u64[w_head] = link
        private[pfn] = 0 if migratetype and i32[i_mobility_disabled] else migratetype
        counts[pfn] = COUNTS_FREE
        i32[i_count] = count
        return None

    return free_pages


def _make_free_block(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the part of free_pages() for more than one page, all of them ordinary.

    Source: mm/page_alloc.c: __free_pages_ok
    """
    mm, u64, u8, checks, zones = allocator.mm, allocator.u64, allocator.u8, allocator.checks, allocator.zones
    general, free_pages_ok = allocator.free_pages_slowly, allocator.free_pages_ok
    free_one_page, note_progress = allocator.buddy.free_one_page, allocator.pcp.note_progress
    flags, counts, mem_map, max_pfn = allocator.flags, allocator.counts, mm.mem_map.phys, mm.max_pfn

    def free_block(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if not 0 <= pfn < max_pfn or counts[pfn] != COUNTS_ONE_USER or order > CHECKED_ORDER:
            return general(pfn, order)
        try:
            found = flags[pfn]
            _, unpack, clean = checks[order]
            counts[pfn] = COUNTS_FREE
            if unpack(u8, mem_map + pfn * PAGE_BYTES) != clean.get(found):
                return free_pages_ok(pfn, order)
            zone = zones[found >> ZONES_SHIFT]
            if u64[zone.w_flags]:
                note_progress(zone)
            u64[zone.w_pages_scanned] = 0
            return free_one_page(zone, pfn, order)
        except _WILD as error:
            raise KernelBug(f"free_pages of pfn {pfn:#x}: a pointer or counter is wild ({error})") from error

    return free_block
