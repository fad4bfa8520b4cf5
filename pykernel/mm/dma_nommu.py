# SPDX-License-Identifier: GPL-2.0-only
"""Bus addresses without an IOMMU and without bouncing: a buffer's bus address is its physical address, or an error.

Source: arch/x86/kernel/pci-nommu_64.c
"""

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.errors import KernelBug
from pykernel.mm.dma_ops import DmaOps

DMA_32BIT_MASK = (1 << 32) - 1
_U64 = (1 << 64) - 1


class Nommu(DmaOps):
    """The operations of nommu_dma_ops. Those that 2.6.24 leaves NULL there do nothing."""

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
        for piece in self.pieces(sgl, nents):
            if not self.sg_page(piece):
                raise KernelBug("kernel BUG at arch/x86/kernel/pci-nommu_64.c: nommu_map_sg(): !sg_page(s)", piece)
            dma_addr, length = self.sg_phys(piece), self.sg_length(piece)
            self.set_dma_address(piece, dma_addr)
            if dev and not self._check_addr("map_sg", dev, dma_addr, length):
                return 0
            self.set_dma_length(piece, length)
        return nents

    def unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Do nothing: nothing was taken. Source: nommu_unmap_sg"""

    def sync_single(self, dev: int, dma_addr: int, offset: int, size: int, direction: int, target: int) -> None:
        """Do nothing: nothing was copied."""

    def sync_sg(self, dev: int, sgl: int, nents: int, direction: int, target: int) -> None:
        """Do nothing: nothing was copied."""

    def _check_addr(self, name: str, dev: int, dma_addr: int, size: int) -> bool:
        """Say whether the device's mask holds the buffer. The last byte that the mask allows counts as beyond it.

        Source: check_addr
        Raises: KernelBug where the device has no mask to look at.
        """
        mask = self.dma_mask(dev)
        if mask is None:
            raise KernelBug("Unable to handle kernel NULL pointer dereference at 0000000000000000: dev->dma_mask")
        if (dma_addr + size) & _U64 <= mask:
            return True
        if mask >= DMA_32BIT_MASK:
            self._mm.printk(f"nommu_{name}: overflow {dma_addr:x}+{size} of device mask {mask:x}")
        return False
