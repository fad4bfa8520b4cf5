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
    PG_BUDDY,
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
_PAGE = Struct("<QQQQ8xQQ")  # all of a struct page but index

# A request's zonelist; address, counter, mark, reserve of the zone first on it; the flags of an ordinary page there;
# its migrate type; that zone; index of the count of the CPU's list in ram.i32, of its head in ram.u64, its address.
_Request = tuple[int, int, int, int, int, int, int, Zone, int, int, int]
_Requests = list[dict[int, _Request]]  # by CPU and gfp_mask


class _Blocks(dict[int, tuple[int, int]]):
    """Where a zone's pageblocks have their type, by number: index in ram.u8 and shift, worked out when asked for."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.first = first

    def __missing__(self, block: int) -> tuple[int, int]:
        bit = block * _BLOCK_BITS
        place = self[block] = self.first + (bit >> 3), bit & 7
        return place


def make_alloc_pages(allocator: "PageAllocator") -> Callable[[int, int], Pfn | None]:
    """Make the alloc_pages() of a kernel: what PageAllocator.alloc_pages_node does, faster where it can be.

    Source: mm/page_alloc.c: get_page_from_freelist, buffered_rmqueue, prep_new_page
    """
    requests: _Requests = [{} for _ in range(allocator.mm.config.nr_cpus)]
    general, alloc_block = allocator.alloc_pages_node, _make_alloc_block(allocator, requests)
    mm, u64, i64, i32 = allocator.mm, allocator.u64, allocator.i64, allocator.i32
    i_mobility_disabled, unpack = allocator.i_mobility_disabled, _PAGE.unpack_from
    lru_base, all_private, users = mm.mem_map.lru_base, mm.mem_map.private, mm.mem_map.users
    links, backlinks, structs = mm.mem_map.links, mm.mem_map.backlinks, mm.ram.u8[mm.mem_map.phys :]

    def alloc_pages(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row; None where Linux gives NULL. See PageAllocator.alloc_pages_node."""
        if order:
            return alloc_block(gfp_mask, order)
        try:
            w_list, zone, w_free, w_low, w_reserve, plain, wanted, _, i_count, w_head, head = requests[mm.cpu][gfp_mask]
            count = i32[i_count]
            if count <= 0 or u64[w_list] != zone or i64[w_free] <= u64[w_low] + u64[w_reserve]:
                return general(gfp_mask, 0)
            at = u64[w_head] - lru_base
            flags, counts, private, mapping, after, before = unpack(structs, at)
            if wanted and i32[i_mobility_disabled]:
                wanted = 0
            if private != wanted or counts != COUNTS_FREE or mapping or before != head or flags != plain or at < 0:
                return general(gfp_mask, 0)
            u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = head
        except _WILD:
            return _alloc_unusual(allocator, requests, gfp_mask, 0)
        pfn = at // PAGE_BYTES
        u64[w_head], i32[i_count] = after, count - 1
        links[pfn], backlinks[pfn] = LIST_POISON1, LIST_POISON2
        if wanted:
            all_private[pfn] = 0
        users[pfn] = 1
        return pfn

    return cast("Callable[[int, int], Pfn | None]", alloc_pages)


def _alloc_unusual(allocator: "PageAllocator", requests: _Requests, gfp_mask: int, order: int) -> int | None:
    """Allocate the general way, and be ready for the next request with this gfp_mask."""
    if gfp_mask not in requests[allocator.mm.cpu]:
        _remember(allocator, requests[allocator.mm.cpu], gfp_mask)
    return allocator.alloc_pages_node(gfp_mask, order)


def _remember(allocator: "PageAllocator", requests: dict[int, _Request], gfp_mask: int) -> None:
    """Work out what make_alloc_pages() wants to know of a gfp_mask that it meets for the first time."""
    w_zonelist = allocator.zonelists[gfp_mask & GFP_ZONE_MASK]
    zone = allocator.zones_at.get(allocator.u64[w_zonelist])
    if zone is None or gfp_mask & GFP_ZERO:  # before boot, or more to be done than here
        return
    if len(requests) >= _MAX_REQUESTS:
        requests.clear()
    pcp = zone.pcps[allocator.mm.cpu][COLD if gfp_mask & GFP_COLD else HOT]
    migratetype = (gfp_mask & GFP_MOVABLE != 0) << 1 | (gfp_mask & GFP_RECLAIMABLE != 0)
    words = w_zonelist, int(zone.virt), zone.w_free, zone.w_pages_low, zone.w_lowmem_reserve + zone.index
    plain = zone.index << ZONES_SHIFT
    requests[gfp_mask] = *words, plain, migratetype, zone, pcp.phys >> 2, pcp.w_head, int(pcp.head)


def _make_alloc_block(allocator: "PageAllocator", requests: _Requests) -> Callable[[int, int], int | None]:
    """Make the part of alloc_pages() for more than one page: also from the first zone, and ordinary pages only."""
    mm, u64, i64, i32, general = allocator.mm, allocator.u64, allocator.i64, allocator.i32, allocator.alloc_pages_node
    flags, counts, mapping, users = allocator.flags, allocator.counts, allocator.mapping, allocator.users
    i_mobility_disabled, largest = allocator.i_mobility_disabled, allocator.max_order - 1
    watermark_ok, smp = allocator.zone_watermark_ok, allocator.buddy.smp  # on SMP the counter of free pages may lag
    rmqueue_first, rmqueue = _make_rmqueue_first(allocator), allocator.buddy.rmqueue

    def alloc_block(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row. See PageAllocator.alloc_pages_node."""
        try:
            w_zonelist, virt, w_free, w_low, w_reserve, plain, wanted, zone, _, _, _ = requests[mm.cpu][gfp_mask]
            if order > largest or u64[w_zonelist] != virt:
                return general(gfp_mask, order)
            available, mark, pages = i64[w_free], u64[w_low], 1 << order
            if available < mark + u64[w_reserve] + pages:
                return general(gfp_mask, order)
            # With enough free in the largest blocks, it does not matter how little the small ones have.
            enough = not smp and (u64[zone.w_nr_free[largest]] << largest) - pages >= mark
            if not enough and not watermark_ok(zone, order, mark, zone.index, 0):
                return general(gfp_mask, order)
            if wanted and i32[i_mobility_disabled]:
                wanted = 0
            if not (gfp_mask & GFP_COMP or smp):
                pfn = rmqueue_first(zone, order, wanted, plain, available)
                if pfn >= 0:
                    return pfn
            pfn = rmqueue(zone, order, wanted)
        except KeyError:
            return _alloc_unusual(allocator, requests, gfp_mask, order)
        except _WILD as error:
            raise KernelBug(f"alloc_pages: a pointer or counter in the zones is wild ({error})") from error
        if pfn < 0:
            return general(gfp_mask, order)
        if gfp_mask & GFP_COMP or flags[pfn] & _PREP_BY_HAND or counts[pfn] != COUNTS_FREE or mapping[pfn]:
            return pfn if allocator.prep_new_page(pfn, order, gfp_mask) else general(gfp_mask, order)
        users[pfn] = 1
        return pfn

    return alloc_block


def _make_rmqueue_first(allocator: "PageAllocator") -> Callable[[Zone, int, int, int, int], int]:
    """Make what takes the first block of just the order that is wanted, if there is one and it is ordinary.

    Source: mm/page_alloc.c: __rmqueue_smallest, prep_new_page
    """
    mem_map, u64, i64, w_vm_stat = allocator.mm.mem_map, allocator.u64, allocator.i64, allocator.buddy.w_vm_stat
    lru_base, all_flags, all_private, users = mem_map.lru_base, mem_map.flags, mem_map.private, mem_map.users
    links, backlinks, structs = mem_map.links, mem_map.backlinks, allocator.mm.ram.u8[mem_map.phys :]
    unpack = _PAGE.unpack_from

    def rmqueue_first(zone: Zone, order: int, migratetype: int, plain: int, available: int) -> int:
        """Give the block's first page, ready for use, or -1; `available` is what the zone counts as free."""
        head, w_head, w_nr_free = zone.areas[migratetype][order]
        link = u64[w_head]
        if link == head:
            return -1
        at = link - lru_base
        flags, counts, private, mapping, after, before = unpack(structs, at)
        ordinary = flags == plain | PG_BUDDY and private == order and counts == COUNTS_FREE and before == head
        if not ordinary or mapping or at < 0:
            return -1
        pfn: int = at // PAGE_BYTES
        u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = head
        u64[w_head] = after
        links[pfn], backlinks[pfn] = LIST_POISON1, LIST_POISON2
        all_flags[pfn], all_private[pfn], users[pfn] = plain, 0, 1
        u64[w_nr_free] = u64[w_nr_free] - 1
        i64[zone.w_free] = available - (1 << order)
        i64[w_vm_stat] = i64[w_vm_stat] - (1 << order)
        return pfn

    return rmqueue_first


def make_free_pages(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the free_pages() of a kernel: what PageAllocator.free_pages_slowly does, faster where it can be.

    Source: mm/page_alloc.c: __free_pages, free_hot_cold_page
    """
    general, free_block = allocator.free_pages_slowly, _make_free_block(allocator)
    mm, u64, i32, u8 = allocator.mm, allocator.u64, allocator.i32, allocator.mm.ram.u8
    i_mobility_disabled, block_shift = allocator.i_mobility_disabled, mm.config.pageblock_order
    flags, counts, private, users = mm.mem_map.flags, mm.mem_map.counts, mm.mem_map.private, mm.mem_map.users
    mapping, links, backlinks = mm.mem_map.mapping, mm.mem_map.links, mm.mem_map.backlinks
    lru_base, zones = mm.mem_map.lru_base, _lists_by_flags(allocator)

    def free_pages(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if order or pfn < 0:  # one beyond the end has no user
            return free_block(pfn, order)
        try:
            start_pfn, blocks, i_count, i_high, w_head, head = zones[mm.cpu][flags[pfn]]
            count = i32[i_count] + 1
            if count >= i32[i_high] or counts[pfn] != COUNTS_ONE_USER or mapping[pfn]:
                return general(pfn, 0)
            byte, shift = blocks[(pfn - start_pfn) >> block_shift]
            migratetype = (u8[byte] if shift < 6 else u8[byte] | u8[byte + 1] << 8) >> shift & 7
            after, link = u64[w_head], lru_base + pfn * PAGE_BYTES
            u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        except _WILD:
            return general(pfn, 0)
        links[pfn] = after
        backlinks[pfn] = head
        u64[w_head] = link
        private[pfn] = 0 if migratetype and i32[i_mobility_disabled] else migratetype
        users[pfn] = 0
        i32[i_count] = count
        return None

    return free_pages


def _lists_by_flags(allocator: "PageAllocator") -> list[dict[int, tuple[int, _Blocks, int, int, int, int]]]:
    """Give, by CPU and by the flags of an ordinary page, which are nothing but its zone's number, what a free needs.

    That is the zone's first page, its pageblocks, and of the CPU's hot list the indices of count, high and head, and
    its address.
    """
    found: list[dict[int, tuple[int, _Blocks, int, int, int, int]]] = []
    for cpu in range(allocator.mm.config.nr_cpus):
        pcps = [(zone, zone.pcps[cpu][HOT]) for zone in allocator.zones]
        found.append(
            {
                zone.index << ZONES_SHIFT: (
                    *(zone.start_pfn, _Blocks(zone.block_flags)),
                    *(pcp.phys >> 2, (pcp.phys >> 2) + 1, pcp.w_head, int(pcp.head)),
                )
                for zone, pcp in pcps
            }
        )
    return found


def _make_free_block(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the part of free_pages() for more than one page, all of them ordinary.

    Source: mm/page_alloc.c: __free_pages_ok
    """
    mm, u64, zones = allocator.mm, allocator.u64, allocator.zones
    general, free_pages_ok = allocator.free_pages_slowly, allocator.free_pages_ok
    note_progress, max_pfn = allocator.pcp.note_progress, mm.max_pfn
    free_one_page = allocator.buddy.free_one_page if allocator.buddy.smp else _make_free_alone(allocator)
    flags, counts, users, mapping = allocator.flags, allocator.counts, allocator.users, allocator.mapping
    clean = [_repeated(zone.index << ZONES_SHIFT) for zone in zones]
    free, nowhere = _repeated(COUNTS_FREE), _repeated(0)

    def free_block(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if not 0 <= pfn < max_pfn or counts[pfn] != COUNTS_ONE_USER or order > CHECKED_ORDER:
            return general(pfn, order)
        try:
            zone = zones[flags[pfn] >> ZONES_SHIFT]
            plain, unused, unmapped, end = clean[zone.index][order], free[order], nowhere[order], pfn + (1 << order)
            users[pfn] = 0
            if flags[pfn:end] != plain or counts[pfn:end] != unused or mapping[pfn:end] != unmapped:
                return free_pages_ok(pfn, order)
            if u64[zone.w_flags]:
                note_progress(zone)
            u64[zone.w_pages_scanned] = 0
            return free_one_page(zone, pfn, order)
        except _WILD as error:
            raise KernelBug(f"free_pages of pfn {pfn:#x}: a pointer or counter is wild ({error})") from error

    return free_block


def _repeated(value: int) -> list[memoryview]:
    """Give `value` as a column of as many pages as blocks of each order up to CHECKED_ORDER have."""
    return [memoryview(value.to_bytes(8, "little") * (1 << order)).cast("Q") for order in range(CHECKED_ORDER + 1)]


def _make_free_alone(allocator: "PageAllocator") -> Callable[[Zone, int, int], None]:
    """Make free_one_page() for an ordinary block whose buddy is not free, on one CPU.

    Source: mm/page_alloc.c: __free_one_page
    """
    mm, u64, i64, u8, i32 = allocator.mm, allocator.u64, allocator.i64, allocator.u8, allocator.i32
    general, w_vm_stat, largest = allocator.buddy.free_one_page, allocator.buddy.w_vm_stat, allocator.max_order - 1
    flags, private, links, backlinks = allocator.flags, allocator.private, mm.mem_map.links, mm.mem_map.backlinks
    i_mobility_disabled, block_shift, lru_base = (
        allocator.i_mobility_disabled,
        mm.config.pageblock_order,
        mm.mem_map.lru_base,
    )
    all_blocks = {zone.index: _Blocks(zone.block_flags) for zone in allocator.zones}

    def free_alone(zone: Zone, pfn: int, order: int) -> None:
        """Put the block first on its list, or leave it to the general way."""
        index, pages = zone.index, 1 << order
        plain = index << ZONES_SHIFT
        byte, shift = all_blocks[index][(pfn - zone.start_pfn) >> block_shift]
        if order >= largest or shift > 5 or flags[pfn ^ pages] & PG_BUDDY:
            return general(zone, pfn, order)
        migratetype = u8[byte] >> shift & 7
        if migratetype and i32[i_mobility_disabled]:
            migratetype = 0
        head, w_head, w_nr_free = zone.areas[migratetype][order]
        after, link, w_free = u64[w_head], lru_base + pfn * PAGE_BYTES, zone.w_free
        u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        i64[w_free] = i64[w_free] + pages
        i64[w_vm_stat] = i64[w_vm_stat] + pages
        links[pfn], backlinks[pfn] = after, head
        u64[w_head] = link
        u64[w_nr_free] = u64[w_nr_free] + 1
        flags[pfn] = plain | PG_BUDDY
        private[pfn] = order
        return None

    return free_alone
