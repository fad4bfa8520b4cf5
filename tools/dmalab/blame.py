# SPDX-License-Identifier: GPL-2.0-only
"""Who is to blame for an address that a device cannot drive: the object, its cache and zone, and the driver's lines.

Adds to findings what only the upper floors know. What was allocated where is remembered from the trap events, as a
kernel without debugging keeps no such thing in RAM.
"""

from dataclasses import replace

from dmalab.symbols import Symbols
from dmalab.transfers import find_mapping
from emulator.finding import Finding, Json
from emulator.memmap import PAGE_OFFSET
from emulator.trace import Trap
from pykernel.check.memory import Memory
from pykernel.check.owner import owner_of
from pykernel.kernel import Kernel
from pykernel.mm import gfp

BEYOND_REACH = "dma-beyond-reach"
_ALLOCATIONS = {"kmalloc": 1, "kmem_cache_alloc": 1, "get_free_pages": 0}  # name -> which argument is gfp_mask
_DMA_REACH = (1 << 24) - 1
_DMA32_REACH = (1 << 32) - 1


class Blame:
    """Remembers allocations, and annotates findings."""

    def __init__(self, memory: Memory, kernel: Kernel, symbols: Symbols) -> None:
        self._memory = memory
        self._kernel = kernel
        self._symbols = symbols
        self._allocated: dict[int, Trap] = {}  # by address; the last one counts

    def on_trap(self, event: Trap) -> None:
        """Remember an allocation."""
        if event.name in _ALLOCATIONS and event.result:
            self._allocated[event.result] = event

    def annotate(self, finding: Finding) -> Finding:
        """Say of a device's wrong address whose memory it was meant for, and whose it hit."""
        if finding.dma_addr is None or finding.device is None or not finding.kind.startswith("dma-"):
            return finding
        details: dict[str, Json] = dict(finding.details)
        owner = owner_of(self._memory, finding.dma_addr)
        details["memory"] = owner.sentence
        allocation = self._allocated.get(PAGE_OFFSET + owner.first) if owner.first is not None else None
        if allocation is not None:
            details["allocated_at"] = self._symbols.describe(allocation.caller)
        if finding.kind == BEYOND_REACH:
            details |= self._missing_flag(allocation, int(finding.details.get("reach", 0)))
        mapping = find_mapping(self._kernel, finding.device, finding.dma_addr)
        if mapping is not None:
            details["mapped_at"] = [self._symbols.describe(each) for each in mapping.backtrace if each]
        if finding.phys is not None and finding.phys != finding.dma_addr:
            details["hit"] = f"{finding.phys:#x}: {owner_of(self._memory, finding.phys).sentence}"
        return replace(finding, details=details)

    def _missing_flag(self, allocation: Trap | None, reach: int) -> dict[str, Json]:
        """Name the flag that would have given memory within `reach`, where the allocation lacked it."""
        if allocation is None or reach < _DMA_REACH:
            return {}
        gfp_mask = allocation.args[_ALLOCATIONS[allocation.name]]
        # Slabs are never taken with GFP_DMA32, so a kmalloc for a 32-bit device needs GFP_DMA like any other.
        in_pages = allocation.name == "get_free_pages" and reach >= _DMA32_REACH
        missing = "GFP_DMA32" if in_pages else "GFP_DMA"
        return {} if gfp_mask & (gfp.GFP_DMA | gfp.GFP_DMA32) else {"missing_flag": missing}
