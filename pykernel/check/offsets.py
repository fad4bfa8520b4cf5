# SPDX-License-Identifier: GPL-2.0-only
"""Where the members lie that the auditors read: the layout asked once, so that walks need not ask it again."""

from functools import lru_cache

from pykernel.layout.layout import Layout


class PageOffsets:
    """struct page and its flags."""

    def __init__(self, layout: Layout) -> None:
        self.size = layout.sizeof("page")
        self.flags = layout.offset("page", "flags")
        self.count = layout.offset("page", "_count")
        self.private = layout.offset("page", "private")
        self.mapping = layout.offset("page", "mapping")
        self.lru = layout.offset("page", "lru")
        self.slab = 1 << layout.number("PG_slab")
        self.reserved = 1 << layout.number("PG_reserved")
        self.compound = 1 << layout.number("PG_compound")
        self.tail = self.compound | 1 << layout.number("PG_reclaim")
        self.buddy = 1 << layout.number("PG_buddy")
        self.zone_shift = layout.number("PAGEFLAGS_ZONES_SHIFT")


class ZoneOffsets:
    """struct zone and what is in it."""

    def __init__(self, layout: Layout) -> None:
        at = layout.offset
        self.size = layout.sizeof("zone")
        self.marks = tuple(at("zone", f"pages_{mark}") for mark in ("min", "low", "high"))
        self.lowmem_reserve = at("zone", "lowmem_reserve")
        self.pageset = at("zone", "pageset")
        self.pageset_size = layout.sizeof("per_cpu_pageset")
        self.pcp_size = layout.sizeof("per_cpu_pages")
        self.pcp_count, self.pcp_high = at("per_cpu_pages", "count"), at("per_cpu_pages", "high")
        self.pcp_batch, self.pcp_list = at("per_cpu_pages", "batch"), at("per_cpu_pages", "list")
        self.free_area = at("zone", "free_area")
        self.free_area_size = layout.sizeof("free_area")
        self.nr_free = at("free_area", "nr_free")
        self.pageblock_flags = at("zone", "pageblock_flags")
        self.vm_stat = at("zone", "vm_stat")
        self.wait_table, self.wait_table_entries = at("zone", "wait_table"), at("zone", "wait_table_hash_nr_entries")
        self.zone_pgdat = at("zone", "zone_pgdat")
        self.start_pfn, self.spanned = at("zone", "zone_start_pfn"), at("zone", "spanned_pages")
        self.present, self.name = at("zone", "present_pages"), at("zone", "name")
        self.count = layout.number("MAX_NR_ZONES")
        self.orders = (self.pageblock_flags - self.free_area) // self.free_area_size  # MAX_ORDER
        self.cpus = (self.free_area - self.pageset) // self.pageset_size  # NR_CPUS
        # What each CPU has not yet added to the zone's counters; there is no such thing on one CPU.
        has_diff = "vm_stat_diff" in layout.members("per_cpu_pageset")
        self.stat_diff = at("per_cpu_pageset", "vm_stat_diff") if has_diff else None
        self.types = layout.number("MIGRATE_TYPES")


class SlabOffsets:
    """struct kmem_cache, kmem_list3, slab and array_cache."""

    def __init__(self, layout: Layout) -> None:
        at = layout.offset
        self.cache_size = layout.sizeof("kmem_cache")
        self.array = at("kmem_cache", "array")
        self.batchcount, self.limit = at("kmem_cache", "batchcount"), at("kmem_cache", "limit")
        self.shared_factor, self.buffer_size = at("kmem_cache", "shared"), at("kmem_cache", "buffer_size")
        self.reciprocal = at("kmem_cache", "reciprocal_buffer_size")
        self.flags, self.num = at("kmem_cache", "flags"), at("kmem_cache", "num")
        self.gfporder, self.gfpflags = at("kmem_cache", "gfporder"), at("kmem_cache", "gfpflags")
        self.colour, self.colour_off = at("kmem_cache", "colour"), at("kmem_cache", "colour_off")
        self.slabp_cache, self.slab_size = at("kmem_cache", "slabp_cache"), at("kmem_cache", "slab_size")
        self.ctor, self.name = at("kmem_cache", "ctor"), at("kmem_cache", "name")
        self.next, self.nodelists = at("kmem_cache", "next"), at("kmem_cache", "nodelists")
        is_debug = "obj_size" in layout.members("kmem_cache")
        self.obj_offset = at("kmem_cache", "obj_offset") if is_debug else None
        self.dflags = at("kmem_cache", "dflags")  # bytes behind what a user has, in a kernel with a shadow
        self.obj_size = at("kmem_cache", "obj_size") if is_debug else None
        self.list3_size = layout.sizeof("kmem_list3")
        self.lists = tuple((name, at("kmem_list3", f"slabs_{name}")) for name in ("partial", "full", "free"))
        self.free_objects, self.free_limit = at("kmem_list3", "free_objects"), at("kmem_list3", "free_limit")
        self.colour_next, self.shared = at("kmem_list3", "colour_next"), at("kmem_list3", "shared")
        self.alien, self.free_touched = at("kmem_list3", "alien"), at("kmem_list3", "free_touched")
        self.slab_struct = layout.sizeof("slab")
        self.colouroff, self.s_mem = at("slab", "colouroff"), at("slab", "s_mem")
        self.inuse, self.free, self.nodeid = at("slab", "inuse"), at("slab", "free"), at("slab", "nodeid")
        self.avail, self.ac_limit = at("array_cache", "avail"), at("array_cache", "limit")
        self.ac_batchcount, self.touched = at("array_cache", "batchcount"), at("array_cache", "touched")
        self.entry = at("array_cache", "entry")
        self.cpus = (self.batchcount - self.array) // 8  # NR_CPUS
        self.is_dma, self.is_off_slab = layout.number("SLAB_CACHE_DMA"), layout.number("CFLGS_OFF_SLAB")
        self.is_reclaimable = layout.number("SLAB_RECLAIM_ACCOUNT")
        self.end = layout.number("BUFCTL_END")


@lru_cache(maxsize=8)
def page_offsets(layout: Layout) -> PageOffsets:
    """Give the layout's struct page."""
    return PageOffsets(layout)


@lru_cache(maxsize=8)
def zone_offsets(layout: Layout) -> ZoneOffsets:
    """Give the layout's struct zone."""
    return ZoneOffsets(layout)


@lru_cache(maxsize=8)
def slab_offsets(layout: Layout) -> SlabOffsets:
    """Give the layout's slab structures."""
    return SlabOffsets(layout)
