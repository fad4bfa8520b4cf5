# SPDX-License-Identifier: GPL-2.0-only
"""CONFIG_DEBUG_SLAB: poison, red zones, the last user, and what is printed where they were touched.

An object starts with padding and a red zone word, then what the user sees, a second red zone word, the last user's
address. `objp` is the address of the whole, before core.obj_offset() is added.

Source: mm/slab.c, the parts under #if DEBUG; include/linux/poison.h
"""

from pykernel.errors import KernelBug
from pykernel.layout.address import virt_to_phys
from pykernel.mm.slab_core import BUFCTL_END, SlabBug, SlabCore, virt_of, word_of
from pykernel.mm.slab_geometry import PAGE_SIZE, REDZONE_ALIGN, SlabFlags

RED_INACTIVE = 0x09F9_1102_9D74_E35B
RED_ACTIVE = 0xD841_56C5_6356_88C0
POISON_INUSE = 0x5A
POISON_FREE = 0x6B
POISON_END = 0xA5
RED_ZONE = int(SlabFlags.RED_ZONE)
POISON = int(SlabFlags.POISON)
STORE_USER = int(SlabFlags.STORE_USER)
KINDS = DOUBLE_FREE_KIND, REDZONE_KIND, POISON_KIND = "slab-double-free", "slab-redzone", "slab-poison"
_LINE = 16  # bytes of a hexdump line
_MAX_LINES = 5
_MOST_OBJECTS = 1 << 22  # that any slab can hold
_MOST_SHOWN = 4096  # objects whose management is dumped, if their number is corrupt, too
_BYTE_HEX = [f" {byte:02x}" for byte in range(256)]


def slab_error(core: SlabCore, cache: int, function: str, message: str) -> None:
    """Print that a cache was misused. Source: mm/slab.c: __slab_error. Differs: no stack dump follows"""
    core.mm.printk(f"slab error in {function}(): cache `{core.name(cache)}': {message}")


def complain(core: SlabCore, cache: int, objp: int, kind: str, user: int, *, was_free: bool) -> None:
    """Tell the laboratory what has just been printed of an object."""
    core.complain(kind, objp + core.obj_offset(cache), core.obj_size(cache), user, was_free)


def last_user(core: SlabCore, cache: int, objp: int) -> int:
    """Give the address of who allocated or freed an object, 0 where that is not kept."""
    return core.u64[userword(core, cache, objp)] if _flags(core, cache) & STORE_USER else 0


def _flags(core: SlabCore, cache: int) -> int:
    return core.u32[2 * cache + core.at.cache_flags]


def redzone1(core: SlabCore, cache: int, objp: int) -> int:
    """Find the word of the first red zone. Source: mm/slab.c: dbg_redzone1"""
    return word_of(objp + core.obj_offset(cache)) - 1


def redzone2(core: SlabCore, cache: int, objp: int) -> int:
    """Find the word of the second red zone. Source: mm/slab.c: dbg_redzone2"""
    end = word_of(objp + core.u32[2 * cache + core.at.cache_buffer_size])
    return end - 1 - (REDZONE_ALIGN >> 3 if _flags(core, cache) & STORE_USER else 0)


def userword(core: SlabCore, cache: int, objp: int) -> int:
    """Find the word that names the last user. Source: mm/slab.c: dbg_userword"""
    return word_of(objp + core.u32[2 * cache + core.at.cache_buffer_size]) - 1


def _object_bytes(core: SlabCore, cache: int, objp: int) -> memoryview:
    start, size = virt_to_phys(objp) + core.obj_offset(cache), core.obj_size(cache)
    if not 0 < size <= PAGE_SIZE << core.mm.config.max_order:
        raise KernelBug(f"cache `{core.name(cache)}' claims objects of {size} bytes", cache << 3)
    return core.ram.u8[start : start + size]


def poison_obj(core: SlabCore, cache: int, objp: int, value: int) -> None:
    """Fill an object with `value`, and mark its end. Source: mm/slab.c: poison_obj"""
    _object_bytes(core, cache, objp)[:] = _poison(core.obj_size(cache), value)


def _poison(size: int, value: int) -> bytes:
    return bytes([value]) * (size - 1) + bytes([POISON_END])


def dump_line(core: SlabCore, data: memoryview, offset: int) -> None:
    """Print one line of an object; say so if a single bit differs from poison. Source: mm/slab.c: dump_line"""
    line = bytes(data[offset : offset + _LINE])
    core.mm.printk(f"{offset:03x}:" + "".join(_BYTE_HEX[byte] for byte in line))
    bad = [byte for byte in line if byte != POISON_FREE]
    if len(bad) == 1:
        error = bad[0] ^ POISON_FREE
        if not error & (error - 1):
            core.mm.printk("Single bit error detected. Probably bad RAM.")
            core.mm.printk("Run memtest86+ or a similar memory test tool.")


def print_objinfo(core: SlabCore, cache: int, objp: int, lines: int) -> None:
    """Print red zones, last user, and the first `lines` lines of an object. Source: mm/slab.c: print_objinfo"""
    flags = _flags(core, cache)
    if flags & RED_ZONE:
        first = core.u64[redzone1(core, cache, objp)]
        core.mm.printk(f"Redzone: 0x{first:x}/0x{core.u64[redzone2(core, cache, objp)]:x}.")
    if flags & STORE_USER:
        user = core.u64[userword(core, cache, objp)]
        core.mm.printk(f"Last user: [<{user:016x}>]({core.symbol(user)})")
    data = _object_bytes(core, cache, objp)
    for offset in range(0, min(len(data), lines * _LINE), _LINE):
        dump_line(core, data, offset)


def check_poison_obj(core: SlabCore, cache: int, objp: int) -> None:
    """Print what of a free object no longer holds poison, and its neighbours. Source: mm/slab.c: check_poison_obj"""
    data = _object_bytes(core, cache, objp)
    expected = _poison(len(data), POISON_FREE)
    if data == expected:
        return
    start = objp + core.obj_offset(cache)
    core.mm.printk(f"Slab corruption: {core.name(cache)} start={start:016x}, len={len(data)}")
    print_objinfo(core, cache, objp, 0)
    position, lines = 0, 0
    while position < len(data) and lines <= _MAX_LINES:
        if data[position] != expected[position]:
            position = position // _LINE * _LINE
            dump_line(core, data, position)
            lines += 1
            # Linux's loop adds one more: the first byte of the line that follows goes unchecked.
            position += _LINE
        position += 1
    _print_neighbours(core, cache, objp)
    complain(core, cache, objp, POISON_KIND, last_user(core, cache, objp), was_free=True)


def _print_neighbours(core: SlabCore, cache: int, objp: int) -> None:
    u32, at = core.u32, core.at
    slab = core.slab_of(objp, "check_poison_obj")
    step, size = u32[2 * cache + at.cache_buffer_size], core.obj_size(cache)
    objnr = core.obj_to_index(cache, slab, objp)
    for wanted, title, neighbour in (
        (objnr > 0, "Prev", objp - step),
        (objnr + 1 < u32[2 * cache + at.cache_num], "Next", objp + step),
    ):
        if wanted:
            core.mm.printk(f"{title} obj: start={neighbour + core.obj_offset(cache):016x}, len={size}")
            print_objinfo(core, cache, neighbour, 2)


def init_object(core: SlabCore, cache: int, objp: int, ctor: int) -> None:
    """Poison a new object and surround it; construct it unless poison forbids. Source: mm/slab.c: cache_init_objs"""
    u64, flags = core.u64, _flags(core, cache)
    if flags & POISON:
        poison_obj(core, cache, objp, POISON_FREE)
    if flags & STORE_USER:
        u64[userword(core, cache, objp)] = 0
    if flags & RED_ZONE:
        u64[redzone1(core, cache, objp)] = u64[redzone2(core, cache, objp)] = RED_INACTIVE
    if ctor and not flags & POISON:
        core.call(ctor, objp + core.obj_offset(cache))
    if flags & RED_ZONE:
        if u64[redzone2(core, cache, objp)] != RED_INACTIVE:
            slab_error(core, cache, "cache_init_objs", "constructor overwrote the end of an object")
            complain(core, cache, objp, REDZONE_KIND, 0, was_free=True)
        if u64[redzone1(core, cache, objp)] != RED_INACTIVE:
            slab_error(core, cache, "cache_init_objs", "constructor overwrote the start of an object")
            complain(core, cache, objp, REDZONE_KIND, 0, was_free=True)


def check_freed_object(core: SlabCore, cache: int, objp: int) -> None:
    """Check an object whose slab goes. Source: mm/slab.c: slab_destroy_objs"""
    flags = _flags(core, cache)
    if flags & POISON:
        check_poison_obj(core, cache, objp)
    if flags & RED_ZONE:
        user = last_user(core, cache, objp)
        if core.u64[redzone1(core, cache, objp)] != RED_INACTIVE:
            slab_error(core, cache, "slab_destroy_objs", "start of a freed object was overwritten")
            complain(core, cache, objp, REDZONE_KIND, user, was_free=True)
        if core.u64[redzone2(core, cache, objp)] != RED_INACTIVE:
            slab_error(core, cache, "slab_destroy_objs", "end of a freed object was overwritten")
            complain(core, cache, objp, REDZONE_KIND, user, was_free=True)


def kfree_debugcheck(core: SlabCore, objp: int) -> None:
    """Stop at a pointer that leads to no memory.

    Raises: SlabBug in that case.
    Source: mm/slab.c: kfree_debugcheck
    """
    if not 0 <= virt_to_phys(objp) >> 12 < core.mm.max_pfn:
        core.mm.printk(f"kfree_debugcheck: out of range ptr {objp:x}h.")
        raise SlabBug("kfree_debugcheck", f"!virt_addr_valid({objp:#x})")


def verify_redzone_free(core: SlabCore, cache: int, objp: int) -> None:
    """Print if an object that is being freed is free, or was written beyond. Source: mm/slab.c: verify_redzone_free"""
    first, second = core.u64[redzone1(core, cache, objp)], core.u64[redzone2(core, cache, objp)]
    if first == RED_ACTIVE and second == RED_ACTIVE:
        return
    is_free = first == RED_INACTIVE and second == RED_INACTIVE
    if is_free:
        slab_error(core, cache, "verify_redzone_free", "double free detected")
    else:
        slab_error(core, cache, "verify_redzone_free", "memory outside object was overwritten")
    core.mm.printk(f"{objp:016x}: redzone 1:0x{first:x}, redzone 2:0x{second:x}.")
    kind = DOUBLE_FREE_KIND if is_free else REDZONE_KIND
    complain(core, cache, objp, kind, last_user(core, cache, objp), was_free=is_free)


def cache_free_debugcheck(core: SlabCore, cache: int, cachep: int, objp: int, caller: int) -> int:
    """Check an object that is being freed, and mark it free; give the address of the whole.

    Raises: SlabBug where it is none of this cache's objects.
    Source: mm/slab.c: cache_free_debugcheck (destructors: 2.6.22)
    """
    u64, u32, at = core.u64, core.u32, core.at
    if core.cachep_of(objp, "cache_free_debugcheck") != cachep:
        raise SlabBug("cache_free_debugcheck", f"virt_to_cache({objp:#x}) != cachep", cache << 3)
    objp -= core.obj_offset(cache)
    kfree_debugcheck(core, objp)
    slab = core.slab_of(objp, "cache_free_debugcheck")
    flags = _flags(core, cache)
    if flags & RED_ZONE:
        verify_redzone_free(core, cache, objp)
        u64[redzone1(core, cache, objp)] = u64[redzone2(core, cache, objp)] = RED_INACTIVE
    if flags & STORE_USER:
        u64[userword(core, cache, objp)] = caller
    objnr = core.obj_to_index(cache, slab, objp)
    if objnr >= u32[2 * cache + at.cache_num]:
        raise SlabBug("cache_free_debugcheck", "objnr >= cachep->num", virt_to_phys(objp))
    if objp != u64[slab + at.slab_s_mem] + objnr * u32[2 * cache + at.cache_buffer_size]:
        raise SlabBug("cache_free_debugcheck", "objp != index_to_obj(cachep, slabp, objnr)", virt_to_phys(objp))
    if flags & POISON:
        dtor = core.dtor(cache)
        if dtor:
            core.call(dtor, objp + core.obj_offset(cache))
        poison_obj(core, cache, objp, POISON_FREE)
    return objp


def cache_alloc_debugcheck_after(core: SlabCore, cache: int, objp: int, caller: int) -> int:
    """Check a free object that is being allocated, and mark it taken; give the address that its user sees.

    Source: mm/slab.c: cache_alloc_debugcheck_after
    """
    u64, flags = core.u64, _flags(core, cache)
    if flags & POISON:
        check_poison_obj(core, cache, objp)
        poison_obj(core, cache, objp, POISON_INUSE)
    user = last_user(core, cache, objp)
    if flags & STORE_USER:
        u64[userword(core, cache, objp)] = caller
    if flags & RED_ZONE:
        first, second = redzone1(core, cache, objp), redzone2(core, cache, objp)
        if u64[first] != RED_INACTIVE or u64[second] != RED_INACTIVE:
            message = "double free, or memory outside object was overwritten"
            slab_error(core, cache, "cache_alloc_debugcheck_after", message)
            core.mm.printk(f"{objp:016x}: redzone 1:0x{u64[first]:x}, redzone 2:0x{u64[second]:x}")
            complain(core, cache, objp, REDZONE_KIND, user, was_free=True)
        u64[first] = u64[second] = RED_ACTIVE
    objp += core.obj_offset(cache)
    ctor = u64[cache + core.at.cache_ctor]
    if ctor and flags & POISON:
        core.call(ctor, objp)
    return objp


def check_slabp(core: SlabCore, cache: int, slab: int) -> None:
    """Walk the free objects of a slab.

    Raises: SlabBug, after a hexdump of the management, where they are not as many as it says.
    Source: mm/slab.c: check_slabp
    """
    u32, at = core.u32, core.at
    num, inuse = u32[2 * cache + at.cache_num], u32[2 * slab + at.slab_inuse]
    bufctl = 2 * slab + at.slab_bufctl
    entries, index = 0, u32[2 * slab + at.slab_free]
    while index != BUFCTL_END:
        entries += 1
        if entries > num or index >= num or entries > _MOST_OBJECTS:
            break
        index = u32[bufctl + index]
    if index == BUFCTL_END and entries == num - inuse:
        return
    core.mm.printk(
        f"slab: Internal list corruption detected in cache '{core.name(cache)}'({num}), "
        f"slabp {virt_of(slab):016x}({_signed(inuse)}). Hexdump:"
    )
    core.mm.printk("")
    shown = at.slab_bufctl + min(num, _MOST_SHOWN)
    management = bytes(core.ram.u8[slab << 3 : (slab << 3) + 4 * shown])
    for offset in range(0, len(management), _LINE):
        core.mm.printk(f"{offset:03x}:" + "".join(_BYTE_HEX[byte] for byte in management[offset : offset + _LINE]))
    raise SlabBug("check_slabp", "the free list of a slab is corrupt", slab << 3)


def _signed(value: int) -> int:
    return value - (1 << 32) if value >> 31 else value
