# SPDX-License-Identifier: GPL-2.0-only
"""kmalloc and its kin: objects of the general caches, found by size, and by address when they are freed.

These are the general ways, which every configuration can go; slab_fast has a shorter one to the same objects.
"""

from pykernel.layout.address import virt_to_phys
from pykernel.mm import gfp
from pykernel.mm.slab_core import ZERO_SIZE_PTR, SlabBug, SlabCore, word_of
from pykernel.mm.slab_debug import kfree_debugcheck


def find_general_cachep(core: SlabCore, size: int, gfp_mask: int) -> int:
    """Give the general cache for `size` bytes; 0 where none is so large, or none is for DMA.

    Raises: SlabBug with CONFIG_DEBUG_SLAB, before kmem_cache_init().
    Source: mm/slab.c: __find_general_cachep
    Differs: without ZONE_DMA a request for DMA finds none, as in 2.6.39; 2.6.24 gave it memory from anywhere
    """
    u64, entry, step = core.u64, core.malloc_sizes, core.at.sizes_words
    if core.debug and not u64[entry + core.at.sizes_cachep]:
        raise SlabBug("__find_general_cachep", "malloc_sizes[INDEX_AC].cs_cachep == NULL")
    while size > u64[entry]:
        entry += step
    if gfp_mask & gfp.GFP_DMA:
        return u64[entry + core.at.sizes_dmacachep] if core.mm.config.zone_dma else 0
    return u64[entry + core.at.sizes_cachep]


def kmalloc(core: SlabCore, size: int, gfp_mask: int, caller: int = 0) -> int:
    """Allocate `size` bytes; give the pointer, ZERO_SIZE_PTR for no bytes, 0 without memory or for too many bytes.

    Source: mm/slab.c: __do_kmalloc
    """
    if not size:
        return ZERO_SIZE_PTR
    cachep = find_general_cachep(core, size, gfp_mask)
    objp = core.cache_alloc(cachep, gfp_mask, caller) if cachep else 0
    if objp and core.kasan is not None:
        core.kasan.resize(objp, size)
    return objp


def kzalloc(core: SlabCore, size: int, gfp_mask: int, caller: int = 0) -> int:
    """Allocate `size` bytes that are 0. Source: include/linux/slab.h: kzalloc"""
    return kmalloc(core, size, gfp_mask | gfp.GFP_ZERO, caller)


def kfree(core: SlabCore, objp: int, caller: int = 0) -> None:
    """Free what kmalloc gave, NULL and ZERO_SIZE_PTR included.

    Raises: SlabBug where the pointer leads to no slab; KernelBug where it leads to no page.
    Source: mm/slab.c: kfree
    """
    if objp <= ZERO_SIZE_PTR:
        return
    if core.debug:
        kfree_debugcheck(core, objp)
    core.cache_free(core.cachep_of(objp, "kfree"), objp, caller)


def ksize(core: SlabCore, objp: int) -> int:
    """Give the bytes that may be used of an object, which are more than were asked for.

    Raises: SlabBug for NULL, and where the pointer leads to no slab.
    Source: mm/slab.c: ksize
    """
    if not objp:
        raise SlabBug("ksize", "!objp")
    if objp == ZERO_SIZE_PTR:
        return 0
    return core.obj_size(word_of(core.cachep_of(objp, "ksize")))


def krealloc(core: SlabCore, objp: int, size: int, gfp_mask: int, caller: int = 0) -> int:
    """Give an object of at least `size` bytes with the old one's content; 0, the old one untouched, without memory.

    Source: mm/util.c: krealloc
    """
    if not size:
        kfree(core, objp, caller)
        return ZERO_SIZE_PTR
    if objp and core.kasan is not None and core.kasan.is_gone(objp):
        return 0
    old_size = ksize(core, objp) if objp else 0
    if old_size >= size:
        if core.kasan is not None:
            core.kasan.resize(objp, size)
        return objp
    new = kmalloc(core, size, gfp_mask, caller)
    if new and old_size:
        source, target, u8 = virt_to_phys(objp), virt_to_phys(new), core.ram.u8
        u8[target : target + old_size] = u8[source : source + old_size]
    if new:
        kfree(core, objp, caller)
    return new
