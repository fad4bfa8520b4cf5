# SPDX-License-Identifier: GPL-2.0-only
"""Caches give back what they do not use: now and then by cache_reap, at once by kmem_cache_shrink."""

from collections.abc import Iterator

from pykernel.layout.lists import list_for_each
from pykernel.mm.slab_core import SlabCore, word_of
from pykernel.mm.slab_lists import drain_array, drain_freelist, free_block

REAPTIMEOUT_LIST3_S = 4  # seconds
_U64 = 0xFFFF_FFFF_FFFF_FFFF


def for_each_cache(core: SlabCore) -> Iterator[int]:
    """Yield the word of every cache, the youngest first."""
    for link in list_for_each(core.ram, core.cache_chain):
        yield word_of(link) - core.at.cache_next


def cache_reap(core: SlabCore) -> None:
    """Take from every cache what it has not used lately: objects of this CPU's array, and slabs every 4 s.

    Source: mm/slab.c: cache_reap
    Differs: it does not set its own timer again; who calls it does
    """
    u64, u32, at = core.u64, core.u32, core.at
    jiffies = core.mm.get("jiffies")
    for cache in for_each_cache(core):
        l3 = core.list3(cache)
        drain_array(core, cache, core.cpu_cache(cache), force=False)
        if _time_after(u64[l3 + at.l3_next_reap], jiffies):
            continue
        u64[l3 + at.l3_next_reap] = jiffies + REAPTIMEOUT_LIST3_S * core.mm.config.hz & _U64
        drain_shared(core, cache, l3, force=False)
        if u32[2 * l3 + at.l3_free_touched]:
            u32[2 * l3 + at.l3_free_touched] = 0
            continue
        # A fifth of what the cache may keep, in slabs.
        per_round = 5 * u32[2 * cache + at.cache_num]
        freed = drain_freelist(core, cache, l3, (u32[2 * l3 + at.l3_free_limit] + per_round - 1) // per_round)
        if core.debug:
            u64[cache + core.at_debug.reaped] += freed


def _time_after(later: int, earlier: int) -> bool:
    """Compare times that may wrap. Source: include/linux/jiffies.h: time_after"""
    return (earlier - later & _U64) >> 63 == 1


def drain_shared(core: SlabCore, cache: int, l3: int, *, force: bool) -> None:
    """Drain the array that CPUs share, if there is one."""
    shared = core.u64[l3 + core.at.l3_shared]
    if shared:
        drain_array(core, cache, word_of(shared), force=force)


def drain_cpu_caches(core: SlabCore, cache: int) -> None:
    """Empty all arrays of a cache: those of the other CPUs first, as on_each_cpu() does.

    Source: mm/slab.c: drain_cpu_caches
    """
    here = core.mm.cpu
    try:
        for cpu in sorted(core.online_cpus(), key=lambda cpu: cpu == here):
            core.mm.cpu = cpu
            do_drain(core, cache)  # what it frees goes on that CPU's lists and counters
    finally:
        core.mm.cpu = here
    drain_shared(core, cache, core.list3(cache), force=True)


def do_drain(core: SlabCore, cache: int) -> None:
    """Give all objects in the running CPU's array back. Source: mm/slab.c: do_drain"""
    ac = core.cpu_cache(cache)
    free_block(core, cache, ac + core.at.ac_entry, core.u32[2 * ac])
    core.u32[2 * ac] = 0


def cache_shrink(core: SlabCore, cache: int) -> int:
    """Give back every slab that can be; give 1 where objects are in use, else 0.

    Source: mm/slab.c: __cache_shrink
    """
    u64, at = core.u64, core.at
    drain_cpu_caches(core, cache)
    l3 = core.list3(cache)
    drain_freelist(core, cache, l3, u64[l3 + at.l3_free_objects])
    heads = (l3 + at.l3_full, l3 + at.l3_partial)
    return int(any(word_of(u64[head]) != head for head in heads))
