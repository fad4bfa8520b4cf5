# SPDX-License-Identifier: GPL-2.0-only
"""Allocate and free pages: choose a zone, mind its watermarks, check and prepare the pages.

Pages are named by their page frame number. Checks come first: what is refused leaves RAM as it was.
"""

from collections.abc import Callable
from struct import Struct
from typing import TYPE_CHECKING

from emulator.memmap import PAGE_SHIFT
from pykernel.errors import KernelBug
from pykernel.layout.address import Pfn
from pykernel.mm import gfp
from pykernel.mm.buddy import Buddy
from pykernel.mm.gfp import (
    GFP_COLD,
    GFP_COMP,
    GFP_FS,
    GFP_HIGH,
    GFP_MOVABLE,
    GFP_NOFAIL,
    GFP_NOMEMALLOC,
    GFP_NORETRY,
    GFP_NOWARN,
    GFP_RECLAIMABLE,
    GFP_REPEAT,
    GFP_WAIT,
    GFP_ZERO,
    GFP_ZONE_MASK,
)
from pykernel.mm.page import (
    CHECKED_ORDER,
    COUNTS_FREE,
    COUNTS_ONE_USER,
    FLAGS_CHECK_AT_FREE,
    FLAGS_CHECK_AT_PREP,
    FLAGS_CLEAR_AT_PREP,
    FLAGS_CLEAR_WHEN_BAD,
    PAGE_BYTES,
    PG_COMPOUND,
    PG_DIRTY,
    PG_HEAD_TAIL_MASK,
    PG_RESERVED,
    ZONES_SHIFT,
)
from pykernel.mm.page_fast_path import make_alloc_pages, make_free_pages
from pykernel.mm.pcp import PerCpuLists
from pykernel.mm.zone import COLD, HOT, MIGRATE_UNMOVABLE, Zone

if TYPE_CHECKING:
    from pykernel.mm.context import Mm

ALLOC_NO_WATERMARKS = 0x01
ALLOC_WMARK_MIN = 0x02
ALLOC_WMARK_LOW = 0x04
ALLOC_WMARK_HIGH = 0x08
ALLOC_HARDER = 0x10
ALLOC_HIGH = 0x20

PAGE_ALLOC_COSTLY_ORDER = 3
_PAGE_MAPPING_ANON = 1
# The destructor in a compound page's first tail. Nothing calls it: Python knows what to do with a compound page.
FREE_COMPOUND_PAGE = 0


class PageAllocator:
    """alloc_pages() and free_pages() of one kernel, on its zones in RAM."""

    def __init__(self, mm: "Mm") -> None:
        self.mm = mm
        self.u8, self.u64 = mm.ram.u8, mm.ram.u64
        self.i32 = mm.ram.i32
        self.i64 = mm.ram.i64
        self.buddy = Buddy(mm, self.bad_page)
        self.pcp = PerCpuLists(mm, self.buddy)
        mem_map = mm.mem_map
        self.flags, self.counts, self.users = mem_map.flags, mem_map.counts, mem_map.users
        self.private, self.mapping = mem_map.private, mem_map.mapping
        self.max_order = mm.config.max_order
        self.zones = mm.zones
        self.zones_at = mm.zones_at
        self.i_mobility_disabled = self.buddy.i_mobility_disabled
        self.zonelists = _zonelist_words(mm)
        self.checks = [_clean_pages(1 << min(order, CHECKED_ORDER), len(mm.zones)) for order in range(self.max_order)]
        self.alloc_pages = make_alloc_pages(self)
        self.free_pages = make_free_pages(self)

    # Allocating.

    def alloc_pages_node(self, gfp_mask: int, order: int) -> Pfn | None:
        """Allocate 2^order pages in a row, aligned to their size; None where Linux gives NULL.

        Source: include/linux/gfp.h: alloc_pages_node
        Raises: KernelBug where lists or struct pages contradict each other, or the request would sleep for ever.
        """
        if order >= self.max_order:
            return None
        zonelist = self.zonelists[gfp_mask & GFP_ZONE_MASK]
        try:
            pfn = self.get_page_from_freelist(gfp_mask, order, zonelist, ALLOC_WMARK_LOW)
            if pfn < 0:
                pfn = self.alloc_pages_slowly(gfp_mask, order, zonelist)
        except (IndexError, ValueError) as error:
            raise KernelBug(f"alloc_pages: a pointer or counter in the zones is wild ({error})") from error
        return Pfn(pfn) if pfn >= 0 else None

    def allocflags_to_migratetype(self, gfp_mask: int) -> int:
        """Give the migrate type that a request is for. Source: include/linux/gfp.h: allocflags_to_migratetype"""
        if self.i32[self.i_mobility_disabled]:
            return MIGRATE_UNMOVABLE
        return (gfp_mask & GFP_MOVABLE != 0) << 1 | (gfp_mask & GFP_RECLAIMABLE != 0)

    def get_page_from_freelist(self, gfp_mask: int, order: int, zonelist: int, alloc_flags: int) -> int:
        """Take a block from the first zone of the list that can spare it; -1 where none can.

        Source: mm/page_alloc.c: get_page_from_freelist
        """
        u64 = self.u64
        zone = self.zone_at(u64[zonelist])
        classzone_idx = zone.index
        while True:
            if alloc_flags & ALLOC_NO_WATERMARKS or self.zone_watermark_ok(
                zone, order, u64[self._mark(zone, alloc_flags)], classzone_idx, alloc_flags
            ):
                pfn = self.buffered_rmqueue(zone, order, gfp_mask)
                if pfn >= 0:
                    return pfn
            zonelist += 1
            if not u64[zonelist]:
                return -1
            zone = self.zone_at(u64[zonelist])

    def zone_at(self, virt: int) -> Zone:
        """Give the zone that a pointer leads to.

        Raises: KernelBug where no zone is there.
        """
        zone = self.zones_at.get(virt)
        if zone is None:
            raise KernelBug(f"a zonelist leads to {virt:#x}, which is no zone")
        return zone

    @staticmethod
    def _mark(zone: Zone, alloc_flags: int) -> int:
        if alloc_flags & ALLOC_WMARK_MIN:
            return zone.w_pages_min
        return zone.w_pages_low if alloc_flags & ALLOC_WMARK_LOW else zone.w_pages_high

    def zone_watermark_ok(self, zone: Zone, order: int, mark: int, classzone_idx: int, alloc_flags: int) -> bool:
        """Say whether the zone would still be above `mark` without a block of 2^order, blocks too small not counted.

        Source: mm/page_alloc.c: zone_watermark_ok
        """
        u64 = self.u64
        minimum = mark
        free_pages = self.i64[zone.w_free]
        if free_pages < 0:  # as it may be for a while on SMP
            free_pages = 0
        free_pages += 1 - (1 << order)
        if alloc_flags & ALLOC_HIGH:
            minimum -= minimum // 2
        if alloc_flags & ALLOC_HARDER:
            minimum -= minimum // 4
        if free_pages <= minimum + u64[zone.w_lowmem_reserve + classzone_idx]:
            return False
        for smaller in range(order):
            free_pages -= u64[zone.w_nr_free[smaller]] << smaller
            minimum >>= 1
            if free_pages <= minimum:
                return False
        return True

    def buffered_rmqueue(self, zone: Zone, order: int, gfp_mask: int) -> int:
        """Take a block from a zone, single pages through the CPU's list, and make it ready for use; -1 where none is.

        Source: mm/page_alloc.c: buffered_rmqueue
        """
        migratetype = self.allocflags_to_migratetype(gfp_mask)
        while True:
            if order:
                pfn = self.buddy.rmqueue(zone, order, migratetype)
            else:
                pfn = self.pcp.take(zone, COLD if gfp_mask & GFP_COLD else HOT, migratetype)
            if pfn < 0 or self.prep_new_page(pfn, order, gfp_mask):
                return pfn

    def prep_new_page(self, pfn: int, order: int, gfp_mask: int) -> bool:
        """Make a block ready for its user; False where its first page is reserved, and so must be passed over.

        Source: mm/page_alloc.c: prep_new_page
        """
        flags, counts = self.flags[pfn], self.counts
        if flags & FLAGS_CHECK_AT_PREP or counts[pfn] != COUNTS_FREE or self.mapping[pfn]:
            self.bad_page(pfn)
            flags = self.flags[pfn]
            if flags & PG_RESERVED:
                return False
        if flags & FLAGS_CLEAR_AT_PREP:
            self.flags[pfn] = flags & ~FLAGS_CLEAR_AT_PREP
        self.private[pfn] = 0
        counts[pfn] = COUNTS_ONE_USER
        if gfp_mask & GFP_ZERO:
            self.mm.ram.fill(pfn << PAGE_SHIFT, 1 << (PAGE_SHIFT + order))
        if order and gfp_mask & GFP_COMP:
            self.prep_compound_page(pfn, order)
        return True

    def prep_compound_page(self, pfn: int, order: int) -> None:
        """Tie the pages of a block together: tails point to the head. Source: mm/page_alloc.c: prep_compound_page"""
        flags, first_page = self.flags, self.private
        head = self.mm.pfn_to_page(pfn)
        self.mm.mem_map.links[pfn + 1] = FREE_COMPOUND_PAGE
        self.mm.mem_map.backlinks[pfn + 1] = order
        flags[pfn] |= PG_COMPOUND
        for tail in range(pfn + 1, pfn + (1 << order)):
            flags[tail] |= PG_HEAD_TAIL_MASK
            first_page[tail] = head

    def alloc_pages_slowly(self, gfp_mask: int, order: int, zonelist: int) -> int:
        """Allocate when all zones are low: go below the marks, ask for reclaim, at last for a victim; -1 if all fails.

        Source: mm/page_alloc.c: __alloc_pages, after its first attempt
        Differs: no interrupt, no real-time task and no cpuset can be running
        """
        while True:
            self._wake_kswapds(zonelist, order)
            alloc_flags = ALLOC_WMARK_MIN
            if not gfp_mask & GFP_WAIT:
                alloc_flags |= ALLOC_HARDER
            if gfp_mask & GFP_HIGH:
                alloc_flags |= ALLOC_HIGH
            pfn = self.get_page_from_freelist(gfp_mask, order, zonelist, alloc_flags)
            if pfn >= 0:
                return pfn
            pfn, restart = self._rebalance(gfp_mask, order, zonelist, alloc_flags)
            if pfn < 0 and restart:
                pfn = self.get_page_from_freelist(gfp_mask, order, zonelist, ALLOC_WMARK_LOW)
                restart = pfn < 0
            if not restart:
                if pfn < 0:
                    self._warn_of_failure(gfp_mask, order)
                return pfn

    def _wake_kswapds(self, zonelist: int, order: int) -> None:
        while self.u64[zonelist]:
            self.mm.reclaim.wakeup_kswapd(self.zone_at(self.u64[zonelist]), order)
            zonelist += 1

    def _rebalance(self, gfp_mask: int, order: int, zonelist: int, alloc_flags: int) -> tuple[int, bool]:
        """Try with reclaim; give the block or -1, and whether to start again (a victim was killed)."""
        task, reclaim = self.mm.task, self.mm.reclaim
        while True:
            if task.memalloc or task.memdie:
                return self._use_reserves(gfp_mask, order, zonelist), False
            if not gfp_mask & GFP_WAIT:
                return -1, False
            task.memalloc = True
            did_some_progress = reclaim.try_to_free_pages(order, gfp_mask)
            task.memalloc = False
            if order:
                self.pcp.drain_all_local_pages()
            if did_some_progress:
                pfn = self.get_page_from_freelist(gfp_mask, order, zonelist, alloc_flags)
                if pfn >= 0:
                    return pfn, False
            elif gfp_mask & GFP_FS and not gfp_mask & GFP_NORETRY:
                pfn = self.get_page_from_freelist(gfp_mask, order, zonelist, ALLOC_WMARK_HIGH)
                if pfn >= 0 or order > PAGE_ALLOC_COSTLY_ORDER:  # no victim helps against fragmentation
                    return pfn, False
                reclaim.out_of_memory(task, order, gfp_mask)
                return -1, True
            retry = order <= PAGE_ALLOC_COSTLY_ORDER or gfp_mask & (GFP_REPEAT | GFP_NOFAIL)
            if gfp_mask & GFP_NORETRY or not retry:
                return -1, False
            reclaim.congestion_wait()

    def _use_reserves(self, gfp_mask: int, order: int, zonelist: int) -> int:
        """Allocate for a task that is about to free memory, whatever the marks say."""
        if gfp_mask & GFP_NOMEMALLOC:
            return -1
        while True:
            pfn = self.get_page_from_freelist(gfp_mask, order, zonelist, ALLOC_NO_WATERMARKS)
            if pfn >= 0 or not gfp_mask & GFP_NOFAIL:
                return pfn
            self.mm.reclaim.congestion_wait()

    def _warn_of_failure(self, gfp_mask: int, order: int) -> None:
        if not gfp_mask & GFP_NOWARN and self.mm.printk_ratelimit():
            name = self.mm.task.comm
            self.mm.printk(f"{name}: page allocation failure. order:{order}, mode:0x{gfp_mask:x}")

    # Freeing.

    def free_pages_slowly(self, pfn: int, order: int) -> None:
        """Drop one reference to a block, and free it when that was the last.

        Source: mm/page_alloc.c: __free_pages
        Raises: KernelBug where there is no such page, or lists or struct pages contradict each other.
        """
        if not 0 <= pfn <= self.mm.max_pfn - (1 << order):
            raise KernelBug(f"free_pages of order {order}: there is no page frame {pfn:#x}")
        try:
            if self.counts[pfn] == COUNTS_ONE_USER:
                self.counts[pfn] = COUNTS_FREE
            elif not self.put_page_testzero(pfn):
                return
            if order:
                self.free_pages_ok(pfn, order)
            else:
                self.free_hot_cold_page(pfn, HOT)
        except (IndexError, ValueError) as error:
            raise KernelBug(f"free_pages of pfn {pfn:#x}: a pointer or counter is wild ({error})") from error

    def put_page_testzero(self, pfn: int) -> bool:
        """Drop one reference; True where it was the last. Source: include/linux/mm.h: put_page_testzero"""
        self.users[pfn] -= 1
        return not self.users[pfn]

    def free_cold_page(self, pfn: int) -> None:
        """Free a page without users through the cold list. Source: mm/page_alloc.c: free_cold_page"""
        self.free_hot_cold_page(pfn, COLD)

    def free_hot_cold_page(self, pfn: int, cold: int) -> None:
        """Free a page without users through this CPU's list. Source: mm/page_alloc.c: free_hot_cold_page"""
        if self.mapping[pfn] & _PAGE_MAPPING_ANON:
            self.mapping[pfn] = 0
        if not self.free_pages_check(pfn):
            self.pcp.put(self.zones[self.flags[pfn] >> ZONES_SHIFT], pfn, cold)

    def free_pages_ok(self, pfn: int, order: int) -> None:
        """Free a block without users into the buddy system, unless a page in it is reserved.

        Source: mm/page_alloc.c: __free_pages_ok
        """
        if not self._is_clean(pfn, order) and sum([self.free_pages_check(pfn + each) for each in range(1 << order)]):
            return
        zone = self.zones[self.flags[pfn] >> ZONES_SHIFT]
        self.pcp.note_progress(zone)
        self.buddy.free_one_page(zone, pfn, order)

    def _is_clean(self, pfn: int, order: int) -> bool:
        """Say whether all pages of a block are so ordinary that free_pages_check() would find and change nothing."""
        size, unpack, clean = self.checks[order]
        expected = clean.get(self.flags[pfn])
        phys = self.mm.mem_map.phys + pfn * PAGE_BYTES
        end = phys + (PAGE_BYTES << order)
        while phys < end and unpack(self.u8, phys) == expected:
            phys += size
        return phys >= end

    def free_pages_check(self, pfn: int) -> bool:
        """Report a page that should not be freed as it is, and repair it; True where it is reserved, and so stays.

        Source: mm/page_alloc.c: free_pages_check
        """
        flags = self.flags[pfn]
        if flags & FLAGS_CHECK_AT_FREE or self.counts[pfn] != COUNTS_FREE or self.mapping[pfn]:
            self.bad_page(pfn)
            flags = self.flags[pfn]
        if flags & PG_DIRTY:
            self.flags[pfn] = flags & ~PG_DIRTY
        return bool(flags & PG_RESERVED)

    def bad_page(self, pfn: int) -> None:
        """Say that a struct page is in no fit state, and make it look free.

        Source: mm/page_alloc.c: bad_page
        Differs: the backtrace is the reporter's to add; no taint is kept
        """
        mm, flags, mapping = self.mm, self.flags, self.mapping
        mapcount = (self.counts[pfn] >> 32) - (self.counts[pfn] >> 63 << 32) + 1
        mm.printk(f"Bad page state in process '{mm.task.comm}'")
        mm.printk(
            f"page:{mm.pfn_to_page(pfn):016x} flags:0x{flags[pfn]:016x} mapping:{mapping[pfn]:016x} "
            f"mapcount:{mapcount} count:{self.users[pfn]}"
        )
        mm.printk("Trying to fix it up, but a reboot is needed")
        mm.printk("Backtrace:")
        flags[pfn] &= ~FLAGS_CLEAR_WHEN_BAD
        self.counts[pfn] = COUNTS_FREE
        mapping[pfn] = 0

    def split_page(self, pfn: int, order: int) -> None:
        """Make single pages of a block that is not compound: each is then freed alone.

        Source: mm/page_alloc.c: split_page
        """
        for page in range(pfn + 1, pfn + (1 << order)):
            self.users[page] = 1

    def drain_all_local_pages(self) -> None:
        """Give all pages on per-CPU lists back to the buddy system. Source: mm/page_alloc.c: same"""
        self.pcp.drain_all_local_pages()


def _clean_pages(count: int, nr_zones: int) -> tuple[int, Callable[..., tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """Say how to look at `count` struct pages at once: their size, how to unpack them, and what they are by flags."""
    layout = Struct("<" + "QQ8xQ24x" * count)  # flags, counts, mapping
    clean = {zone << ZONES_SHIFT: (zone << ZONES_SHIFT, COUNTS_FREE, 0) * count for zone in range(nr_zones)}
    return layout.size, layout.unpack_from, clean


def get_order(size: int) -> int:
    """Give the smallest order whose block holds `size` bytes. Source: asm-generic/page.h: get_order"""
    return max((size - 1) >> PAGE_SHIFT, 0).bit_length()


def _zonelist_words(mm: "Mm") -> dict[int, int]:
    """Say for each combination of zone modifiers where its zonelist's first pointer is, as an index into ram.u64."""
    first = [
        (mm.pgdat + mm.layout.offset("pglist_data", f"node_zonelists[{index}].zones[0]")) >> 3
        for index in range(len(mm.zones))
    ]
    bits = [bit for shift in range(GFP_ZONE_MASK.bit_length()) if (bit := 1 << shift) & GFP_ZONE_MASK]
    requests = [0]
    for bit in bits:
        requests += [request | bit for request in requests]
    return {request: first[gfp.gfp_zone(mm.layout, request)] for request in requests}
