# SPDX-License-Identifier: GPL-2.0-only
"""/proc/slabinfo, version 2.1; with statistics under CONFIG_DEBUG_SLAB.

Source: mm/slab.c: print_slabinfo_header, s_show
"""

from collections.abc import Iterator

from pykernel.layout.lists import list_for_each
from pykernel.mm.context import Mm
from pykernel.mm.slab_core import SlabCore, virt_of, word_of
from pykernel.mm.slab_reap import for_each_cache

_HEADER = (
    "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
    " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>"
)
_STATS_HEADER = (
    " : globalstat <listallocs> <maxobjs> <grown> <reaped>"
    " <error> <maxfreeable> <nodeallocs> <remotefrees> <alienoverflow>"
    " : cpustat <allochit> <allocmiss> <freehit> <freemiss>"
)


def slabinfo(mm: Mm) -> str:
    """Write /proc/slabinfo."""
    stats = mm.config.debug_slab
    version = "slabinfo - version: 2.1" + (" (statistics)" if stats else "")
    rows = [row for _, row in slabinfo_rows(mm)]
    return "\n".join([version, _HEADER + (_STATS_HEADER if stats else ""), *rows, ""])


def slabinfo_rows(mm: Mm) -> Iterator[tuple[int, str]]:
    """Yield for every cache, the youngest first, how many slabs it has, and its line.

    Where the numbers contradict each other, that is printed to the kernel's log.

    Source: mm/slab.c: s_show
    """
    core = SlabCore(mm, None)
    for cache in for_each_cache(core):
        yield _row(core, cache)


def _row(core: SlabCore, cache: int) -> tuple[int, str]:
    u64, u32, at = core.u64, core.u32, core.at
    l3, num = core.list3(cache), u32[2 * cache + at.cache_num]
    full, partial, free = (_inuse(core, l3 + head) for head in (at.l3_full, at.l3_partial, at.l3_free))
    active_objs = num * len(full) + sum(partial)
    active_slabs = len(full) + len(partial)
    num_slabs = active_slabs + len(free)
    free_objects = u64[l3 + at.l3_free_objects]
    shared = u64[l3 + at.l3_shared]
    name = core.name(cache)
    error = _accounting_error(num, full, partial, free)
    if num_slabs * num - active_objs != free_objects:
        error = error or "free_objects accounting error"
    if error:
        core.mm.printk(f"slab: cache {name} error: {error}")
    member = {
        name: u32[2 * cache + offset]
        for name, offset in (
            ("size", at.cache_buffer_size),
            ("order", at.cache_gfporder),
            ("limit", at.cache_limit),
            ("batchcount", at.cache_batchcount),
            ("shared", at.cache_shared),
        )
    }
    line = (
        f"{name:<17} {active_objs:6} {num_slabs * num:6} {member['size']:6} {num:4} {1 << (member['order'] & 31):4}"
        f" : tunables {member['limit']:4} {member['batchcount']:4} {member['shared']:4}"
        f" : slabdata {active_slabs:6} {num_slabs:6} {u32[2 * word_of(shared)] if shared else 0:6}"
    )
    return num_slabs, line + (_statistics(core, cache) if core.debug else "")


def _inuse(core: SlabCore, head: int) -> list[int]:
    """List the numbers of objects in use of the slabs on a list."""
    return [core.u32[2 * word_of(link) + core.at.slab_inuse] for link in list_for_each(core.ram, virt_of(head))]


def _accounting_error(num: int, full: list[int], partial: list[int], free: list[int]) -> str:
    """Say what is wrong with the lists, "" if nothing is; the first fault counts."""
    if any(inuse != num for inuse in full):
        return "slabs_full accounting error"
    for inuse in partial:
        if inuse == num:
            return "slabs_partial inuse accounting error"
        if not inuse:
            return "slabs_partial/inuse accounting error"
    return "slabs_free/inuse accounting error" if any(free) else ""


def _statistics(core: SlabCore, cache: int) -> str:
    u64, u32, at = core.u64, core.u32, core.at_debug
    allocs, high, grown = u64[cache + at.num_allocations], u64[cache + at.high_mark], u64[cache + at.grown]
    rest = (at.errors, at.max_freeable, at.node_allocs, at.node_frees, at.node_overflow)
    cpu = (at.allochit, at.allocmiss, at.freehit, at.freemiss)
    return (
        f" : globalstat {allocs:7} {high:6} {grown:5} {u64[cache + at.reaped]:4} "
        # The tabs are in Linux: a string literal that goes on in the next line.
        + "\t\t\t\t"
        + " ".join(f"{u64[cache + offset]:4}" for offset in rest)
        + " : cpustat "
        + " ".join(f"{u32[2 * cache + offset]:6}" for offset in cpu)
    )
