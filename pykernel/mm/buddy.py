# SPDX-License-Identifier: GPL-2.0-only
"""The buddy system: free blocks of 2^order pages on one list for each order and migrate type.

Works on the mem_map and struct zone in RAM. It neither checks what callers hand in nor prepares pages for use: that is
page_alloc's. Pages are page frame numbers; links are virtual addresses, a list's head being in the kernel image.
"""

from typing import TYPE_CHECKING

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.errors import BadList, BadPage
from pykernel.layout.lists import LIST_POISON1, LIST_POISON2
from pykernel.mm.page import PAGE_BYTES, PG_BUDDY, PG_COMPOUND, PG_HEAD_TAIL_MASK, ZONES_SHIFT
from pykernel.mm.zone import MIGRATE_MOVABLE, MIGRATE_RECLAIMABLE, MIGRATE_RESERVE, MIGRATE_UNMOVABLE, Zone

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
_NOT_BUDDY = ~PG_BUDDY
_BLOCK_BITS = 3  # NR_PAGEBLOCK_BITS
_PREV_BASE = PAGE_OFFSET - 8  # what to take off a link to a page, to get at the prev there
_HEAD_PREV_BASE = KERNEL_MAP_BASE - 8  # the same for a link to a list's head


class Buddy:
    """The free lists of all zones of one kernel."""

    def __init__(self, mm: "Mm", bad_page: "Callable[[int], None]") -> None:
        self.mm = mm
        self.bad_page = bad_page
        self.u8, self.i32, self.u64, self.i64 = mm.ram.u8, mm.ram.i32, mm.ram.u64, mm.ram.i64
        mem_map = mm.mem_map
        self.flags, self.private, self.users = mem_map.flags, mem_map.private, mem_map.users
        self.links, self.backlinks, self.lru_base = mem_map.links, mem_map.backlinks, mem_map.lru_base
        self.max_order = mm.config.max_order
        self.pageblock_order = mm.config.pageblock_order
        self.i_mobility_disabled = mm.statics["page_group_by_mobility_disabled"] >> 2
        self.vmstat = mm.vmstat
        self.w_vm_stat = mm.vmstat.w_vm_stat
        self.smp = mm.vmstat.smp

    # Lists.

    def list_add(self, pfn: int, head: int) -> None:
        """Put a page first on a list."""
        u64 = self.u64
        link = self.lru_base + pfn * PAGE_BYTES
        w_head = (head - KERNEL_MAP_BASE) >> 3
        after = u64[w_head]
        u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        self.links[pfn] = after
        self.backlinks[pfn] = head
        u64[w_head] = link

    def list_del(self, pfn: int) -> None:
        """Take a page off its list, and poison its links."""
        u64 = self.u64
        after = self.links[pfn]
        before = self.backlinks[pfn]
        u64[(after - _PREV_BASE if after < KERNEL_MAP_BASE else after - _HEAD_PREV_BASE) >> 3] = before
        u64[(before - PAGE_OFFSET if before < KERNEL_MAP_BASE else before - KERNEL_MAP_BASE) >> 3] = after
        self.links[pfn] = LIST_POISON1
        self.backlinks[pfn] = LIST_POISON2

    def pfn_of(self, link: int) -> int:
        """Give the page whose lru is at address `link`.

        Raises: BadList where no struct page has its lru there.
        """
        pfn, rest = divmod(link - self.lru_base, PAGE_BYTES)
        if rest or not 0 <= pfn < self.mm.max_pfn:
            raise BadList(f"a free list leads to {link:#x}, which is no page's lru")
        return pfn

    # Pageblocks.

    def get_pageblock_migratetype(self, zone: Zone, pfn: int) -> int:
        """Give the migrate type of the block that `pfn` is in. Source: include/linux/mmzone.h: same"""
        bit = ((pfn - zone.start_pfn) >> self.pageblock_order) * _BLOCK_BITS
        byte, shift = zone.block_flags + (bit >> 3), bit & 7
        migratetype = self.u8[byte] >> shift & 7
        if shift > 5:
            migratetype |= self.u8[byte + 1] << (8 - shift) & 7
        return 0 if migratetype and self.i32[self.i_mobility_disabled] else migratetype

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
        u64, flags = self.u64, self.flags
        migratetype = self.get_pageblock_migratetype(zone, pfn)
        found = flags[pfn]
        if found & PG_COMPOUND:
            self.destroy_compound_page(pfn, order)
        if self.smp:
            self.vmstat.mod_zone_page_state(zone, 0, 1 << order)
        else:
            i64, w_free, w_vm_stat = self.i64, zone.w_free, self.w_vm_stat
            i64[w_free] = i64[w_free] + (1 << order)
            i64[w_vm_stat] = i64[w_vm_stat] + (1 << order)
        free_here = found >> ZONES_SHIFT << ZONES_SHIFT | PG_BUDDY
        found = flags[pfn ^ 1 << order] if order < self.max_order - 1 else 0
        if found & PG_BUDDY:
            pfn, order = self._merge(zone, pfn, order, free_here)
        head, w_head, w_nr_free = zone.areas[migratetype][order]
        after = u64[w_head]
        link = self.lru_base + pfn * PAGE_BYTES
        u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
        self.links[pfn] = after
        self.backlinks[pfn] = head
        u64[w_head] = link
        u64[w_nr_free] = u64[w_nr_free] + 1
        flags[pfn] = flags[pfn] | PG_BUDDY
        self.private[pfn] = order

    def _merge(self, zone: Zone, pfn: int, order: int, free_here: int) -> tuple[int, int]:
        """Take free buddies of the same zone off their lists; give the block that they make with this one.

        `free_here` has the bits that the flags of a free block's first page must show: zone and PG_buddy.
        """
        u64, flags, private, users = self.u64, self.flags, self.private, self.users
        links, backlinks, w_nr_free = self.links, self.backlinks, zone.w_nr_free
        largest = self.max_order - 1
        while order < largest:
            buddy = pfn ^ 1 << order
            found = flags[buddy]
            if found != free_here and (not found & PG_BUDDY or (found ^ free_here) >> ZONES_SHIFT):
                break
            if private[buddy] != order:
                break
            if users[buddy]:
                raise BadPage("a free block has users", buddy)
            after, before = links[buddy], backlinks[buddy]
            if after == before:  # it is alone on its list
                w_head = (after - KERNEL_MAP_BASE) >> 3
                u64[w_head] = u64[w_head + 1] = after
            else:
                u64[(after - _PREV_BASE if after < KERNEL_MAP_BASE else after - _HEAD_PREV_BASE) >> 3] = before
                u64[(before - PAGE_OFFSET if before < KERNEL_MAP_BASE else before - KERNEL_MAP_BASE) >> 3] = after
            links[buddy] = LIST_POISON1
            backlinks[buddy] = LIST_POISON2
            w_count = w_nr_free[order]
            u64[w_count] = u64[w_count] - 1
            flags[buddy] = found ^ PG_BUDDY
            private[buddy] = 0
            pfn &= buddy
            order += 1
        return pfn, order

    def destroy_compound_page(self, pfn: int, order: int) -> None:
        """Take the marks off a compound page's head and tails. Source: mm/page_alloc.c: destroy_compound_page"""
        flags, first_page = self.flags, self.private
        head = self.mm.pfn_to_page(pfn)
        if self.backlinks[pfn + 1] != order or flags[pfn] & PG_HEAD_TAIL_MASK != PG_COMPOUND:
            self.bad_page(pfn)
        flags[pfn] &= ~PG_COMPOUND
        for tail in range(pfn + 1, pfn + (1 << order)):
            if flags[tail] & PG_HEAD_TAIL_MASK != PG_HEAD_TAIL_MASK or first_page[tail] != head:
                self.bad_page(tail)
            flags[tail] &= ~PG_HEAD_TAIL_MASK

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
        u64, areas = self.u64, zone.areas[migratetype]
        for current_order in range(order, self.max_order):
            head, w_head, w_nr_free = areas[current_order]
            link = u64[w_head]
            if link == head:
                continue
            pfn = (link - self.lru_base) // PAGE_BYTES
            if pfn < 0 or self.private[pfn] != current_order:
                pfn = self.pfn_of(link)
            after, before = self.links[pfn], self.backlinks[pfn]
            if before == head:
                u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = before
                u64[w_head] = after
                self.links[pfn] = LIST_POISON1
                self.backlinks[pfn] = LIST_POISON2
            else:
                self.list_del(pfn)
            self.flags[pfn] = self.flags[pfn] & _NOT_BUDDY
            self.private[pfn] = 0
            u64[w_nr_free] = u64[w_nr_free] - 1
            if self.smp:
                self.vmstat.mod_zone_page_state(zone, 0, -(1 << order))
            else:
                i64, w_free, w_vm_stat = self.i64, zone.w_free, self.w_vm_stat
                i64[w_free] = i64[w_free] - (1 << order)
                i64[w_vm_stat] = i64[w_vm_stat] - (1 << order)
            if current_order > order:
                self.expand(zone, pfn, order, current_order, migratetype)
            return pfn
        return -1

    def expand(self, zone: Zone, pfn: int, low: int, high: int, migratetype: int) -> None:
        """Keep the first 2^low pages of a block of 2^high, and put its upper halves on the free lists.

        Source: mm/page_alloc.c: expand
        """
        u64, flags, private, links, backlinks = self.u64, self.flags, self.private, self.links, self.backlinks
        areas, lru_base = zone.areas[migratetype], self.lru_base
        while high > low:
            high -= 1
            half = pfn + (1 << high)
            head, w_head, w_nr_free = areas[high]
            link = lru_base + half * PAGE_BYTES
            after = u64[w_head]
            u64[w_head + 1 if after == head else (after - _PREV_BASE) >> 3] = link
            links[half] = after
            backlinks[half] = head
            u64[w_head] = link
            u64[w_nr_free] = u64[w_nr_free] + 1
            flags[half] = flags[half] | PG_BUDDY
            private[half] = high

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
        self.u64[zone.w_nr_free[current_order]] -= 1
        if current_order >= self.pageblock_order >> 1 or wanted == MIGRATE_RECLAIMABLE:
            # A large block is worth having whole: what is left of it, and all that is free around it, changes type.
            if self.move_freepages_block(zone, pfn, wanted) >= 1 << (self.pageblock_order - 1):
                self.set_pageblock_migratetype(zone, pfn, wanted)
            migratetype = wanted
        self.list_del(pfn)
        self.flags[pfn] &= ~PG_BUDDY
        self.private[pfn] = 0
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
        pfn, moved = start_pfn, 0
        while pfn <= end_pfn:
            if not self.flags[pfn] & PG_BUDDY:
                pfn += 1
                continue
            order = self.private[pfn]
            if order >= self.max_order:
                raise BadPage(f"a free block claims order {order}", pfn)
            self.list_del(pfn)
            self.list_add(pfn, zone.heads[order][migratetype])
            pfn += 1 << order
            moved += 1 << order
        return moved
