# SPDX-License-Identifier: GPL-2.0-only
"""How a complaint about a call of the DMA API becomes a finding: with the driver's line, and the mapping's."""

from collections.abc import Callable, Iterable

from emulator.clock import Clock
from emulator.finding import Finding, Findings
from pykernel.layout.address import virt_to_phys
from pykernel.mm.context import Mm
from pykernel.mm.dma_mappings import BACKTRACE_DEPTH, Complaint, DmaMappings
from pykernel.mm.dma_ops import device_name
from pykernel.pointers import checked

_FINDING_DEPTH = 32


class DmaReport:
    """Takes complaints, and keeps the table of mappings with time and backtrace.

    `backtrace(depth)` tells how the guest came to the current call, `describe(address)` where in its sources one is.
    """

    def __init__(
        self,
        mm: Mm,
        mappings: DmaMappings,
        clock: Clock,
        findings: Findings,
        backtrace: Callable[[int], list[int]],
        describe: Callable[[int], str],
    ) -> None:
        self._mm, self._mappings = mm, mappings
        self._clock, self._findings = clock, findings
        self._backtrace, self._describe = backtrace, describe
        self._device_size = mm.layout.sizeof("device")
        self._dma_mask = mm.layout.offset("device", "dma_mask")

    def check_device(self, dev: int) -> None:
        """Look at a struct device, and at the mask that it points to.

        Raises: BadPointer where either is not the kernel's memory.
        """
        phys = checked(self._mm.ram, dev, self._device_size, 8)
        mask = self._mm.ram.u64[(phys + self._dma_mask) >> 3]
        if mask:
            checked(self._mm.ram, mask, 8, 8)

    def record(
        self,
        dev: int,
        dma_addr: int,
        size: int,
        cpu_addr: int,
        kind: int,
        direction: int,
        marks: int = 0,
        sg_ents: int = 0,
    ) -> None:
        """Put a mapping on the table, as made now and here."""
        now_ns, backtrace = self._clock.now_ns, self._backtrace(BACKTRACE_DEPTH)
        self._mappings.add(dev, dma_addr, size, cpu_addr, kind, direction, now_ns, backtrace, marks, sg_ents)

    def complain(self, dev: int, dma_addr: int, size: int, complaints: Iterable[Complaint]) -> None:
        """Report complaints, each class once."""
        said: list[str] = []
        for complaint in complaints:
            if complaint.kind in said:
                continue
            said.append(complaint.kind)
            self._report(dev, dma_addr, size, complaint)

    def _report(self, dev: int, dma_addr: int, size: int, complaint: Complaint) -> None:
        details: dict[str, object] = {"backtrace": self._lines(self._backtrace(_FINDING_DEPTH))}
        phys: int | None = dma_addr
        if complaint.mapping is not None:
            mapping = complaint.mapping
            details |= {"mapped_at_ns": mapping.mapped_at_ns, "mapped_at": self._lines(mapping.backtrace)}
            if mapping.dma_addr <= dma_addr < mapping.dma_addr + max(1, mapping.size):
                phys = virt_to_phys(mapping.cpu_addr) + dma_addr - mapping.dma_addr
        finding = Finding(
            complaint.kind,
            complaint.sentence,
            self._clock.now_ns,
            device=device_name(self._mm, dev),
            dma_addr=dma_addr,
            phys=phys if phys is not None and self._mm.ram.contains(phys) else None,
            length=size,
            details=details,
        )
        self._findings.report(finding)

    def _lines(self, addresses: Iterable[int]) -> list[str]:
        return [self._describe(each) for each in addresses]
