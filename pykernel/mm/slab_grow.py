# SPDX-License-Identifier: GPL-2.0-only
"""Slabs come and go: pages from the buddy system, their management, their objects; and the way back."""

from array import array

from pykernel.errors import KernelBug
from pykernel.mm import gfp, slab_debug
from pykernel.mm.page import FLAGS, NEXT, PG_COMPOUND, PG_SLAB, PREV, WORDS
from pykernel.mm.slab_core import (
    BUFCTL_END,
    SlabBug,
    SlabCore,
    virt_of,
    word_of,
)
from pykernel.mm.slab_geometry import PAGE_SIZE, SlabFlags

RECLAIM_ACCOUNT = int(SlabFlags.RECLAIM_ACCOUNT)
DESTROY_BY_RCU = int(SlabFlags.DESTROY_BY_RCU)
OFF_SLAB = int(SlabFlags.OFF_SLAB)
POISON = int(SlabFlags.POISON)

GFP_SLAB_BUG_MASK = 0xFFE0_0006  # __GFP_DMA32, __GFP_HIGHMEM, and every bit that means nothing
GFP_CONSTRAINT_MASK = 0x6_0000
GFP_RECLAIM_MASK = 0x1_1EF0
PAGE_WORDS_SHIFT = 9  # 8-byte words in a page, as a logarithm


def kmem_getpages(core: SlabCore, cache: int, gfp_mask: int) -> int | None:
    """Take a slab's pages from the buddy system and mark them; give their first word, or None without memory.

    Source: mm/slab.c: kmem_getpages
    """
    u32, at = core.u32, core.at
    gfp_mask |= u32[2 * cache + at.cache_gfpflags]
    reclaimable = u32[2 * cache + at.cache_flags] & RECLAIM_ACCOUNT
    if reclaimable:
        gfp_mask |= gfp.GFP_RECLAIMABLE
    order = u32[2 * cache + at.cache_gfporder]
    pfn = core.mm.pages.alloc_pages(gfp_mask, order)
    if pfn is None:
        return None
    core.count_slab_pages(pfn, reclaimable=bool(reclaimable), nr_pages=1 << order)
    column = core.page_column(pfn, FLAGS, 1 << order)
    column[:] = memoryview(array("Q", [flags | PG_SLAB for flags in column]))
    return pfn << PAGE_WORDS_SHIFT


def kmem_freepages(core: SlabCore, cache: int, addr: int) -> None:
    """Give a slab's pages, whose first word is `addr`, back to the buddy system.

    Raises: SlabBug where one of them is no slab's; KernelBug where the cache's order cannot be.
    Source: mm/slab.c: kmem_freepages
    Differs: the pages are all looked at before the first one changes
    """
    u32, at = core.u32, core.at
    order = u32[2 * cache + at.cache_gfporder]
    if order >= core.mm.config.max_order:
        raise KernelBug(f"cache `{core.name(cache)}' claims order {order} for its slabs", cache << 3)
    pfn = addr >> PAGE_WORDS_SHIFT
    column = core.page_column(pfn, FLAGS, 1 << order)
    flags = column.tolist()
    if not all(flag & PG_SLAB for flag in flags):
        raise SlabBug("kmem_freepages", "!PageSlab(page)", addr << 3)
    reclaimable = bool(u32[2 * cache + at.cache_flags] & RECLAIM_ACCOUNT)
    core.count_slab_pages(pfn, reclaimable=reclaimable, nr_pages=-1 << order)
    column[:] = memoryview(array("Q", [flag & ~PG_SLAB for flag in flags]))
    core.mm.task.reclaimed_slab += 1 << order
    core.mm.pages.free_pages(pfn, order)


def kmem_flagcheck(core: SlabCore, cache: int, gfp_mask: int) -> None:
    """Make sure that who wants memory for DMA asks a cache of such memory, and nobody else does.

    Raises: SlabBug where the two do not agree.
    Source: mm/slab.c: kmem_flagcheck
    """
    if core.mm.config.zone_dma:
        dma = core.u32[2 * cache + core.at.cache_gfpflags] & gfp.GFP_DMA
        if gfp_mask & gfp.GFP_DMA and not dma:
            raise SlabBug("kmem_flagcheck", "!(cachep->gfpflags & GFP_DMA)", cache << 3)
        if dma and not gfp_mask & gfp.GFP_DMA:
            raise SlabBug("kmem_flagcheck", "cachep->gfpflags & GFP_DMA", cache << 3)


def alloc_slabmgmt(core: SlabCore, cache: int, addr: int, colour_off: int, gfp_mask: int) -> int | None:
    """Make the struct slab of pages that start at word `addr`, in them or in a general cache's object.

    Source: mm/slab.c: alloc_slabmgmt
    """
    u64, u32, at = core.u64, core.u32, core.at
    if u32[2 * cache + at.cache_flags] & OFF_SLAB:
        slabp = core.cache_alloc(u64[cache + at.cache_slabp_cache], gfp_mask, 0)
        if not slabp:
            return None
        slab = word_of(slabp)
    else:
        slab = addr + (colour_off >> 3)
        colour_off += u32[2 * cache + at.cache_slab_size]
    u32[2 * slab + at.slab_inuse] = 0
    u64[slab + at.slab_colouroff] = colour_off
    u64[slab + at.slab_s_mem] = virt_of(addr) + colour_off
    core.u16[4 * slab + at.slab_nodeid] = 0
    return slab


def slab_map_pages(core: SlabCore, cachep: int, cache: int, slab: int, addr: int) -> None:
    """Let every page of a slab say which cache and slab it belongs to.

    Source: mm/slab.c: slab_map_pages
    """
    at, pfn = core.at, addr >> PAGE_WORDS_SHIFT
    compound = core.u64[core.mm.map_word + pfn * WORDS] & PG_COMPOUND
    nr_pages = 1 if compound else 1 << core.u32[2 * cache + at.cache_gfporder]
    core.page_column(pfn, NEXT, nr_pages)[:] = memoryview(array("Q", [cachep]) * nr_pages)
    core.page_column(pfn, PREV, nr_pages)[:] = memoryview(array("Q", [virt_of(slab)]) * nr_pages)


def cache_init_objs(core: SlabCore, cache: int, slab: int) -> None:
    """Construct the objects of a new slab and chain them.

    Raises: KernelBug where the cache claims more objects than its pages hold (Linux would write over other memory).
    Source: mm/slab.c: cache_init_objs
    """
    u64, u32, at = core.u64, core.u32, core.at
    num, step = u32[2 * cache + at.cache_num], u32[2 * cache + at.cache_buffer_size]
    if num * step > PAGE_SIZE << u32[2 * cache + at.cache_gfporder]:
        raise KernelBug(f"cache `{core.name(cache)}' claims {num} objects of {step} bytes for a slab", cache << 3)
    objp = u64[slab + at.slab_s_mem]
    ctor = u64[cache + at.cache_ctor]
    if core.debug:
        for index in range(num):
            slab_debug.init_object(core, cache, objp + index * step, ctor)
    elif ctor:
        for index in range(num):
            core.call(ctor, objp + index * step)
    bufctl = 2 * slab + at.slab_bufctl
    u32[bufctl : bufctl + num] = memoryview(array("I", [*range(1, num), BUFCTL_END]))
    u32[2 * slab + at.slab_free] = 0


def cache_grow(core: SlabCore, cachep: int, gfp_mask: int) -> bool:
    """Add a slab to a cache; say whether there was memory for it. The colour advances even if there was none.

    Raises: SlabBug where the flags ask for memory that slabs are not made of.
    Source: mm/slab.c: cache_grow
    Differs: without ZONE_DMA a request for DMA fails, as in 2.6.39; 2.6.24 gave it memory from anywhere
    """
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(cachep)
    if gfp_mask & GFP_SLAB_BUG_MASK:
        raise SlabBug("cache_grow", "flags & GFP_SLAB_BUG_MASK", cache << 3)
    local_flags = gfp_mask & (GFP_CONSTRAINT_MASK | GFP_RECLAIM_MASK)
    l3 = core.list3(cache)
    colour = u32[2 * l3 + at.l3_colour_next]
    following = colour + 1
    u32[2 * l3 + at.l3_colour_next] = 0 if following >= u64[cache + at.cache_colour] else following
    kmem_flagcheck(core, cache, gfp_mask)
    if gfp_mask & gfp.GFP_DMA and not core.mm.config.zone_dma:
        return False
    addr = kmem_getpages(core, cache, local_flags)
    if addr is None:
        return False
    offset = colour * u32[2 * cache + at.cache_colour_off]
    slab = alloc_slabmgmt(core, cache, addr, offset, local_flags & ~GFP_CONSTRAINT_MASK)
    if slab is None:
        kmem_freepages(core, cache, addr)
        return False
    slab_map_pages(core, cachep, cache, slab, addr)
    if core.kasan is not None:
        core.kasan.poison_slab(cache, addr)
    cache_init_objs(core, cache, slab)
    core.list_add_tail(slab, l3 + at.l3_free)
    if core.debug:
        u64[cache + core.at_debug.grown] += 1
    u64[l3 + at.l3_free_objects] += u32[2 * cache + at.cache_num]
    return True


def slab_destroy(core: SlabCore, cache: int, slab: int) -> None:
    """Destroy the objects of a slab that is on no list, and give its pages back.

    Source: mm/slab.c: slab_destroy, kmem_rcu_free
    Differs: destructors, which Linux had until 2.6.22, are called; a grace period ends at once, for nobody reads
    """
    u64, at = core.u64, core.at
    addr = word_of(u64[slab + at.slab_s_mem] - u64[slab + at.slab_colouroff])
    slab_destroy_objs(core, cache, slab)
    flags = core.u32[2 * cache + at.cache_flags]
    if flags & DESTROY_BY_RCU:
        # struct slab_rcu takes the place of struct slab.
        u64[slab + at.rcu_cachep] = virt_of(cache)
        u64[slab + at.rcu_addr] = virt_of(addr)
    kmem_freepages(core, cache, addr)
    if flags & OFF_SLAB:
        core.cache_free(u64[cache + at.cache_slabp_cache], virt_of(slab), 0)


def slab_destroy_objs(core: SlabCore, cache: int, slab: int) -> None:
    """Check the objects of a slab that goes, and call the destructor for each.

    With poisoning the destructor has had each object already when it was freed, as constructors get theirs when they
    are allocated.

    Source: mm/slab.c: slab_destroy_objs (destructors: 2.6.22)
    """
    u32, at = core.u32, core.at
    num, step = u32[2 * cache + at.cache_num], u32[2 * cache + at.cache_buffer_size]
    first = core.u64[slab + at.slab_s_mem]
    dtor = 0 if u32[2 * cache + at.cache_flags] & POISON else core.dtor(cache)
    if not core.debug and not dtor:
        return
    for objp in range(first, first + num * step, step):
        if core.debug:
            slab_debug.check_freed_object(core, cache, objp)
        if dtor:
            core.call(dtor, objp + core.obj_offset(cache))
