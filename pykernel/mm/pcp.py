# SPDX-License-Identifier: GPL-2.0-only
"""The per-CPU page lists, hot and cold: single pages that need no merging yet, traded with the buddy system in bulk.

A page on such a list keeps its migrate type in `private`.
"""

from typing import TYPE_CHECKING

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.errors import BadList
from pykernel.mm.buddy import Buddy
from pykernel.mm.page import PAGE_BYTES
from pykernel.mm.zone import COLD, HOT, PerCpuPages, Zone

if TYPE_CHECKING:
    from pykernel.mm.context import Mm

_LOW_HALF = 0xFFFF_FFFF
_ALL_UNRECLAIMABLE = 1 << 0  # ZONE_ALL_UNRECLAIMABLE


class PerCpuLists:
    """The per-CPU lists of all zones of one kernel."""

    def __init__(self, mm: "Mm", buddy: Buddy) -> None:
        self.mm = mm
        self.buddy = buddy
        self.u64 = mm.ram.u64
        self.private, self.links, self.backlinks = mm.mem_map.private, mm.mem_map.links, mm.mem_map.backlinks
        self.lru_base = buddy.lru_base

    def take(self, zone: Zone, cold: int, migratetype: int) -> int:
        """Take a page of the given type off this CPU's list, refilling it where there is none; -1 where all fails.

        After a refill the first page is taken, whatever its type.

        Source: mm/page_alloc.c: buffered_rmqueue, its order-0 half
        """
        u64 = self.u64
        pcp = zone.pcps[self.mm.cpu][cold]
        count = u64[pcp.w_count_high] & _LOW_HALF
        if not count:
            count = self.rmqueue_bulk(zone, u64[pcp.w_batch] & _LOW_HALF, pcp, migratetype)
            if not count:
                return -1
            u64[pcp.w_count_high] += count
        pfn = self.find(pcp, count, migratetype)
        if pfn < 0:
            count = self.rmqueue_bulk(zone, u64[pcp.w_batch] & _LOW_HALF, pcp, migratetype)
            u64[pcp.w_count_high] += count
            pfn = self.buddy.pfn_of(u64[pcp.w_head])
        self.buddy.list_del(pfn)
        u64[pcp.w_count_high] -= 1
        return pfn

    def find(self, pcp: PerCpuPages, count: int, migratetype: int) -> int:
        """Give the first page on a list of `count` that has the type, or -1.

        Raises: BadList where the list is longer than its count says, or leads where no struct page is.
        """
        link = self.u64[pcp.w_head]
        while link != pcp.head:
            pfn = self.buddy.pfn_of(link)
            if self.private[pfn] == migratetype:
                return pfn
            count -= 1
            if count < 0:
                raise BadList("a per-CPU list is longer than its count", pcp.phys)
            link = self.links[pfn]
        return -1

    def rmqueue_bulk(self, zone: Zone, count: int, pcp: PerCpuPages, migratetype: int) -> int:
        """Put `count` single pages from the buddy system on a list, each behind the one before; give how many came.

        Source: mm/page_alloc.c: rmqueue_bulk
        """
        u64 = self.u64
        at, w_at = int(pcp.head), pcp.w_head
        for got in range(count):
            pfn = self.buddy.rmqueue(zone, 0, migratetype)
            if pfn < 0:
                return got
            link = self.lru_base + pfn * PAGE_BYTES
            after = u64[w_at]
            u64[((after - KERNEL_MAP_BASE if after >= KERNEL_MAP_BASE else after - PAGE_OFFSET) >> 3) + 1] = link
            self.links[pfn] = after
            self.backlinks[pfn] = at
            u64[w_at] = link
            self.private[pfn] = migratetype
            at, w_at = link, (link - PAGE_OFFSET) >> 3
        return count

    def put(self, zone: Zone, pfn: int, cold: int) -> None:
        """Put a checked page first on this CPU's list; when that is full, give a batch back from its end.

        Source: mm/page_alloc.c: free_hot_cold_page, its second half
        """
        u64 = self.u64
        pcp = zone.pcps[self.mm.cpu][cold]
        self.buddy.list_add(pfn, pcp.head)
        self.private[pfn] = self.buddy.get_pageblock_migratetype(zone, pfn)
        count_high = u64[pcp.w_count_high] + 1
        u64[pcp.w_count_high] = count_high
        if count_high & _LOW_HALF >= count_high >> 32:
            batch = u64[pcp.w_batch] & _LOW_HALF
            self.free_pages_bulk(zone, batch, pcp)
            u64[pcp.w_count_high] -= batch

    def free_pages_bulk(self, zone: Zone, count: int, pcp: PerCpuPages) -> None:
        """Give the last `count` pages of a list back to the buddy system; the zone then seems reclaimable again.

        Source: mm/page_alloc.c: free_pages_bulk
        """
        u64 = self.u64
        self.note_progress(zone)
        for _ in range(count):
            pfn = self.buddy.pfn_of(u64[pcp.w_head + 1])
            self.buddy.list_del(pfn)
            self.buddy.free_one_page(zone, pfn, 0)

    def note_progress(self, zone: Zone) -> None:
        """Tell reclaim that pages came free. Source: mm/page_alloc.c: free_one_page, free_pages_bulk"""
        u64 = self.u64
        if u64[zone.w_flags] & _ALL_UNRECLAIMABLE:
            u64[zone.w_flags] ^= _ALL_UNRECLAIMABLE
        u64[zone.w_pages_scanned] = 0

    def drain_pages(self, cpu: int) -> None:
        """Give all pages on one CPU's lists back. Source: mm/page_alloc.c: __drain_pages"""
        u64 = self.u64
        for zone in self.mm.zones:
            if not u64[zone.w_present_pages]:
                continue
            for cold in (HOT, COLD):
                pcp = zone.pcps[cpu][cold]
                count = u64[pcp.w_count_high] & _LOW_HALF
                self.free_pages_bulk(zone, count, pcp)
                u64[pcp.w_count_high] -= count

    def drain_all_local_pages(self) -> None:
        """Give all pages on all CPUs' lists back, the running CPU's first. Source: mm/page_alloc.c: same"""
        here = self.mm.cpu
        self.drain_pages(here)
        for cpu in range(self.mm.config.nr_cpus):
            if cpu != here:
                self.mm.cpu = cpu  # the others drain their own, and count on their own counters
                self.drain_pages(cpu)
        self.mm.cpu = here
