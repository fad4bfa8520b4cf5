# SPDX-License-Identifier: GPL-2.0-only
"""Corruptions to plant in a kernel's structures: where every member of every structure lies, and how to change it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from emulator.memmap import PAGE_OFFSET
from pykernel.check.caches import Cache, array_caches, caches, slabs_of
from pykernel.check.memory import Memory
from pykernel.check.offsets import page_offsets, slab_offsets
from pykernel.check.pages import Survey, survey_pages
from pykernel.check.violations import Violations
from pykernel.check.zones import pcp_lists, pcp_pages
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout, element_type
from pykernel.mm.dma_mappings import SINGLE, DmaMappings
from tests.check_kernel import BareKernel

_WIDTHS = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8, "ptr": 8}
_ARRAY = re.compile(r"\[(\d+)\]")
# The variables of the allocators and of the DMA API; contig_page_data, cache_cache and dma_mappings are planted apart.
_STATICS = (
    *("jiffies", "min_free_kbytes", "sysctl_lowmem_reserve_ratio", "zone_names", "cpu_online_map", "fallback_dev"),
    *("contig_bootmem_data", "bdata_list", "mem_map", "max_low_pfn", "min_low_pfn", "max_pfn", "num_physpages"),
    *("totalram_pages", "totalreserve_pages", "vm_total_pages", "nr_kernel_pages", "nr_all_pages", "dma_reserve"),
    *("page_group_by_mobility_disabled", "percpu_pagelist_fraction", "vm_stat", "early_node_map"),
    *("nr_nodemap_entries", "arch_zone_lowest_possible_pfn", "arch_zone_highest_possible_pfn"),
    *("cache_chain", "malloc_sizes", "initkmem_list3", "initarray_cache", "initarray_generic", "g_cpucache_up"),
    *("slab_early_init", "slab_break_gfp_order", "cache_names", "host_cache_names"),
    *("iommu_merge", "iommu_bio_merge", "iommu_sac_force", "no_iommu", "force_iommu", "panic_on_overflow"),
    *("forbid_dac", "swiotlb", "bad_dma_address", "dma_ops", "nr_dma_mappings", "dma_mappings_lost"),
    *("io_tlb_start", "io_tlb_end", "io_tlb_nslabs", "io_tlb_overflow", "io_tlb_overflow_buffer", "io_tlb_list"),
    *("io_tlb_index", "io_tlb_orig_addr"),
)
_FREE_MAPPINGS = 256  # one free slot in so many of the table of DMA mappings


@dataclass(frozen=True, slots=True)
class Site:
    """One scalar in RAM: `name` is what it is, such as "page(free head)._count" or "slab.inuse"."""

    name: str
    phys: int
    width: int  # bytes


def leaves(layout: Layout, word: str, name: str, phys: int) -> Iterator[Site]:
    """Take a type apart into scalars."""
    array = _ARRAY.search(word)
    if array:
        inner = element_type(word)
        size = layout.size_of_type(inner)
        for index in range(int(array[1])):
            yield from leaves(layout, inner, f"{name}[]", phys + index * size)
    elif word.startswith("struct "):
        for member, (offset, inner) in layout.members(word.removeprefix("struct ")).items():
            yield from leaves(layout, inner, f"{name}.{member}", phys + offset)
    else:
        yield Site(name, phys, _WIDTHS[word])


class Garden:
    """Every place in one kernel's memory where something can be planted, by kind; `before` is RAM as it once was."""

    def __init__(self, memory: Memory, survey: Survey, before: bytes) -> None:
        self.memory = memory
        self.before = before
        self.survey = survey
        layout = memory.layout
        self.beds: dict[str, list[Site]] = {}
        self._plant_node()
        for name in _STATICS:
            for site in leaves(layout, layout.variable(name).type, name, memory.statics[name]):
                self._add(site)
        self._plant_mappings()
        self._plant_slots()
        self._plant_pageblocks()
        self.caches = list(caches(memory))
        for cache in self.caches:
            self._add_struct("kmem_cache", "kmem_cache", cache.phys)
            self._add_struct("kmem_list3", "kmem_list3", cache.list3)
            for holder, array in array_caches(memory, cache):
                self._add_array("shared array" if holder == "shared" else "array", array)
            for state, slab in slabs_of(memory, cache):
                self._add_slab(f"slab({state})", slab, cache.num)
        self.pages = self._pages_by_kind()
        self.names = sorted(self.beds)

    def _add(self, site: Site) -> None:
        self.beds.setdefault(site.name, []).append(site)

    def _add_struct(self, struct: str, name: str, phys: int) -> None:
        for site in leaves(self.memory.layout, f"struct {struct}", name, phys):
            self._add(site)

    def _add_array(self, name: str, phys: int) -> None:
        at = slab_offsets(self.memory.layout)
        self._add_struct("array_cache", name, phys)
        for index in range(self.memory.u32(phys + at.ac_limit)):
            used = "entry" if index < self.memory.u32(phys + at.avail) else "stale entry"
            self._add(Site(f"{name}.{used}", phys + at.entry + 8 * index, 8))

    def _add_slab(self, name: str, phys: int, num: int) -> None:
        at = slab_offsets(self.memory.layout)
        self._add_struct("slab", name, phys)
        free = set()
        index = self.memory.u32(phys + at.free)
        while index != at.end:
            free.add(index)
            index = self.memory.u32(phys + at.slab_struct + 4 * index)
        for index in range(num):
            which = "free" if index in free else "used"
            self._add(Site(f"slab.bufctl({which})", phys + at.slab_struct + 4 * index, 4))

    def _plant_node(self) -> None:
        memory, layout = self.memory, self.memory.layout
        node, size = memory.statics["contig_page_data"], layout.sizeof("zone")
        spanned = {zone.phys for zone in self.survey.zones}
        for index in range(layout.number("MAX_NR_ZONES")):
            phys = node + index * size
            self._add_struct("zone", "zone" if phys in spanned else "empty zone", phys)
        for name, (offset, word) in layout.members("pglist_data").items():
            if name != "node_zones":
                for site in leaves(layout, word, f"node.{name}", node + offset):
                    self._add(site)

    def _plant_mappings(self) -> None:
        base, size = self.memory.statics["dma_mappings"], self.memory.layout.sizeof("dma_mapping")
        kind = self.memory.layout.offset("dma_mapping", "type")
        for slot in range(self.memory.layout.variable("dma_mappings").size // size):
            phys = base + slot * size
            is_live = self.memory.u32(phys + kind) != 0
            if is_live or slot % _FREE_MAPPINGS == 0:
                self._add_struct("dma_mapping", "mapping" if is_live else "free mapping", phys)

    def _plant_slots(self) -> None:
        read, statics = self.memory.u64, self.memory.statics
        runs, originals = (read(statics[f"io_tlb_{name}"]) - PAGE_OFFSET for name in ("list", "orig_addr"))
        for slot in range(read(statics["io_tlb_nslabs"])):
            which = "used" if not self.memory.u32(runs + 4 * slot) else "free"
            self._add(Site(f"{which} slot.list", runs + 4 * slot, 4))
            self._add(Site(f"{which} slot.orig_addr", originals + 8 * slot, 8))

    def _plant_pageblocks(self) -> None:
        pointer = self.memory.layout.offset("zone", "pageblock_flags")
        for zone in self.survey.zones:
            bitmap = self.memory.u64(zone.phys + pointer) - PAGE_OFFSET
            blocks = -(-(zone.end - zone.start) >> self.memory.config.pageblock_order)
            for byte in range(-(-blocks * 3 // 8)):
                self._add(Site("pageblock bits", bitmap + byte, 1))

    def _pages_by_kind(self) -> dict[str, list[int]]:
        at = page_offsets(self.memory.layout)
        kinds: dict[str, list[int]] = {}
        on_pcp = {
            pfn
            for zone in self.survey.zones
            for _, _, pcp in pcp_lists(self.memory, zone)
            for pfn in pcp_pages(self.memory, self.survey.pages, pcp)
        }
        for pfn, code in enumerate(self.survey.codes):
            kind = {ord("R"): "reserved", ord("S"): "slab", ord("s"): "slab", ord("F"): "free"}.get(code, "used")
            if code == ord("F") and self.memory.u64(self.survey.pages.page(pfn) + at.flags) & at.buddy:
                kind = "free head"
            elif pfn in on_pcp:
                kind = "per-CPU"
            elif code in b"Cc":
                kind = "compound"
            if code:
                kinds.setdefault(kind, []).append(pfn)
        return kinds

    def pfn(self, site: Site) -> int:
        """Give the frame whose struct page a site is in."""
        return (site.phys - self.survey.pages.phys) // self.survey.pages.size

    def cache_of(self, site: Site) -> Cache:
        """Give the cache whose struct kmem_cache a site is in."""
        size = slab_offsets(self.memory.layout).cache_size
        return next(cache for cache in self.caches if cache.phys <= site.phys < cache.phys + size)

    def read(self, site: Site) -> int:
        """Give what stands in a place."""
        return int.from_bytes(self.memory.ram.u8[site.phys : site.phys + site.width], "little")

    def write(self, site: Site, value: int) -> None:
        """Write a value, as far as the place is wide."""
        mask = (1 << 8 * site.width) - 1
        self.memory.ram.u8[site.phys : site.phys + site.width] = (value & mask).to_bytes(site.width, "little")

    def is_pointer(self, virt: int) -> bool:
        """Say whether a word can be read there, in the direct map."""
        return virt % 8 == 0 and self.memory.holds(virt - PAGE_OFFSET)

    def choose(self, rng: Random) -> Site:
        """Choose a place: a third of all in struct page, all kinds of pages alike, the rest by name."""
        return self.choose_alike(rng)[0]

    def choose_alike(self, rng: Random) -> tuple[Site, Site]:
        """Choose two places that hold the same member of two structures, of the same one if there is no other."""
        if rng.random() < 0.34:
            kind = rng.choice(sorted(self.pages))
            pages = [self.survey.pages.page(rng.choice(self.pages[kind])) for _ in range(2)]
            members = [list(leaves(self.memory.layout, "struct page", f"page({kind})", page)) for page in pages]
            return rng.choice(list(zip(*members, strict=True)))
        bed = self.beds[rng.choice(self.names)]
        return rng.choice(bed), rng.choice(bed)


def changed(rng: Random, value: int, width: int) -> int:
    """Give another value for a scalar: a bit flipped, one more or less, nothing, or anything."""
    mask = (1 << 8 * width) - 1
    other = rng.choice(
        (
            value ^ 1 << rng.randrange(8 * width),
            value ^ 1 << rng.randrange(8 * width),
            value + 1,
            value - 1,
            0,
            rng.getrandbits(8 * width),
            value + rng.choice((8, 56, 64, 4096, -8, -56, -64, -4096)),
        )
    )
    return other & mask if other & mask != value else value ^ 1


def make_garden(config: KernelConfig, rng: Random) -> tuple[BareKernel, Garden]:
    """Boot a kernel and put it to work, with DMA mappings, bounced on half of all; `before` is from amid that work."""
    swiotlb = rng.choice(("", "256,force"))
    kernel = BareKernel(
        32 if config.hugetlb else 16, config, swiotlb=swiotlb
    )  # in 16 MiB large pageblocks have no types
    kernel.churn(rng, 1500)
    mappings = DmaMappings(kernel.mm)
    for objp in rng.sample(kernel.objects, min(40, len(kernel.objects))):
        size, direction = rng.randrange(1, kernel.slab.ksize(objp) + 1), rng.randrange(3)
        mappings.add(objp, kernel.dma.dma_map_single(0, objp, size, direction), size, objp, SINGLE, direction)
    before = bytes(kernel.ram.u8[: kernel.ram.end])
    kernel.churn(rng, 500)
    survey = survey_pages(kernel.memory, Violations(1))
    assert survey
    return kernel, Garden(kernel.memory, survey, before)
