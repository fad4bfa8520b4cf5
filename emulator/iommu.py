# SPDX-License-Identifier: GPL-2.0-only
"""An IOMMU between PCI devices and memory: bus addresses go through the device's page tables, which lie in RAM.

The tables are those of docs/iommu.md, near VT-d's second level. There is no cache of translations: what a table says
holds at once.
"""

from typing import NamedTuple

from emulator.memmap import PAGE_SIZE
from emulator.ram import Ram

READ, WRITE = 1, 2
_ADDRESS = ((1 << 52) - 1) & ~(PAGE_SIZE - 1)
_SHIFTS = (30, 21, 12)
_END = 1 << 39
# Number and words of the fault, as Intel's VT-d has them.
_NO_ROOT, _NO_WRITE, _NO_READ = 2, 5, 6
_REASONS = {
    _NO_ROOT: "Present bit in context entry is clear",
    _NO_WRITE: "PTE Write access is not set",
    _NO_READ: "PTE Read access is not set",
}


class Fault(NamedTuple):
    """An access that the tables do not allow: where, and why."""

    dma_addr: int
    reason: int

    @property
    def words(self) -> str:
        """Say why, as Linux does."""
        return f"[fault reason {self.reason:02}] {_REASONS[self.reason]}"


class Iommu:
    """The translation of all PCI functions. `roots` is the physical address of the array of their tables, by devfn."""

    def __init__(self, ram: Ram) -> None:
        self.roots: int | None = None  # off: nothing is translated
        self._ram = ram

    def translate(
        self, devfn: int, dma_addr: int, length: int, *, is_write: bool
    ) -> tuple[list[tuple[int, int]], Fault | None]:
        """Give the runs of physical addresses behind a range, and the first fault, if there is one."""
        if self.roots is None:
            return [(dma_addr, length)], None
        runs: list[tuple[int, int]] = []
        end = dma_addr + length
        while dma_addr < end:
            size = min(end - dma_addr, PAGE_SIZE - dma_addr % PAGE_SIZE)
            phys, reason = self._walk(self.roots, devfn, dma_addr, WRITE if is_write else READ)
            if reason:
                return runs, Fault(dma_addr, reason)
            if runs and runs[-1][0] + runs[-1][1] == phys:
                runs[-1] = runs[-1][0], runs[-1][1] + size
            else:
                runs.append((phys, size))
            dma_addr += size
        return runs, None

    def _walk(self, roots: int, devfn: int, dma_addr: int, wanted: int) -> tuple[int, int]:
        table = self._entry(roots + 8 * devfn)
        if not table:
            return 0, _NO_ROOT
        refused = _NO_WRITE if wanted == WRITE else _NO_READ
        if dma_addr >= _END:
            return 0, refused
        for shift in _SHIFTS:
            entry = self._entry((table & _ADDRESS) + 8 * (dma_addr >> shift & 511))
            if not entry & wanted:
                return 0, refused
            table = entry
        return table & _ADDRESS | dma_addr & PAGE_SIZE - 1, 0

    def _entry(self, phys: int) -> int:
        return self._ram.u64[phys >> 3] if self._ram.contains(phys, 8) else 0
