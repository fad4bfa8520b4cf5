# SPDX-License-Identifier: GPL-2.0-only
"""Single pages, when nothing is in the way: a zone well above its mark, a fitting page first on the CPU's list.

The same steps as page_alloc's and pcp's, in one function each, with all addresses worked out beforehand. Whatever is
out of the ordinary goes to the general functions before anything is changed.

Written for speed: an access to RAM costs as much as calling an empty function, and arithmetic beyond 30 bits is not
much cheaper. So counts are read as 32-bit members.
"""

from collections.abc import Callable
from struct import Struct, calcsize
from struct import error as struct_error
from typing import TYPE_CHECKING, Literal, cast

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
    NEXT,
    PAGE_BYTES,
    PG_BUDDY,
    PREV,
    WORDS,
    ZONES_SHIFT,
)
from pykernel.mm.zone import COLD, HOT, Zone

if TYPE_CHECKING:
    from pykernel.mm.page_alloc import PageAllocator

_PREP_BY_HAND = FLAGS_CHECK_AT_PREP | FLAGS_CLEAR_AT_PREP
_WORD: Literal["L", "Q"] = (
    "L" if calcsize("L") == 8 else "Q"
)  # Python writes large numbers faster as longs than as long longs
_WILD = (IndexError, KeyError, ValueError, struct_error)  # what a wild pointer or counter leads to

_BLOCK_BITS = 3
_LRU_BASE = PAGE_OFFSET + LRU_BYTES
_PREV_BASE = PAGE_OFFSET - 8
_MAX_REQUESTS = 1024  # different gfp_masks remembered
_STATE = Struct("<QQQQ")  # of a struct page: flags, _count and _mapcount, private, mapping
_NUMBERS = Struct("<QiiQQ")
_COUNT_AND_FIRST = Struct("<ii8xQ")  # of a struct per_cpu_pages: count, high, list.next
_STATE_AND_LINKS = Struct("<32s8xQQ")  # that as bytes, which are quickly compared; lru

# What reads a request's part of the zones at once: mark and reserve of the zone first on its list, count and first page
# of the CPU's list, free pages, that zone; from which physical address; that zone's address; the state of an ordinary
# page there; whether it has a migrate type but 0; index of the count in ram.i32, of the head in ram.u64; the head.
_Request = tuple[Callable[[memoryview, int], tuple[int, ...]], int, int, bytes, bool, int, int, int]
_Requests = dict[int, _Request]  # by gfp_mask


_Block = tuple[memoryview, int]  # where a pageblock has its type: a view of two bytes, and the shift


def _block(u8: memoryview, first: int, number: int) -> _Block:
    """Find where the pageblock of that number, of a zone whose types begin at `first`, has its type."""
    bit = number * _BLOCK_BITS
    byte = first + (bit >> 3)
    return u8[byte : byte + 2].cast("H"), bit & 7


def _reader(*members: tuple[int, str]) -> tuple[Callable[[memoryview, int], tuple[int, ...]], int]:
    """Make what reads members of a structure at once, and give the physical address that it reads from.

    A member is its address and its code of the struct module. One more so costs a third of an access of its own.

    Raises: TypeError where they are not in ascending order.
    """
    start = at = members[0][0]
    layout = "<"
    for phys, code in members:
        if phys < at:
            raise TypeError(f"struct zone: found a member at {phys:#x}, expected it behind {at:#x}")
        layout += f"{phys - at}x{code}"
        at = phys + calcsize(code)
    return Struct(layout).unpack_from, start


def make_alloc_pages(allocator: "PageAllocator") -> Callable[[int, int], Pfn | None]:
    """Make the alloc_pages() of a kernel: what PageAllocator.alloc_pages_node does, faster where it can be.

    Source: mm/page_alloc.c: alloc_pages
    """
    alloc_block = _make_alloc_block(allocator)
    ways = [_make_alloc(allocator, cpu, alloc_block) for cpu in range(allocator.mm.config.nr_cpus)]
    return ways[0] if len(ways) == 1 else lambda gfp_mask, order: ways[allocator.mm.cpu](gfp_mask, order)


def _make_alloc(
    allocator: "PageAllocator", cpu: int, alloc_block: Callable[[int, int], int | None]
) -> Callable[[int, int], Pfn | None]:
    """Make the alloc_pages() of one CPU.

    Source: mm/page_alloc.c: get_page_from_freelist, buffered_rmqueue, prep_new_page
    """
    requests: _Requests = {}
    general = allocator.alloc_pages_node
    mm, u8, i32, unpack = allocator.mm, allocator.u8, allocator.i32, _STATE_AND_LINKS.unpack_from
    i_mobility_disabled, all_private, users = allocator.i_mobility_disabled, mm.mem_map.private, mm.mem_map.users
    lru_base, links, backlinks = mm.mem_map.lru_base, mm.mem_map.links, mm.mem_map.backlinks
    structs, words = u8[mm.mem_map.phys :], u8.cast(_WORD)

    def alloc_pages(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row; None where Linux gives NULL. See PageAllocator.alloc_pages_node."""
        if order:
            return alloc_block(gfp_mask, order)
        try:
            read, start, zone, ordinary, has_type, i_count, w_head, head = requests[gfp_mask]
            low, reserve, count, link, free, first = read(u8, start)
            if count <= 0 or first != zone or free <= low + reserve or (has_type and i32[i_mobility_disabled]):
                return general(gfp_mask, 0)
            at = link - lru_base
            state, after, before = unpack(structs, at)
            if state != ordinary or before != head or at < 0:
                return general(gfp_mask, 0)
            words[(after - _PREV_BASE) >> 3] = head  # the list's last page leads to its head, which is in no RAM here
        except _WILD:
            return _alloc_unusual(allocator, cpu, requests, gfp_mask)
        pfn = at // PAGE_BYTES
        words[w_head], i32[i_count] = after, count - 1
        links[pfn], backlinks[pfn] = LIST_POISON1, LIST_POISON2
        if has_type:
            all_private[pfn] = 0
        users[pfn] = 1
        return pfn

    return cast("Callable[[int, int], Pfn | None]", alloc_pages)


def _alloc_unusual(allocator: "PageAllocator", cpu: int, requests: _Requests, gfp_mask: int) -> int | None:
    """Allocate a page the general way, and be ready for the next request with this gfp_mask."""
    zone = _first_zone(allocator, gfp_mask)
    if gfp_mask not in requests and zone is not None:
        if len(requests) >= _MAX_REQUESTS:
            requests.clear()
        pcp = zone.pcps[cpu][COLD if gfp_mask & GFP_COLD else HOT]
        read, start = _reader(
            (zone.w_pages_low << 3, "Q"),
            ((zone.w_lowmem_reserve + zone.index) << 3, "Q"),
            (pcp.phys, "i"),
            (pcp.w_head << 3, "Q"),
            (zone.w_free << 3, "q"),
            (allocator.zonelists[gfp_mask & GFP_ZONE_MASK] << 3, "Q"),
        )
        migratetype = _migratetype(gfp_mask)
        ordinary = _STATE.pack(zone.index << ZONES_SHIFT, COUNTS_FREE, migratetype, 0)
        words = pcp.phys >> 2, pcp.w_head, int(pcp.head)
        requests[gfp_mask] = read, start, int(zone.virt), ordinary, migratetype != 0, *words
    return allocator.alloc_pages_node(gfp_mask, 0)


def _first_zone(allocator: "PageAllocator", gfp_mask: int) -> Zone | None:
    """Give the zone first on a request's list; None before boot, or where there is more to be done than here."""
    zone = allocator.zones_at.get(allocator.u64[allocator.zonelists[gfp_mask & GFP_ZONE_MASK]])
    return None if gfp_mask & GFP_ZERO else zone


def _migratetype(gfp_mask: int) -> int:
    """Source: include/linux/gfp.h: allocflags_to_migratetype. Differs: without the look whether mobility is disabled"""
    return (gfp_mask & GFP_MOVABLE != 0) << 1 | (gfp_mask & GFP_RECLAIMABLE != 0)


# Likewise for more than a page, but read are mark, reserve, first block of the wanted list, number of blocks of that
# order and of the largest, free pages, the zone first on the list; from where; that zone's address and an ordinary
# page's flags there; the state of an ordinary block, none where there is more to be done; whether it has a type; the
# list's head, and the indices of its word, of nr_free and of the free pages.
_BlockRequest = tuple[Callable[[memoryview, int], tuple[int, ...]], int, int, int, bytes, bool, int, int, int, int]
_BlockRequests = list[dict[int, _BlockRequest]]  # by order and gfp_mask


def _block_request(allocator: "PageAllocator", gfp_mask: int, order: int) -> _BlockRequest | None:
    """Work out what there is to know of a request, once; None where there is no short way for it."""
    zone, largest, migratetype = _first_zone(allocator, gfp_mask), allocator.max_order - 1, _migratetype(gfp_mask)
    if zone is None or not order < largest:
        return None
    head, w_head, w_nr_free = zone.areas[migratetype][order]
    read, start = _reader(
        (zone.w_pages_low << 3, "Q"),
        ((zone.w_lowmem_reserve + zone.index) << 3, "Q"),
        (w_head << 3, "Q"),
        (w_nr_free << 3, "Q"),
        (zone.w_nr_free[largest] << 3, "Q"),
        (zone.w_free << 3, "q"),
        (allocator.zonelists[gfp_mask & GFP_ZONE_MASK] << 3, "Q"),
    )
    # On SMP the counter of free pages may lag, and a compound page has more to be written.
    is_plain = not (gfp_mask & GFP_COMP or allocator.buddy.smp)
    ordinary = _STATE.pack(zone.index << ZONES_SHIFT | PG_BUDDY, COUNTS_FREE, order, 0) if is_plain else b""
    words = head, w_head, w_nr_free, zone.w_free
    return read, start, int(zone.virt), zone.index << ZONES_SHIFT, ordinary, migratetype != 0, *words


def _make_alloc_block(allocator: "PageAllocator") -> Callable[[int, int], int | None]:
    """Make the part of alloc_pages() for more than one page: the first block of just the order that is wanted.

    Source: mm/page_alloc.c: get_page_from_freelist, __rmqueue_smallest, prep_new_page
    """
    requests: _BlockRequests = [{} for _ in range(allocator.max_order)]
    mem_map, u8, i64, i32 = allocator.mm.mem_map, allocator.u8, allocator.i64, allocator.i32
    other_way, largest, unpack = _make_other_block(allocator), allocator.max_order - 1, _STATE_AND_LINKS.unpack_from
    i_mobility_disabled, w_vm_stat = allocator.i_mobility_disabled, allocator.buddy.w_vm_stat
    lru_base, all_flags, all_private, users = mem_map.lru_base, mem_map.flags, mem_map.private, mem_map.users
    links, backlinks, structs, words = mem_map.links, mem_map.backlinks, u8[mem_map.phys :], u8.cast(_WORD)

    def alloc_block(gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row. See PageAllocator.alloc_pages_node."""
        try:
            read, start, virt, plain, ordinary, has_type, head, w_head, w_nr_free, w_free = requests[order][gfp_mask]
            low, reserve, link, blocks, largest_blocks, available, first = read(u8, start)
            pages = 1 << order
            # With enough free in the largest blocks, it does not matter how little the small ones have.
            if first != virt or available < low + reserve + pages or (largest_blocks << largest) - pages < low:
                return other_way(virt, gfp_mask, order)
            if link == head or not ordinary or (has_type and i32[i_mobility_disabled]):
                return other_way(virt, gfp_mask, order)
            at = link - lru_base
            state, after, before = unpack(structs, at)
            if state != ordinary or before != head or at < 0:
                return other_way(virt, gfp_mask, order)
            words[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = head
        except _WILD:
            return _block_unusual(allocator, requests, gfp_mask, order)
        pfn: int = at // PAGE_BYTES
        words[w_head], words[w_nr_free] = after, blocks - 1
        links[pfn], backlinks[pfn] = LIST_POISON1, LIST_POISON2
        all_flags[pfn], all_private[pfn], users[pfn] = plain, 0, 1
        i64[w_free] = available - pages
        i64[w_vm_stat] -= pages
        return pfn

    return alloc_block


def _block_unusual(allocator: "PageAllocator", requests: _BlockRequests, gfp_mask: int, order: int) -> int | None:
    """Allocate a block the general way, and be ready for the next request like it."""
    if order < len(requests) and gfp_mask not in requests[order]:
        if len(requests[order]) >= _MAX_REQUESTS:
            requests[order].clear()
        request = _block_request(allocator, gfp_mask, order)
        if request is not None:
            requests[order][gfp_mask] = request
    return allocator.alloc_pages_node(gfp_mask, order)


def _make_other_block(allocator: "PageAllocator") -> Callable[[int, int, int], int | None]:
    """Make what allocates a block from the first zone, by all of its lists: in fewer steps than the general way."""
    u64, i64, i32, general = allocator.u64, allocator.i64, allocator.i32, allocator.alloc_pages_node
    flags, counts, mapping, users = allocator.flags, allocator.counts, allocator.mapping, allocator.users
    watermark_ok, rmqueue, i_mobility_disabled = (
        allocator.zone_watermark_ok,
        allocator.buddy.rmqueue,
        allocator.i_mobility_disabled,
    )

    def other_block(virt: int, gfp_mask: int, order: int) -> int | None:
        """Allocate 2^order pages in a row, from the zone at `virt`. See PageAllocator.alloc_pages_node."""
        zone, wanted = allocator.zones_at[virt], _migratetype(gfp_mask)
        try:
            if u64[allocator.zonelists[gfp_mask & GFP_ZONE_MASK]] != virt or i64[zone.w_free] < 0:
                return general(gfp_mask, order)
            if not watermark_ok(zone, order, u64[zone.w_pages_low], zone.index, 0):
                return general(gfp_mask, order)
            if wanted and i32[i_mobility_disabled]:
                wanted = 0
            pfn = rmqueue(zone, order, wanted)
        except _WILD as error:
            raise KernelBug(f"alloc_pages: a pointer or counter in the zones is wild ({error})") from error
        if pfn < 0:
            return general(gfp_mask, order)
        if gfp_mask & GFP_COMP or flags[pfn] & _PREP_BY_HAND or counts[pfn] != COUNTS_FREE or mapping[pfn]:
            return pfn if allocator.prep_new_page(pfn, order, gfp_mask) else general(gfp_mask, order)
        users[pfn] = 1
        return pfn

    return other_block


def make_free_pages(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the free_pages() of a kernel: what PageAllocator.free_pages_slowly does, faster where it can be.

    Source: mm/page_alloc.c: __free_pages
    """
    free_block = _make_free_block(allocator)
    ways = [_make_free(allocator, cpu, free_block) for cpu in range(allocator.mm.config.nr_cpus)]
    return ways[0] if len(ways) == 1 else lambda pfn, order: ways[allocator.mm.cpu](pfn, order)


def _make_free(
    allocator: "PageAllocator", cpu: int, free_block: Callable[[int, int], None]
) -> Callable[[int, int], None]:
    """Make the free_pages() of one CPU.

    Source: mm/page_alloc.c: free_hot_cold_page
    """
    mm, u8, i32, general = allocator.mm, allocator.u8, allocator.i32, allocator.free_pages_slowly
    mem_map, block_shift, i_mobility_disabled = mm.mem_map, mm.config.pageblock_order, allocator.i_mobility_disabled
    lru_base, all_private, users = mem_map.lru_base, mem_map.private, mem_map.users
    structs, words = u8[mem_map.phys :], u8.cast(_WORD)
    links, backlinks = _columns(allocator, words)
    zones, read, unpack = _lists_by_flags(allocator, cpu), _COUNT_AND_FIRST.unpack_from, _NUMBERS.unpack_from

    def free_pages(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if order or pfn < 0:  # one beyond the end has no struct page
            return free_block(pfn, order)
        try:
            at = pfn * PAGE_BYTES
            flags, count, mapcount, private, mapping = unpack(structs, at)
            start_pfn, blocks, pcp, w_head, head = zones[flags]
            on_list, high, after = read(u8, pcp)
            if on_list + 1 >= high or count != 1 or mapcount != -1 or mapping:
                return general(pfn, 0)
            word, shift = blocks[(pfn - start_pfn) >> block_shift]
            migratetype = word[0] >> shift & 7
            link = lru_base + at
            words[(after - _PREV_BASE) >> 3] = link  # an empty list leads to its head, which is in no RAM here
        except _WILD:
            _meet_block(allocator, zones, pfn)
            return general(pfn, 0)
        words[w_head], i32[pcp >> 2] = link, on_list + 1
        links[pfn], backlinks[pfn] = after, head
        if private != migratetype or migratetype:
            all_private[pfn] = migratetype if not i32[i_mobility_disabled] else 0
        users[pfn] = 0
        return None

    return free_pages


def _columns(allocator: "PageAllocator", words: memoryview) -> tuple[memoryview, memoryview]:
    """Give lru.next and lru.prev of all pages as columns of `words`."""
    first = allocator.mm.mem_map.phys >> 3
    end = first + allocator.mm.mem_map.pages * WORDS
    return words[first + NEXT : end : WORDS], words[first + PREV : end : WORDS]


_Lists = dict[int, tuple[int, dict[int, _Block], int, int, int]]


def _lists_by_flags(allocator: "PageAllocator", cpu: int) -> _Lists:
    """Give, by the flags of an ordinary page, which are nothing but its zone's number, what a CPU's free needs.

    That is the zone's first page, those of its pageblocks that were met, and of the CPU's hot list the address, the
    index of its head and the head.
    """
    pcps = [(zone, zone.pcps[cpu][HOT]) for zone in allocator.zones]
    return {zone.index << ZONES_SHIFT: (zone.start_pfn, {}, pcp.phys, pcp.w_head, int(pcp.head)) for zone, pcp in pcps}


def _meet_block(allocator: "PageAllocator", lists: _Lists, pfn: int) -> None:
    """Be ready for the next page of a pageblock that was not met yet."""
    if not 0 <= pfn < allocator.mm.max_pfn:
        return
    zone = allocator.zones[allocator.flags[pfn] >> ZONES_SHIFT]
    found = lists.get(allocator.flags[pfn])
    if found is not None and zone.start_pfn <= pfn < zone.end_pfn and zone.block_flags:
        number = (pfn - zone.start_pfn) >> allocator.mm.config.pageblock_order
        found[1][number] = _block(allocator.u8, zone.block_flags, number)


def _make_free_block(allocator: "PageAllocator") -> Callable[[int, int], None]:
    """Make the part of free_pages() for more than one page, all of them ordinary.

    Source: mm/page_alloc.c: __free_pages_ok
    """
    mm, u64, general, free_pages_ok = allocator.mm, allocator.u64, allocator.free_pages_slowly, allocator.free_pages_ok
    note_progress, max_pfn = allocator.pcp.note_progress, mm.max_pfn
    free_one_page = allocator.buddy.free_one_page if allocator.buddy.smp else _make_free_alone(allocator)
    flags, counts, users, mapping = allocator.flags, allocator.counts, allocator.users, allocator.mapping
    kinds = _ordinary_blocks(allocator.zones)

    def free_block(pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last. See PageAllocator.free_pages_slowly."""
        if not 0 <= pfn < max_pfn or counts[pfn] != COUNTS_ONE_USER or order > CHECKED_ORDER:
            return general(pfn, order)
        try:
            kind = kinds[order].get(flags[pfn])
            users[pfn] = 0
            if kind is None:
                return free_pages_ok(pfn, order)
            zone, plain, unused, unmapped, w_flags, w_pages_scanned = kind
            end = pfn + (1 << order)
            if flags[pfn:end] != plain or counts[pfn:end] != unused or mapping[pfn:end] != unmapped:
                return free_pages_ok(pfn, order)
            if u64[w_flags]:
                note_progress(zone)
            u64[w_pages_scanned] = 0
            return free_one_page(zone, pfn, order)
        except _WILD as error:
            raise KernelBug(f"free_pages of pfn {pfn:#x}: a pointer or counter is wild ({error})") from error

    return free_block


def _ordinary_blocks(
    zones: tuple[Zone, ...],
) -> list[dict[int, tuple[Zone, memoryview, memoryview, memoryview, int, int]]]:
    """Give, by order and by the flags of an ordinary page, how the columns of a block look; and indices in its zone."""
    return [
        {
            zone.index << ZONES_SHIFT: (
                *(zone, _repeated(zone.index << ZONES_SHIFT, order)),
                *(_repeated(COUNTS_FREE, order), _repeated(0, order)),
                *(zone.w_flags, zone.w_pages_scanned),
            )
            for zone in zones
        }
        for order in range(CHECKED_ORDER + 1)
    ]


def _repeated(value: int, order: int) -> memoryview:
    """Give `value` as the column of a block's pages."""
    return memoryview(value.to_bytes(8, "little") * (1 << order)).cast("Q")


def _make_free_alone(allocator: "PageAllocator") -> Callable[[Zone, int, int], None]:
    """Make free_one_page() for an ordinary block whose buddy is not free, on one CPU.

    Source: mm/page_alloc.c: __free_one_page
    """
    mm, u8, i32, block_shift = allocator.mm, allocator.u8, allocator.i32, allocator.mm.config.pageblock_order
    general, w_vm_stat, largest = allocator.buddy.free_one_page, allocator.buddy.w_vm_stat, allocator.max_order - 1
    flags, private, words, signed = allocator.flags, allocator.private, u8.cast(_WORD), allocator.i64
    i_mobility_disabled, lru_base = allocator.i_mobility_disabled, mm.mem_map.lru_base
    links, backlinks = _columns(allocator, words)
    places = [dict[int, _Block]() for _ in allocator.zones]  # by number, those that were met
    lists = [dict[int, _List]() for _ in allocator.zones]  # by order and migrate type, likewise

    def free_alone(zone: Zone, pfn: int, order: int) -> None:
        """Put the block first on its list, or leave it to the general way."""
        index, pages = zone.index, 1 << order
        if order >= largest or flags[pfn ^ pages] & PG_BUDDY:
            return general(zone, pfn, order)
        number = (pfn - zone.start_pfn) >> block_shift
        place = places[index].get(number)
        if place is None:
            place = places[index][number] = _block(u8, zone.block_flags, number)
        word, shift = place
        migratetype = word[0] >> shift & 7
        if migratetype and i32[i_mobility_disabled]:
            migratetype = 0
        found = lists[index].get(order << 3 | migratetype)
        if found is None:
            found = lists[index][order << 3 | migratetype] = _list_of(zone, order, migratetype)
        read, start, head, w_head, w_nr_free, w_free = found
        after, blocks, free = read(u8, start)
        link = lru_base + pfn * PAGE_BYTES
        words[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        links[pfn], backlinks[pfn] = after, head
        words[w_head], words[w_nr_free], signed[w_free] = link, blocks + 1, free + pages
        signed[w_vm_stat] += pages
        flags[pfn], private[pfn] = index << ZONES_SHIFT | PG_BUDDY, order
        return None

    return free_alone


_List = tuple[Callable[[memoryview, int], tuple[int, ...]], int, int, int, int, int]


def _list_of(zone: Zone, order: int, migratetype: int) -> _List:
    """Give what reads a list's first block, their number and the zone's free pages; and where they are.

    That is the address to read from, the list's head, and the indices of its word, of nr_free and of the free pages.
    """
    head, w_head, w_nr_free = zone.areas[migratetype][order]
    read, start = _reader((w_head << 3, "Q"), (w_nr_free << 3, "Q"), (zone.w_free << 3, "q"))
    return read, start, head, w_head, w_nr_free, zone.w_free
