# SPDX-License-Identifier: GPL-2.0-only
"""What the guest's calls into the allocators do: arguments looked at, then handed on; results as C has them."""

from collections.abc import Callable, Mapping

from pykernel.errors import KernelBug
from pykernel.layout.address import pfn_to_virt, phys_to_pfn
from pykernel.mm.context import Mm
from pykernel.mm.slab import Slab
from pykernel.pointers import BadPointer, checked
from pykernel.trapgate import Call

_U32 = 0xFFFF_FFFF


class MmCalls:
    """The calls of mm/page_alloc.c, mm/slab.c and mm/util.c. `caller` tells who made the current one."""

    def __init__(self, mm: Mm, slab: Slab, caller: Callable[[], int]) -> None:
        self._mm, self._slab, self._caller = mm, slab, caller
        self._cache_size = mm.layout.sizeof("kmem_cache")

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        # Who called matters to CONFIG_DEBUG_SLAB and the shadow alone, and finding out takes time.
        debug = self._mm.config.debug_slab or self._mm.config.kasan
        return {
            "get_free_pages": (self.get_free_pages, 2),
            "free_pages": (self.free_pages, 2),
            "kmalloc": (self.kmalloc_tracked if debug else self.kmalloc, 2),
            "krealloc": (self.krealloc, 3),
            "ksize": (self._slab.ksize, 1),
            "kfree": (self.kfree_tracked if debug else self.kfree, 1),
            "kmem_cache_create": (self.kmem_cache_create, 6),
            "kmem_cache_alloc": (self.kmem_cache_alloc, 2),
            "kmem_cache_free": (self.kmem_cache_free, 2),
            "kmem_cache_shrink": (self.kmem_cache_shrink, 1),
            "kmem_cache_destroy": (self.kmem_cache_destroy, 1),
            "cache_reap": (self._slab.cache_reap, 0),
        }

    def get_free_pages(self, gfp_mask: int, order: int) -> int:
        """Source: mm/page_alloc.c: __get_free_pages"""
        pfn = self._mm.pages.alloc_pages(gfp_mask & _U32, order & _U32)
        return 0 if pfn is None else pfn_to_virt(pfn)

    def free_pages(self, virt: int, order: int) -> None:
        """Source: mm/page_alloc.c: free_pages"""
        if not virt:
            return
        pfn = phys_to_pfn(checked(self._mm.ram, virt, 1))
        if order >= self._mm.config.max_order or not self._mm.pfn_valid(pfn + (1 << order) - 1):
            raise KernelBug(f"free_pages({virt:#x}, {order}): there is no such block")
        self._mm.pages.free_pages(pfn, order)

    def kmalloc(self, size: int, gfp_mask: int) -> int:
        """Source: mm/slab.c: __kmalloc"""
        return self._slab.kmalloc(size, gfp_mask)

    def kmalloc_tracked(self, size: int, gfp_mask: int) -> int:
        """Source: mm/slab.c: __kmalloc_track_caller"""
        return self._slab.kmalloc(size, gfp_mask, self._caller())

    def kfree(self, objp: int) -> None:
        """Source: mm/slab.c: kfree"""
        self._slab.kfree(objp)

    def kfree_tracked(self, objp: int) -> None:
        """Source: mm/slab.c: kfree"""
        self._slab.kfree(objp, self._caller())

    def krealloc(self, objp: int, size: int, gfp_mask: int) -> int:
        """Source: mm/util.c: krealloc"""
        return self._slab.krealloc(objp, size, gfp_mask, self._caller())

    def kmem_cache_create(self, name: int, size: int, align: int, flags: int, ctor: int, dtor: int) -> int:
        """Source: mm/slab.c: kmem_cache_create"""
        if name:
            checked(self._mm.ram, name, 1)
        return self._slab.kmem_cache_create(name, size, align, flags, ctor, dtor)

    def kmem_cache_alloc(self, cachep: int, gfp_mask: int) -> int:
        """Source: mm/slab.c: kmem_cache_alloc"""
        self._check_cachep(cachep)
        return self._slab.kmem_cache_alloc(cachep, gfp_mask, self._caller())

    def kmem_cache_free(self, cachep: int, objp: int) -> None:
        """Source: mm/slab.c: kmem_cache_free"""
        self._check_cachep(cachep)
        self._slab.kmem_cache_free(cachep, objp, self._caller())

    def kmem_cache_shrink(self, cachep: int) -> int:
        """Source: mm/slab.c: kmem_cache_shrink"""
        self._check_cachep(cachep)
        return self._slab.kmem_cache_shrink(cachep)

    def kmem_cache_destroy(self, cachep: int) -> int:
        """Source: mm/slab.c: kmem_cache_destroy"""
        self._check_cachep(cachep)
        self._slab.kmem_cache_destroy(cachep)
        return 0

    def _check_cachep(self, cachep: int) -> None:
        if not cachep:
            raise BadPointer(cachep)
        checked(self._mm.ram, cachep, self._cache_size, 8)
