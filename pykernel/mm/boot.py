# SPDX-License-Identifier: GPL-2.0-only
"""Bring memory management up, from a map of RAM to the first alloc_pages(), in Linux's order.

bootmem = setup_memory(mm, memory_map)      # setup_arch()
build_all_zonelists(mm)
free_all_bootmem(mm, bootmem)               # mem_init()
...                                         # kmem_cache_init()
init_per_zone_pages_min(mm)                 # an initcall
"""

from collections.abc import Sequence
from typing import NamedTuple

from emulator.memmap import PAGE_SHIFT
from pykernel.mm.active_regions import active_regions, add_active_range
from pykernel.mm.bootmem import MAX_DMA_ADDRESS, Bootmem
from pykernel.mm.context import Mm
from pykernel.mm.free_area_init import free_area_init_nodes

MAX_DMA_PFN = MAX_DMA_ADDRESS >> PAGE_SHIFT
MAX_DMA32_PFN = 1 << (32 - PAGE_SHIFT)

PfnRange = tuple[int, int]  # [first, last + 1)


class MemoryMap(NamedTuple):
    """Which page frames are RAM, which of them are taken (in the order of reserving), and where the bitmap goes."""

    ram: Sequence[PfnRange]
    reserved: Sequence[PfnRange]
    bootmap_pfn: int

    @property
    def end_pfn(self) -> int:
        """The page frame after the last."""
        return max(end for _, end in self.ram)


def setup_memory(mm: Mm, memory_map: MemoryMap) -> Bootmem:
    """Register RAM, start the boot memory allocator, reserve what is taken, and lay out the zones.

    Source: arch/x86/kernel/setup_64.c: setup_arch, contig_initmem_init; arch/x86/mm/init_64.c: paging_init
    """
    end_pfn = memory_map.end_pfn
    mm.set("jiffies", mm.config.initial_jiffies)
    mm.set("num_physpages", end_pfn)
    mm.set("max_pfn", end_pfn)
    for start, end in memory_map.ram:
        add_active_range(mm, start, end)
    bootmem = Bootmem(mm)
    mapsize = bootmem.init_bootmem(memory_map.bootmap_pfn, end_pfn)
    for region in active_regions(mm):
        start, end = region.start_pfn, min(region.end_pfn, end_pfn)
        bootmem.free_bootmem(start << PAGE_SHIFT, (end - start) << PAGE_SHIFT)
    bootmem.reserve_bootmem(memory_map.bootmap_pfn << PAGE_SHIFT, mapsize)
    for start, end in memory_map.reserved:
        reserve_bootmem_generic(mm, bootmem, start, end)
    zone_ends = (MAX_DMA_PFN, MAX_DMA32_PFN, end_pfn) if mm.config.zone_dma else (MAX_DMA32_PFN, end_pfn)
    free_area_init_nodes(mm, bootmem, zone_ends)
    return bootmem


def reserve_bootmem_generic(mm: Mm, bootmem: Bootmem, start_pfn: int, end_pfn: int) -> None:
    """Reserve page frames, and remember how much of ZONE_DMA is lost by it.

    Source: arch/x86/mm/init_64.c: reserve_bootmem_generic
    """
    bootmem.reserve_bootmem(start_pfn << PAGE_SHIFT, (end_pfn - start_pfn) << PAGE_SHIFT)
    if end_pfn <= MAX_DMA_PFN:
        mm.set("dma_reserve", mm.get("dma_reserve") + end_pfn - start_pfn)
