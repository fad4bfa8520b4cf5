# SPDX-License-Identifier: GPL-2.0-only
"""The boot memory allocator: a bitmap in RAM with one bit for each page, first fit, small requests sharing pages.

It lives until free_all_bootmem() hands what it has to the buddy system (see free_bootmem.py).
"""

import re

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.address import PhysAddr, phys_to_virt, virt_to_phys
from pykernel.layout.lists import init_list_head, list_add_tail
from pykernel.layout.view import U64, Embedded, Pointer, Struct
from pykernel.mm.context import Mm

MAX_DMA_ADDRESS = 16 << 20  # the goal of ordinary requests: leave ZONE_DMA alone
LOW_LIMIT = 1 << 32  # below which low memory lies. ARCH_LOW_ADDRESS_LIMIT
_NOT_ONES = re.compile(rb"[^\xff]")
_NOT_ZEROS = re.compile(rb"[^\0]")
_SCAN = 4096  # bytes of bitmap looked at in one go


class ListHead(Struct):
    """struct list_head."""

    __slots__ = ()
    struct = "list_head"
    next = Pointer()
    prev = Pointer()


class BootmemData(Struct):
    """struct bootmem_data: the state of the allocator."""

    __slots__ = ()
    struct = "bootmem_data"
    node_boot_start = U64()
    node_low_pfn = U64()
    node_bootmem_map = Pointer()
    last_offset = U64()
    last_pos = U64()
    last_success = U64()
    list = Embedded(ListHead)


class Bitmap:
    """Bits in RAM from physical address `base`, numbered as test_bit() does."""

    def __init__(self, u8: memoryview, base: int) -> None:
        self.u8 = u8
        self.base = base

    def test(self, bit: int) -> bool:
        """Say whether a bit is set."""
        return bool(self.u8[self.base + (bit >> 3)] >> (bit & 7) & 1)

    def fill(self, start: int, end: int, ones: int) -> bool:
        """Set the bits [start, end) all to `ones`; say whether each was different before."""
        changed = True
        while start < end:
            if start & 7 == 0 and end - start >= 8:
                first, last = self.base + (start >> 3), self.base + (end >> 3)
                before = bytes(self.u8[first:last])
                changed &= before == (b"\0" if ones else b"\xff") * len(before)
                self.u8[first:last] = (b"\xff" if ones else b"\0") * len(before)
                start += len(before) * 8
            else:
                byte, mask = self.base + (start >> 3), 1 << (start & 7)
                changed &= bool(self.u8[byte] & mask) != bool(ones)
                self.u8[byte] = self.u8[byte] | mask if ones else self.u8[byte] & ~mask
                start += 1
        return changed

    def find_next(self, ones: int, start: int, end: int) -> int:
        """Give the first bit in [start, end) that equals `ones`, else `end`."""
        odd = _NOT_ZEROS if ones else _NOT_ONES
        while start < end:
            if start & 7:
                if self.test(start) == bool(ones):
                    return start
                start += 1
                continue
            first = self.base + (start >> 3)
            last = min(first + _SCAN, self.base + ((end + 7) >> 3))
            found = odd.search(self.u8[first:last])
            if found is None:
                start += (last - first) * 8
                continue
            start += found.start() * 8
            value = self.u8[self.base + (start >> 3)] ^ (0 if ones else 0xFF)
            return min(start + (value & -value).bit_length() - 1, end)
        return max(start, end)


class Bootmem:
    """The boot memory allocator of the one node."""

    def __init__(self, mm: Mm) -> None:
        self.mm = mm
        self.data = mm.layout.bind(BootmemData)(mm.ram, mm.statics["contig_bootmem_data"])

    @property
    def bitmap(self) -> Bitmap:
        """The map, where its pointer says."""
        return Bitmap(self.mm.ram.u8, virt_to_phys(self.data.node_bootmem_map))

    def init_bootmem(self, bootmap_pfn: int, end_pfn: int) -> int:
        """Start with all of [0, end_pfn) reserved and the bitmap at `bootmap_pfn`; give its size in bytes.

        Source: mm/bootmem.c: init_bootmem, init_bootmem_core
        """
        mm, data = self.mm, self.data
        mm.set("max_low_pfn", end_pfn)
        mm.set("min_low_pfn", bootmap_pfn)
        data.node_bootmem_map = phys_to_virt(bootmap_pfn << PAGE_SHIFT)
        data.node_boot_start = 0
        data.node_low_pfn = end_pfn
        init_list_head(mm.ram, mm.address_of("bdata_list"))
        list_add_tail(mm.ram, mm.address_of("contig_bootmem_data") + _list_offset(mm), mm.address_of("bdata_list"))
        mapsize = self.get_mapsize()
        mm.ram.fill(bootmap_pfn << PAGE_SHIFT, mapsize, 0xFF)
        return mapsize

    def get_mapsize(self) -> int:
        """Give the bitmap's size in bytes. Source: mm/bootmem.c: get_mapsize"""
        pages = self.data.node_low_pfn - (self.data.node_boot_start >> PAGE_SHIFT)
        return ((pages + 7) // 8 + 7) & ~7

    def reserve_bootmem(self, phys: int, size: int) -> None:
        """Take a range out of use, partly covered pages too; what is reserved already stays so.

        Source: mm/bootmem.c: reserve_bootmem_core
        Raises: KernelBug where the range is empty or leaves the node.
        """
        start, end = phys >> PAGE_SHIFT, (phys + size + PAGE_SIZE - 1) >> PAGE_SHIFT
        if not size or end > self.data.node_low_pfn:
            raise KernelBug(f"reserve_bootmem: {size:#x} bytes at {phys:#x}", phys)
        self.bitmap.fill(start, end, 1)

    def free_bootmem(self, phys: int, size: int) -> None:
        """Give a range to the allocator, whole pages only.

        Source: mm/bootmem.c: free_bootmem_core
        Raises: KernelBug where the range is empty, leaves the node, or was free in part.
        """
        data = self.data
        start, end = (phys + PAGE_SIZE - 1) >> PAGE_SHIFT, (phys + size) >> PAGE_SHIFT
        if not size or end > data.node_low_pfn:
            raise KernelBug(f"free_bootmem: {size:#x} bytes at {phys:#x}", phys)
        data.last_success = min(data.last_success, phys)
        if not self.bitmap.fill(start, end, 0):
            raise KernelBug(f"free_bootmem: {size:#x} bytes at {phys:#x} were free in part", phys)

    def alloc_bootmem(self, size: int, *, align: int | None = None, goal: int = MAX_DMA_ADDRESS) -> PhysAddr:
        """Allocate `size` zeroed bytes, aligned to a cache line where `align` says nothing else.

        Source: include/linux/bootmem.h: alloc_bootmem; mm/bootmem.c: __alloc_bootmem
        Raises: KernelPanic where memory is out.
        """
        found = self.alloc_bootmem_core(size, align or self.mm.config.l1_cache_bytes, goal)
        if found is None:
            self.mm.printk(f"bootmem alloc of {size} bytes failed!")
            raise KernelPanic("Out of memory")
        return found

    def alloc_bootmem_low(self, size: int, *, align: int | None = None) -> PhysAddr:
        """Allocate `size` zeroed bytes below 4 GiB, as low as they fit.

        Source: include/linux/bootmem.h: alloc_bootmem_low, alloc_bootmem_low_pages; mm/bootmem.c: __alloc_bootmem_low
        Raises: KernelPanic where memory is out.
        """
        found = self.alloc_bootmem_core(size, align or self.mm.config.l1_cache_bytes, 0, LOW_LIMIT)
        if found is None:
            self.mm.printk(f"low bootmem alloc of {size} bytes failed!")
            raise KernelPanic("Out of low memory")
        return found

    def alloc_bootmem_core(self, size: int, align: int, goal: int, limit: int = 0) -> PhysAddr | None:
        """Allocate `size` zeroed bytes at or above `goal`, else anywhere below `limit` (0: none); None if nothing fits.

        Source: mm/bootmem.c: __alloc_bootmem_core
        Raises: KernelBug where `size` is 0 or `align` is no power of two.
        """
        if not size or align & (align - 1):
            raise KernelBug(f"alloc_bootmem: {size:#x} bytes, aligned to {align:#x}")
        data = self.data
        end_pfn = min(data.node_low_pfn, limit >> PAGE_SHIFT) if limit else data.node_low_pfn
        preferred = 0
        if goal and goal >> PAGE_SHIFT < end_pfn:
            preferred = goal
            # The last search's end is a better start than the goal, unless the limit forbids it.
            if data.last_success >= preferred and (not limit >> PAGE_SHIFT or limit >> PAGE_SHIFT > data.last_success):
                preferred = data.last_success
        pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT
        incr = align >> PAGE_SHIFT or 1
        start = self._find_area(_align(preferred, align) >> PAGE_SHIFT, end_pfn, pages, incr)
        if start < 0:
            return None
        data.last_success = start << PAGE_SHIFT
        return self._occupy(start, size, align)

    def _find_area(self, preferred: int, end: int, pages: int, incr: int) -> int:
        """Find `pages` free pages in a row from `preferred` up, else from 0; -1 where there are none."""
        bitmap = self.bitmap
        for first in (preferred, 0) if preferred else (0,):
            page = first
            while page < end:
                page = _align(bitmap.find_next(0, page, end), incr)
                if page >= end:
                    break
                if not bitmap.test(page):
                    taken = bitmap.find_next(1, page + 1, min(page + pages, end))
                    if taken >= page + pages:
                        return page
                    page = _align(taken, incr)
                page += incr
        return -1

    def _occupy(self, start: int, size: int, align: int) -> PhysAddr:
        """Mark the pages as reserved, the rest of the page of the last request used first, and clear the bytes."""
        data = self.data
        pages = (size + PAGE_SIZE - 1) >> PAGE_SHIFT
        phys = start << PAGE_SHIFT
        if align < PAGE_SIZE and data.last_offset and data.last_pos + 1 == start:
            offset = _align(data.last_offset, align)
            phys = (data.last_pos << PAGE_SHIFT) + offset
            room = PAGE_SIZE - offset
            if size < room:
                pages = 0
                data.last_offset = offset + size
            else:
                pages = (size - room + PAGE_SIZE - 1) >> PAGE_SHIFT
                data.last_pos = start + pages - 1
                data.last_offset = (size - room) & (PAGE_SIZE - 1)
        else:
            data.last_pos = start + pages - 1
            data.last_offset = size & (PAGE_SIZE - 1)
        if not self.bitmap.fill(start, start + pages, 1):
            raise KernelBug("alloc_bootmem: pages found free are not", start << PAGE_SHIFT)
        self.mm.ram.fill(phys, size)
        return PhysAddr(phys)


def _align(number: int, step: int) -> int:
    return (number + step - 1) & -step


def _list_offset(mm: Mm) -> int:
    return mm.layout.offset("bootmem_data", "list")
