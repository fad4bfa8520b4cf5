# SPDX-License-Identifier: GPL-2.0-only
"""Caches are created and destroyed: their description, their arrays, their lists."""

from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.address import phys_to_virt, virt_to_phys
from pykernel.layout.lists import list_add, list_del
from pykernel.layout.strings import read_string
from pykernel.mm import gfp
from pykernel.mm.kmalloc import find_general_cachep, kfree, kmalloc
from pykernel.mm.slab_core import SlabBug, SlabCore, virt_of, word_of
from pykernel.mm.slab_debug import slab_error
from pykernel.mm.slab_geometry import (
    BYTES_PER_WORD,
    SlabFlags,
    SlabGeometry,
    array_limits,
    free_limit,
    slab_geometry,
)
from pykernel.mm.slab_lists import free_block
from pykernel.mm.slab_reap import REAPTIMEOUT_LIST3_S, cache_shrink, for_each_cache

NONE, PARTIAL_AC, PARTIAL_L3, FULL = range(4)  # g_cpucache_up
CACHE_CACHE, SIZE_AC, SIZE_L3 = range(3)  # indices of initkmem_list3
ENOMEM = 12
SHARED_BATCHCOUNT = 0xBAAD_F00D  # nobody reads that of a shared array
_PANIC = int(SlabFlags.PANIC)
_DESTROY_BY_RCU = int(SlabFlags.DESTROY_BY_RCU)
_POISON = int(SlabFlags.POISON)
_OFF_SLAB = int(SlabFlags.OFF_SLAB)
_CACHE_DMA = int(SlabFlags.CACHE_DMA)
_U64 = 0xFFFF_FFFF_FFFF_FFFF


def alloc_arraycache(core: SlabCore, entries: int, batchcount: int) -> int:
    """Allocate an array; give the pointer, 0 without memory. Source: mm/slab.c: alloc_arraycache"""
    objp = kmalloc(core, entries * 8 + core.at.sizeof_array_cache, gfp.GFP_KERNEL)
    if objp:
        init_arraycache(core, word_of(objp), entries, batchcount)
    return objp


def init_arraycache(core: SlabCore, ac: int, limit: int, batchcount: int) -> None:
    """Empty an array and set its tunables."""
    u32, at = core.u32, core.at
    u32[2 * ac] = 0
    u32[2 * ac + at.ac_limit] = limit
    u32[2 * ac + at.ac_batchcount] = batchcount
    u32[2 * ac + at.ac_touched] = 0


def kmem_list3_init(core: SlabCore, l3: int) -> None:
    """Empty the slab lists of a cache. Source: mm/slab.c: kmem_list3_init"""
    u64, u32, at = core.u64, core.u32, core.at
    for head in (l3 + at.l3_full, l3 + at.l3_partial, l3 + at.l3_free):
        u64[head] = u64[head + 1] = virt_of(head)
    u64[l3 + at.l3_shared] = u64[l3 + at.l3_alien] = u64[l3 + at.l3_free_objects] = 0
    u32[2 * l3 + at.l3_colour_next] = u32[2 * l3 + at.l3_free_touched] = 0


def set_next_reap(core: SlabCore, cachep: int, l3: int) -> None:
    """Spread the times at which caches are reaped, by their addresses."""
    timeout = REAPTIMEOUT_LIST3_S * core.mm.config.hz
    core.u64[l3 + core.at.l3_next_reap] = core.mm.get("jiffies") + timeout + cachep % timeout & _U64


def set_free_limit(core: SlabCore, cache: int, l3: int) -> None:
    """Say how many free objects the cache keeps."""
    u32, at = core.u32, core.at
    batchcount, num = u32[2 * cache + at.cache_batchcount], u32[2 * cache + at.cache_num]
    u32[2 * l3 + at.l3_free_limit] = free_limit(batchcount, num, len(core.online_cpus()))


def alloc_kmemlist(core: SlabCore, cachep: int) -> bool:
    """Give a cache its shared array, and lists if it has none; say whether there was memory.

    Source: mm/slab.c: alloc_kmemlist
    """
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(cachep)
    shared, new_shared = u32[2 * cache + at.cache_shared], 0
    if shared:
        new_shared = alloc_arraycache(core, shared * u32[2 * cache + at.cache_batchcount], SHARED_BATCHCOUNT)
        if not new_shared:
            return False
    l3p = u64[cache + at.cache_nodelists]
    if l3p:
        l3 = word_of(l3p)
        old_shared = u64[l3 + at.l3_shared]
        if old_shared:
            free_block(core, cache, word_of(old_shared) + at.ac_entry, u32[2 * word_of(old_shared)])
        u64[l3 + at.l3_shared] = new_shared
        set_free_limit(core, cache, l3)
        kfree(core, old_shared)
        return True
    l3p = kmalloc(core, at.sizeof_kmem_list3, gfp.GFP_KERNEL)
    if not l3p:
        kfree(core, new_shared)
        return False
    l3 = word_of(l3p)
    kmem_list3_init(core, l3)
    set_next_reap(core, cachep, l3)
    u64[l3 + at.l3_shared] = new_shared
    set_free_limit(core, cache, l3)
    u64[cache + at.cache_nodelists] = l3p
    return True


def do_tune_cpucache(core: SlabCore, cachep: int, limit: int, batchcount: int, shared: int) -> bool:
    """Give a cache arrays of another size; say whether there was memory.

    Source: mm/slab.c: do_tune_cpucache, do_ccupdate_local
    """
    u64, u32, at = core.u64, core.u32, core.at
    cache, cpus = word_of(cachep), core.online_cpus()
    update = kmalloc(core, at.sizeof_ccupdate, gfp.GFP_KERNEL | gfp.GFP_ZERO)
    if not update:
        return False
    arrays = word_of(update) + 1  # behind ccupdate_struct.cachep
    for cpu in cpus:
        u64[arrays + cpu] = alloc_arraycache(core, limit, batchcount)
        if not u64[arrays + cpu]:
            for done in range(cpu - 1, -1, -1):
                kfree(core, u64[arrays + done])
            kfree(core, update)
            return False
    u64[word_of(update)] = cachep
    for cpu in cpus:
        here = cache + at.cache_array + cpu
        u64[here], u64[arrays + cpu] = u64[arrays + cpu], u64[here]
    u32[2 * cache + at.cache_batchcount] = batchcount
    u32[2 * cache + at.cache_limit] = limit
    u32[2 * cache + at.cache_shared] = shared
    for cpu in cpus:
        old = u64[arrays + cpu]
        if old:
            free_block(core, cache, word_of(old) + at.ac_entry, u32[2 * word_of(old)])
            kfree(core, old)
    kfree(core, update)
    return alloc_kmemlist(core, cachep)


def enable_cpucache(core: SlabCore, cachep: int) -> bool:
    """Give a cache arrays of the size that suits its objects; say whether there was memory.

    Source: mm/slab.c: enable_cpucache
    """
    cache = word_of(cachep)
    wanted = array_limits(core.rules, core.u32[2 * cache + core.at.cache_buffer_size])
    if do_tune_cpucache(core, cachep, wanted.limit, wanted.batchcount, wanted.shared):
        return True
    core.mm.printk(f"enable_cpucache failed for {core.name(cache)}, error {ENOMEM}.")
    return False


def setup_cpu_cache(core: SlabCore, cachep: int) -> bool:
    """Give a new cache arrays and lists; static and tiny ones while the caches for them are missing.

    Source: mm/slab.c: setup_cpu_cache, set_up_list3s
    """
    up = core.mm.get("g_cpucache_up")
    if up == FULL:
        return enable_cpucache(core, cachep)
    u64, u32, at = core.u64, core.u32, core.at
    cache = word_of(cachep)
    array = cache + at.cache_array + core.mm.cpu
    if up == NONE:
        u64[array] = phys_to_virt(core.mm.statics["initarray_generic"])
    else:
        u64[array] = kmalloc(core, at.sizeof_arraycache_init, gfp.GFP_KERNEL)
    if up == PARTIAL_L3:
        l3p = kmalloc(core, at.sizeof_kmem_list3, gfp.GFP_KERNEL)
        if not l3p:
            raise SlabBug("setup_cpu_cache", "!cachep->nodelists[node]", cache << 3)
        kmem_list3_init(core, word_of(l3p))
    else:
        index = SIZE_AC if up == NONE else SIZE_L3
        l3p = phys_to_virt(core.mm.statics["initkmem_list3"] + index * at.sizeof_kmem_list3)
        core.mm.set("g_cpucache_up", up + 1)
    u64[cache + at.cache_nodelists] = l3p
    set_next_reap(core, cachep, word_of(l3p))
    init_arraycache(core, core.cpu_cache(cache), 1, 1)
    u32[2 * cache + at.cache_batchcount] = u32[2 * cache + at.cache_limit] = 1
    return True


def store_geometry(core: SlabCore, cache: int, geometry: SlabGeometry) -> None:
    """Write the constant members of a cache.

    Raises: KernelBug where an absurd alignment has made the size of a buffer 0 (modulo 2^32).
    """
    if not geometry.buffer_size:
        raise KernelBug("divide error in kmem_cache_create(): buffer_size is 0", cache << 3)
    u64, u32, at = core.u64, core.u32, core.at
    u64[cache + at.cache_colour] = geometry.colour
    for member, value in (
        (at.cache_num, geometry.num),
        (at.cache_gfporder, geometry.gfporder),
        (at.cache_colour_off, geometry.colour_off),
        (at.cache_slab_size, geometry.slab_size),
        (at.cache_flags, geometry.flags),
        (at.cache_buffer_size, geometry.buffer_size),
        (at.cache_reciprocal, ((1 << 32) + geometry.buffer_size - 1) // geometry.buffer_size & 0xFFFF_FFFF),
    ):
        u32[2 * cache + member] = value
    if core.debug:
        u32[2 * cache + core.at_debug.obj_offset] = geometry.obj_offset
        u32[2 * cache + core.at_debug.obj_size] = geometry.obj_size


def set_obj_size(core: SlabCore, cache: int, size: int) -> None:
    """Leave what is behind the first `size` bytes of each object to the red zone."""
    u32, at = core.u32, core.at
    u32[2 * cache + at.cache_dflags] = u32[2 * cache + at.cache_buffer_size] - size


def name_is_taken(core: SlabCore, name: bytes) -> bool:
    """Say whether a cache has that name; print so, and print of caches whose own name is gone.

    Source: mm/slab.c: kmem_cache_create
    """
    u64, u8, end = core.u64, core.ram.u8, core.ram.end
    wanted = name + b"\0"
    for cache in for_each_cache(core):
        phys = virt_to_phys(u64[cache + core.at.cache_name])
        if not 0 <= phys < end:
            size = core.u32[2 * cache + core.at.cache_buffer_size]
            core.mm.printk(f"SLAB: cache with size {size} has lost its name")
        elif u8[phys : phys + len(wanted)] == wanted:
            core.mm.printk(f"kmem_cache_create: duplicate cache {name.decode('latin-1')}")
            return True
    return False


def kmem_cache_create(core: SlabCore, namep: int, size: int, align: int, flags: int, ctor: int, dtor: int) -> int:
    """Create a cache; give the pointer to it, 0 where the name is taken or memory is short.

    Raises: SlabBug for a size or flags that no cache can have; KernelPanic instead of 0 with SLAB_PANIC.
    Source: mm/slab.c: kmem_cache_create
    Differs: destructors, which Linux had until 2.6.22; interrupt context is not asked for
    """
    rules = core.rules
    name = core.text(namep) if namep else None
    if name is None or not BYTES_PER_WORD <= size <= rules.max_size:
        core.mm.printk(f"kmem_cache_create: Early error in slab {read_string(core.ram, namep)}")
        raise SlabBug("kmem_cache_create", f"no name, or an object size of {size}")
    cachep = 0
    if not name_is_taken(core, name):
        if core.debug and flags & _DESTROY_BY_RCU and flags & _POISON:
            raise SlabBug("kmem_cache_create", "flags & SLAB_POISON")
        if flags & ~rules.create_mask:
            raise SlabBug("kmem_cache_create", f"flags & ~CREATE_MASK, flags {flags:#x}")
        early = bool(core.mm.get("slab_early_init"))
        whole = size if core.kasan is None else core.kasan.size_with_redzone(size)
        cachep = _create(core, slab_geometry(rules, whole, align, flags, early), namep, ctor, dtor)
        if cachep and core.kasan is not None:
            set_obj_size(core, word_of(cachep), size)
    if not cachep and flags & _PANIC:
        raise KernelPanic(f"kmem_cache_create(): failed to create slab `{name.decode('latin-1')}'")
    return cachep


def _create(core: SlabCore, geometry: SlabGeometry, namep: int, ctor: int, dtor: int) -> int:
    u64, u32, at = core.u64, core.u32, core.at
    cachep = core.cache_alloc(core.cache_cache, gfp.GFP_KERNEL | gfp.GFP_ZERO, 0)
    if not cachep:
        return 0
    cache = word_of(cachep)
    if not geometry.num:
        core.mm.printk(f"kmem_cache_create: couldn't create cache {read_string(core.ram, namep)}.")
        core.cache_free(core.cache_cache, cachep, 0)
        return 0
    store_geometry(core, cache, geometry)
    if geometry.flags & _CACHE_DMA and core.mm.config.zone_dma:
        u32[2 * cache + at.cache_gfpflags] = gfp.GFP_DMA
    if geometry.flags & _OFF_SLAB:
        slabp_cache = find_general_cachep(core, geometry.slab_size, 0)
        if not slabp_cache:
            raise SlabBug("kmem_cache_create", "ZERO_OR_NULL_PTR(cachep->slabp_cache)", cache << 3)
        u64[cache + at.cache_slabp_cache] = slabp_cache
    u64[cache + at.cache_ctor], u64[cache + at.cache_name] = ctor, namep
    u32[2 * cache + at.cache_dtor_low], u32[2 * cache + at.cache_dtor_high] = dtor & 0xFFFF_FFFF, dtor >> 32
    if not setup_cpu_cache(core, cachep):
        release(core, cachep)
        return 0
    list_add(core.ram, virt_of(cache + at.cache_next), core.cache_chain)
    return cachep


def release(core: SlabCore, cachep: int) -> None:
    """Free a cache's arrays, lists and description. Source: mm/slab.c: __kmem_cache_destroy"""
    u64, at = core.u64, core.at
    cache = word_of(cachep)
    for cpu in core.online_cpus():
        kfree(core, u64[cache + at.cache_array + cpu])
    l3p = u64[cache + at.cache_nodelists]
    if l3p:
        kfree(core, u64[word_of(l3p) + at.l3_shared])
        kfree(core, l3p)
    core.cache_free(core.cache_cache, cachep, 0)


def kmem_cache_destroy(core: SlabCore, cachep: int) -> bool:
    """Destroy an empty cache: its free slabs go back to the buddy system, its arrays are freed, it leaves the chain.

    With objects in use it prints so, stays, and gives False.

    Raises: SlabBug for NULL.
    Source: mm/slab.c: kmem_cache_destroy
    """
    if not cachep:
        raise SlabBug("kmem_cache_destroy", "!cachep")
    cache = word_of(cachep)
    link = cachep + 8 * core.at.cache_next
    list_del(core.ram, link)
    if cache_shrink(core, cache):
        slab_error(core, cache, "kmem_cache_destroy", "Can't free all objects")
        list_add(core.ram, link, core.cache_chain)
        return False
    if core.u32[2 * cache + core.at.cache_flags] & _DESTROY_BY_RCU:
        core.synchronize_rcu()
    release(core, cachep)
    return True
