# SPDX-License-Identifier: GPL-2.0-only
"""The DMA API: which bus addresses a driver gets, decided by masks, zones and the operations behind dma_ops.

Owns the rules of pci-dma_64.c. How a buffer becomes a bus address is for the operations (`Nommu`, `Swiotlb`) to say.
Devices are named by the virtual address of their struct device, 0 where a driver passes none. Knows no trap.
"""

from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.address import pfn_to_virt, phys_to_pfn, virt_to_phys
from pykernel.mm.context import Mm
from pykernel.mm.dma_nommu import Nommu
from pykernel.mm.dma_ops import (
    DMA_BIDIRECTIONAL,
    DMA_FROM_DEVICE,
    SYNC_FOR_CPU,
    DmaOps,
    device_name,
    get_order,
)
from pykernel.mm.swiotlb import Swiotlb

DMA_24BIT_MASK = (1 << 24) - 1
DMA_32BIT_MASK = (1 << 32) - 1
DMA_40BIT_MASK = (1 << 40) - 1
EIO = 5

_PAGE_SHIFT = 12
_GFP_DMA, _GFP_DMA32, _GFP_NORETRY = 0x01, 0x04, 0x1000
_U64 = (1 << 64) - 1

# Words of iommu= and what they set. A word counts wherever an item begins with it, so "forcesac" is "force" too.
_IOMMU_WORDS = {
    "off": (("no_iommu", 1),),
    "force": (("force_iommu", 1),),
    "noforce": (("iommu_merge", 0), ("force_iommu", 0)),
    "biomerge": (("iommu_bio_merge", 4096), ("iommu_merge", 1), ("force_iommu", 1)),
    "panic": (("panic_on_overflow", 1),),
    "nopanic": (("panic_on_overflow", 0),),
    "merge": (("iommu_merge", 1), ("force_iommu", 1)),
    "nomerge": (("iommu_merge", 0),),
    "forcesac": (("iommu_sac_force", 1),),
    "allowdac": (("forbid_dac", 0),),
    "nodac": (("forbid_dac", -1),),
    "soft": (("swiotlb", 1),),
}


class Dma:
    """The DMA API over one kernel's memory; all its state is in guest RAM."""

    def __init__(self, mm: Mm) -> None:
        self._mm = mm
        self._u64, self._u32 = mm.ram.u64, mm.ram.u32
        device = mm.layout.members("device")
        self._dma_mask = device["dma_mask"][0]
        self._coherent_mask = device["coherent_dma_mask"][0]
        self._fallback_dev = mm.address_of("fallback_dev")
        self._dma_ops = mm.statics["dma_ops"] >> 2
        self.swiotlb = Swiotlb(mm)
        self._every_ops: dict[int, DmaOps] = {
            mm.layout.number("DMA_OPS_NOMMU"): Nommu(mm),
            mm.layout.number("DMA_OPS_SWIOTLB"): self.swiotlb,
        }

    @property
    def ops(self) -> DmaOps:
        """The operations that dma_ops stands for.

        Raises: KernelBug before pci_iommu_init(), when there are none.
        """
        try:
            return self._every_ops[self._u32[self._dma_ops]]
        except KeyError:
            raise KernelBug("Unable to handle kernel NULL pointer dereference at 0000000000000000: dma_ops") from None

    def use(self, number: int, ops: DmaOps) -> None:
        """Choose operations that are not Linux's own; they make all bus addresses, for coherent memory too."""
        self._every_ops[number] = ops
        self._u32[self._dma_ops] = number
        self._mm.set("force_iommu", 1)

    def iommu_setup(self, options: str) -> None:
        """Take the options of `iommu=`.

        Source: arch/x86/kernel/pci-dma_64.c: iommu_setup
        Differs: the IOMMUs of real hardware (GART, Calgary) have no options here
        """
        self._mm.set("iommu_merge", 1)
        for item in options.split(","):
            for word, effects in _IOMMU_WORDS.items():
                if item.startswith(word):
                    for name, value in effects:
                        self._mm.set(name, value)

    def pci_iommu_init(self) -> None:
        """Choose the operations: where nothing else was chosen, those without any IOMMU.

        Source: arch/x86/kernel/pci-dma_64.c: pci_iommu_init, fallback_dev; pci-nommu_64.c: no_iommu_init
        """
        fallback = virt_to_phys(self._fallback_dev)
        self._u64[(fallback + self._coherent_mask) >> 3] = DMA_32BIT_MASK
        self._u64[(fallback + self._dma_mask) >> 3] = self._fallback_dev + self._coherent_mask
        if not self._u32[self._dma_ops]:
            self._mm.set("force_iommu", 0)
            self._u32[self._dma_ops] = self._mm.layout.number("DMA_OPS_NOMMU")

    def via_no_dac(self) -> None:
        """Apply the quirk of VIA's bridges: no 64-bit addresses from now on, unless iommu= had its say.

        Source: arch/x86/kernel/pci-dma_64.c: via_no_dac
        """
        if self._mm.get("forbid_dac") == 0:
            self._mm.printk("PCI: VIA PCI bridge detected. Disabling DAC.")
            self._mm.set("forbid_dac", 1)

    def dma_supported(self, dev: int, mask: int) -> bool:
        """Say whether a device with this mask can be served. Source: arch/x86/kernel/pci-dma_64.c: dma_supported"""
        if mask > DMA_32BIT_MASK and self._mm.get("forbid_dac") > 0:
            self._mm.printk(f"PCI: Disallowing DAC for device {self.device_name(dev)}")
            return False
        if mask < DMA_24BIT_MASK:
            return False
        if mask >= DMA_40BIT_MASK and self._mm.get("iommu_sac_force"):
            self._mm.printk(f"{self.device_name(dev)}: Force SAC with mask {mask:x}")
            return False
        return True

    def dma_set_mask(self, dev: int, mask: int) -> int:
        """Set the mask of streaming DMA: 0, or -EIO. Source: arch/x86/kernel/pci-dma_64.c: dma_set_mask"""
        pointer = self._u64[(virt_to_phys(dev) + self._dma_mask) >> 3]
        if not pointer or not self.dma_supported(dev, mask):
            return -EIO
        self._u64[virt_to_phys(pointer) >> 3] = mask
        return 0

    def dma_set_coherent_mask(self, dev: int, mask: int) -> int:
        """Set the mask of coherent memory: 0, or -EIO. Source: drivers/pci/pci.c: pci_set_consistent_dma_mask"""
        if not self.dma_supported(dev, mask):
            return -EIO
        self._u64[(virt_to_phys(dev) + self._coherent_mask) >> 3] = mask
        return 0

    def dma_alloc_coherent(self, dev: int, size: int, gfp_mask: int) -> tuple[int, int] | None:
        """Allocate memory that CPU and device share: (virtual address, bus address), or None.

        A block that ends at the mask is already too high. First the zone that the mask suggests, then ZONE_DMA, then
        what the operations have.

        Source: arch/x86/kernel/pci-dma_64.c: dma_alloc_coherent
        Differs: no operations have a map_simple, which only those of GART and Calgary have
        """
        dev = dev or self._fallback_dev
        pointer = self._u64[(virt_to_phys(dev) + self._dma_mask) >> 3]
        if not pointer:
            return None
        # The streaming mask counts too: "bug-to-bug compatible" with i386.
        coherent_mask = self._u64[(virt_to_phys(dev) + self._coherent_mask) >> 3] or DMA_32BIT_MASK
        mask = coherent_mask & self._u64[virt_to_phys(pointer) >> 3]
        gfp_mask |= _GFP_NORETRY  # rather None than the OOM killer
        if mask <= DMA_32BIT_MASK:
            gfp_mask |= _GFP_DMA32
        order = get_order(size)
        while True:
            pfn = self._mm.pages.alloc_pages(gfp_mask, order)
            if pfn is None:
                return None
            too_high = ((pfn << _PAGE_SHIFT) + size) & _U64 >= mask
            force = self._mm.get("force_iommu") and not gfp_mask & _GFP_DMA
            if force or not too_high:
                self._mm.ram.fill(pfn << _PAGE_SHIFT, size)
            if not force and not too_high:
                return pfn_to_virt(pfn), pfn << _PAGE_SHIFT
            self._mm.pages.free_pages(pfn, order)
            if not force and mask < DMA_32BIT_MASK and not gfp_mask & _GFP_DMA:
                gfp_mask = (gfp_mask & ~_GFP_DMA32) | _GFP_DMA
                continue
            return self._alloc_by_ops(dev, size, gfp_mask & ~(_GFP_DMA | _GFP_DMA32), bool(force))

    def _alloc_by_ops(self, dev: int, size: int, gfp_mask: int, force: bool) -> tuple[int, int] | None:
        """Let the operations make their own decisions about zones."""
        if self.ops is not self.swiotlb and force and self._mm.get("panic_on_overflow"):
            raise KernelPanic(f"dma_alloc_coherent: IOMMU overflow by {size} bytes")
        return self.ops.alloc_coherent(dev, size, gfp_mask)

    def dma_free_coherent(self, dev: int, size: int, virt: int, dma_addr: int) -> None:
        """Give coherent memory back: the operations' mapping, and then the pages, whoever they belong to.

        Source: arch/x86/kernel/pci-dma_64.c: dma_free_coherent
        """
        self.ops.unmap_single(dev, dma_addr, size, DMA_BIDIRECTIONAL)
        if virt:
            self._mm.pages.free_pages(phys_to_pfn(virt_to_phys(virt)), get_order(size))

    def dma_map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Give a buffer to the device: its bus address, or one that `dma_mapping_error` knows.

        Source: include/asm-x86/dma-mapping_64.h: dma_map_single
        Raises: KernelBug for a direction that is none.
        """
        if not DMA_BIDIRECTIONAL <= direction <= DMA_FROM_DEVICE:
            raise _bad_direction("dma_map_single")
        return self.ops.map_single(dev, virt, size, direction)

    def dma_unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Take a buffer back. Source: include/asm-x86/dma-mapping_64.h: dma_unmap_single"""
        if not DMA_BIDIRECTIONAL <= direction <= DMA_FROM_DEVICE:
            raise _bad_direction("dma_unmap_single")
        self.ops.unmap_single(dev, dma_addr, size, direction)

    def dma_map_sg(self, dev: int, sgl: int, nents: int, direction: int) -> int:
        """Give a list of buffers to the device: how many pieces it became, or 0.

        Source: include/asm-x86/dma-mapping_64.h: dma_map_sg
        """
        if not DMA_BIDIRECTIONAL <= direction <= DMA_FROM_DEVICE:
            raise _bad_direction("dma_map_sg")
        return self.ops.map_sg(dev, sgl, nents, direction)

    def dma_unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Take a list of buffers back. Source: include/asm-x86/dma-mapping_64.h: dma_unmap_sg"""
        if not DMA_BIDIRECTIONAL <= direction <= DMA_FROM_DEVICE:
            raise _bad_direction("dma_unmap_sg")
        self.ops.unmap_sg(dev, sgl, nents, direction)

    def dma_sync_single(
        self, dev: int, dma_addr: int, offset: int, size: int, direction: int, target: int = SYNC_FOR_CPU
    ) -> None:
        """Hand part of a mapped buffer to CPU or device without unmapping it.

        Source: include/asm-x86/dma-mapping_64.h: dma_sync_single_for_cpu, dma_sync_single_range_for_cpu, and for_device
        """
        if not DMA_BIDIRECTIONAL <= direction <= DMA_FROM_DEVICE:
            raise _bad_direction("dma_sync_single_for_cpu" if target == SYNC_FOR_CPU else "dma_sync_single_for_device")
        self.ops.sync_single(dev, dma_addr, offset, size, direction, target)

    def dma_sync_sg(self, dev: int, sgl: int, nents: int, direction: int, target: int = SYNC_FOR_CPU) -> None:
        """Hand a mapped list of buffers to CPU or device.

        Source: include/asm-x86/dma-mapping_64.h: dma_sync_sg_for_cpu, dma_sync_sg_for_device
        """
        if not DMA_BIDIRECTIONAL <= direction <= DMA_FROM_DEVICE:
            raise _bad_direction("dma_sync_sg_for_cpu" if target == SYNC_FOR_CPU else "dma_sync_sg_for_device")
        self.ops.sync_sg(dev, sgl, nents, direction, target)

    def dma_mapping_error(self, dma_addr: int) -> bool:
        """Say whether mapping failed. Source: include/asm-x86/dma-mapping_64.h: dma_mapping_error"""
        return self.ops.mapping_error(dma_addr)

    def device_name(self, dev: int) -> str:
        """Give dev->bus_id; of a pointer that leads nowhere, the pointer."""
        return device_name(self._mm, dev)


def _bad_direction(function: str) -> KernelBug:
    return KernelBug(f"kernel BUG at include/asm/dma-mapping_64.h: {function}(): !valid_dma_direction(direction)")
