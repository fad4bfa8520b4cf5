# SPDX-License-Identifier: GPL-2.0-only
"""How the slab allocator comes up: out of static variables, until it can allocate what it is made of.

What is static here is reached through the direct map as long as it stands in for something allocated; the pointers to
it are gone when kmem_cache_init() returns.
"""

from pykernel.layout.address import phys_to_virt
from pykernel.layout.lists import init_list_head, list_add
from pykernel.mm import gfp
from pykernel.mm.kmalloc import kfree, kmalloc
from pykernel.mm.slab_core import SlabBug, SlabCore, virt_of, word_of
from pykernel.mm.slab_create import (
    CACHE_CACHE,
    FULL,
    NONE,
    SHARED_BATCHCOUNT,
    SIZE_AC,
    SIZE_L3,
    alloc_arraycache,
    enable_cpucache,
    init_arraycache,
    kmem_cache_create,
    kmem_list3_init,
    set_free_limit,
    store_geometry,
)
from pykernel.mm.slab_geometry import (
    KMALLOC_MINALIGN,
    SlabFlags,
    cache_cache_geometry,
    general_sizes,
)
from pykernel.mm.slab_lists import drain_freelist
from pykernel.mm.slab_reap import for_each_cache

_NORMAL = int(SlabFlags.HWCACHE_ALIGN | SlabFlags.PANIC)
_DMA = _NORMAL | int(SlabFlags.CACHE_DMA)
_ULONG_MAX = 0xFFFF_FFFF_FFFF_FFFF


def kmem_cache_init(core: SlabCore) -> None:
    """Create cache_cache and the general caches, and give all of them their final arrays.

    Source: mm/slab.c: kmem_cache_init
    """
    init_statics(core)
    init_cache_cache(core)
    create_general_caches(core)
    replace_static_arrays(core)
    replace_static_lists(core)
    for cache in list(for_each_cache(core)):
        cachep = core.cache_cache if cache == word_of(core.cache_cache) else virt_of(cache)
        if not enable_cpucache(core, cachep):
            raise SlabBug("kmem_cache_init", "enable_cpucache(cachep)", cache << 3)
    core.mm.set("g_cpucache_up", FULL)


def init_statics(core: SlabCore) -> None:
    """Give the static variables the values that Linux's compiler gives them, and the first that boot decides."""
    mm, u64 = core.mm, core.u64
    entry = core.malloc_sizes
    for number, size in enumerate(general_sizes(core.rules)):
        for twin, name in enumerate((f"size-{size}", f"size-{size}(DMA)")):
            set_static_name(core, 2 * number + twin, name)
        u64[entry] = size
        entry += core.at.sizes_words
    u64[entry] = _ULONG_MAX
    mm.set("g_cpucache_up", NONE)
    mm.set("slab_early_init", 1)
    mm.set("slab_break_gfp_order", core.rules.break_order)
    for index in (CACHE_CACHE, SIZE_AC, SIZE_L3):
        kmem_list3_init(core, static_list3(core, index))
    for array in ("initarray_cache", "initarray_generic"):
        init_arraycache(core, mm.statics[array] >> 3, 1, 1)


def static_name(core: SlabCore, number: int) -> int:
    """Find the text of a name in cache_names; give its address."""
    return core.mm.address_of("cache_names") + number * core.mm.layout.number("SLAB_NAME_LEN")


def set_static_name(core: SlabCore, number: int, name: str) -> None:
    """Write the text of a name in cache_names."""
    phys = core.mm.statics["cache_names"] + number * core.mm.layout.number("SLAB_NAME_LEN")
    core.ram.write(phys, name.encode() + b"\0")


def static_list3(core: SlabCore, index: int) -> int:
    """Find one of initkmem_list3."""
    return (core.mm.statics["initkmem_list3"] + index * core.at.sizeof_kmem_list3) >> 3


def init_cache_cache(core: SlabCore) -> None:
    """Set up the cache of cache descriptions, which is none of its own objects. Source: mm/slab.c: kmem_cache_init"""
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(core.cache_cache)
    store_geometry(core, cache, cache_cache_geometry(core.rules, core.mm.layout.sizeof("kmem_cache")))
    u32[2 * cache + at.cache_batchcount] = u32[2 * cache + at.cache_limit] = u32[2 * cache + at.cache_shared] = 1
    name = core.mm.layout.number("MALLOC_SIZES") * 2 - 1
    set_static_name(core, name, "kmem_cache")
    u64[cache + at.cache_name] = static_name(core, name)
    u64[cache + at.cache_array + core.mm.cpu] = phys_to_virt(core.mm.statics["initarray_cache"])
    u64[cache + at.cache_nodelists] = virt_of(static_list3(core, CACHE_CACHE))
    init_list_head(core.ram, core.cache_chain)
    list_add(core.ram, core.cache_cache + 8 * at.cache_next, core.cache_chain)


def create_general_caches(core: SlabCore) -> None:
    """Create the general caches: first those that arrays and lists are allocated from, then in ascending order.

    Source: mm/slab.c: kmem_cache_init
    """
    u64, at = core.u64, core.at
    sizes = list(general_sizes(core.rules))
    first = [general_index(sizes, at.sizeof_arraycache_init), general_index(sizes, at.sizeof_kmem_list3)]
    for index in dict.fromkeys(first):
        create_general(core, index, sizes[index])
    core.mm.set("slab_early_init", 0)
    for index, size in enumerate(sizes):
        entry = core.malloc_sizes + index * at.sizes_words
        if not u64[entry + at.sizes_cachep]:
            create_general(core, index, size)
        if core.mm.config.zone_dma:
            name = static_name(core, 2 * index + 1)
            u64[entry + at.sizes_dmacachep] = kmem_cache_create(core, name, size, KMALLOC_MINALIGN, _DMA, 0, 0)


def create_general(core: SlabCore, index: int, size: int) -> None:
    """Create one general cache for memory of no particular zone."""
    cachep = kmem_cache_create(core, static_name(core, 2 * index), size, KMALLOC_MINALIGN, _NORMAL, 0, 0)
    core.u64[core.malloc_sizes + index * core.at.sizes_words + core.at.sizes_cachep] = cachep


def general_index(sizes: list[int], size: int) -> int:
    """Give the index in malloc_sizes of the cache for `size` bytes. Source: mm/slab.c: index_of"""
    return next(index for index, cs_size in enumerate(sizes) if size <= cs_size)


def general_cache_for(core: SlabCore, size: int) -> int:
    """Find the general cache for `size` bytes, as a word."""
    index = general_index(list(general_sizes(core.rules)), size)
    return word_of(core.u64[core.malloc_sizes + index * core.at.sizes_words + core.at.sizes_cachep])


def replace_static_arrays(core: SlabCore) -> None:
    """Copy the static arrays of cache_cache and of the arrays' own cache into allocated ones.

    Source: mm/slab.c: kmem_cache_init
    """
    u64, at = core.u64, core.at
    words = at.sizeof_arraycache_init >> 3
    for cache in (word_of(core.cache_cache), general_cache_for(core, at.sizeof_arraycache_init)):
        objp = kmalloc(core, at.sizeof_arraycache_init, gfp.GFP_KERNEL)
        old, new = core.cpu_cache(cache), word_of(objp)
        u64[new : new + words] = u64[old : old + words]
        u64[cache + at.cache_array + core.mm.cpu] = objp


def replace_static_lists(core: SlabCore) -> None:
    """Copy the static lists of the first caches into allocated ones.

    Source: mm/slab.c: kmem_cache_init, init_list
    """
    u64, at = core.u64, core.at
    words = at.sizeof_kmem_list3 >> 3
    caches = [word_of(core.cache_cache)]
    caches += [general_cache_for(core, size) for size in (at.sizeof_arraycache_init, at.sizeof_kmem_list3)]
    for cache in dict.fromkeys(caches):
        objp = kmalloc(core, at.sizeof_kmem_list3, gfp.GFP_KERNEL)
        if not objp:
            raise SlabBug("init_list", "!ptr")
        old, new = core.list3(cache), word_of(objp)
        u64[new : new + words] = u64[old : old + words]
        for offset in (at.l3_full, at.l3_partial, at.l3_free):
            move_list(core, old + offset, new + offset)
        u64[cache + at.cache_nodelists] = objp


def move_list(core: SlabCore, old: int, new: int) -> None:
    """Let the entries of one list hang on another head. Source: include/linux/list.h: list_splice"""
    u64 = core.u64
    first, last = u64[old], u64[old + 1]
    if word_of(first) == old:
        u64[new] = u64[new + 1] = virt_of(new)
    else:
        u64[new], u64[new + 1] = first, last
        u64[word_of(first) + 1] = u64[word_of(last)] = virt_of(new)


def cpu_up(core: SlabCore, cpu: int) -> bool:
    """Give every cache an array for another CPU, then count that CPU as up; say whether there was memory.

    Source: mm/slab.c: cpuup_prepare, cpuup_callback; mm/vmstat.c: vmstat_cpuup_callback
    """
    u64, u32, at = core.u64, core.u32, core.at
    for cache in for_each_cache(core):
        set_free_limit(core, cache, core.list3(cache))
    for cache in for_each_cache(core):
        batchcount = u32[2 * cache + at.cache_batchcount]
        new = alloc_arraycache(core, u32[2 * cache + at.cache_limit], batchcount)
        shared = 0
        if new and u32[2 * cache + at.cache_shared]:
            shared = alloc_arraycache(core, u32[2 * cache + at.cache_shared] * batchcount, SHARED_BATCHCOUNT)
        if not new or (u32[2 * cache + at.cache_shared] and not shared):
            kfree(core, new)
            cpuup_canceled(core, cpu)
            return False
        u64[cache + at.cache_array + cpu] = new
        l3 = core.list3(cache)
        if not u64[l3 + at.l3_shared]:
            u64[l3 + at.l3_shared], shared = shared, 0
        kfree(core, shared)
    core.mm.set("cpu_online_map", core.mm.get("cpu_online_map") | 1 << cpu)
    core.mm.vmstat.refresh_zone_stat_thresholds(core.online_cpus())
    return True


def cpuup_canceled(core: SlabCore, cpu: int) -> None:
    """Free the arrays that cpu_up has made for a CPU that does not come up, and what slabs that leaves free.

    Source: mm/slab.c: cpuup_canceled
    """
    u64, u32, at = core.u64, core.u32, core.at
    for cache in for_each_cache(core):
        new, u64[cache + at.cache_array + cpu] = u64[cache + at.cache_array + cpu], 0
        u32[2 * core.list3(cache) + at.l3_free_limit] -= u32[2 * cache + at.cache_batchcount]
        kfree(core, new)
    for cache in for_each_cache(core):
        l3 = core.list3(cache)
        drain_freelist(core, cache, l3, u64[l3 + at.l3_free_objects])
