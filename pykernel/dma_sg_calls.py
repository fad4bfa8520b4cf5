# SPDX-License-Identifier: GPL-2.0-only
"""The guest's calls that map, unmap and hand over scatterlists. Each piece has a record on the table of mappings."""

from collections import abc
from collections.abc import Callable, Iterator

from pykernel.dma_calls import way_in, way_out
from pykernel.dma_debug import DmaDebug
from pykernel.dma_report import DmaReport
from pykernel.layout.address import phys_to_virt
from pykernel.mm.context import Mm
from pykernel.mm.dma import Dma
from pykernel.mm.dma_mappings import SG, Complaint, DmaMappings, Mapping
from pykernel.mm.dma_ops import DMA_TO_DEVICE, SYNC_FOR_CPU, SYNC_FOR_DEVICE
from pykernel.pointers import checked
from pykernel.trapgate import Call


class DmaSgCalls:
    """The calls of include/asm-x86/dma-mapping_64.h that take a scatterlist."""

    def __init__(self, mm: Mm, dma: Dma, mappings: DmaMappings, report: DmaReport, debug: DmaDebug) -> None:
        self._mm, self._dma, self._mappings = mm, dma, mappings
        self._report, self._debug = report, debug
        self._sg_size = mm.layout.sizeof("scatterlist")

    def table(self) -> abc.Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {
            "dma_map_sg": (self.dma_map_sg, 5),
            "dma_unmap_sg": (self.dma_unmap_sg, 5),
            "dma_sync_sg_for_cpu": (self._sync(SYNC_FOR_CPU), 4),
            "dma_sync_sg_for_device": (self._sync(SYNC_FOR_DEVICE), 4),
        }

    def _check(self, dev: int, sgl: int) -> None:
        if dev:
            self._report.check_device(dev)
        checked(self._mm.ram, sgl, self._sg_size, 8)

    def dma_map_sg(self, dev: int, sgl: int, nents: int, direction: int, attrs: int) -> int:
        """Source: include/asm-x86/dma-mapping_64.h: dma_map_sg; lib/dma-debug.c: debug_dma_map_sg"""
        self._check(dev, sgl)
        ops = self._dma.ops
        for piece in ops.pieces(sgl, nents):
            phys, length = ops.sg_phys(piece), ops.sg_length(piece)
            self._report.complain(dev, phys, length, self._debug.check_area(phys_to_virt(phys), length))
        way = way_in(self._dma, direction, attrs)
        count = self._dma.dma_map_sg(dev, sgl, nents, way)
        if not count:
            self._failed(dev, sgl, nents, way)
            return 0
        for piece in ops.pieces(sgl, count):
            dma_addr, length = ops.dma_address(piece), ops.dma_length(piece)
            self._report.complain(dev, dma_addr, length, self._debug.check_segment(dev, dma_addr, length))
        for dma_addr, length, phys in ops.buffers(dev, sgl, nents):
            virt = phys_to_virt(phys)
            self._report.complain(dev, dma_addr, length, self._checks(dev, dma_addr, virt, length, direction, attrs))
            marks = self._debug.flags_of(dma_addr, virt) | attrs << 32
            self._report.record(dev, dma_addr, length, virt, SG, direction, marks, nents | count << 32)
        return count

    def _checks(
        self, dev: int, dma_addr: int, virt: int, length: int, direction: int, attrs: int
    ) -> Iterator[Complaint]:
        yield from self._debug.check_overlap(dma_addr, virt, length, direction, attrs)
        yield from self._debug.check_mapped(dev, dma_addr, virt, length)

    def _failed(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Say why a list was not mapped, and what it did to pieces that had been bounced already."""
        ops = self._dma.ops
        for piece in ops.pieces(sgl, nents):
            phys, length = ops.sg_phys(piece), ops.sg_length(piece)
            dma_addr = ops.dma_address(piece)
            if ops is self._dma.swiotlb:
                # The first piece's length is cleared; a piece that never got an address still has none.
                if dma_addr not in (0, phys) and direction != DMA_TO_DEVICE:
                    sentence = (
                        "dma_map_sg() fails and copies bounce buffers over the pieces that it had mapped "
                        f"[device address={dma_addr:#018x}] [size={length} bytes]"
                    )
                    self._report.complain(dev, dma_addr, length, (Complaint("dma-sg-failure-copied", sentence),))
                return
            mask = ops.dma_mask(dev) if dev else None
            if mask is not None and phys + length > mask:
                sentence = f"nommu_map_sg: overflow {phys:x}+{length} of device mask {mask:x}"
                self._report.complain(dev, phys, length, (Complaint("dma-map-overflow", sentence),))
                return

    def dma_unmap_sg(self, dev: int, sgl: int, nents: int, direction: int, attrs: int) -> None:
        """Source: include/asm-x86/dma-mapping_64.h: dma_unmap_sg; lib/dma-debug.c: debug_dma_unmap_sg"""
        self._check(dev, sgl)
        first, pieces = self._mapped(dev, sgl, nents)
        if first is not None:
            self._report.complain(dev, first.dma_addr, first.size, self._debug.check_unmap_sg(first, nents))
        call_ents = nents if first is None else first.sg_call_ents
        self._report.complain(dev, *(pieces[0] if pieces else (0, 0)), self._remove(dev, pieces, direction, call_ents))
        way = way_out(self._dma, direction, attrs)
        self._dma.dma_unmap_sg(dev, sgl, nents, way)

    def _mapped(self, dev: int, sgl: int, nents: int) -> tuple[Mapping | None, list[tuple[int, int]]]:
        """Give the first buffer's record, and (bus address, bytes) of all buffers that were mapped with it."""
        ops = self._dma.ops
        pieces = [(dma_addr, length) for dma_addr, length, _ in ops.buffers(dev, sgl, nents)]
        first = self._mappings.find(dev, pieces[0][0], (SG,), nents) if pieces else None
        return first, pieces if first is None else pieces[: first.sg_call_ents]

    def _remove(self, dev: int, pieces: list[tuple[int, int]], direction: int, call_ents: int) -> Iterator[Complaint]:
        for dma_addr, length in pieces:
            complaints = self._mappings.remove(dev, dma_addr, length, 0, SG, direction, call_ents)
            yield from self._debug.check_unmap(dma_addr, length, direction, complaints)

    def _sync(self, target: int) -> Callable[..., None]:
        """Source: include/asm-x86/dma-mapping_64.h: dma_sync_sg_for_cpu; lib/dma-debug.c: debug_dma_sync_sg_for_cpu"""

        def sync(dev: int, sgl: int, nents: int, direction: int) -> None:
            self._check(dev, sgl)
            first, pieces = self._mapped(dev, sgl, nents)
            if first is not None:
                self._report.complain(dev, first.dma_addr, first.size, self._debug.check_sync_sg(first, nents))
            for dma_addr, length in pieces:
                wrong = self._debug.check_sync(dev, dma_addr, length, direction, target, kinds=(SG,))
                self._report.complain(dev, dma_addr, length, wrong)
            self._dma.dma_sync_sg(dev, sgl, nents, direction, target)

        return sync
