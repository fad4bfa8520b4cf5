# SPDX-License-Identifier: GPL-2.0-only
"""One struct zone: where each of its members lies, worked out once. The values stay in RAM.

Names tell what a number is: `phys` and `virt` are addresses, `w_...` an index into `ram.u64` or `ram.i64`.
"""

from pykernel.layout.address import image_to_virt, virt_to_phys
from pykernel.layout.layout import Layout

MIGRATE_UNMOVABLE = 0
MIGRATE_RECLAIMABLE = 1
MIGRATE_MOVABLE = 2
MIGRATE_RESERVE = 3
MIGRATE_ISOLATE = 4
MIGRATE_TYPES = 5

HOT, COLD = 0, 1


class PerCpuPages:
    """One struct per_cpu_pages. Its count and high share a word: count is the low half.

    Only the count is ever written by the fast paths, and it is never negative.
    """

    __slots__ = ("head", "phys", "w_batch", "w_count_high", "w_head")

    def __init__(self, layout: Layout, phys: int) -> None:
        self.phys = phys
        offsets = [layout.offset("per_cpu_pages", name) for name in ("count", "high", "batch")]
        if offsets != [0, 4, 8] or phys & 7:
            raise TypeError(f"struct per_cpu_pages of layout {layout.key}: found {offsets}, expected [0, 4, 8]")
        self.w_count_high = phys >> 3
        self.w_batch = (phys >> 3) + 1  # batch in the low half, padding in the high half
        list_phys = phys + layout.offset("per_cpu_pages", "list")
        self.head = image_to_virt(list_phys)
        self.w_head = list_phys >> 3


class Zone:
    """Addresses inside one struct zone at `phys`, and the geometry that never changes after boot."""

    __slots__ = (
        "areas",
        "block_flags",
        "end_pfn",
        "heads",
        "index",
        "pcps",
        "phys",
        "start_pfn",
        "stat_diffs",
        "virt",
        "w_flags",
        "w_free",
        "w_lowmem_reserve",
        "w_nr_free",
        "w_pages_high",
        "w_pages_low",
        "w_pages_min",
        "w_pages_scanned",
        "w_present_pages",
        "w_vm_stat",
    )

    def __init__(self, layout: Layout, index: int, phys: int, nr_cpus: int, max_order: int) -> None:
        def word(path: str) -> int:
            return (phys + layout.offset("zone", path)) >> 3

        self.index = index
        self.phys = phys
        self.virt = image_to_virt(phys)
        self.w_pages_min, self.w_pages_low, self.w_pages_high = (
            word(f"pages_{mark}") for mark in ("min", "low", "high")
        )
        self.w_lowmem_reserve = word("lowmem_reserve")
        self.w_vm_stat = word("vm_stat")
        self.w_free = self.w_vm_stat + layout.number("NR_FREE_PAGES")
        self.w_flags = word("flags")
        self.w_pages_scanned = word("pages_scanned")
        self.w_present_pages = word("present_pages")
        self._free_areas(layout, max_order)
        sets = [phys + layout.offset("zone", f"pageset[{cpu}]") for cpu in range(nr_cpus)]
        self.pcps = tuple(
            tuple(
                PerCpuPages(layout, pageset + layout.offset("per_cpu_pageset", f"pcp[{cold}]")) for cold in (HOT, COLD)
            )
            for pageset in sets
        )
        # Each CPU's stat_threshold (an s8), followed by its deltas; on one CPU there are none.
        self.stat_diffs = (
            tuple(pageset + layout.offset("per_cpu_pageset", "stat_threshold") for pageset in sets)
            if nr_cpus > 1
            else ()
        )
        self.start_pfn = 0
        self.end_pfn = 0
        self.block_flags = 0

    def _free_areas(self, layout: Layout, max_order: int) -> None:
        areas = [self.phys + layout.offset("zone", f"free_area[{order}]") for order in range(max_order)]
        nr_free = layout.offset("free_area", "nr_free")
        self.w_nr_free = tuple((area + nr_free) >> 3 for area in areas)
        self.heads = tuple(tuple(image_to_virt(area + 16 * kind) for kind in range(MIGRATE_TYPES)) for area in areas)
        # What a loop over orders wants, by migrate type and order: address and word of the head, word of nr_free.
        self.areas = tuple(
            tuple(
                (by[kind], (area >> 3) + 2 * kind, (area + nr_free) >> 3)
                for area, by in zip(areas, self.heads, strict=True)
            )
            for kind in range(MIGRATE_TYPES)
        )

    def read_geometry(self, layout: Layout, u64: memoryview) -> None:
        """Take over from RAM what free_area_init_nodes() has decided."""
        self.start_pfn = u64[(self.phys + layout.offset("zone", "zone_start_pfn")) >> 3]
        self.end_pfn = self.start_pfn + u64[(self.phys + layout.offset("zone", "spanned_pages")) >> 3]
        flags = u64[(self.phys + layout.offset("zone", "pageblock_flags")) >> 3]
        self.block_flags = virt_to_phys(flags) if flags else 0
