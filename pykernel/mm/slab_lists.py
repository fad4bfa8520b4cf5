# SPDX-License-Identifier: GPL-2.0-only
"""Objects move between slabs and arrays, by the batch: refill, flush, drain."""

from pykernel.errors import KernelBug
from pykernel.layout.lists import list_for_each
from pykernel.mm.slab_core import BUFCTL_END, BUFCTL_FREE, SlabBug, SlabCore, virt_of, word_of
from pykernel.mm.slab_debug import check_slabp
from pykernel.mm.slab_geometry import SLAB_LIMIT
from pykernel.mm.slab_grow import cache_grow, slab_destroy

BATCHREFILL_LIMIT = 16
_U32 = 0xFFFF_FFFF
_U64 = 0xFFFF_FFFF_FFFF_FFFF


def transfer_objects(core: SlabCore, to: int, source: int, most: int) -> int:
    """Move objects from the end of one array to the end of another; give how many.

    Source: mm/slab.c: transfer_objects
    """
    u64, u32, at = core.u64, core.u32, core.at
    avail, room = u32[2 * source], u32[2 * to + at.ac_limit] - u32[2 * to]
    count = min(avail, most, room)
    if not count:
        return 0
    first, target = source + at.ac_entry + avail - count, to + at.ac_entry + u32[2 * to]
    u64[target : target + count] = u64[first : first + count]
    u32[2 * source] = avail - count
    u32[2 * to] += count
    u32[2 * to + at.ac_touched] = 1
    return count


def cache_alloc_refill(core: SlabCore, cachep: int, gfp_mask: int) -> int:
    """Fill the empty array of this CPU, growing the cache if it must be, and take an object; 0 without memory.

    Raises: SlabBug where the cache is not in a state to allocate from.
    Source: mm/slab.c: cache_alloc_refill
    """
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(cachep)
    ac = core.cpu_cache(cache)
    while True:
        batchcount = u32[2 * ac + at.ac_batchcount]
        if not u32[2 * ac + at.ac_touched] and batchcount > BATCHREFILL_LIMIT:
            batchcount = BATCHREFILL_LIMIT
        l3p = u64[cache + at.cache_nodelists]
        if u32[2 * ac] or not l3p:
            raise SlabBug("cache_alloc_refill", "ac->avail > 0 || !l3", cache << 3)
        l3 = word_of(l3p)
        shared = u64[l3 + at.l3_shared]
        if not shared or not transfer_objects(core, ac, word_of(shared), batchcount):
            take_from_slabs(core, cache, l3, ac, batchcount)
        if not u32[2 * ac]:
            grown = cache_grow(core, cachep, gfp_mask)
            ac = core.cpu_cache(cache)
            if not u32[2 * ac]:
                if not grown:
                    return 0
                continue
        u32[2 * ac + at.ac_touched] = 1
        avail = u32[2 * ac] - 1
        u32[2 * ac] = avail
        return u64[ac + at.ac_entry + avail]


def take_from_slabs(core: SlabCore, cache: int, l3: int, ac: int, batchcount: int) -> None:
    """Fill an array with up to `batchcount` objects: of partial slabs first, then of free ones.

    Raises: SlabBug where a slab claims to be fuller than full; KernelBug where the array has no room for so many
        objects (Linux would write over other memory).
    Source: mm/slab.c: cache_alloc_refill
    """
    u64, u32, at = core.u64, core.u32, core.at
    num, partial, free = u32[2 * cache + at.cache_num], l3 + at.l3_partial, l3 + at.l3_free
    while batchcount > 0:
        slab = word_of(u64[partial])
        if slab == partial:
            u32[2 * l3 + at.l3_free_touched] = 1
            slab = word_of(u64[free])
            if slab == free:
                break
        if core.debug:
            check_slabp(core, cache, slab)
        inuse = u32[2 * slab + at.slab_inuse]
        if inuse >= num:
            raise SlabBug("cache_alloc_refill", "slabp->inuse < 0 || slabp->inuse >= cachep->num", slab << 3)
        count = min(num - inuse, batchcount)
        if u32[2 * ac] + count > u32[2 * ac + at.ac_limit]:
            raise KernelBug(f"cache `{core.name(cache)}' would fill an array beyond its end", ac << 3)
        slab_get_objs(core, cache, slab, ac, count)
        batchcount -= count
        if core.debug:
            check_slabp(core, cache, slab)
        core.list_del(slab)
        full = u32[2 * slab + at.slab_free] == BUFCTL_END
        core.list_add(slab, l3 + at.l3_full if full else partial)
    u64[l3 + at.l3_free_objects] = u64[l3 + at.l3_free_objects] - u32[2 * ac] & _U64


def slab_get_objs(core: SlabCore, cache: int, slab: int, ac: int, count: int) -> None:
    """Move the first `count` free objects of a slab into an array.

    Source: mm/slab.c: slab_get_obj, in the loop of cache_alloc_refill
    """
    u64, u32, at = core.u64, core.u32, core.at
    step, s_mem = u32[2 * cache + at.cache_buffer_size], u64[slab + at.slab_s_mem]
    bufctl, index = 2 * slab + at.slab_bufctl, u32[2 * slab + at.slab_free]
    avail = u32[2 * ac]
    for entry in range(ac + at.ac_entry + avail, ac + at.ac_entry + avail + count):
        u64[entry] = s_mem + (step * index & _U32)
        following = u32[bufctl + index]
        if core.debug:
            u32[bufctl + index] = BUFCTL_FREE
        index = following
    u32[2 * slab + at.slab_free] = index
    u32[2 * slab + at.slab_inuse] += count
    u32[2 * ac] = avail + count
    if core.debug:
        stats = core.at_debug
        u64[cache + stats.num_allocations] += count
        u64[cache + stats.num_active] += count
        u64[cache + stats.high_mark] = max(u64[cache + stats.high_mark], u64[cache + stats.num_active])


def free_block(core: SlabCore, cache: int, first: int, count: int) -> None:
    """Give `count` objects, whose pointers start at word `first`, back to their slabs; destroy slabs beyond the limit.

    Raises: SlabBug where an object belongs to no slab.
    Source: mm/slab.c: free_block
    """
    u64, u32, at = core.u64, core.u32, core.at
    l3 = core.list3(cache)
    partial, free_objects = l3 + at.l3_partial, l3 + at.l3_free_objects
    for entry in range(first, first + count):
        objp = u64[entry]
        slab = core.slab_of(objp, "free_block")
        if core.debug:
            check_slabp(core, cache, slab)
        inuse = slab_put_obj(core, cache, slab, objp)
        u64[free_objects] += 1
        if core.debug:
            u64[cache + core.at_debug.num_active] -= 1
            check_slabp(core, cache, slab)
        if inuse:
            # The last of the partial slabs would become the last of the partial slabs.
            if u64[slab] != virt_of(partial):
                unlink(core, slab)
                core.list_add_tail(slab, partial)
            continue
        unlink(core, slab)
        if u64[free_objects] > u32[2 * l3 + at.l3_free_limit]:
            u64[free_objects] = u64[free_objects] - u32[2 * cache + at.cache_num] & _U64
            slab_destroy(core, cache, slab)
        else:
            core.list_add(slab, l3 + at.l3_free)


def unlink(core: SlabCore, slab: int) -> None:
    """Take a slab off its list, to put it on another at once."""
    u64 = core.u64
    following, before = u64[slab], u64[slab + 1]
    u64[word_of(following) + 1] = before
    u64[word_of(before)] = following


def slab_put_obj(core: SlabCore, cache: int, slab: int, objp: int) -> int:
    """Make an object the first free one of its slab; give how many of the slab are in use.

    Raises: SlabBug where it was free already, which only CONFIG_DEBUG_SLAB sees.
    Source: mm/slab.c: slab_put_obj
    """
    u32, at = core.u32, core.at
    objnr = core.obj_to_index(cache, slab, objp)
    bufctl = 2 * slab + at.slab_bufctl + objnr
    if core.debug and u32[bufctl] + 1 & _U32 <= SLAB_LIMIT + 1:
        core.mm.printk(f"slab: double free detected in cache '{core.name(cache)}', objp {objp:016x}")
        raise SlabBug("slab_put_obj", f"{objp:#x} is free already", slab << 3)
    u32[bufctl] = u32[2 * slab + at.slab_free]
    u32[2 * slab + at.slab_free] = objnr
    inuse = u32[2 * slab + at.slab_inuse] - 1 & _U32
    u32[2 * slab + at.slab_inuse] = inuse
    return inuse


def cache_flusharray(core: SlabCore, cache: int, ac: int) -> None:
    """Make room in a full array: its oldest objects go to the shared array if that has room, else to their slabs.

    Raises: SlabBug with CONFIG_DEBUG_SLAB, where the array's numbers cannot be.
    Source: mm/slab.c: cache_flusharray
    """
    u64, u32, at = core.u64, core.u32, core.at
    batchcount, entries = u32[2 * ac + at.ac_batchcount], ac + at.ac_entry
    if core.debug and not 0 < batchcount <= u32[2 * ac]:
        raise SlabBug("cache_flusharray", "!batchcount || batchcount > ac->avail", cache << 3)
    l3 = core.list3(cache)
    shared = u64[l3 + at.l3_shared]
    room = u32[2 * word_of(shared) + at.ac_limit] - u32[2 * word_of(shared)] if shared else 0
    if room:
        batchcount = min(batchcount, room)
        target = word_of(shared) + at.ac_entry + u32[2 * word_of(shared)]
        u64[target : target + batchcount] = u64[entries : entries + batchcount]
        u32[2 * word_of(shared)] += batchcount
    else:
        free_block(core, cache, entries, batchcount)
    if core.debug:
        count_freeable(core, cache, l3)
    remove_oldest(core, ac, batchcount)


def remove_oldest(core: SlabCore, ac: int, count: int) -> None:
    """Drop the `count` oldest entries of an array and move the others down."""
    u64, entries = core.u64, ac + core.at.ac_entry
    left = core.u32[2 * ac] - count
    core.u32[2 * ac] = left
    u64[entries : entries + left] = u64[entries + count : entries + count + left]


def count_freeable(core: SlabCore, cache: int, l3: int) -> None:
    """Keep the largest number of free slabs that there ever were.

    Raises: SlabBug where one of them has objects in use.
    Source: mm/slab.c: cache_flusharray, #if STATS
    """
    u64, at = core.u64, core.at
    count = 0
    for slabp in list_for_each(core.ram, virt_of(l3 + at.l3_free)):
        if core.u32[2 * word_of(slabp) + at.slab_inuse]:
            raise SlabBug("cache_flusharray", "slabp->inuse", word_of(slabp) << 3)
        count += 1
    u64[cache + core.at_debug.max_freeable] = max(u64[cache + core.at_debug.max_freeable], count)


def drain_array(core: SlabCore, cache: int, ac: int, force: bool) -> None:
    """Give some of an array's objects back, unless it was used since the last time; all of them by `force`.

    `ac` is 0 where there is none.

    Source: mm/slab.c: drain_array
    """
    u32, at = core.u32, core.at
    if not ac or not u32[2 * ac]:
        return
    avail = u32[2 * ac]
    if u32[2 * ac + at.ac_touched] and not force:
        u32[2 * ac + at.ac_touched] = 0
        return
    tofree = avail if force else (u32[2 * ac + at.ac_limit] + 4) // 5
    if tofree > avail:
        tofree = (avail + 1) // 2
    free_block(core, cache, ac + at.ac_entry, tofree)
    remove_oldest(core, ac, tofree)


def drain_freelist(core: SlabCore, cache: int, l3: int, tofree: int) -> int:
    """Destroy up to `tofree` free slabs, the last of the list first; give how many it were.

    Raises: SlabBug with CONFIG_DEBUG_SLAB, where one has objects in use.
    Source: mm/slab.c: drain_freelist
    """
    u64, u32, at = core.u64, core.u32, core.at
    head, freed = l3 + at.l3_free, 0
    while freed < tofree:
        slab = word_of(u64[head + 1])
        if slab == head:
            break
        if core.debug and u32[2 * slab + at.slab_inuse]:
            raise SlabBug("drain_freelist", "slabp->inuse", slab << 3)
        core.list_del(slab)
        u64[l3 + at.l3_free_objects] = u64[l3 + at.l3_free_objects] - u32[2 * cache + at.cache_num] & _U64
        slab_destroy(core, cache, slab)
        freed += 1
    return freed
