# SPDX-License-Identifier: GPL-2.0-only
"""Read caches and slabs from RAM in the form in which recordings dump them, through views and walks of its own."""

from collections.abc import Iterator
from typing import Any

from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import list_for_each
from pykernel.layout.strings import read_string
from pykernel.layout.view import I32, U32, U64, Field, Pointer, Struct
from pykernel.mm.context import Mm

_BUFCTL_END = 0xFFFF_FFFF
_OFF_SLAB = 0x8000_0000


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
        self._special = {
            "name": lambda: read_string(ram, self.view.name),
            "p": lambda: 0 if self.is_static else self.view.phys,
            "cachep": lambda: self.view.phys,
            "ac_p": lambda: self.array.phys,
            # The recorder's own static lists are elsewhere than ours.
            "l3_p": lambda: self.list3.phys,
            "ac_avail": lambda: self.array.avail,
            "ac_touched": lambda: self.array.touched,
            "ac": lambda: caches.entries(self.array),
            "full": lambda: len(caches.slabs(self.list3, "slabs_full")),
            "partial": lambda: len(caches.slabs(self.list3, "slabs_partial")),
            "free": lambda: len(caches.slabs(self.list3, "slabs_free")),
            "l_full": lambda: caches.slabs(self.list3, "slabs_full"),
            "l_partial": lambda: caches.slabs(self.list3, "slabs_partial"),
            "l_free": lambda: caches.slabs(self.list3, "slabs_free"),
            "shared_avail": self._shared_avail,
            "off_slab": lambda: int(self.view.flags & _OFF_SLAB != 0),
            "slabp_cache": self._slabp_cache,
        }

    def __contains__(self, name: str) -> bool:
        return name in self._special or isinstance(getattr(type(self._owner(name)), name, None), Field)

    def __getitem__(self, name: str) -> Any:
        special = self._special.get(name)
        return special() if special else getattr(self._owner(name), name)

    def _owner(self, name: str) -> Struct:
        return self.view if hasattr(type(self.view), name) else self.list3

    def _shared_avail(self) -> int:
        pointer = self.list3.shared
        return self.caches.array(self.caches.mm.ram, virt_to_phys(pointer)).avail if pointer else 0

    def _slabp_cache(self) -> str | None:
        host = self.view.slabp_cache
        return self.caches.at(host)["name"] if host else None
