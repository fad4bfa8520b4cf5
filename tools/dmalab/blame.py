# SPDX-License-Identifier: GPL-2.0-only
"""Who is to blame: the object, its cache and zone, and the driver's lines.

Adds to findings what only the upper floors know, and makes one of a cache that could not be destroyed. What was
allocated where is remembered from the trap events, as a kernel without debugging keeps no such thing in RAM.
"""

from dataclasses import replace

from dmalab.symbols import Symbols
from dmalab.transfers import find_mapping
from emulator.finding import Finding, Findings, Json
from emulator.memmap import PAGE_OFFSET
from emulator.trace import Trap
from pykernel.check.caches import find_cache
from pykernel.check.memory import Memory
from pykernel.check.owner import owner_of
from pykernel.kernel import Kernel
from pykernel.mm import gfp

BEYOND_REACH = "dma-beyond-reach"
DESTROY_REFUSED = "slab-destroy-refused"
_SHOWN_OBJECTS = 10
_ALLOCATIONS = {"kmalloc": 1, "kmem_cache_alloc": 1, "get_free_pages": 0}  # name -> which argument is gfp_mask
_DMA_REACH = (1 << 24) - 1
_DMA32_REACH = (1 << 32) - 1


class Blame:
    """Remembers allocations, and annotates findings."""

    def __init__(self, memory: Memory, kernel: Kernel, symbols: Symbols, findings: Findings) -> None:
        self._memory = memory
        self._findings = findings
        self._kernel = kernel
        self._symbols = symbols
        self._allocated: dict[int, Trap] = {}  # by address; the last one counts

    def on_trap(self, event: Trap) -> None:
        """Remember an allocation; look at a cache that was to be destroyed."""
        name = event.name
        if name in _ALLOCATIONS:
            self._allocated[event.result] = event
        elif name == "kmem_cache_destroy":
            self._check_destroyed(event)

    def _check_destroyed(self, event: Trap) -> None:
        """Report a cache that is still there, with the objects that keep it alive."""
        cache = find_cache(self._memory, event.args[0])
        if cache is None:
            return
        alive = [
            f"{owner.first:#x}, allocated at {self._symbols.describe(made.caller)}"
            for virt, made in self._allocated.items()
            if made.name == "kmem_cache_alloc" and made.args[0] == cache.virt
            for owner in [owner_of(self._memory, virt - PAGE_OFFSET)]
            if owner.cache == cache.name and owner.state == "allocated"
        ]
        details: dict[str, Json] = {
            "cache": cache.name,
            "destroyed_at": self._symbols.describe(event.caller),
            "objects": alive[:_SHOWN_OBJECTS],
            "count": len(alive),
        }
        sentence = f"slab error in kmem_cache_destroy(): cache `{cache.name}': Can't free all objects"
        self._findings.report(Finding(DESTROY_REFUSED, sentence, event.now_ns, details=details))

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
