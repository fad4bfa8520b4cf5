# SPDX-License-Identifier: GPL-2.0-only
"""Whether memory is free at this moment: one byte, asked of struct page and of the slab, in microseconds.

`owner.owner_of` says far more, and takes its time. Damage on the way counts as "not free": others report it.
"""

from typing import NamedTuple

from emulator.memmap import PAGE_OFFSET, PAGE_SHIFT, PAGE_SIZE
from pykernel.check.memory import Memory
from pykernel.check.offsets import page_offsets, slab_offsets, zone_offsets

_NAME_LIMIT = 64
_FREED = (0xFB, 0xFF)  # shadow of free objects and pages
_MAX_PADDING = 128  # bytes between a slab's chain and its first object


def is_free(memory: Memory, phys: int) -> bool:
    """Say whether the byte at `phys` is in a free page, or in an object that nobody has."""
    at, u64 = page_offsets(memory.layout), memory.ram.u64
    page = _page(memory, phys)
    if page is None:
        return False
    if memory.config.kasan:
        return shadow_byte(memory, phys) in _FREED  # an object that waits in quarantine is neither here nor there
    flags = u64[(page + at.flags) >> 3]
    if flags & at.slab:
        return _object_is_free(memory, u64[(page + at.lru) >> 3], u64[(page + at.lru + 8) >> 3], phys)
    if flags & (at.reserved | at.tail) == at.reserved or memory.ram.u32[(page + at.count) >> 2]:
        return False
    return _in_free_block(memory, phys) or _is_linked(memory, page + at.lru)


def page_count(memory: Memory, phys: int) -> int:
    """Give how many users the page of a byte has; below zero are more that gave it back than took it. 0 is no page."""
    page = _page(memory, phys)
    return 0 if page is None else memory.ram.i32[(page + page_offsets(memory.layout).count) >> 2]


def shadow_byte(memory: Memory, phys: int) -> int:
    """Give the shadow of a byte of memory; 0, it may be touched, where there is none."""
    shadow = memory.ram.u64[memory.static("kasan_shadow") >> 3]
    return memory.ram.u8[shadow + (phys >> 3)] if shadow else 0


def object_extent(memory: Memory, phys: int) -> tuple[int, int] | None:
    """Give [start, end) of the slab object, with its red zones, that holds a byte; None where there is no slab."""
    found = slab_object(memory, phys)
    return None if found is None else (found.start, found.start + found.size)


def has_constructor(memory: Memory, cachep: int) -> bool:
    """Say whether the objects of a cache have a constructor."""
    cache = memory.resolve(cachep, slab_offsets(memory.layout).cache_size)
    return cache is not None and bool(memory.ram.u64[(cache + slab_offsets(memory.layout).ctor) >> 3])


class SlabObject(NamedTuple):
    """An object of a slab, with its red zones. `cache` and `slab` are physical."""

    cache: int
    slab: int
    number: int  # in its slab, of `capacity`
    start: int
    size: int  # bytes
    capacity: int
    red_zone: int = 0  # bytes at its end that nobody may use, in a kernel with a shadow of memory

    def cache_name(self, memory: Memory) -> str:
        """Read the name of its cache."""
        at = memory.resolve(memory.ram.u64[(self.cache + slab_offsets(memory.layout).name) >> 3], 1, 1)
        return (None if at is None else memory.string(at, _NAME_LIMIT)) or f"at {self.cache:#x}"


class SlabPage(NamedTuple):
    """What a slab has in one of its pages: the objects that somebody has, and the slab's own data if that is there."""

    allocated: tuple[SlabObject, ...]
    management: tuple[int, int] | None


def slab_object(memory: Memory, phys: int) -> SlabObject | None:
    """Find the slab object that holds a byte; None where there is none."""
    at, ram = page_offsets(memory.layout), memory.ram
    page = _page(memory, phys)
    if page is None or not ram.u64[(page + at.flags) >> 3] & at.slab:
        return None
    return _object(memory, ram.u64[(page + at.lru) >> 3], ram.u64[(page + at.lru + 8) >> 3], phys)


def slab_page(memory: Memory, phys: int) -> SlabPage | None:
    """Look at the slab that has the page at `phys`; None where none has."""
    at, ram = page_offsets(memory.layout), memory.ram
    page = _page(memory, phys)
    if page is None or not ram.u64[(page + at.flags) >> 3] & at.slab:
        return None
    slab = memory.resolve(ram.u64[(page + at.lru + 8) >> 3], slab_offsets(memory.layout).slab_struct)
    first = None if slab is None else memory.resolve(ram.u64[(slab + slab_offsets(memory.layout).s_mem) >> 3], 1, 1)
    known = None if first is None else slab_object(memory, first)
    if slab is None or first is None or known is None:
        return None
    objects = [known._replace(number=each, start=first + each * known.size) for each in range(known.capacity)]
    near = [each for each in objects if each.start < phys + PAGE_SIZE and phys < each.start + each.size]
    allocated = tuple(each for each in near if not is_free(memory, each.start))
    is_inside = slab < first <= slab + slab_offsets(memory.layout).slab_struct + 4 * known.capacity + _MAX_PADDING
    return SlabPage(allocated, (slab, first) if is_inside else None)


def _page(memory: Memory, phys: int) -> int | None:
    """Find the struct page of a byte."""
    mem_map = memory.resolve(memory.ram.u64[memory.static("mem_map") >> 3])
    if mem_map is None or not memory.holds(phys, 1):
        return None
    page = mem_map + (phys >> PAGE_SHIFT) * page_offsets(memory.layout).size
    return page if memory.holds(page, page_offsets(memory.layout).size) else None


def _in_free_block(memory: Memory, phys: int) -> bool:
    at, u64 = page_offsets(memory.layout), memory.ram.u64
    for order in range(zone_offsets(memory.layout).orders):
        head = _page(memory, phys >> PAGE_SHIFT + order << PAGE_SHIFT + order)
        if head is not None and u64[(head + at.flags) >> 3] & at.buddy and u64[(head + at.private) >> 3] >= order:
            return True
    return False


def _is_linked(memory: Memory, link: int) -> bool:
    """Tell a free page on a per-CPU list from the inner page of a block in use: only the former is on a list."""
    target = memory.resolve(memory.ram.u64[link >> 3], 16)
    return target is not None and target != link and memory.resolve(memory.ram.u64[(target + 8) >> 3]) == link


def _object(memory: Memory, cachep: int, slabp: int, phys: int) -> SlabObject | None:
    at, ram = slab_offsets(memory.layout), memory.ram
    cache, slab = memory.resolve(cachep, at.cache_size), memory.resolve(slabp, at.slab_struct)
    if cache is None or slab is None:
        return None
    size, count = ram.u32[(cache + at.buffer_size) >> 2], ram.u32[(cache + at.num) >> 2]
    first = memory.resolve(ram.u64[(slab + at.s_mem) >> 3], 1, 1)
    if first is None or not size or not 0 <= phys - first < size * count:
        return None
    index = (phys - first) // size
    red_zone = 0 if memory.config.debug_slab else ram.u32[(cache + at.dflags) >> 2]
    return SlabObject(cache, slab, index, first + index * size, size, count, red_zone)


def _object_is_free(memory: Memory, cachep: int, slabp: int, phys: int) -> bool:
    at, ram = slab_offsets(memory.layout), memory.ram
    found = _object(memory, cachep, slabp, phys)
    if found is None:
        return False
    if found.number in _free_chain(memory, found.slab, found.capacity):
        return True
    lists = memory.resolve(ram.u64[(found.cache + at.nodelists) >> 3], at.list3_size)
    arrays = [found.cache + at.array + 8 * cpu for cpu in range(at.cpus)]
    arrays += [] if lists is None else [lists + at.shared]
    for pointer in arrays:
        array = memory.resolve(ram.u64[pointer >> 3], at.entry)
        if array is not None and _holds(memory, array, found.start + PAGE_OFFSET):
            return True
    return False


def _free_chain(memory: Memory, slab: int, num: int) -> set[int]:
    at, ram = slab_offsets(memory.layout), memory.ram
    found: set[int] = set()
    index = ram.u32[(slab + at.free) >> 2]
    bufctl = (slab + at.slab_struct) >> 2
    while index < num and index not in found:
        found.add(index)
        index = ram.u32[bufctl + index]
    return found


def _holds(memory: Memory, array: int, virt: int) -> bool:
    at, ram = slab_offsets(memory.layout), memory.ram
    count = min(ram.u32[(array + at.avail) >> 2], ram.u32[(array + at.ac_limit) >> 2])
    first = (array + at.entry) >> 3
    return virt in ram.u64[first : first + count].tolist()
