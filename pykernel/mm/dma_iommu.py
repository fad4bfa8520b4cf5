# SPDX-License-Identifier: GPL-2.0-only
"""Bus addresses through the laboratory's IOMMU: allocated from the top of 32 bits down, mapped page by page.

All state is in guest RAM: the tables that the IOMMU walks, and the ranges that are taken. The third of the sets of
operations behind dma_ops, near 2.6.24's drivers/pci/intel-iommu.c and iova.c.
"""

import re

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.layout.address import pfn_to_virt, virt_to_phys
from pykernel.mm.context import Mm
from pykernel.mm.dma_nommu import Nommu
from pykernel.mm.dma_ops import DMA_BIDIRECTIONAL, DMA_FROM_DEVICE, DMA_TO_DEVICE, DmaOps, device_name, get_order

_READ, _WRITE = 1, 2
_PERMISSIONS = {DMA_BIDIRECTIONAL: _READ | _WRITE, DMA_TO_DEVICE: _READ, DMA_FROM_DEVICE: _WRITE}
_SHIFTS = (18, 9)  # of a page number, above the last level
_GFP_DMA, _GFP_DMA32, _GFP_ATOMIC = 0x1, 0x4, 0x20
_IOVA_WORDS = 2
_TOP = (1 << 32) - 1
_PCI_BUS_ID = re.compile(r"0000:00:([01][0-9a-f])\.([0-7])")


class IommuOps(DmaOps):
    """The operations of devices behind the IOMMU: those on the PCI bus. Others get physical addresses."""

    def __init__(self, mm: Mm) -> None:
        super().__init__(mm)
        self._direct = Nommu(mm)
        self._roots = mm.statics["iommu_roots"] >> 3
        self._iovas = mm.statics["iovas"] >> 3
        self._most = mm.layout.number("IOVA_RANGES")
        self._coherent_mask = mm.layout.offset("device", "coherent_dma_mask")

    def map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Give a buffer a bus address, or the error address. Source: drivers/pci/intel-iommu.c: intel_map_single"""
        devfn = self._devfn(dev)
        if devfn is None:
            return self._direct.map_single(dev, virt, size, direction)
        found = self._map(dev, devfn, virt_to_phys(virt), size, _PERMISSIONS[direction])
        return self.error_address if found is None else found

    def unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Take a bus address back. Source: drivers/pci/intel-iommu.c: intel_unmap_single"""
        devfn = self._devfn(dev)
        if devfn is not None:
            self._unmap(devfn, dma_addr >> PAGE_SHIFT)

    def map_sg(self, dev: int, sgl: int, nents: int, direction: int) -> int:
        """Give the pieces bus addresses in a row, fewer where some make one together; or none, and 0.

        Source: drivers/iommu/dma-iommu.c: iommu_dma_map_sg
        """
        devfn = self._devfn(dev)
        if devfn is None:
            return self._direct.map_sg(dev, sgl, nents, direction)
        most, boundary = self.segment_limits(dev)
        places, pages = self._places(sgl, nents, boundary)
        # Aligned so, no piece crosses a boundary that did not by itself.
        align = min(_power_of_two(2 * pages - 1), _power_of_two(boundary + 1 >> PAGE_SHIFT))
        first = self._alloc_iova(devfn, pages, self._end(dev), align) if places else None
        if first is None:
            return 0
        permissions = _PERMISSIONS[direction]
        for piece, page in places:
            if not self._enter(devfn, first + page, self.sg_phys(piece), self.sg_length(piece), permissions):
                self._unmap(devfn, first)
                return 0
        return self._merge([(piece, first + page << PAGE_SHIFT) for piece, page in places], sgl, nents, most, boundary)

    def _places(self, sgl: int, nents: int, boundary: int) -> tuple[list[tuple[int, int]], int]:
        """Lay pieces out on pages one after the other: (piece, number of its first page) of each, and pages in all.

        One that would cross a boundary, and need not, begins behind it.

        Source: drivers/iommu/dma-iommu.c: iommu_dma_map_sg
        """
        places, page = [], 0
        for piece in self.pieces(sgl, nents):
            start = (page << PAGE_SHIFT) + (self.sg_phys(piece) & PAGE_SIZE - 1)
            end = start + self.sg_length(piece) - 1
            if (start ^ end) & ~boundary and end - start <= boundary:
                page = (start | boundary) + 1 >> PAGE_SHIFT
            places.append((piece, page))
            page += _pages(self.sg_phys(piece), self.sg_length(piece))
        return places, page

    def _merge(self, places: list[tuple[int, int]], sgl: int, nents: int, most: int, boundary: int) -> int:
        """Write the bus addresses into the list, one for neighbours that make one piece; give how many there are.

        Source: drivers/iommu/dma-iommu.c: __finalise_sg
        """
        segments: list[tuple[int, int]] = []  # bus address, bytes
        for piece, page in places:
            dma_addr, length = page + (self.sg_phys(piece) & PAGE_SIZE - 1), self.sg_length(piece)
            start, before = segments[-1] if segments else (0, 0)
            is_next = segments and start + before == dma_addr and not dma_addr & PAGE_SIZE - 1
            if is_next and before + length <= most and not (start ^ dma_addr + length - 1) & ~boundary:
                segments[-1] = start, before + length
            else:
                segments.append((dma_addr, length))
        # What is left of the list has no address.
        for number, piece in enumerate(self.pieces(sgl, nents)):
            dma_addr, length = segments[number] if number < len(segments) else (self.error_address, 0)
            self.set_dma_address(piece, dma_addr)
            self.set_dma_length(piece, length)
        return len(segments)

    def buffers(self, dev: int, sgl: int, nents: int) -> list[tuple[int, int, int]]:
        """List the buffers of a mapped list, as they were before neighbours were merged."""
        if self._devfn(dev) is None:
            return self._direct.buffers(dev, sgl, nents)
        _, boundary = self.segment_limits(dev)
        found: list[tuple[int, int, int]] = []
        base = None
        for piece, page in self._places(sgl, nents, boundary)[0]:
            if base is None:  # the first is never merged with one before
                base = (self.dma_address(piece) & ~(PAGE_SIZE - 1)) - (page << PAGE_SHIFT)
            phys = self.sg_phys(piece)
            found.append((base + (page << PAGE_SHIFT) + (phys & PAGE_SIZE - 1), self.sg_length(piece), phys))
        return found

    def unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Take all pieces' bus addresses back, which are one range. Source: drivers/iommu/dma-iommu.c: same"""
        devfn = self._devfn(dev)
        if devfn is not None:
            first = next(self.pieces(sgl, nents), None)
            if first is not None:
                self._unmap(devfn, self.dma_address(first) >> PAGE_SHIFT)

    def sync_single(self, dev: int, dma_addr: int, offset: int, size: int, direction: int, target: int) -> None:
        """Do nothing: nothing was copied."""

    def sync_sg(self, dev: int, sgl: int, nents: int, direction: int, target: int) -> None:
        """Do nothing: nothing was copied."""

    def alloc_coherent(self, dev: int, size: int, gfp_mask: int) -> tuple[int, int] | None:
        """Allocate pages, wherever they lie, and map them both ways.

        Source: drivers/pci/intel-iommu.c: intel_alloc_coherent
        """
        devfn = self._devfn(dev)
        if devfn is None:
            return self._alloc_direct(dev, size, gfp_mask)
        pfn = self._mm.pages.alloc_pages(gfp_mask, get_order(size))
        if pfn is None:
            return None
        self._mm.ram.fill(pfn << PAGE_SHIFT, size)
        found = self._map(dev, devfn, pfn << PAGE_SHIFT, size, _READ | _WRITE)
        if found is None:
            self._mm.pages.free_pages(pfn, get_order(size))
            return None
        return pfn_to_virt(pfn), found

    def _alloc_direct(self, dev: int, size: int, gfp_mask: int) -> tuple[int, int] | None:
        """Allocate pages that a device reaches by itself, as dma_alloc_coherent() does without an IOMMU."""
        coherent_mask = self._u64[(virt_to_phys(dev) + self._coherent_mask) >> 3] or _TOP
        dma_mask = self.dma_mask(dev)
        mask = coherent_mask if dma_mask is None else coherent_mask & dma_mask
        for zone in (_GFP_DMA32, _GFP_DMA):
            pfn = self._mm.pages.alloc_pages(gfp_mask | zone, get_order(size))
            if pfn is None:
                return None
            if (pfn << PAGE_SHIFT) + size < mask:
                self._mm.ram.fill(pfn << PAGE_SHIFT, size)
                return pfn_to_virt(pfn), pfn << PAGE_SHIFT
            self._mm.pages.free_pages(pfn, get_order(size))
        return None

    def _devfn(self, dev: int) -> int | None:
        """Give the number of a PCI function on bus 0; None for other devices."""
        found = _PCI_BUS_ID.fullmatch(device_name(self._mm, dev))  # a driver may call a device of its own anything
        return None if found is None else int(found[1], 16) << 3 | int(found[2])

    def _map(self, dev: int, devfn: int, phys: int, size: int, permissions: int) -> int | None:
        iova = self._alloc_iova(devfn, _pages(phys, size), self._end(dev))
        if iova is None:
            return None
        if not self._enter(devfn, iova, phys, size, permissions):
            self._unmap(devfn, iova)
            return None
        return iova << PAGE_SHIFT | phys & PAGE_SIZE - 1

    def _end(self, dev: int) -> int:
        """Give the page behind the last that a device reaches."""
        mask = self.dma_mask(dev)
        return min(_TOP if mask is None else mask, _TOP) + 1 >> PAGE_SHIFT

    def _enter(self, devfn: int, iova: int, phys: int, size: int, permissions: int) -> bool:
        """Write the entries of [phys, phys + size), mapped from page `iova` on; False without memory for a table."""
        first_pfn = phys >> PAGE_SHIFT
        for page in range(_pages(phys, size)):
            entry = self._entry(devfn, iova + page)
            if entry is None:
                return False
            self._u64[entry] = (first_pfn + page) << PAGE_SHIFT | permissions
        return True

    def _unmap(self, devfn: int, page: int) -> None:
        """Unmap the range that holds a page of bus addresses."""
        for at, first, pages in self._ranges(devfn):
            if first <= page < first + pages:
                for each in range(first, first + pages):
                    entry = self._entry(devfn, each)
                    if entry is not None:
                        self._u64[entry] = 0
                self._u64[at] = 0
                return

    def _entry(self, devfn: int, page: int) -> int | None:
        """Find the last level's entry for a page, as an index into ram.u64, adding tables; None without memory."""
        at = self._roots + devfn
        for shift in (*_SHIFTS, 0):
            if not self._u64[at] and not self._add_table(at):
                return None
            at = ((self._u64[at] & ~(PAGE_SIZE - 1)) >> 3) + (page >> shift & 511)
        return at

    def _add_table(self, at: int) -> bool:
        pfn = self._mm.pages.alloc_pages(_GFP_ATOMIC, 0)
        if pfn is None:
            return False
        self._mm.ram.fill(pfn << PAGE_SHIFT, PAGE_SIZE)
        self._u64[at] = pfn << PAGE_SHIFT | _READ | _WRITE
        return True

    def _alloc_iova(self, devfn: int, pages: int, end: int, align: int = 1) -> int | None:
        """Take the highest free range below page `end` that begins at a multiple of `align` pages.

        Source: drivers/pci/iova.c: alloc_iova
        Differs: page 0 is never given out, since its address would mean an error; ranges are not aligned to their size
        """
        for _, first, taken in sorted(self._ranges(devfn), key=lambda found: -found[1]):
            if first + taken <= (end - pages & -align):
                break
            end = min(end, first)
        start = end - pages & -align
        if start < 1:
            return None
        return start if self._note(devfn, start, pages) else None

    def _note(self, devfn: int, first: int, pages: int) -> bool:
        used = self._mm.get("nr_iovas")
        slots = range(self._iovas, self._iovas + _IOVA_WORDS * used, _IOVA_WORDS)
        at = next((slot for slot in slots if not self._u64[slot]), None)
        if at is None:
            if used == self._most:
                return False
            at = self._iovas + _IOVA_WORDS * used
            self._mm.set("nr_iovas", used + 1)
        self._u64[at], self._u64[at + 1] = devfn | pages << 32, first
        return True

    def _ranges(self, devfn: int) -> list[tuple[int, int, int]]:
        """List a function's ranges: index of the slot in ram.u64, first page, pages."""
        words = self._u64[self._iovas : self._iovas + _IOVA_WORDS * self._mm.get("nr_iovas")].tolist()
        return [
            (self._iovas + at, words[at + 1], words[at] >> 32)
            for at in range(0, len(words), _IOVA_WORDS)
            if words[at] and words[at] & 0xFFFF_FFFF == devfn
        ]


def _pages(phys: int, size: int) -> int:
    """Give how many pages [phys, phys + size) touches; no bytes touch one."""
    return (phys + max(size, 1) - 1 >> PAGE_SHIFT) - (phys >> PAGE_SHIFT) + 1


def _power_of_two(number: int) -> int:
    """Give the largest power of two that is not larger, and 1 at least."""
    return 1 << max(0, number.bit_length() - 1)
