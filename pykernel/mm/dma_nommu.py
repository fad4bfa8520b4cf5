# SPDX-License-Identifier: GPL-2.0-only
"""Bus addresses without an IOMMU and without bouncing: a buffer's bus address is its physical address, or an error.

Source: arch/x86/kernel/pci-nommu_64.c
"""

from collections.abc import Iterator

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.errors import KernelBug
from pykernel.layout.address import pfn_to_phys, virt_to_phys
from pykernel.mm.context import Mm

DMA_32BIT_MASK = (1 << 32) - 1
_U64 = (1 << 64) - 1
_LINK_BITS = 3
_MAX_PIECES = 1 << 16  # of a scatterlist; a broken chain must not hang the host


class Nommu:
    """The operations of nommu_dma_ops. Those that 2.6.24 leaves NULL there are not here either."""

    def __init__(self, mm: Mm) -> None:
        self._mm = mm
        self._u64 = mm.ram.u64
        self._bad_dma_address = mm.statics["bad_dma_address"] >> 3
        self._dma_mask = mm.layout.offset("device", "dma_mask")
        self._sg_size = mm.layout.sizeof("scatterlist")
        self._sg = {name: offset for name, (offset, _) in mm.layout.members("scatterlist").items()}
        self._sg_chain, self._sg_last = mm.layout.number("SG_CHAIN"), mm.layout.number("SG_LAST")

    def map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Give the bus address of [virt, virt + size). Source: nommu_map_single"""
        # virt_to_phys(), check_addr() and again the former, written out: every packet and block passes here.
        dma_addr = (virt - KERNEL_MAP_BASE if virt >= KERNEL_MAP_BASE else virt - PAGE_OFFSET) & _U64
        if dev:
            u64 = self._u64
            mask = u64[((dev - KERNEL_MAP_BASE if dev >= KERNEL_MAP_BASE else dev - PAGE_OFFSET) + self._dma_mask) >> 3]
            if mask:
                mask = u64[(mask - KERNEL_MAP_BASE if mask >= KERNEL_MAP_BASE else mask - PAGE_OFFSET) >> 3]
                if dma_addr + size <= mask:
                    return dma_addr
            if not self._check_addr("map_single", dev, dma_addr, size):
                return u64[self._bad_dma_address]
        return dma_addr

    def unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Do nothing: nothing was taken. Source: nommu_unmap_single"""

    def map_sg(self, dev: int, sgl: int, nents: int, direction: int) -> int:
        """Give each piece its bus address; `nents`, or 0 from the first that the device cannot reach.

        Source: nommu_map_sg
        Raises: KernelBug where a piece has no page.
        """
        u64, u32, sg = self._mm.ram.u64, self._mm.ram.u32, self._sg
        for piece in self._pieces(sgl, nents):
            page = u64[(piece + sg["page_link"]) >> 3] & ~_LINK_BITS
            if not page:
                raise KernelBug("kernel BUG at arch/x86/kernel/pci-nommu_64.c: nommu_map_sg(): !sg_page(s)", piece)
            pfn = self._mm.page_to_pfn(page)
            length = u32[(piece + sg["length"]) >> 2]
            dma_addr = (pfn_to_phys(pfn) + u32[(piece + sg["offset"]) >> 2]) & _U64
            u64[(piece + sg["dma_address"]) >> 3] = dma_addr
            if dev and not self._check_addr("map_sg", dev, dma_addr, length):
                return 0
            u32[(piece + sg["dma_length"]) >> 2] = length
        return nents

    def unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Do nothing: nothing was taken. Source: nommu_unmap_sg"""

    def _check_addr(self, name: str, dev: int, dma_addr: int, size: int) -> bool:
        """Say whether the device's mask holds the buffer. The last byte that the mask allows counts as beyond it.

        Source: check_addr
        Raises: KernelBug where the device has no mask to look at.
        """
        pointer = self._u64[(virt_to_phys(dev) + self._dma_mask) >> 3]
        if not pointer:
            raise KernelBug("Unable to handle kernel NULL pointer dereference at 0000000000000000: dev->dma_mask")
        mask = self._u64[virt_to_phys(pointer) >> 3]
        if (dma_addr + size) & _U64 <= mask:
            return True
        if mask >= DMA_32BIT_MASK:
            self._mm.printk(f"nommu_{name}: overflow {dma_addr:x}+{size} of device mask {mask:x}")
        return False

    def _pieces(self, sgl: int, nents: int) -> Iterator[int]:
        """Yield the physical address of each of `nents` entries. Source: lib/scatterlist.c: sg_next"""
        piece: int = virt_to_phys(sgl)
        for _ in range(min(nents, _MAX_PIECES)):
            yield piece
            if self._mm.ram.u64[piece >> 3] & self._sg_last:
                return
            piece += self._sg_size
            link = self._mm.ram.u64[piece >> 3]
            if link & self._sg_chain:
                piece = virt_to_phys(link & ~_LINK_BITS)
