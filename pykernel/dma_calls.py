# SPDX-License-Identifier: GPL-2.0-only
"""What the guest's calls of the DMA API do: answer as 2.6.24 does, keep the table of mappings, report what is wrong.

The answers are those of `mm.dma`; nothing that is reported here changes one.
"""

from collections.abc import Callable, Mapping

from emulator.clock import Clock
from emulator.finding import Finding, Findings
from pykernel.errors import KernelBug
from pykernel.layout.address import phys_to_pfn, virt_to_phys
from pykernel.mm.context import Mm
from pykernel.mm.dma import Dma
from pykernel.mm.dma_mappings import BACKTRACE_DEPTH, COHERENT, SINGLE, Complaint, DmaMappings
from pykernel.mm.dma_ops import get_order
from pykernel.pointers import checked, readable
from pykernel.trapgate import Call

_U32 = 0xFFFF_FFFF


class DmaCalls:
    """The calls of arch/x86/kernel/pci-dma_64.c. `backtrace(depth)` tells how the guest came to the current one."""

    def __init__(
        self,
        mm: Mm,
        dma: Dma,
        mappings: DmaMappings,
        clock: Clock,
        findings: Findings,
        backtrace: Callable[[int], list[int]],
        describe: Callable[[int], str],
    ) -> None:
        self._mm, self._dma, self._mappings = mm, dma, mappings
        self._clock, self._findings = clock, findings
        self._backtrace, self._describe = backtrace, describe
        self._device_size = mm.layout.sizeof("device")
        self._dma_mask = mm.layout.offset("device", "dma_mask")

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {
            "dma_set_mask": (self.dma_set_mask, 2),
            "dma_set_coherent_mask": (self.dma_set_coherent_mask, 2),
            "dma_alloc_coherent": (self.dma_alloc_coherent, 4),
            "dma_free_coherent": (self.dma_free_coherent, 4),
            "dma_map_single": (self.dma_map_single, 4),
            "dma_unmap_single": (self.dma_unmap_single, 4),
            "driver_unbound": (self.driver_unbound, 1),
        }

    def dma_set_mask(self, dev: int, mask: int) -> int:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_set_mask"""
        self.check_device(dev)
        return self._dma.dma_set_mask(dev, mask)

    def dma_set_coherent_mask(self, dev: int, mask: int) -> int:
        """Source: drivers/pci/pci.c: pci_set_consistent_dma_mask"""
        self.check_device(dev)
        return self._dma.dma_set_coherent_mask(dev, mask)

    def dma_alloc_coherent(self, dev: int, size: int, handle: int, gfp_mask: int) -> int:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_alloc_coherent"""
        if dev:
            self.check_device(dev)
        at = checked(self._mm.ram, handle, 8)
        found = self._dma.dma_alloc_coherent(dev, size, gfp_mask & _U32)
        if found is None:
            return 0
        virt, dma_addr = found
        self._mm.ram.write(at, dma_addr.to_bytes(8, "little"))
        self._mappings.add(dev, dma_addr, size, virt, COHERENT, 0, self._clock.now_ns, self._backtrace(BACKTRACE_DEPTH))
        return virt

    def dma_free_coherent(self, dev: int, size: int, virt: int, dma_addr: int) -> None:
        """Source: arch/x86/kernel/pci-dma_64.c: dma_free_coherent"""
        if dev:
            self.check_device(dev)
        self._complain(dev, dma_addr, size, self._mappings.remove(dev, dma_addr, size, virt, COHERENT, 0))
        if virt:
            pfn = phys_to_pfn(checked(self._mm.ram, virt, 1))
            order = get_order(size)
            if order >= self._mm.config.max_order or not self._mm.pfn_valid(pfn + (1 << order) - 1):
                raise KernelBug(f"dma_free_coherent: there is no block of {size:#x} bytes at {virt:#x}")
        self._dma.dma_free_coherent(dev, size, virt, dma_addr)

    def dma_map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Source: include/asm-x86/dma-mapping_64.h: dma_map_single; lib/dma-debug.c: debug_dma_map_page"""
        if dev:
            self.check_device(dev)
        dma_addr = self._dma.dma_map_single(dev, virt, size, direction)
        if self._dma.dma_mapping_error(dma_addr):
            self._report_overflow(dev, virt, size)
        else:
            if readable(self._mm.ram, virt, size) is None:
                sentence = f"device driver maps memory from invalid area [addr={virt:#018x}] [len={size}]"
                self._complain(dev, dma_addr, size, (Complaint("dma-map-invalid-area", sentence),))
            now_ns = self._clock.now_ns
            self._mappings.add(dev, dma_addr, size, virt, SINGLE, direction, now_ns, self._backtrace(BACKTRACE_DEPTH))
        return dma_addr

    def dma_unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Source: include/asm-x86/dma-mapping_64.h: dma_unmap_single; lib/dma-debug.c: debug_dma_unmap_page"""
        if dev:
            self.check_device(dev)
        self._dma.dma_unmap_single(dev, dma_addr, size, direction)
        self._complain(dev, dma_addr, size, self._mappings.remove(dev, dma_addr, size, 0, SINGLE, direction))

    def driver_unbound(self, dev: int) -> None:
        """Look for what a driver left mapped. Source: lib/dma-debug.c: dma_debug_device_change"""
        self.check_device(dev)
        complaint = self._mappings.pending(dev)
        if complaint is not None and complaint.mapping is not None:
            self._complain(dev, complaint.mapping.dma_addr, complaint.mapping.size, (complaint,))

    def check_device(self, dev: int) -> None:
        """Look at a struct device, and at the mask that it points to.

        Raises: BadPointer where either is not the kernel's memory.
        """
        phys = checked(self._mm.ram, dev, self._device_size, 8)
        mask = self._mm.ram.u64[(phys + self._dma_mask) >> 3]
        if mask:
            checked(self._mm.ram, mask, 8, 8)

    def _report_overflow(self, dev: int, virt: int, size: int) -> None:
        """Report a buffer that the device's mask does not hold; a driver that then maps another is none the worse."""
        dma_addr = virt_to_phys(virt)
        pointer = self._mm.ram.u64[(virt_to_phys(dev) + self._dma_mask) >> 3] if dev else 0
        mask = self._mm.ram.u64[virt_to_phys(pointer) >> 3] if pointer else _U32
        sentence = f"nommu_map_single: overflow {dma_addr:x}+{size} of device mask {mask:x}"
        self._complain(dev, dma_addr, size, (Complaint("dma-map-overflow", sentence),))

    def _complain(self, dev: int, dma_addr: int, size: int, complaints: tuple[Complaint, ...]) -> None:
        for complaint in complaints:
            details: dict[str, object] = {"backtrace": [self._describe(each) for each in self._backtrace(32)]}
            if complaint.mapping is not None:
                mapped = [self._describe(each) for each in complaint.mapping.backtrace]
                details |= {"mapped_at_ns": complaint.mapping.mapped_at_ns, "mapped_at": mapped}
            self._findings.report(
                Finding(
                    complaint.kind,
                    complaint.sentence,
                    self._clock.now_ns,
                    device=self._dma.device_name(dev),
                    dma_addr=dma_addr,
                    phys=dma_addr if self._mm.ram.contains(dma_addr) else None,
                    length=size,
                    details=details,
                )
            )
