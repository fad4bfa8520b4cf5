# SPDX-License-Identifier: GPL-2.0-only
"""The DMA API: which bus addresses a driver gets, decided by masks, zones and the operations behind dma_ops.

Owns the rules of pci-dma_64.c. How a buffer becomes a bus address is for the operations (`Nommu`) to say. Devices are
named by the virtual address of their struct device, 0 where a driver passes none. Knows no trap and no finding.
"""

from pykernel.errors import KernelBug
from pykernel.layout.address import pfn_to_virt, phys_to_pfn, virt_to_phys
from pykernel.layout.strings import read_string
from pykernel.mm.context import Mm
from pykernel.mm.dma_nommu import Nommu

DMA_24BIT_MASK = (1 << 24) - 1
DMA_32BIT_MASK = (1 << 32) - 1
DMA_40BIT_MASK = (1 << 40) - 1
DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE = 0, 1, 2
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


def get_order(size: int) -> int:
    """Give the order of the smallest block that holds `size` bytes; for 0 one that no allocator has.

    Source: include/asm-generic/page.h: get_order
    """
    return (((size - 1) & _U64) >> _PAGE_SHIFT).bit_length()


class Dma:
    """The DMA API over one kernel's memory; all its state is in guest RAM."""

    def __init__(self, mm: Mm) -> None:
        self._mm = mm
        self._u64, self._u32 = mm.ram.u64, mm.ram.u32
        device = mm.layout.members("device")
        self._bus_id, self._dma_mask = device["bus_id"][0], device["dma_mask"][0]
        self._coherent_mask = device["coherent_dma_mask"][0]
        self._fallback_dev = mm.address_of("fallback_dev")
        self._dma_ops = mm.statics["dma_ops"] >> 2
        self._ops = {mm.layout.number("DMA_OPS_NOMMU"): Nommu(mm)}

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

        A block that ends at the mask is already too high. First the zone that the mask suggests, then ZONE_DMA.

        Source: arch/x86/kernel/pci-dma_64.c: dma_alloc_coherent
        Differs: without operations that allocate themselves (swiotlb, an IOMMU) what is too high is refused
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
        pfn = self._pages_below(mask, size, gfp_mask)
        if pfn is None:
            return None
        self._mm.ram.fill(pfn << _PAGE_SHIFT, size)
        return pfn_to_virt(pfn), pfn << _PAGE_SHIFT

    def _pages_below(self, mask: int, size: int, gfp_mask: int) -> int | None:
        order = get_order(size)
        while True:
            pfn = self._mm.pages.alloc_pages(gfp_mask, order)
            if pfn is None or ((pfn << _PAGE_SHIFT) + size) & _U64 < mask:
                return pfn
            self._mm.pages.free_pages(pfn, order)
            if mask >= DMA_32BIT_MASK or gfp_mask & _GFP_DMA:
                return None
            gfp_mask = (gfp_mask & ~_GFP_DMA32) | _GFP_DMA

    def dma_free_coherent(self, dev: int, size: int, virt: int, dma_addr: int) -> None:
        """Give coherent memory back. Source: arch/x86/kernel/pci-dma_64.c: dma_free_coherent"""
        self._ops[self._u32[self._dma_ops]].unmap_single(dev, dma_addr, size, DMA_BIDIRECTIONAL)
        if virt:
            self._mm.pages.free_pages(phys_to_pfn(virt_to_phys(virt)), get_order(size))

    def dma_map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Give a buffer to the device: its bus address, or one that `dma_mapping_error` knows.

        Source: include/asm-x86/dma-mapping_64.h: dma_map_single
        Raises: KernelBug for a direction that is none.
        """
        if direction > DMA_FROM_DEVICE:
            raise _bad_direction("dma_map_single")
        return self._ops[self._u32[self._dma_ops]].map_single(dev, virt, size, direction)

    def dma_unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Take a buffer back. Source: include/asm-x86/dma-mapping_64.h: dma_unmap_single"""
        if direction > DMA_FROM_DEVICE:
            raise _bad_direction("dma_unmap_single")
        self._ops[self._u32[self._dma_ops]].unmap_single(dev, dma_addr, size, direction)

    def dma_map_sg(self, dev: int, sgl: int, nents: int, direction: int) -> int:
        """Give a list of buffers to the device: how many pieces it became, or 0.

        Source: include/asm-x86/dma-mapping_64.h: dma_map_sg
        """
        if direction > DMA_FROM_DEVICE:
            raise _bad_direction("dma_map_sg")
        return self._ops[self._u32[self._dma_ops]].map_sg(dev, sgl, nents, direction)

    def dma_unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Take a list of buffers back. Source: include/asm-x86/dma-mapping_64.h: dma_unmap_sg"""
        if direction > DMA_FROM_DEVICE:
            raise _bad_direction("dma_unmap_sg")
        self._ops[self._u32[self._dma_ops]].unmap_sg(dev, sgl, nents, direction)

    def dma_sync(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Hand a mapped buffer over without unmapping it: nothing to do, as nothing was copied.

        Source: include/asm-x86/dma-mapping_64.h: dma_sync_single_for_cpu and its five sisters
        """
        if direction > DMA_FROM_DEVICE:
            raise _bad_direction("dma_sync_single_for_cpu")

    def dma_mapping_error(self, dma_addr: int) -> bool:
        """Say whether mapping failed. Source: include/asm-x86/dma-mapping_64.h: dma_mapping_error"""
        return dma_addr == self._mm.get("bad_dma_address")

    def device_name(self, dev: int) -> str:
        """Give dev->bus_id; of a pointer that leads nowhere, the pointer."""
        if not dev:
            return "NULL"
        if not self._mm.ram.contains(virt_to_phys(dev), 8):
            return f"{dev:#x}"
        return read_string(self._mm.ram, self._u64[(virt_to_phys(dev) + self._bus_id) >> 3], 20)


def _bad_direction(function: str) -> KernelBug:
    return KernelBug(f"kernel BUG at include/asm/dma-mapping_64.h: {function}(): !valid_dma_direction(direction)")
