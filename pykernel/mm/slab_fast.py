# SPDX-License-Identifier: GPL-2.0-only
"""Allocate and free: the general way through a cache's array, and a short one for one CPU without debugging.

The short ways read and write the same words of RAM in fewer steps, and leave to the general ones whatever is not an
array that holds an object or has room for one. Each step of theirs costs about as much as an empty function call.
"""

from collections.abc import Callable
from typing import Any

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
_SIZEOF_ARRAY = 32  # bytes, of what is read of a struct array_cache at least
_NO_WORD = memoryview(bytes(8)).cast("Q")
_NOTHING = -1, _NO_WORD, -1, _NO_WORD, _NO_WORD  # no pointer is -1

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


_Array = tuple[memoryview, int, memoryview, memoryview]


class ShortWays:
    """Makes the short ways for one CPU without debugging.

    What is kept here is no state but where things lie, and it counts only as long as RAM says the same: `known` has for
    a pointer to a cache the word of RAM that points to its array, what that word must say, and two views of the array,
    one in which entry[n - 1] is at n, and one of avail, limit, batchcount and touched. `by_size` has the same for the
    general caches, behind the word of malloc_sizes and the pointer that must stand there; whoever finds another
    learns anew. `slab_byte` and `cachep` are columns of the mem_map, indexed by page frame number.

    Views of the few words are indexed by small numbers, which is quicker than a large index into all of RAM.
    """

    def __init__(self, core: SlabCore) -> None:
        at = core.at
        if (at.cache_array, at.ac_limit, at.ac_touched) != (0, 1, 3):
            raise TypeError(f"layout {core.mm.layout.key}: the short ways expect other offsets in struct array_cache")
        self.core = core
        self.known: dict[int, _Array] = {}
        self.by_size = self._size_table()
        first = core.mm.map_word
        last = first + core.mm.max_pfn * WORDS
        self.cachep = core.u64[first + NEXT : last : WORDS]
        # The lowest byte of a page's flags is 128 or more if PG_slab is set. Pages of slabs are never compound.
        self.slab_byte = core.ram.u8[first << 3 : last << 3 : WORDS << 3]

    def learn(self, cachep: int) -> _Array | None:
        """Remember where a cache's array is, if cache and array are in RAM; None where they are not."""
        core = self.core
        cache = self._word(cachep)
        virt = core.u64[cache] if cache is not None else 0
        ac = self._word(virt)
        if cache is None or ac is None:
            return None
        if len(self.known) >= _MOST_POINTERS:
            self.known.clear()
        found = core.u64[cache : cache + 1], virt, core.u64[ac + core.at.ac_entry - 1 :], core.u32[2 * ac : 2 * ac + 4]
        self.known[cachep] = found
        return found

    def _word(self, virt: int) -> int | None:
        """Give the index of the word that a pointer into the direct map points to, None where it is none."""
        phys = virt - PAGE_OFFSET
        return phys >> 3 if not phys & 7 and 0 <= phys < self.core.ram.end - _SIZEOF_ARRAY else None

    def learn_size(self, size: int) -> None:
        """Remember the same for the general cache of a size."""
        entry = self.by_size[size] if 0 <= size <= _TABLE_SIZE else [_NO_WORD]
        cachep = entry[0][0]
        found = self.learn(cachep)
        if found is not None:
            entry[1:] = cachep, *found

    def kmem_cache_alloc(self, general: Alloc) -> Alloc:
        """Make kmem_cache_alloc(cachep, gfp_mask); `general` is the other way."""
        known, learn = self.known, self.learn

        def kmem_cache_alloc(cachep: int, gfp_mask: int, caller: int = 0) -> int:
            try:
                array, virt, entry, ac = known[cachep]
                if array[0] == virt:
                    avail = ac[0]
                    if avail and gfp_mask < 0x8000:  # __GFP_ZERO, and what hardly anyone asks for
                        objp = entry[avail]
                        ac[0] = avail - 1
                        ac[3] = 1
                        return objp
                else:
                    learn(cachep)
            except KeyError:
                learn(cachep)
            except IndexError:
                pass
            return general(cachep, gfp_mask, caller)

        return kmem_cache_alloc

    def kmem_cache_free(self, general: Free) -> Free:
        """Make kmem_cache_free(cachep, objp); `general` is the other way."""
        known, learn = self.known, self.learn

        def kmem_cache_free(cachep: int, objp: int, caller: int = 0) -> None:
            try:
                array, virt, entry, ac = known[cachep]
                if array[0] == virt:
                    avail = ac[0]
                    if avail < ac[1]:
                        avail += 1
                        entry[avail] = objp
                        ac[0] = avail
                        return
                else:
                    learn(cachep)
            except KeyError:
                learn(cachep)
            except IndexError:
                pass
            general(cachep, objp, caller)

        return kmem_cache_free

    def kmalloc(self, general: Alloc) -> Alloc:
        """Make kmalloc(size, gfp_mask); `general` is the other way."""
        by_size, learn = self.by_size, self.learn_size

        def kmalloc(size: int, gfp_mask: int, caller: int = 0) -> int:
            try:
                word, cachep, array, virt, entry, ac = by_size[size]
                if word[0] == cachep and array[0] == virt:
                    avail = ac[0]
                    if avail and not gfp_mask & 0x8001:  # __GFP_ZERO | __GFP_DMA
                        objp: int = entry[avail]
                        ac[0] = avail - 1
                        ac[3] = 1
                        return objp
                else:
                    learn(size)
            except IndexError:
                pass
            return general(size, gfp_mask, caller)

        return kmalloc

    def kfree(self, general: Free) -> Free:
        """Make kfree(objp); `general` is the other way."""
        known, learn, slab_byte, cachep = self.known, self.learn, self.slab_byte, self.cachep

        def kfree(objp: int, caller: int = 0) -> None:
            try:
                # Of a pointer that is not into the direct map, this makes no small number.
                pfn = (objp ^ PAGE_OFFSET) >> 12
                if slab_byte[pfn] > 127:
                    array, virt, entry, ac = known[cachep[pfn]]
                    if array[0] == virt:
                        avail = ac[0]
                        if avail < ac[1]:
                            avail += 1
                            entry[avail] = objp
                            ac[0] = avail
                            return
                    else:
                        learn(cachep[pfn])
            except KeyError as unknown:
                learn(unknown.args[0])
            except IndexError:
                pass
            general(objp, caller)

        return kfree

    def _size_table(self) -> list[list[Any]]:
        """Give for each number of bytes up to 4096 what is known of the general cache for it, which is nothing yet.

        For no bytes it is that of a word that says NULL, which leads to the general way.
        """
        core = self.core
        table: list[list[Any]] = [[_NO_WORD, *_NOTHING]]
        word = core.malloc_sizes + core.at.sizes_cachep
        for size in general_sizes(core.rules):
            if size <= _TABLE_SIZE:
                table += [[core.u64[word : word + 1], *_NOTHING]] * (size + 1 - len(table))
            word += core.at.sizes_words
        return table
