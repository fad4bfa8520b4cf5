# SPDX-License-Identifier: GPL-2.0-only
"""The buddy system: free blocks of 2^order pages on one list for each order and migrate type.

Works on struct pages and struct zone in RAM. It neither checks what callers hand in nor prepares pages for use: that
is page_alloc's. Names: `pfn` is a page, `page` the index of its struct page in `ram.u64`, links are virtual addresses.
"""

from typing import TYPE_CHECKING

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.errors import BadList, BadPage
from pykernel.layout.lists import LIST_POISON1, LIST_POISON2
from pykernel.mm.page import (
    COUNTS,
    FIRST_PAGE,
    LRU_BYTES,
    NEXT,
    PG_BUDDY,
    PG_COMPOUND,
    PG_HEAD_TAIL_MASK,
    PREV,
    PRIVATE,
    WORDS,
    ZONES_SHIFT,
)
from pykernel.mm.zone import (
    MIGRATE_MOVABLE,
    MIGRATE_RECLAIMABLE,
    MIGRATE_RESERVE,
    MIGRATE_TYPES,
    MIGRATE_UNMOVABLE,
    Zone,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from pykernel.mm.context import Mm

# Whose blocks to take when a type has none left. MIGRATE_RESERVE comes last, and is not taken over but only used.
FALLBACKS = (
    (MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE),
    (MIGRATE_UNMOVABLE, MIGRATE_MOVABLE),
    (MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE),
    (),
    (),
)
_COUNT_MASK = 0xFFFF_FFFF
_PAGE_BYTES = WORDS * 8
_BLOCK_BITS = 3  # NR_PAGEBLOCK_BITS


class Buddy:
    """The free lists of all zones of one kernel."""

    def __init__(self, mm: "Mm", bad_page: "Callable[[int], None]") -> None:
        self.u8 = mm.ram.u8
        self.i32 = mm.ram.i32
        self.u64 = mm.ram.u64
        self.i64 = mm.ram.i64
        self.mm = mm
        self.bad_page = bad_page
        self.map_word = mm.map_word
        self.lru_base = mm.mem_map + LRU_BYTES + PAGE_OFFSET  # virtual address of page 0's lru
        self.max_order = mm.config.max_order
        self.pageblock_order = mm.config.pageblock_order
        self.i_mobility_disabled = mm.statics["page_group_by_mobility_disabled"] >> 2
        self.vmstat = mm.vmstat
        self.w_vm_stat = mm.vmstat.w_vm_stat
        self.smp = mm.vmstat.smp

    # Lists. The links of a page are words NEXT and PREV of its struct page; heads are in the kernel image.

    def list_add(self, link: int, word: int, head: int) -> None:
        """Put the entry at address `link`, whose links are at `word`, first on the list `head` of the kernel image."""
        u64 = self.u64
        w_head = (head - KERNEL_MAP_BASE) >> 3
        after = u64[w_head]
        u64[((after - KERNEL_MAP_BASE if after >= KERNEL_MAP_BASE else after - PAGE_OFFSET) >> 3) + 1] = link
        u64[word] = after
        u64[word + 1] = head
        u64[w_head] = link

    def list_del(self, word: int) -> None:
        """Take the entry whose links are at `word` off its list, and poison it."""
        u64 = self.u64
        after = u64[word]
        before = u64[word + 1]
        u64[((after - KERNEL_MAP_BASE if after >= KERNEL_MAP_BASE else after - PAGE_OFFSET) >> 3) + 1] = before
        u64[(before - KERNEL_MAP_BASE if before >= KERNEL_MAP_BASE else before - PAGE_OFFSET) >> 3] = after
        u64[word] = LIST_POISON1
        u64[word + 1] = LIST_POISON2

    def pfn_of(self, link: int) -> int:
        """Give the page whose lru is at address `link`.

        Raises: BadList where no struct page has its lru there.
        """
        pfn, rest = divmod(link - self.lru_base, _PAGE_BYTES)
        if rest or not 0 <= pfn < self.mm.max_pfn:
            raise BadList(f"a free list leads to {link:#x}, which is no page's lru")
        return pfn

    # Pageblocks.

    def get_pageblock_migratetype(self, zone: Zone, pfn: int) -> int:
        """Give the migrate type of the block that `pfn` is in. Source: include/linux/mmzone.h: same"""
        if self.i32[self.i_mobility_disabled]:
            return MIGRATE_UNMOVABLE
        bit = ((pfn - zone.start_pfn) >> self.pageblock_order) * _BLOCK_BITS
        byte = zone.block_flags + (bit >> 3)
        return ((self.u8[byte] | self.u8[byte + 1] << 8) >> (bit & 7)) & 7

    def set_pageblock_migratetype(self, zone: Zone, pfn: int, migratetype: int) -> None:
        """Set the migrate type of the block that `pfn` is in. Source: mm/page_alloc.c: set_pageblock_migratetype"""
        bit = ((pfn - zone.start_pfn) >> self.pageblock_order) * _BLOCK_BITS
        byte, shift = zone.block_flags + (bit >> 3), bit & 7
        pair = self.u8[byte] | self.u8[byte + 1] << 8
        pair = pair & ~(7 << shift) | migratetype << shift
        self.u8[byte] = pair & 0xFF
        if shift > 5:
            self.u8[byte + 1] = pair >> 8

    # Freeing.

    def free_one_page(self, zone: Zone, pfn: int, order: int) -> None:
        """Give a block back: merge it with its buddy as long as that is free, and put the result first on its list.

        Source: mm/page_alloc.c: __free_one_page
        Raises: BadPage where a free buddy has users.
        """
        u64 = self.u64
        map_word = self.map_word
        page = map_word + pfn * WORDS
        migratetype = self.get_pageblock_migratetype(zone, pfn)
        flags = u64[page]
        if flags & PG_COMPOUND:
            self.destroy_compound_page(pfn, order)
        if self.smp:
            self.vmstat.mod_zone_page_state(zone, 0, 1 << order)
        else:
            i64 = self.i64
            i64[zone.w_free] += 1 << order
            i64[self.w_vm_stat] += 1 << order
        zone_id = flags >> ZONES_SHIFT
        while order < self.max_order - 1:
            buddy = map_word + (pfn ^ 1 << order) * WORDS
            flags = u64[buddy]
            if not flags & PG_BUDDY or u64[buddy + PRIVATE] != order or flags >> ZONES_SHIFT != zone_id:
                break
            if u64[buddy + COUNTS] & _COUNT_MASK:
                raise BadPage("a free block has users", pfn ^ 1 << order)
            self.list_del(buddy + NEXT)
            u64[zone.w_nr_free[order]] -= 1
            u64[buddy] = flags & ~PG_BUDDY
            u64[buddy + PRIVATE] = 0
            pfn &= ~(1 << order)
            order += 1
        page = map_word + pfn * WORDS
        u64[page] |= PG_BUDDY
        u64[page + PRIVATE] = order
        self.list_add(self.lru_base + pfn * _PAGE_BYTES, page + NEXT, zone.heads[order][migratetype])
        u64[zone.w_nr_free[order]] += 1

    def destroy_compound_page(self, pfn: int, order: int) -> None:
        """Take the marks off a compound page's head and tails. Source: mm/page_alloc.c: destroy_compound_page"""
        u64 = self.u64
        head = self.map_word + pfn * WORDS
        head_virt = self.mm.pfn_to_page(pfn)
        if u64[head + WORDS + PREV] != order or u64[head] & PG_HEAD_TAIL_MASK != PG_COMPOUND:
            self.bad_page(pfn)
        u64[head] &= ~PG_COMPOUND
        for tail in range(head + WORDS, head + (WORDS << order), WORDS):
            flags = u64[tail]
            if flags & PG_HEAD_TAIL_MASK != PG_HEAD_TAIL_MASK or u64[tail + FIRST_PAGE] != head_virt:
                self.bad_page((tail - self.map_word) // WORDS)
                flags = u64[tail]
            u64[tail] = flags & ~PG_HEAD_TAIL_MASK

    # Allocating.

    def rmqueue(self, zone: Zone, order: int, migratetype: int) -> int:
        """Take a block off the free lists: of its own type, else of another's. Give its first page, or -1.

        Source: mm/page_alloc.c: __rmqueue
        """
        pfn = self.rmqueue_smallest(zone, order, migratetype)
        return pfn if pfn >= 0 else self.rmqueue_fallback(zone, order, migratetype)

    def rmqueue_smallest(self, zone: Zone, order: int, migratetype: int) -> int:
        """Take the first block of the smallest order that is large enough, and split it; -1 where there is none.

        Source: mm/page_alloc.c: __rmqueue_smallest
        """
        u64 = self.u64
        heads = zone.heads
        for current_order in range(order, self.max_order):
            head = heads[current_order][migratetype]
            link = u64[(head - KERNEL_MAP_BASE) >> 3]
            if link == head:
                continue
            pfn = self.pfn_of(link)
            page = self.map_word + pfn * WORDS
            self.list_del(page + NEXT)
            u64[page] &= ~PG_BUDDY
            u64[page + PRIVATE] = 0
            u64[zone.w_nr_free[current_order]] -= 1
            if self.smp:
                self.vmstat.mod_zone_page_state(zone, 0, -(1 << order))
            else:
                i64 = self.i64
                i64[zone.w_free] -= 1 << order
                i64[self.w_vm_stat] -= 1 << order
            if current_order > order:
                self.expand(zone, pfn, order, current_order, migratetype)
            return pfn
        return -1

    def expand(self, zone: Zone, pfn: int, low: int, high: int, migratetype: int) -> None:
        """Keep the first 2^low pages of a block of 2^high, and put its upper halves on the free lists.

        Source: mm/page_alloc.c: expand
        """
        u64 = self.u64
        while high > low:
            high -= 1
            half = pfn + (1 << high)
            page = self.map_word + half * WORDS
            self.list_add(self.lru_base + half * _PAGE_BYTES, page + NEXT, zone.heads[high][migratetype])
            u64[zone.w_nr_free[high]] += 1
            u64[page] |= PG_BUDDY
            u64[page + PRIVATE] = high

    def rmqueue_fallback(self, zone: Zone, order: int, start_migratetype: int) -> int:
        """Take the largest block of another type, if need be with all that is free around it; at last from the reserve.

        Source: mm/page_alloc.c: __rmqueue_fallback
        """
        for current_order in range(self.max_order - 1, order - 1, -1):
            for migratetype in FALLBACKS[start_migratetype]:
                head = zone.heads[current_order][migratetype]
                link = self.u64[(head - KERNEL_MAP_BASE) >> 3]
                if link != head:
                    pfn = self.pfn_of(link)
                    self._take_over(zone, pfn, order, current_order, start_migratetype, migratetype)
                    return pfn
        return self.rmqueue_smallest(zone, order, MIGRATE_RESERVE)

    def _take_over(self, zone: Zone, pfn: int, order: int, current_order: int, wanted: int, migratetype: int) -> None:
        """Take a block of type `migratetype` for one of type `wanted`. Source: mm/page_alloc.c: __rmqueue_fallback"""
        u64 = self.u64
        u64[zone.w_nr_free[current_order]] -= 1
        if current_order >= self.pageblock_order >> 1 or wanted == MIGRATE_RECLAIMABLE:
            # A large block is worth having whole: what is left of it, and all that is free around it, changes type.
            if self.move_freepages_block(zone, pfn, wanted) >= 1 << (self.pageblock_order - 1):
                self.set_pageblock_migratetype(zone, pfn, wanted)
            migratetype = wanted
        page = self.map_word + pfn * WORDS
        self.list_del(page + NEXT)
        u64[page] &= ~PG_BUDDY
        u64[page + PRIVATE] = 0
        self.vmstat.mod_zone_page_state(zone, 0, -(1 << order))
        if current_order == self.pageblock_order:
            self.set_pageblock_migratetype(zone, pfn, wanted)
        self.expand(zone, pfn, order, current_order, migratetype)

    def move_freepages_block(self, zone: Zone, pfn: int, migratetype: int) -> int:
        """Put the free blocks of a whole pageblock on another type's lists; give the number of pages moved.

        Source: mm/page_alloc.c: move_freepages_block
        """
        start_pfn = pfn & -(1 << self.pageblock_order)
        end_pfn = start_pfn + (1 << self.pageblock_order) - 1
        if start_pfn < zone.start_pfn:
            start_pfn = pfn
        if end_pfn >= zone.end_pfn:
            return 0
        return self.move_freepages(zone, start_pfn, end_pfn, migratetype)

    def move_freepages(self, zone: Zone, start_pfn: int, end_pfn: int, migratetype: int) -> int:
        """Put the free blocks that begin in [start_pfn, end_pfn] first on another type's lists, in ascending order.

        Source: mm/page_alloc.c: move_freepages
        """
        u64 = self.u64
        pfn, moved = start_pfn, 0
        while pfn <= end_pfn:
            page = self.map_word + pfn * WORDS
            if not u64[page] & PG_BUDDY:
                pfn += 1
                continue
            order = u64[page + PRIVATE]
            if order >= self.max_order:
                raise BadPage(f"a free block claims order {order}", pfn)
            self.list_del(page + NEXT)
            self.list_add(self.lru_base + pfn * _PAGE_BYTES, page + NEXT, zone.heads[order][migratetype])
            pfn += 1 << order
            moved += 1 << order
        return moved


assert len(FALLBACKS) == MIGRATE_TYPES
