# SPDX-License-Identifier: GPL-2.0-only
"""Allocate and free: the general way through a cache's array, and a short one for one CPU without debugging.

The short ways read and write the same words of RAM in fewer steps, and leave to the general ones whatever is not an
array that holds an object or has room for one. Each step of theirs costs about as much as an empty function call.
"""

from collections.abc import Callable

from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import virt_to_phys
from pykernel.mm import gfp
from pykernel.mm.page import NEXT, WORDS
from pykernel.mm.slab_core import SlabCore, word_of
from pykernel.mm.slab_debug import cache_alloc_debugcheck_after, cache_free_debugcheck
from pykernel.mm.slab_geometry import general_sizes
from pykernel.mm.slab_grow import kmem_flagcheck
from pykernel.mm.slab_lists import cache_alloc_refill, cache_flusharray

_TABLE_SIZE = 4096  # bytes; larger sizes are for the general way to find
_MOST_POINTERS = 1 << 16

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


class ShortWays:
    """Makes the short ways for one CPU without debugging.

    What is kept here is no state but arithmetic done before, which costs more than to look its result up: `words`
    knows which word a pointer points to; `arrays` has two views of RAM for a pointer to a struct array_cache, one in
    which entry[n - 1] is at n, and one of avail, limit, batchcount and touched. `slab_byte` and `cachep` are columns
    of the mem_map, indexed by page frame number.
    """

    def __init__(self, core: SlabCore) -> None:
        at = core.at
        if (at.cache_array, at.ac_limit, at.ac_touched) != (0, 1, 3):
            raise TypeError(f"layout {core.mm.layout.key}: the short ways expect other offsets in struct array_cache")
        self.core = core
        self.words: dict[int, int] = {}
        self.arrays: dict[int, tuple[memoryview, memoryview]] = {}
        first = core.mm.map_word
        last = first + core.mm.max_pfn * WORDS
        self.cachep = core.u64[first + NEXT : last : WORDS]
        # The lowest byte of a page's flags is 128 or more if PG_slab is set. Pages of slabs are never compound.
        self.slab_byte = core.ram.u8[first << 3 : last << 3 : WORDS << 3]

    def learn(self, virt: int) -> None:
        """Remember where a pointer points to, if that is in the direct map."""
        phys = virt - PAGE_OFFSET
        if phys & 7 or not 0 <= phys < self.core.ram.end:
            return
        if len(self.words) >= _MOST_POINTERS:
            self.words.clear()
            self.arrays.clear()
        word = phys >> 3
        self.words[virt] = word
        self.arrays[virt] = self.core.u64[word + self.core.at.ac_entry - 1 :], self.core.u32[2 * word :]

    def kmem_cache_alloc(self, general: Alloc) -> Alloc:
        """Make kmem_cache_alloc(cachep, gfp_mask); `general` is the other way."""
        u64, words, arrays, learn = self.core.u64, self.words, self.arrays, self.learn

        def kmem_cache_alloc(cachep: int, gfp_mask: int, caller: int = 0) -> int:
            try:
                entry, ac = arrays[u64[words[cachep]]]
                avail = ac[0]
                if avail and gfp_mask < 0x8000:  # __GFP_ZERO, and what hardly anyone asks for
                    objp = entry[avail]
                    ac[0] = avail - 1
                    ac[3] = 1
                    return objp
            except KeyError as unknown:
                learn(unknown.args[0])
            except IndexError:
                pass
            return general(cachep, gfp_mask, caller)

        return kmem_cache_alloc

    def kmem_cache_free(self, general: Free) -> Free:
        """Make kmem_cache_free(cachep, objp); `general` is the other way."""
        u64, words, arrays, learn = self.core.u64, self.words, self.arrays, self.learn

        def kmem_cache_free(cachep: int, objp: int, caller: int = 0) -> None:
            try:
                entry, ac = arrays[u64[words[cachep]]]
                avail = ac[0]
                if avail < ac[1]:
                    avail += 1
                    entry[avail] = objp
                    ac[0] = avail
                    return
            except KeyError as unknown:
                learn(unknown.args[0])
            except IndexError:
                pass
            general(cachep, objp, caller)

        return kmem_cache_free

    def kmalloc(self, general: Alloc) -> Alloc:
        """Make kmalloc(size, gfp_mask); `general` is the other way."""
        u64, words, arrays, learn, table = self.core.u64, self.words, self.arrays, self.learn, self._size_table()

        def kmalloc(size: int, gfp_mask: int, caller: int = 0) -> int:
            try:
                entry, ac = arrays[u64[words[u64[table[size]]]]]
                avail = ac[0]
                if avail and not gfp_mask & 0x8001:  # __GFP_ZERO | __GFP_DMA
                    objp = entry[avail]
                    ac[0] = avail - 1
                    ac[3] = 1
                    return objp
            except KeyError as unknown:
                learn(unknown.args[0])
            except IndexError:
                pass
            return general(size, gfp_mask, caller)

        return kmalloc

    def kfree(self, general: Free) -> Free:
        """Make kfree(objp); `general` is the other way."""
        u64, words, arrays, learn = self.core.u64, self.words, self.arrays, self.learn
        slab_byte, cachep = self.slab_byte, self.cachep

        def kfree(objp: int, caller: int = 0) -> None:
            try:
                pfn = objp - PAGE_OFFSET >> 12
                if slab_byte[pfn] > 127:
                    entry, ac = arrays[u64[words[cachep[pfn]]]]
                    avail = ac[0]
                    if avail < ac[1]:
                        avail += 1
                        entry[avail] = objp
                        ac[0] = avail
                        return
            except KeyError as unknown:
                learn(unknown.args[0])
            except IndexError:
                pass
            general(objp, caller)

        return kfree

    def _size_table(self) -> list[int]:
        """Say for each number of bytes up to 4096 which word points to the general cache for it.

        For no bytes it is that of the entry which ends malloc_sizes: NULL, which leads to the general way.
        """
        core, table = self.core, [0]
        word = core.malloc_sizes + core.at.sizes_cachep
        for size in general_sizes(core.rules):
            table += [word] * (size + 1 - len(table)) if size <= _TABLE_SIZE else []
            word += core.at.sizes_words
        table[0] = word
        return table
