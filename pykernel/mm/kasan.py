# SPDX-License-Identifier: GPL-2.0-only
"""The shadow of memory, kept for pages: what is free may not be touched. Objects are kasan_slab's.

firmware/include/kernel/kasan.h says what a shadow byte means. One stands for 8 bytes of RAM. Source: mm/kasan/shadow.c
"""

from itertools import groupby
from typing import TYPE_CHECKING

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from emulator.ram import Ram
from pykernel.layout.address import Pfn
from pykernel.mm.page import PG_RESERVED

if TYPE_CHECKING:
    from pykernel.mm.context import Mm
    from pykernel.mm.page_alloc import PageAllocator

GRANULE_SIZE = 8
SLAB_FREE, SLAB_REDZONE, PAGE_FREE = 0xFB, 0xFC, 0xFF
_GRANULE_SHIFT = 3
_MOST_PAGES = 4 << 30 >> PAGE_SHIFT  # whose shadow boot fills: more would take the host seconds


class Shadow:
    """The shadow that begins at `phys`, of all addresses below 8 times its `size`."""

    def __init__(self, ram: Ram, phys: int, size: int) -> None:
        self._bytes = ram.u8[phys : phys + size]
        self.phys, self.end = phys, size << _GRANULE_SHIFT  # `end`: the first address without

    def poison(self, phys: int, size: int, value: int) -> None:
        """Forbid [phys, phys + size), both multiples of a granule. Source: mm/kasan/shadow.c: kasan_poison"""
        count = size >> _GRANULE_SHIFT
        self._bytes[phys >> _GRANULE_SHIFT : (phys >> _GRANULE_SHIFT) + count] = bytes((value,)) * count

    def unpoison(self, phys: int, size: int) -> None:
        """Allow [phys, phys + size), and nothing else in its last granule. Source: mm/kasan/shadow.c: kasan_unpoison"""
        self.poison(phys, size, 0)
        if size & GRANULE_SIZE - 1:
            self._bytes[(phys + size) >> _GRANULE_SHIFT] = size & GRANULE_SIZE - 1

    def byte(self, phys: int) -> int:
        """Give the shadow of the granule that holds a byte."""
        return self._bytes[phys >> _GRANULE_SHIFT]

    def copy(self, phys: int, size: int) -> bytes:
        """Give the shadow of [phys, phys + size)."""
        return bytes(self._bytes[phys >> _GRANULE_SHIFT : (phys + size + GRANULE_SIZE - 1) >> _GRANULE_SHIFT])

    def put_back(self, phys: int, copy: bytes) -> None:
        """Write what `copy` gave."""
        self._bytes[phys >> _GRANULE_SHIFT : (phys >> _GRANULE_SHIFT) + len(copy)] = copy

    def follow(self, pages: "PageAllocator") -> None:
        """Keep the shadow of what `pages` gives and takes back.

        Source: mm/page_alloc.c: post_alloc_hook, free_pages_prepare, of kernels with KASAN
        """
        alloc_pages, free_pages = pages.alloc_pages, pages.free_pages

        def alloc_unpoisoned(gfp_mask: int, order: int) -> Pfn | None:
            pfn = alloc_pages(gfp_mask, order)
            if pfn is not None:
                self.poison(pfn << PAGE_SHIFT, PAGE_SIZE << order, 0)
            return pfn

        def free_poisoned(pfn: int, order: int) -> None:
            free_pages(pfn, order)
            if not pages.users[pfn]:
                self.poison(pfn << PAGE_SHIFT, PAGE_SIZE << order, PAGE_FREE)

        pages.alloc_pages = alloc_unpoisoned
        pages.free_pages = free_poisoned

    def poison_free_pages(self, mm: "Mm") -> None:
        """Forbid what boot has not taken.

        Differs: not above 4 GiB: what nobody has had yet counts as allocated there
        """
        flags = mm.mem_map.flags[: min(mm.max_pfn, _MOST_PAGES)].tolist()
        pfn = 0
        for is_reserved, run in groupby(flags, PG_RESERVED.__and__):
            count = len(list(run))
            if not is_reserved:
                self.poison(pfn << PAGE_SHIFT, count << PAGE_SHIFT, PAGE_FREE)
            pfn += count


def find_shadow(mm: "Mm") -> Shadow | None:
    """Find the shadow that boot has made room for, once it has."""
    phys = mm.get("kasan_shadow")
    return Shadow(mm.ram, phys, mm.get("kasan_area") - phys) if phys else None
