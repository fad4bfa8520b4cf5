# SPDX-License-Identifier: GPL-2.0-only
"""Read caches and slabs from RAM in the form in which recordings dump them, through views and walks of its own."""

from collections.abc import Iterator
from typing import Any

from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import list_for_each
from pykernel.layout.strings import read_string
from pykernel.layout.view import I32, U32, U64, Pointer, Struct
from pykernel.mm.context import Mm

_BUFCTL_END = 0xFFFF_FFFF
_OFF_SLAB = 0x8000_0000
_OF_LIST3 = ("free_objects", "free_limit", "colour_next", "next_reap", "free_touched")
_PLAIN = (  # members that recordings show as they are
    *("batchcount", "limit", "shared", "buffer_size", "flags", "num", "gfporder", "gfpflags", "colour", "colour_off"),
    *("slab_size", "obj_offset", "obj_size", *_OF_LIST3),
)


class KmemCache(Struct):
    """The members of struct kmem_cache that recordings show."""

    struct = "kmem_cache"
    batchcount, limit, shared = U32(), U32(), U32()
    buffer_size, flags, num = U32(), U32(), U32()
    gfporder, gfpflags, colour, colour_off = U32(), U32(), U64(), U32()
    slabp_cache, slab_size, name = Pointer(), U32(), Pointer()
    list3 = Pointer("nodelists[0]")


class DebugKmemCache(KmemCache):
    """What CONFIG_DEBUG_SLAB adds."""

    obj_offset, obj_size = I32(), I32()


class KmemList3(Struct):
    """Slab lists."""

    struct = "kmem_list3"
    free_objects, free_limit, colour_next = U64(), U32(), U32()
    shared, next_reap, free_touched = Pointer(), U64(), I32()


class ArrayCache(Struct):
    """An array of objects."""

    struct = "array_cache"
    avail, touched = U32(), U32()


class SlabView(Struct):
    """A slab's management."""

    struct = "slab"
    colouroff, s_mem, inuse, free = U64(), Pointer(), U32(), U32()


class Caches:
    """All caches of one kernel, as recordings show them."""

    def __init__(self, mm: Mm) -> None:
        self.mm = mm
        layout = mm.layout
        self.cache = layout.bind(DebugKmemCache if mm.config.debug_slab else KmemCache)
        self.list3, self.array, self.slab = layout.bind(KmemList3), layout.bind(ArrayCache), layout.bind(SlabView)
        self._next = layout.offset("kmem_cache", "next")
        self._entries = layout.offset("array_cache", "entry")

    def __iter__(self) -> Iterator["CacheState"]:
        """Yield the caches of the chain, from head to tail."""
        for link in list_for_each(self.mm.ram, self.mm.address_of("cache_chain")):
            yield self.at(link - self._next)

    def at(self, cachep: int) -> "CacheState":
        """Give the cache that a pointer leads to."""
        return CacheState(self, cachep)

    def chain(self) -> list[str]:
        """Name all caches, from head to tail."""
        return [state["name"] for state in self]

    def entries(self, array: ArrayCache) -> list[int]:
        """List the physical addresses of an array's objects, from bottom to top."""
        first = (array.phys + self._entries) >> 3
        return [pointer - PAGE_OFFSET for pointer in self.mm.ram.u64[first : first + array.avail]]

    def slabs(self, list3: KmemList3, name: str) -> list[list[int]]:
        """List slabs as [address of the first object, its offset, objects in use, first free one or -1]."""
        head = list3.phys + self.mm.layout.offset("kmem_list3", name) + PAGE_OFFSET
        views = [self.slab(self.mm.ram, virt_to_phys(link)) for link in list_for_each(self.mm.ram, head)]
        return [
            [view.s_mem - PAGE_OFFSET, view.colouroff, view.inuse, -1 if view.free == _BUFCTL_END else view.free]
            for view in views
        ]


class CacheState:
    """One cache, worked out part by part as it is asked for: `state[name]`, with a recording's names."""

    def __init__(self, caches: Caches, cachep: int) -> None:
        self.caches = caches
        self.cachep = cachep
        ram, mm = caches.mm.ram, caches.mm
        self.view = caches.cache(ram, virt_to_phys(cachep))
        self.is_static = self.view.phys == mm.statics["cache_cache"]
        self.list3 = caches.list3(ram, virt_to_phys(self.view.list3))
        own = mm.layout.offset("kmem_cache", f"array[{mm.cpu}]")
        self.array = caches.array(ram, virt_to_phys(ram.u64[(self.view.phys + own) >> 3]))

    def __contains__(self, name: str) -> bool:
        return hasattr(self, f"read_{name}") or name in _PLAIN

    def __getitem__(self, name: str) -> Any:
        if name in _PLAIN:
            return getattr(self.list3 if name in _OF_LIST3 else self.view, name)
        return getattr(self, f"read_{name}")()

    def read_name(self) -> str:
        """The cache's name."""
        return read_string(self.caches.mm.ram, self.view.name)

    def read_p(self) -> int:
        """Where the cache is; recordings say 0 for the static one."""
        return 0 if self.is_static else self.view.phys

    def read_cachep(self) -> int:
        """Where the cache is."""
        return self.view.phys

    def read_ac_p(self) -> int:
        """Where the running CPU's array is."""
        return self.array.phys

    def read_l3_p(self) -> int:
        """Where the slab lists are."""
        return self.list3.phys

    def read_ac_avail(self) -> int:
        """How many objects the array holds."""
        return self.array.avail

    def read_ac_touched(self) -> int:
        """Whether the array was used since the last reap."""
        return self.array.touched

    def read_ac(self) -> list[int]:
        """The objects in the array, from bottom to top."""
        return self.caches.entries(self.array)

    def read_l_full(self) -> list[list[int]]:
        """The full slabs, from head to tail."""
        return self.caches.slabs(self.list3, "slabs_full")

    def read_l_partial(self) -> list[list[int]]:
        """The partial slabs."""
        return self.caches.slabs(self.list3, "slabs_partial")

    def read_l_free(self) -> list[list[int]]:
        """The free slabs."""
        return self.caches.slabs(self.list3, "slabs_free")

    def read_full(self) -> int:
        """How many slabs are full."""
        return len(self.read_l_full())

    def read_partial(self) -> int:
        """How many slabs are partial."""
        return len(self.read_l_partial())

    def read_free(self) -> int:
        """How many slabs are free."""
        return len(self.read_l_free())

    def read_shared_avail(self) -> int:
        """How many objects the shared array holds."""
        pointer = self.list3.shared
        return self.caches.array(self.caches.mm.ram, virt_to_phys(pointer)).avail if pointer else 0

    def read_off_slab(self) -> int:
        """Whether the slabs are managed from outside."""
        return int(self.view.flags & _OFF_SLAB != 0)

    def read_slabp_cache(self) -> str | None:
        """The cache that such management comes from."""
        host = self.view.slabp_cache
        return self.caches.at(host).read_name() if host else None
