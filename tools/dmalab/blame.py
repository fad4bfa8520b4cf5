# SPDX-License-Identifier: GPL-2.0-only
"""Who is to blame: the object, its cache and zone, and the driver's lines.

Adds to findings what only the upper floors know, and makes one of a cache that could not be destroyed. What was
allocated where stands in the guest's own table of users.
"""

from dataclasses import replace

from dmalab.symbols import Symbols
from dmalab.transfers import find_mapping
from emulator.dma import DmaFabric
from emulator.finding import Finding, Findings, Json
from emulator.trace import Trap
from pykernel.check.access import BEYOND_REACH
from pykernel.check.caches import find_cache
from pykernel.check.freed import page_count
from pykernel.check.memory import Memory
from pykernel.check.owner import Owner, owner_of
from pykernel.check.users import User, Users
from pykernel.kernel import Kernel
from pykernel.layout.address import virt_to_phys
from pykernel.mm import gfp

DESTROY_REFUSED = "slab-destroy-refused"
PAGE_DOUBLE_FREE = "page-double-free"
_CPU_ACCESSES = ("mmio-unassigned", "rom-write", "bar-over-ram", "bar-overlap")
_SHOWN_OBJECTS = 10
_DMA_REACH = (1 << 24) - 1
_DMA32_REACH = (1 << 32) - 1


class Blame:
    """Annotates findings. `users` is the guest's table; `fabric` knows how the driver told a device what it does;
    `translated` says that an IOMMU makes bus addresses other than physical ones."""

    def __init__(
        self,
        memory: Memory,
        kernel: Kernel,
        symbols: Symbols,
        findings: Findings,
        users: Users,
        fabric: DmaFabric,
        *,
        translated: bool = False,
    ) -> None:
        self._memory = memory
        self._findings = findings
        self._kernel = kernel
        self._symbols = symbols
        self._users = users
        self._fabric = fabric
        self._translated = translated

    def follows(self, name: str) -> bool:
        """Say whether `on_trap` wants to see calls of `name`."""
        return name in ("kmem_cache_destroy", "free_pages")

    def on_trap(self, event: Trap) -> None:
        """Look at a cache that was to be destroyed, or at pages that were given back."""
        if event.name == "kmem_cache_destroy":
            self._check_destroyed(event)
        elif event.args[0]:
            self._check_freed(event)

    def _check_freed(self, event: Trap) -> None:
        """Report pages that were free already: Linux counts their users below zero, and says nothing."""
        phys = virt_to_phys(event.args[0])
        if page_count(self._memory, phys) >= 0:
            return
        sentence = f"free_pages({event.args[0]:#x}, {event.args[1]}) of a page that nobody has"
        details: dict[str, Json] = {
            "memory": owner_of(self._memory, phys).sentence,
            "backtrace": [self._symbols.describe(event.caller)],
        }
        self._findings.report(Finding(PAGE_DOUBLE_FREE, sentence, event.now_ns, phys=phys, details=details))

    def _check_destroyed(self, event: Trap) -> None:
        """Report a cache that was to be destroyed and is still there, with the objects that keep it alive."""
        cache = find_cache(self._memory, event.args[0])
        if cache is None:
            return
        alive = [
            f"{owner.first:#x}, allocated at {self._symbols.describe(user.allocated_by)}"
            for user in self._users.in_use()
            for owner in [owner_of(self._memory, user.phys)]
            if owner.cache == cache.name and owner.state == "allocated" and owner.first == user.phys
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
        """Say of a device's wrong address whose memory it was meant for, and whose it hit, and who told the device."""
        details: dict[str, Json] = {}
        if finding.dma_addr is not None and finding.device is not None and finding.kind.startswith("dma-"):
            details = self._of_memory(finding, finding.device, finding.dma_addr)
        told = dict(self._fabric.told)
        if finding.kind in _CPU_ACCESSES:
            told["backtrace"] = self._fabric.where()
        lines = {what: [self._symbols.describe(each) for each in frames] for what, frames in told.items() if frames}
        return replace(finding, details={**finding.details, **details, **lines}) if details or lines else finding

    def _of_memory(self, finding: Finding, device: str, dma_addr: int) -> dict[str, Json]:
        details: dict[str, Json] = dict(finding.details)
        # Behind an IOMMU a bus address says nothing of whose memory was meant; what lies there does, if anything does.
        meant = finding.phys if self._translated else dma_addr
        if meant is None:
            return details
        owner = owner_of(self._memory, meant)
        details["memory"] = owner.sentence
        user = self._users.of(owner.first) if owner.first is not None else None
        if user is not None:
            details["allocated_at"] = self._symbols.describe(user.allocated_by)
        if user is not None and user.freed_by:
            details["freed_at"] = self._symbols.describe(user.freed_by)
        if finding.kind == BEYOND_REACH:
            details |= self._missing_flag(owner, user, int(finding.details.get("reach", 0)))
        mapping = find_mapping(self._kernel, device, dma_addr)
        if mapping is not None:
            details["mapped_at"] = [self._symbols.describe(each) for each in mapping.backtrace if each]
        if finding.phys is not None and finding.phys != meant:
            details["hit"] = f"{finding.phys:#x}: {owner_of(self._memory, finding.phys).sentence}"
        return details

    def _missing_flag(self, owner: Owner, user: User | None, reach: int) -> dict[str, Json]:
        """Name the flag that would have given memory within `reach`, where the allocation lacked it."""
        if user is None or reach < _DMA_REACH:
            return {}
        # Slabs are never taken with GFP_DMA32, so a kmalloc for a 32-bit device needs GFP_DMA like any other.
        in_pages = owner.kind == "pages" and reach >= _DMA32_REACH
        missing = "GFP_DMA32" if in_pages else "GFP_DMA"
        return {} if user.gfp_mask & (gfp.GFP_DMA | gfp.GFP_DMA32) else {"missing_flag": missing}
