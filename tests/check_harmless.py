# SPDX-License-Identifier: GPL-2.0-only
"""What may be planted without the audit saying a word, and why: the argument, member by member.

Each argument is made for the member, whatever the test finds. docs/audit.md has the same table for people.
"""

import re
from collections.abc import Callable

from emulator.memmap import PAGE_OFFSET
from pykernel.check.caches import Cache, array_caches, entries, free_indices, slabs_of
from pykernel.check.offsets import slab_offsets, zone_offsets
from tests.check_plant_kinds import Plant
from tests.check_plants import Garden, Site

# Whether the argument holds for this change.
Condition = Callable[[Garden, Site, int, int], bool]


def _is_compound_head(garden: Garden, site: Site, old: int, new: int) -> bool:
    return garden.survey.codes[garden.pfn(site)] == ord("C")


def _is_no_first_tail(garden: Garden, site: Site, old: int, new: int) -> bool:
    return garden.survey.codes[garden.pfn(site) - 1] != ord("C")


def _is_behind_the_end(garden: Garden, site: Site, old: int, new: int) -> bool:
    memory, size = garden.memory, garden.memory.layout.sizeof("zonelist")
    first = memory.static("contig_page_data", "node_zonelists")
    start = first + (site.phys - first) // size * size + memory.layout.offset("zonelist", "zones")
    return any(not memory.u64(phys) for phys in range(start, site.phys, 8))


def _is_never_counted(garden: Garden, site: Site, old: int, new: int) -> bool:
    at, number = zone_offsets(garden.memory.layout), garden.memory.layout.number
    counted = {number(f"NR_{name}") for name in ("FREE_PAGES", "SLAB_RECLAIMABLE", "SLAB_UNRECLAIMABLE")}
    sets = [zone.phys + at.pageset + cpu * at.pageset_size for zone in garden.survey.zones for cpu in range(at.cpus)]
    return site.phys not in {pageset + (at.stat_diff or 0) + item for pageset in sets for item in counted}


def _bounces(garden: Garden) -> bool:
    memory = garden.memory
    return memory.u32(memory.statics["dma_ops"]) == memory.layout.number("DMA_OPS_SWIOTLB")


def _is_own_cache(garden: Garden, site: Site, old: int, new: int) -> bool:
    return not garden.cache_of(site).name.startswith("size-")


def _is_flag_of_creation(garden: Garden, site: Site, old: int, new: int) -> bool:
    names = ("HWCACHE_ALIGN", "PANIC", "DESTROY_BY_RCU", "MEM_SPREAD", "RECLAIM_ACCOUNT")
    debug = ("RED_ZONE", "POISON", "STORE_USER") if garden.memory.config.debug_slab else ()
    flags = sum(garden.memory.layout.number(f"SLAB_{name}") for name in (*names, *debug))
    return _is_own_cache(garden, site, old, new) and not (old ^ new) & ~flags


def _has_no_colours(garden: Garden, site: Site, old: int, new: int) -> bool:
    return not garden.memory.u64(garden.cache_of(site).phys + slab_offsets(garden.memory.layout).colour)


def _has_no_redzones(garden: Garden, cache: Cache) -> bool:
    debug = garden.memory.config.debug_slab
    return not (debug and cache.flags & garden.memory.layout.number("SLAB_RED_ZONE"))


def _cache_of_array(garden: Garden, site: Site) -> Cache:
    """Give the cache in whose arrays a site is."""
    at = slab_offsets(garden.memory.layout)
    return next(
        cache
        for cache in garden.caches
        for _, array in array_caches(garden.memory, cache)
        if array <= site.phys < array + at.entry + 8 * garden.memory.u32(array + at.ac_limit)
    )


def _is_array_of_no_redzones(garden: Garden, site: Site, old: int, new: int) -> bool:
    return _has_no_redzones(garden, _cache_of_array(garden, site))


def _is_object_in_use(garden: Garden, site: Site, old: int, new: int) -> bool:
    """Say whether a new entry is an object of the array's cache that is neither free in its slab nor in an array."""
    memory, at, cache = garden.memory, slab_offsets(garden.memory.layout), _cache_of_array(garden, site)
    if not _has_no_redzones(garden, cache):
        return False
    if any(new in entries(memory, array) for _, array in array_caches(memory, cache)):
        return False
    for _, slab in slabs_of(memory, cache):
        index, rest = divmod(new - memory.u64(slab + at.s_mem), cache.buffer_size)
        if not rest and 0 <= index < cache.num:
            return index not in free_indices(memory, slab, cache.num)
    return False


def _is_chain_of_another_in_use(garden: Garden, site: Site, old: int, new: int) -> bool:
    """Say whether a slab's chain is as long as before, with an object in it that was in use for one that was free."""
    memory, at = garden.memory, slab_offsets(garden.memory.layout)
    for cache in garden.caches:
        for _, slab in slabs_of(memory, cache):
            index = (site.phys - slab - at.slab_struct) >> 2
            if site.phys != slab + at.free and not 0 <= index < cache.num:
                continue
            before = free_indices(memory, slab, cache.num)
            after = [] if site.phys == slab + at.free else before[: before.index(index) + 1]
            while new < cache.num and new not in after:
                after.append(new)
                new = memory.u32(slab + at.slab_struct + 4 * new)
            s_mem = memory.u64(slab + at.s_mem)
            cached = [entry for _, array in array_caches(memory, cache) for entry in entries(memory, array)]
            objects = [s_mem + each * cache.buffer_size for each in after]
            return new == at.end and len(after) == len(before) and not set(objects) & set(cached)
    return False


def _are_empty_arrays(garden: Garden, site: Site, old: int, new: int) -> bool:
    at, read = slab_offsets(garden.memory.layout), garden.memory.u32
    return all(garden.is_pointer(virt) and not read(virt - PAGE_OFFSET + at.avail) for virt in (old, new))


def _are_empty_lists(garden: Garden, site: Site, old: int, new: int) -> bool:
    memory, lists = garden.memory, slab_offsets(garden.memory.layout).lists
    heads = [virt + offset for virt in (old, new) for _, offset in lists]
    return all(garden.is_pointer(head) and memory.u64(head - PAGE_OFFSET) == head for head in heads)


def _is_alignment_of_no_slab(garden: Garden, site: Site, old: int, new: int) -> bool:
    """Say whether a cache without slabs may have been made with an alignment that leads to this size of management."""
    cache = garden.cache_of(site)
    unit = garden.memory.u32(cache.phys + slab_offsets(garden.memory.layout).colour_off)
    rounded = {-(-min(old, new) // align) * align for align in (8, 16, 32, 64, 128, 256) if align <= unit}
    return (
        _is_own_cache(garden, site, old, new) and max(old, new) in rounded and not any(slabs_of(garden.memory, cache))
    )


HARMLESS: tuple[tuple[str, str, Condition | None], ...] = (
    (r"page\([\w -]+\)\.index", "nothing reads it", None),
    (r"page\((free|used|reserved|slab)\)\.(private|first_page)", "written anew before anything reads it", None),
    (r"page\((free|used|reserved)\)\.lru\..*", "not on a list: written anew before anything reads it", None),
    (r"page\(compound\)\.(private|first_page)", "tails point to the head, the head to nothing", _is_compound_head),
    (r"page\(compound\)\.lru\.next", "only the destructor of the first tail, which is never called", None),
    (r"page\(compound\)\.lru\.prev", "only the first tail has the order", _is_no_first_tail),
    (r"page\(used\)\._count", "one block, or two that split_page() made of it", lambda g, s, old, new: new < 2),
    (r"page\(per-CPU\)\.private", "of another migrate type, as if freed to it", lambda g, s, old, new: new < 4),
    (r"empty zone\..*", "in no zonelist, so nothing reads it", None),
    (r"zone\.(in)?active_list\..*|zone\.nr_scan_.*|zone\.prev_priority", "reclaim's, which has no pages here", None),
    (r"zone\.(flags|pages_scanned)", "reclaim's, cleared at the next free", None),
    (r"zone\.wait_table.*", "nobody waits for pages", None),
    (r".*lock\.slock", "locks are not taken where only one CPU runs at a time", None),
    (r"zone\.pageset\[\]\.vm_stat_diff\[\]", "of an event that never happens here", _is_never_counted),
    (r"node\.(bdata|kswapd.*|node_id)", "boot's and kswapd's", None),
    (r"node\.node_zonelists\[\]\.zlcache_ptr", "NUMA's", None),
    (r"node\.node_zonelists\[\]\.zones\[\]", "behind the entry that ends the list", _is_behind_the_end),
    (r"arch_zone_.*|early_node_map.*|nr_nodemap_entries", "read only while the zones are made", None),
    (r"contig_bootmem_data\..*|bdata_list\..*|m(in|ax)_low_pfn", "boot memory's, which is gone", None),
    (r"nr_(kernel|all)_pages|percpu_pagelist_fraction", "nobody asks after boot", None),
    (
        r"init(kmem_list3|array_cache|array_generic)\b.*",
        "boot's: every cache has its own by now",
        None,
    ),
    (r"dma_ops", "as if another iommu= had chosen them, or nobody yet", lambda g, s, old, new: new < 3),
    (r"jiffies", "any time is right", None),
    (r"(zone|cache|host_cache)_names.*", "another text that can be read: names move no object", None),
    (r"fallback_dev\.(?!dma_mask|coherent_dma_mask).*", "no allocator asks a device for more than its masks", None),
    (r"(no_|force_|panic_on_|forbid_|iommu_|swiotlb).*", "an option: any value is one that somebody may choose", None),
    (
        r"mapping\.(dev|dma_addr|size|direction|type|flags|attrs|sg_\w+)",
        "as if so mapped; gives no address",
        None,
    ),
    (r"dma_mappings_lost", "as if the table had once been full; gives no address", lambda g, s, old, new: new < 2),
    (r"io_tlb_.*", "no buffer is bounced here", lambda g, s, o, n: not _bounces(g)),
    (r"io_tlb_index", "where the next search starts: any slot is as good", None),
    (r"free slot\.orig_addr", "written anew before anything reads it", None),
    (r"mapping\.(mapped_at_ns|backtrace.*)", "told to people only", None),
    (r"free mapping\.(?!type).*", "written anew before anything reads it", None),
    (r"min_free_kbytes", "as many whole pages", lambda g, s, old, new: old >> 2 == new >> 2),
    (r"sysctl_lowmem_reserve_ratio\[\]", "a ratio that gives the same reserves", None),
    (r"(shared )?array\.stale entry", "above avail: written anew before it is read", None),
    (r"(shared )?array\.touched|kmem_list3\.free_touched", "either is right at any time", lambda g, s, o, n: n < 2),
    (
        r"(shared )?array\.avail",
        "as if users had freed or taken the objects: who uses one is written nowhere, but in red zones",
        _is_array_of_no_redzones,
    ),
    (
        r"(shared )?array\.entry",
        "as if the user of that object had freed it, and someone taken the other: written nowhere, but in red zones",
        _is_object_in_use,
    ),
    (r"kmem_cache\.array\[\]|kmem_list3\.shared", "another array with nothing in it", _are_empty_arrays),
    (r"kmem_cache\.nodelists\[\]", "other lists with nothing on them", _are_empty_lists),
    (r"kmem_cache\.dflags", "nothing reads it", None),
    (
        r"kmem_cache\.(num_a|high|grown|reaped|errors|max_f|node_[afo]|allo|free)\w*",
        "statistics",
        None,
    ),
    (r"kmem_cache\.[cd]tor\w*", "which function is called moves no object", _is_own_cache),
    (r"kmem_cache\.name", "another text that can be read: names move no object", _is_own_cache),
    (r"kmem_cache\.flags", "as if created with that flag", _is_flag_of_creation),
    (r"kmem_cache\.slab_size", "as if created with another alignment: no slab tells", _is_alignment_of_no_slab),
    (r"kmem_cache\.colour_off", "there are no colours", _has_no_colours),
    (r"kmem_list3\.colour_next", "any colour may be next, after a failed growth", None),
    (r"kmem_list3\.next_reap", "any time is right", None),
    (r"kmem_list3\.free_limit", "that of another number of CPUs", None),
    (r"pageblock bits", "any of the four types, as after a fallback", None),
    (
        r"slab\.bufctl\(free\)|slab\([a-z]+\)\.free",
        "as if the user of that object had freed it, and someone taken the other: written nowhere, but in red zones",
        _is_chain_of_another_in_use,
    ),
    (r"slab\.bufctl\(used\)", "of an object in use: written anew when it is freed", None),
)


# The same for whole plants that no single member tells about: (kind, why).
HARMLESS_KINDS: tuple[tuple[str, str], ...] = (
    ("moved within an order", "a free block on the list of another migrate type, as after a fallback"),
)


def _is_another_order(garden: Garden, plant: Plant, old: list[int]) -> bool:
    """Say whether the arrays of one cache hold what they held: in which order is nobody's affair."""
    sites = [site for site, _ in plant.values]
    if not all(re.fullmatch(r"(shared )?array\.entry", site.name) for site in sites):
        return False
    caches = {_cache_of_array(garden, site).phys for site in sites}
    return len(caches) == 1 and sorted(old) == sorted(new for _, new in plant.values)


def is_harmless(garden: Garden, plant: Plant, old: list[int]) -> bool:
    """Say whether the tables excuse the audit's silence; `old` is what stood in the plant's places."""
    if any(plant.kind == kind for kind, _ in HARMLESS_KINDS):
        return True
    if _is_another_order(garden, plant, old):
        return True
    return all(
        old[number] == new or _is_harmless_here(garden, site, old[number], new)
        for number, (site, new) in enumerate(plant.values)
    )


def _is_harmless_here(garden: Garden, site: Site, old: int, new: int) -> bool:
    return any(
        re.fullmatch(where, site.name) and (condition is None or condition(garden, site, old, new))
        for where, _, condition in HARMLESS
    )
