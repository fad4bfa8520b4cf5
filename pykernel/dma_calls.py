# SPDX-License-Identifier: GPL-2.0-only
"""What the guest's calls of the DMA API do: answer as 2.6.24 does, keep the table of mappings, report what is wrong.

The answers are those of `mm.dma`; nothing that is reported here changes one. Pools are dma_pool_calls', scatterlists
dma_sg_calls'.
"""

from collections.abc import Callable, Mapping

from pykernel.dma_debug import DMA_ATTR_SKIP_CPU_SYNC, DmaDebug
from pykernel.dma_report import DmaReport
from pykernel.errors import KernelBug
from pykernel.layout.address import pfn_to_virt, phys_to_pfn, virt_to_phys
from pykernel.mm.context import Mm
from pykernel.mm.dma import DMA_32BIT_MASK, Dma
from pykernel.mm.dma_mappings import COHERENT, PAGE, SINGLE, Complaint, DmaMappings
from pykernel.mm.dma_ops import DMA_FROM_DEVICE, DMA_TO_DEVICE, SYNC_FOR_CPU, SYNC_FOR_DEVICE, get_order
from pykernel.pointers import BadPointer, checked
from pykernel.trapgate import Call

_U32 = 0xFFFF_FFFF


def way_in(dma: Dma, direction: int, attrs: int) -> int:
    """Give the direction to map with: what is not to be copied now bounces as if the device wrote it."""
    return DMA_FROM_DEVICE if _skips(dma, direction, attrs) else direction


def way_out(dma: Dma, direction: int, attrs: int) -> int:
    """Give the direction to unmap with: what is not to be copied now bounces as if the device had read it."""
    return DMA_TO_DEVICE if _skips(dma, direction, attrs) else direction


def _skips(dma: Dma, direction: int, attrs: int) -> bool:
    """Say whether bounce buffers are not to be copied; all else goes by the direction alone."""
    return bool(attrs & DMA_ATTR_SKIP_CPU_SYNC) and direction <= DMA_FROM_DEVICE and dma.ops is dma.swiotlb


class DmaCalls:
    """The calls of arch/x86/kernel/pci-dma_64.c."""

    def __init__(self, mm: Mm, dma: Dma, mappings: DmaMappings, report: DmaReport, debug: DmaDebug) -> None:
        self._mm, self._dma, self._mappings = mm, dma, mappings
        self._report, self._debug = report, debug
        self._coherent_mask = mm.layout.offset("device", "coherent_dma_mask")
        self._page_size = mm.layout.sizeof("page")

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {
            "dma_set_mask": (self.dma_set_mask, 2),
            "dma_set_coherent_mask": (self.dma_set_coherent_mask, 2),
            "dma_supported": (self.dma_supported, 2),
            "dma_alloc_coherent": (self.dma_alloc_coherent, 4),
            "dma_free_coherent": (self.dma_free_coherent, 5),
            "dma_map_single": (self.dma_map_single, 5),
            "dma_unmap_single": (self.dma_unmap_single, 5),
            "dma_map_page": (self.dma_map_page, 6),
            "dma_unmap_page": (self.dma_unmap_page, 5),
            "dma_mapping_error": (self.dma_mapping_error, 2),
            "dma_sync_single_for_cpu": (self._sync(SYNC_FOR_CPU), 4),
            "dma_sync_single_for_device": (self._sync(SYNC_FOR_DEVICE), 4),
            "dma_sync_single_range_for_cpu": (self._sync_range(SYNC_FOR_CPU), 5),
            "dma_sync_single_range_for_device": (self._sync_range(SYNC_FOR_DEVICE), 5),
            "driver_unbound": (self.driver_unbound, 1),
        }

    def dma_set_mask(self, dev: int, mask: int) -> int:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_set_mask"""
        self._report.check_device(dev)
        return self._dma.dma_set_mask(dev, mask)

    def dma_set_coherent_mask(self, dev: int, mask: int) -> int:
        """Source: drivers/pci/pci.c: pci_set_consistent_dma_mask"""
        self._report.check_device(dev)
        return self._dma.dma_set_coherent_mask(dev, mask)

    def dma_supported(self, dev: int, mask: int) -> int:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_supported"""
        self._report.check_device(dev)
        return int(self._dma.dma_supported(dev, mask))

    def dma_alloc_coherent(self, dev: int, size: int, handle: int, gfp_mask: int) -> int:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_alloc_coherent"""
        if dev:
            self._report.check_device(dev)
        at = checked(self._mm.ram, handle, 8)
        found = self._dma.dma_alloc_coherent(dev, size, gfp_mask & _U32)
        if found is None:
            return 0
        virt, dma_addr = found
        self._mm.ram.write(at, dma_addr.to_bytes(8, "little"))
        mask = self._mm.ram.u64[(virt_to_phys(dev) + self._coherent_mask) >> 3] if dev else 0
        self._report.record(dev, dma_addr, size, virt, COHERENT, 0)
        found_wrong = self._debug.check_coherent(dma_addr, size, mask or DMA_32BIT_MASK)
        self._report.complain(dev, dma_addr, size, found_wrong)
        return virt

    def dma_free_coherent(self, dev: int, size: int, virt: int, dma_addr: int, irqs_disabled: int) -> None:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_free_coherent"""
        if dev:
            self._report.check_device(dev)
        self._complain_of_unmap(dev, dma_addr, size, 0, self._mappings.remove(dev, dma_addr, size, virt, COHERENT, 0))
        free = self._debug.check_free_coherent(dma_addr, size, irqs_disabled=bool(irqs_disabled))
        self._report.complain(dev, dma_addr, size, free)
        if virt:
            pfn = phys_to_pfn(checked(self._mm.ram, virt, 1))
            order = get_order(size)
            if order >= self._mm.config.max_order or not self._mm.pfn_valid(pfn + (1 << order) - 1):
                raise KernelBug(f"dma_free_coherent: there is no block of {size:#x} bytes at {virt:#x}")
        self._dma.dma_free_coherent(dev, size, virt, dma_addr)

    # Streaming mappings.

    def dma_map_single(self, dev: int, virt: int, size: int, direction: int, attrs: int) -> int:
        """Source: include/asm-x86/dma-mapping_64.h: dma_map_single; lib/dma-debug.c: debug_dma_map_page"""
        return self._map(SINGLE, dev, virt, size, direction, attrs)

    def dma_map_page(self, dev: int, page: int, offset: int, size: int, direction: int, attrs: int) -> int:
        """Source: include/asm-x86/dma-mapping_64.h: dma_map_page; lib/dma-debug.c: debug_dma_map_page"""
        mem_map = self._mm.pfn_to_page(0)
        pfn, rest = divmod(page - mem_map, self._page_size)
        if rest or not self._mm.pfn_valid(pfn):
            raise BadPointer(page)
        return self._map(PAGE, dev, pfn_to_virt(pfn) + offset, size, direction, attrs)

    def _map(self, kind: int, dev: int, virt: int, size: int, direction: int, attrs: int) -> int:
        if dev:
            self._report.check_device(dev)
        for complaint in self._debug.check_area(virt, size):
            self._report.complain(dev, virt_to_phys(virt), size, (complaint,))
        way = way_in(self._dma, direction, attrs)
        dma_addr = self._dma.dma_map_single(dev, virt, size, way)
        if self._dma.dma_mapping_error(dma_addr):
            self._report_overflow(dev, virt, size)
            return dma_addr
        if direction != DMA_TO_DEVICE and len(self._mappings):
            overlap = self._debug.check_overlap(dma_addr, virt, size, direction, attrs)
            self._report.complain(dev, dma_addr, size, overlap)
        flags = self._debug.flags_of(dma_addr, virt)
        self._report.record(dev, dma_addr, size, virt, kind, direction, flags | attrs << 32)
        if self._dma.ops is self._dma.swiotlb:
            self._report.complain(dev, dma_addr, size, self._debug.check_mapped(dev, dma_addr, virt, size))
        return dma_addr

    def dma_unmap_single(self, dev: int, dma_addr: int, size: int, direction: int, attrs: int) -> None:
        """Source: include/asm-x86/dma-mapping_64.h: dma_unmap_single; lib/dma-debug.c: debug_dma_unmap_page"""
        self._unmap(SINGLE, dev, dma_addr, size, direction, attrs)

    def dma_unmap_page(self, dev: int, dma_addr: int, size: int, direction: int, attrs: int) -> None:
        """Source: include/asm-x86/dma-mapping_64.h: dma_unmap_page; lib/dma-debug.c: debug_dma_unmap_page"""
        self._unmap(PAGE, dev, dma_addr, size, direction, attrs)

    def _unmap(self, kind: int, dev: int, dma_addr: int, size: int, direction: int, attrs: int) -> None:
        if dev:
            self._report.check_device(dev)
        complaints = self._mappings.remove(dev, dma_addr, size, 0, kind, direction)
        if complaints:
            self._complain_of_unmap(dev, dma_addr, size, direction, complaints)
        way = way_out(self._dma, direction, attrs)
        self._dma.dma_unmap_single(dev, dma_addr, size, way)

    def _complain_of_unmap(
        self, dev: int, dma_addr: int, size: int, direction: int, complaints: tuple[Complaint, ...]
    ) -> None:
        self._report.complain(dev, dma_addr, size, self._debug.check_unmap(dma_addr, size, direction, complaints))

    def dma_mapping_error(self, dev: int, dma_addr: int) -> int:
        """Source: include/asm-x86/dma-mapping_64.h: dma_mapping_error; lib/dma-debug.c: debug_dma_mapping_error"""
        self._mappings.note_checked(dev, dma_addr)
        return int(self._dma.dma_mapping_error(dma_addr))

    def _sync(self, target: int) -> Callable[..., None]:
        sync_range = self._sync_range(target)
        return lambda dev, dma_addr, size, direction: sync_range(dev, dma_addr, 0, size, direction)

    def _sync_range(self, target: int) -> Callable[..., None]:
        """Source: include/asm-x86/dma-mapping_64.h: dma_sync_single_range_for_cpu and its sisters"""

        def sync(dev: int, dma_addr: int, offset: int, size: int, direction: int) -> None:
            if dev:
                self._report.check_device(dev)
            complaints = self._debug.check_sync(dev, dma_addr, offset + size, direction, target)
            self._report.complain(dev, dma_addr + offset, size, complaints)
            self._dma.dma_sync_single(dev, dma_addr, offset, size, direction, target)

        return sync

    def driver_unbound(self, dev: int) -> None:
        """Look for what a driver left mapped. Source: lib/dma-debug.c: dma_debug_device_change"""
        self._report.check_device(dev)
        complaint = self._mappings.pending(dev)
        if complaint is not None and complaint.mapping is not None:
            self._report.complain(dev, complaint.mapping.dma_addr, complaint.mapping.size, (complaint,))

    def _report_overflow(self, dev: int, virt: int, size: int) -> None:
        """Report a buffer that the device's mask does not hold; a driver that then maps another is none the worse.

        That bounce buffers run out is no mistake of the driver's.
        """
        if self._dma.ops is self._dma.swiotlb:
            return
        dma_addr = virt_to_phys(virt)
        found = self._dma.ops.dma_mask(dev) if dev else None
        mask = _U32 if found is None else found
        if dma_addr + size <= mask:
            sentence = f"bus address 0 is good for the device, but means failure [size={size} bytes]"
            self._report.complain(dev, dma_addr, size, (Complaint("dma-map-address-0", sentence),))
            return
        sentence = f"nommu_map_single: overflow {dma_addr:x}+{size} of device mask {mask:x}"
        self._report.complain(dev, dma_addr, size, (Complaint("dma-map-overflow", sentence),))
