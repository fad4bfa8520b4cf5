# SPDX-License-Identifier: GPL-2.0-only
"""The slab caches as they are found: the chain, the slabs on a cache's lists, the objects that are free."""

from collections.abc import Iterator
from typing import NamedTuple

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET, PAGE_SHIFT
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.offsets import slab_offsets

MAX_NAME = 64  # bytes
MAX_ORDER = 14
SIZEOF_BUFCTL = 4


class Cache(NamedTuple):
    """A slab cache: `virt` is what its pages and holders point to, `list3` its kmem_list3 (physical)."""

    phys: int
    virt: int
    name: str
    flags: int
    gfpflags: int
    buffer_size: int  # bytes
    num: int  # objects in a slab
    gfporder: int
    list3: int
    list3_virt: int
    is_dma: bool
    is_off_slab: bool
    obj_offset: int  # bytes from an object's start to what its user has of it: 0 but in a debugging kernel
    obj_size: int  # bytes that its user has

    @property
    def fits(self) -> bool:
        """Say whether a slab can hold as many objects. Linux itself makes caches of which none can: see geometry.py."""
        return self.num * self.buffer_size <= 1 << (PAGE_SHIFT + self.gfporder)


def caches(memory: Memory) -> Iterator[Cache]:
    """Yield the caches on cache_chain, head first.

    Raises: Unreadable where the chain does not hold or a cache is none.
    """
    head = memory.static("cache_chain")
    link = slab_offsets(memory.layout).next
    for entry in memory.walk(head, head + KERNEL_MAP_BASE, "cache_chain"):
        yield read_cache(memory, entry - link)


def find_cache(memory: Memory, virt: int) -> Cache | None:
    """Find the cache on cache_chain that a pointer means, reading no other.

    Raises: Unreadable as `caches`.
    """
    head = memory.static("cache_chain")
    link = slab_offsets(memory.layout).next
    for entry in memory.walk(head, head + KERNEL_MAP_BASE, "cache_chain"):
        if cache_virt(memory, entry - link) == virt:
            return read_cache(memory, entry - link)
    return None


def cache_virt(memory: Memory, phys: int) -> int:
    """Give what the kernel's pointers to the cache at `phys` hold."""
    return phys + (KERNEL_MAP_BASE if phys == memory.statics["cache_cache"] else PAGE_OFFSET)


def read_cache(memory: Memory, phys: int) -> Cache:
    """Read the struct kmem_cache at `phys`.

    Raises: Unreadable where its members cannot be those of a cache that is in use.
    """
    at = slab_offsets(memory.layout)
    name = cache_name(memory, phys)
    size, num, order = (memory.u32(phys + member) for member in (at.buffer_size, at.num, at.gfporder))
    if not size or not num or order >= MAX_ORDER:
        found = f"{num} objects of {size} bytes in 2**{order} pages"
        raise Unreadable(f"cache {name} cannot have such slabs", phys + at.num, None, found)
    flags = memory.u32(phys + at.flags)
    return Cache(
        phys=phys,
        virt=cache_virt(memory, phys),
        name=name,
        flags=flags,
        gfpflags=memory.u32(phys + at.gfpflags),
        buffer_size=size,
        num=num,
        gfporder=order,
        list3=memory.follow(phys + at.nodelists, f"cache {name}: nodelists[0]", at.list3_size),
        list3_virt=memory.u64(phys + at.nodelists),
        is_dma=bool(flags & at.is_dma),
        is_off_slab=bool(flags & at.is_off_slab),
        obj_offset=memory.u32(phys + at.obj_offset) if at.obj_offset is not None else 0,
        obj_size=memory.u32(phys + at.obj_size) if at.obj_size is not None else size - memory.u32(phys + at.dflags),
    )


def cache_name(memory: Memory, phys: int) -> str:
    """Read a cache's name, or give a stand-in that tells where the cache is."""
    at = memory.resolve(memory.u64(phys + slab_offsets(memory.layout).name), length=1, align=1)
    return (None if at is None else memory.string(at, MAX_NAME)) or f"nameless cache at {phys:#x}"


def slabs_of(memory: Memory, cache: Cache) -> Iterator[tuple[str, int]]:
    """Yield every slab on a cache's lists: "partial", "full" or "free", and where its struct slab is.

    Raises: Unreadable where a list does not hold.
    """
    for name, offset in slab_offsets(memory.layout).lists:
        what = f"cache {cache.name}: slabs_{name}"
        for slab in memory.walk(cache.list3 + offset, cache.list3_virt + offset, what):
            yield name, slab


def free_indices(memory: Memory, slab: int, num: int) -> list[int]:
    """Follow the bufctl chain of the struct slab at `slab` and give the indices of its free objects, next first.

    Raises: Unreadable where an index is not below `num` or comes twice.
    """
    at = slab_offsets(memory.layout)
    u32 = memory.ram.u32
    bufctl = (slab + at.slab_struct) >> 2
    index = u32[(slab + at.free) >> 2]
    found: list[int] = []
    while index != at.end:
        if index >= num:
            raise Unreadable(
                f"slab {slab:#x}: its chain of free objects leads outside", slab + at.free, f"below {num}", hex(index)
            )
        if len(found) == num:
            raise Unreadable(f"slab {slab:#x}: its chain of free objects does not end", slab + at.free)
        found.append(index)
        index = u32[bufctl + index]
    return found


def array_caches(memory: Memory, cache: Cache) -> Iterator[tuple[str, int]]:
    """Yield the arrays of free objects: "cpu 0", ... and "shared", and where each array_cache is.

    Raises: Unreadable where the pointer to one leads nowhere.
    """
    at = slab_offsets(memory.layout)
    for cpu in range(at.cpus):
        if memory.u64(cache.phys + at.array + 8 * cpu):
            what = f"cache {cache.name}: array[{cpu}]"
            yield f"cpu {cpu}", memory.follow(cache.phys + at.array + 8 * cpu, what, at.entry)
    if memory.u64(cache.list3 + at.shared):
        yield "shared", memory.follow(cache.list3 + at.shared, f"cache {cache.name}: shared", at.entry)


def entries(memory: Memory, array: int, limit: int = 1 << 20) -> list[int]:
    """Give the pointers in an array_cache, bottom first.

    Raises: Unreadable where it claims more than its own limit or than memory holds.
    """
    at = slab_offsets(memory.layout)
    avail, most = memory.u32(array + at.avail), memory.u32(array + at.ac_limit)
    if avail > min(most, limit):
        raise Unreadable(f"array_cache {array:#x}: more objects than it has room for", array + at.avail, most, avail)
    if avail and not memory.holds(array + at.entry, 8 * avail):
        raise Unreadable(f"array_cache {array:#x} runs out of memory", array + at.avail, None, avail)
    first = (array + at.entry) >> 3
    return memory.ram.u64[first : first + avail].tolist()
