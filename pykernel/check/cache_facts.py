# SPDX-License-Identifier: GPL-2.0-only
"""What a struct kmem_cache must say, worked out from what it says elsewhere, and the table of the general caches."""

from collections.abc import Iterator, Mapping

from emulator.memmap import PAGE_SHIFT
from pykernel.check.caches import Cache
from pykernel.check.geometry import Shape, SlabRules, possible_shapes, reciprocal_value
from pykernel.check.memory import Memory
from pykernel.check.offsets import slab_offsets
from pykernel.check.violations import Violations

_BREAK_PAGES = 32 << 20 >> PAGE_SHIFT  # with more memory than that, slabs may take two pages without need
_MOST = 1 << 25  # bytes: KMALLOC_MAX_SIZE is no larger, whatever MAX_ORDER
_REDZONES, _USER_WORD, _WORD = 16, 8, 8  # bytes
_FULL = 3  # g_cpucache_up
_ENDS_TABLE = 0xFFFF_FFFF_FFFF_FFFF


def check_statics(memory: Memory, log: Violations) -> None:
    """Check the variables by which caches to come are shaped. Source: mm/slab.c: kmem_cache_init"""
    many = memory.u64(memory.statics["num_physpages"]) > _BREAK_PAGES
    for name, expected in (("slab_break_gfp_order", int(many)), ("slab_early_init", 0), ("g_cpucache_up", _FULL)):
        log.expect("slab-statics", name, memory.statics[name], expected, memory.i32(memory.statics[name]))
    online, cpus = _online(memory), slab_offsets(memory.layout).cpus
    if not online & 1 or online >> cpus:
        what = "cpu_online_map has CPUs that there are not, or lacks the first"
        log.add("slab-statics", what, memory.statics["cpu_online_map"], f"CPUs below {cpus}", hex(online))


def check_cache(memory: Memory, log: Violations, cache: Cache) -> None:
    """Check the members of one struct kmem_cache and of its kmem_list3."""
    at, name = slab_offsets(memory.layout), f"cache {cache.name}"
    _check_shape(memory, log, cache)
    reciprocal = cache.phys + at.reciprocal
    expected = reciprocal_value(cache.buffer_size)
    log.expect("cache", f"{name}: reciprocal_buffer_size", reciprocal, expected, memory.u32(reciprocal))
    _check_flags(memory, log, cache)
    if memory.config.debug_slab:
        _check_debug(memory, log, cache)
    limit, batchcount = memory.u32(cache.phys + at.limit), memory.u32(cache.phys + at.batchcount)
    if not 0 < batchcount <= limit:
        log.add("cache", f"{name}: batchcount", cache.phys + at.batchcount, f"1..{limit}", batchcount)
    for cpu in range(at.cpus):
        array = memory.u64(cache.phys + at.array + 8 * cpu)
        if bool(array) != bool(_online(memory) >> cpu & 1):
            log.add("cache", f"{name}: array[{cpu}]", cache.phys + at.array + 8 * cpu, None, hex(array))
    _check_list3(memory, log, cache, batchcount)


def _online(memory: Memory) -> int:
    """Give the mask of the CPUs that are up."""
    if "cpu_online_map" not in memory.statics:
        return 1
    return memory.u64(memory.statics["cpu_online_map"])


def _check_shape(memory: Memory, log: Violations, cache: Cache) -> None:
    at = slab_offsets(memory.layout)
    found = Shape(
        cache.num,
        cache.gfporder,
        memory.u64(cache.phys + at.colour),
        memory.u32(cache.phys + at.slab_size),
        cache.is_off_slab,
    )
    colour_off, is_reclaimable = memory.u32(cache.phys + at.colour_off), bool(cache.flags & at.is_reclaimable)
    shapes = possible_shapes(_rules(memory), cache.buffer_size, colour_off, is_reclaimable)
    if found not in shapes:
        expected = " or ".join(sorted(str(shape) for shape in shapes)) or "no cache"
        log.add("cache-shape", f"cache {cache.name}: num, gfporder, colour, slab_size", cache.phys, expected, found)


def _rules(memory: Memory) -> SlabRules:
    return SlabRules(
        cache_line=memory.config.l1_cache_bytes,
        sizeof_slab=slab_offsets(memory.layout).slab_struct,
        break_order=int(memory.u64(memory.statics["num_physpages"]) > _BREAK_PAGES),
        max_order=largest_general(memory).bit_length() - 1 - PAGE_SHIFT,
    )


def _check_flags(memory: Memory, log: Violations, cache: Cache) -> None:
    at, number = slab_offsets(memory.layout), memory.layout.number
    kinds = ["HWCACHE_ALIGN", "CACHE_DMA", "RECLAIM_ACCOUNT", "PANIC", "DESTROY_BY_RCU", "MEM_SPREAD"]
    if memory.config.debug_slab:
        kinds += ["RED_ZONE", "POISON", "STORE_USER"]
    legal = at.is_off_slab | sum(number(f"SLAB_{kind}") for kind in kinds)
    if cache.flags & ~legal:
        log.add("cache", f"cache {cache.name}: flags", cache.phys + at.flags, None, hex(cache.flags))
    gfpflags = number("__GFP_DMA") if cache.is_dma and memory.config.zone_dma else 0
    log.expect("cache", f"cache {cache.name}: gfpflags", cache.phys + at.gfpflags, gfpflags, cache.gfpflags)


def _check_debug(memory: Memory, log: Violations, cache: Cache) -> None:
    """Check what a debugging kernel adds to each object. Source: mm/slab.c: kmem_cache_create"""
    number, member = memory.layout.number, memory.layout.offset
    size, offset = (memory.i32(cache.phys + member("kmem_cache", f"obj_{what}")) for what in ("size", "offset"))
    has_redzones = bool(cache.flags & number("SLAB_RED_ZONE"))
    extra = has_redzones * _REDZONES + bool(cache.flags & number("SLAB_STORE_USER")) * _USER_WORD
    what = cache.phys + member("kmem_cache", "obj_offset")
    log.expect("cache", f"cache {cache.name}: obj_offset", what, has_redzones * _WORD, offset)
    colour_off = memory.u32(cache.phys + slab_offsets(memory.layout).colour_off)
    room = cache.buffer_size - size - extra
    if size < _WORD or size % _WORD or not 0 <= room < (_WORD if extra else colour_off):
        log.add("cache", f"cache {cache.name}: obj_size", what + 4, f"about {cache.buffer_size - extra}", size)


def _check_list3(memory: Memory, log: Violations, cache: Cache, batchcount: int) -> None:
    at, name = slab_offsets(memory.layout), f"cache {cache.name}"
    free_limit = memory.u32(cache.list3 + at.free_limit)
    expected = [((1 + cpus) * batchcount + cache.num) & 0xFFFF_FFFF for cpus in range(1, at.cpus + 1)]
    if free_limit not in expected:
        log.add("cache", f"{name}: free_limit", cache.list3 + at.free_limit, expected, free_limit)
    colour, colour_next = memory.u64(cache.phys + at.colour), memory.u32(cache.list3 + at.colour_next)
    if colour_next >= max(1, colour):
        log.add("cache", f"{name}: colour_next", cache.list3 + at.colour_next, f"below {max(1, colour)}", colour_next)
    touched = memory.u32(cache.list3 + at.free_touched)
    if touched > 1:
        log.add("cache", f"{name}: free_touched", cache.list3 + at.free_touched, "0 or 1", touched)
    alien = memory.u64(cache.list3 + at.alien)
    log.expect("cache", f"{name}: alien, where there is but one node", cache.list3 + at.alien, 0, alien)


def general_sizes(memory: Memory) -> Iterator[int]:
    """Yield the sizes of the general caches. Source: include/linux/kmalloc_sizes.h"""
    line = memory.config.l1_cache_bytes
    yield from (32, 64)
    yield from (96,) if line < 64 else ()
    yield 128
    yield from (192,) if line < 128 else ()
    size = 256
    while size <= largest_general(memory):
        yield size
        size *= 2


def largest_general(memory: Memory) -> int:
    """Give KMALLOC_MAX_SIZE: the largest block of pages, or 32 MiB."""
    return min(_MOST, 1 << (memory.config.max_order - 1 + PAGE_SHIFT))


def check_general_caches(memory: Memory, log: Violations, caches: Mapping[int, Cache]) -> None:
    """Check malloc_sizes[]: each size has its caches, and off-slab management is of the right one of them.

    Source: mm/slab.c: kmem_cache_init, kmem_find_general_cachep
    """
    layout = memory.layout
    entry, step = memory.statics["malloc_sizes"], layout.sizeof("cache_sizes")
    normal: list[tuple[int, int]] = []
    for size in general_sizes(memory):
        log.expect("malloc-sizes", f"malloc_sizes: the size before {size}", entry, size, memory.u64(entry))
        for member in ("cs_cachep", "cs_dmacachep")[: 1 + memory.config.zone_dma]:
            phys = entry + layout.offset("cache_sizes", member)
            _check_general(memory, log, caches.get(memory.u64(phys)), size, phys, is_dma=member == "cs_dmacachep")
        normal.append((size, memory.u64(entry + layout.offset("cache_sizes", "cs_cachep"))))
        entry += step
    log.expect("malloc-sizes", "malloc_sizes: its end", entry, _ENDS_TABLE, memory.u64(entry))
    rest = memory.statics["malloc_sizes"] + layout.variable("malloc_sizes").size - entry - 8
    if any(memory.ram.u8[entry + 8 : entry + 8 + rest]):
        log.add("malloc-sizes", "malloc_sizes: something behind its end", entry + 8)
    at = slab_offsets(layout)
    for cache in caches.values():
        phys, need = cache.phys + at.slabp_cache, memory.u32(cache.phys + at.slab_size)
        host = next((virt for size, virt in normal if size >= need), 0) if cache.is_off_slab else 0
        log.expect("cache", f"cache {cache.name}: slabp_cache", phys, host, memory.u64(phys))


def _check_general(memory: Memory, log: Violations, cache: Cache | None, size: int, phys: int, *, is_dma: bool) -> None:
    name = f"size-{size}(DMA)" if is_dma else f"size-{size}"
    if cache is None or cache.name != name:
        log.add("malloc-sizes", f"malloc_sizes: the cache for {size} bytes", phys, name, cache.name if cache else None)
        return
    at, layout, number = slab_offsets(memory.layout), memory.layout, memory.layout.number
    wanted = number("SLAB_HWCACHE_ALIGN") | number("SLAB_PANIC") | (at.is_dma if is_dma else 0)
    debug = number("SLAB_RED_ZONE") | number("SLAB_POISON") | number("SLAB_STORE_USER")
    log.expect("cache", f"cache {name}: flags", cache.phys + at.flags, wanted, cache.flags & ~(at.is_off_slab | debug))
    log.expect("cache", f"cache {name}: ctor", cache.phys + at.ctor, 0, memory.u64(cache.phys + at.ctor))
    for member in ("dtor_low", "dtor_high"):
        dtor = cache.phys + layout.offset("kmem_cache", member)
        log.expect("cache", f"cache {name}: {member}", dtor, 0, memory.u32(dtor))
    if memory.config.debug_slab:
        obj_size = cache.phys + layout.offset("kmem_cache", "obj_size")
        log.expect("cache", f"cache {name}: obj_size", obj_size, size, memory.i32(obj_size))
    else:
        log.expect("cache", f"cache {name}: buffer_size", cache.phys + at.buffer_size, size, cache.obj_size)
