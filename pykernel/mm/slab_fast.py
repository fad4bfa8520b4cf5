# SPDX-License-Identifier: GPL-2.0-only
"""Allocate and free: the general way through a cache's array, and a short one for one CPU without debugging.

The short ways read and write the same words of RAM in fewer steps, and leave to the general ones whatever is not an
array that holds an object or has room for one. Each of their steps costs as much as an empty function call; that is
why they name offsets by bare numbers, which `check_offsets` compares with the layout.
"""

from collections.abc import Callable

from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import virt_to_phys
from pykernel.mm import gfp
from pykernel.mm.page import NEXT, PG_HEAD_TAIL_MASK, PG_SLAB, WORDS
from pykernel.mm.slab_core import SlabCore, word_of
from pykernel.mm.slab_debug import cache_alloc_debugcheck_after, cache_free_debugcheck
from pykernel.mm.slab_geometry import general_sizes
from pykernel.mm.slab_grow import kmem_flagcheck
from pykernel.mm.slab_lists import cache_alloc_refill, cache_flusharray

_TABLE_STEP = 32  # bytes; general caches up to _TABLE_SIZE are multiples of it
_TABLE_SIZE = 4096
_SLAB_PAGE = PG_HEAD_TAIL_MASK | PG_SLAB

Alloc = Callable[..., int]
Free = Callable[..., None]


def cache_alloc(core: SlabCore, cachep: int, gfp_mask: int, caller: int = 0) -> int:
    """Take an object of a cache; give the pointer, 0 without memory.

    Raises: SlabBug where the cache cannot serve such a request.
    Source: mm/slab.c: __cache_alloc, ____cache_alloc
    """
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(cachep)
    if core.debug:
        kmem_flagcheck(core, cache, gfp_mask)
    ac = core.cpu_cache(cache)
    avail = u32[2 * ac]
    if core.debug:
        u32[2 * cache + (core.at_debug.allochit if avail else core.at_debug.allocmiss)] += 1
    if avail:
        objp = u64[ac + at.ac_entry + avail - 1]
        u32[2 * ac + at.ac_touched] = 1
        u32[2 * ac] = avail - 1
    else:
        objp = cache_alloc_refill(core, cachep, gfp_mask)
        if not objp:
            return 0
    if core.debug:
        objp = cache_alloc_debugcheck_after(core, cache, objp, caller)
    if gfp_mask & gfp.GFP_ZERO:
        phys, size = virt_to_phys(objp), core.obj_size(cache)
        core.ram.u8[phys : phys + size] = bytes(size)
    return objp


def cache_free(core: SlabCore, cachep: int, objp: int, caller: int = 0) -> None:
    """Put an object into this CPU's array, making room there if need be.

    Raises: SlabBug where it belongs to no slab, if that is found out so early.
    Source: mm/slab.c: __cache_free
    """
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(cachep)
    ac = core.cpu_cache(cache)
    if core.debug:
        objp = cache_free_debugcheck(core, cache, cachep, objp, caller)
    hit = u32[2 * ac] < u32[2 * ac + at.ac_limit]
    if core.debug:
        u32[2 * cache + (core.at_debug.freehit if hit else core.at_debug.freemiss)] += 1
    if not hit:
        cache_flusharray(core, cache, ac)
    avail = u32[2 * ac]
    u64[ac + at.ac_entry + avail] = objp
    u32[2 * ac] = avail + 1


def check_offsets(core: SlabCore) -> None:
    """Compare the bare numbers below with the layout.

    Raises: TypeError where they differ.
    """
    at = core.at
    found = (at.cache_array, at.ac_limit, at.ac_touched, at.ac_entry)
    if found != (0, 1, 3, 2):
        raise TypeError(f"struct array_cache of layout {core.mm.layout.key}: found {found}, expected (0, 1, 3, 2)")


def short_cache_alloc(core: SlabCore, general: Alloc) -> Alloc:
    """Make kmem_cache_alloc(cachep, gfp_mask) for one CPU without debugging; `general` is the other way."""
    u64, u32, base, zero = core.u64, core.u32, PAGE_OFFSET, gfp.GFP_ZERO

    def kmem_cache_alloc(cachep: int, gfp_mask: int, caller: int = 0) -> int:
        try:
            ac = u64[cachep - base >> 3] - base >> 2
            avail = u32[ac]
            if avail and not gfp_mask & zero:
                avail -= 1
                objp = u64[(ac >> 1) + 2 + avail]
                u32[ac] = avail
                u32[ac + 3] = 1
                return objp
        except IndexError:
            pass
        return general(cachep, gfp_mask, caller)

    return kmem_cache_alloc


def short_cache_free(core: SlabCore, general: Free) -> Free:
    """Make kmem_cache_free(cachep, objp) for one CPU without debugging; `general` is the other way."""
    u64, base = core.u64, PAGE_OFFSET

    def kmem_cache_free(cachep: int, objp: int, caller: int = 0) -> None:
        try:
            ac = u64[cachep - base >> 3] - base >> 3
            avail_limit = u64[ac]
            avail = avail_limit & 0xFFFF_FFFF
            if avail < avail_limit >> 32:
                u64[ac + 2 + avail] = objp
                u64[ac] = avail_limit + 1
                return
        except IndexError:
            pass
        general(cachep, objp, caller)

    return kmem_cache_free


def short_kmalloc(core: SlabCore, general: Alloc) -> Alloc:
    """Make kmalloc(size, gfp_mask) for one CPU without debugging; `general` is the other way."""
    u64, u32, base, other = core.u64, core.u32, PAGE_OFFSET, gfp.GFP_ZERO | gfp.GFP_DMA
    table = _size_table(core)

    def kmalloc(size: int, gfp_mask: int, caller: int = 0) -> int:
        try:
            ac = u64[u64[table[size + 31 >> 5]] - base >> 3] - base >> 2
            avail = u32[ac]
            if avail and not gfp_mask & other:
                avail -= 1
                objp = u64[(ac >> 1) + 2 + avail]
                u32[ac] = avail
                u32[ac + 3] = 1
                return objp
        except IndexError:
            pass
        return general(size, gfp_mask, caller)

    return kmalloc


def _size_table(core: SlabCore) -> list[int]:
    """Say for each 32 bytes up to 4096 which word of malloc_sizes points to the cache.

    For no bytes it is the entry that ends the table, whose pointer is NULL and leads to the general way.
    """
    at, sizes = core.at, list(general_sizes(core.rules()))
    words = [core.malloc_sizes + index * at.sizes_words + at.sizes_cachep for index in range(len(sizes) + 1)]
    return [words[-1]] + [
        next(word for word, cs_size in zip(words, sizes, strict=False) if size <= cs_size)
        for size in range(_TABLE_STEP, _TABLE_SIZE + 1, _TABLE_STEP)
    ]


def short_kfree(core: SlabCore, general: Free) -> Free:
    """Make kfree(objp) for one CPU without debugging; `general` is the other way."""
    u64, base, map_word, mask, slab, words, cache = (
        core.u64, PAGE_OFFSET, core.mm.map_word, _SLAB_PAGE, PG_SLAB, WORDS, core.mm.map_word + NEXT
    )  # fmt: skip

    def kfree(objp: int, caller: int = 0) -> None:
        try:
            page = (objp - base >> 12) * words
            if u64[map_word + page] & mask == slab:
                ac = u64[u64[cache + page] - base >> 3] - base >> 3
                avail_limit = u64[ac]
                avail = avail_limit & 0xFFFF_FFFF
                if avail < avail_limit >> 32:
                    u64[ac + 2 + avail] = objp
                    u64[ac] = avail_limit + 1
                    return
        except IndexError:
            pass
        general(objp, caller)

    return kfree
