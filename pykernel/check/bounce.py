# SPDX-License-Identifier: GPL-2.0-only
"""The audit of the bounce buffers: where boot put them, how many free slots follow each, and whose the taken ones are.

Source: lib/swiotlb.c
"""

from pykernel.check.boot_places import BootPlaces
from pykernel.check.memory import Memory
from pykernel.check.violations import Violations

_SHIFT, _SEGMENT = 11, 128  # of a slot's bytes; slots of which no run is longer
_OVERFLOW = 32 << 10  # bytes
_RULE = "bounce-slots"


def audit_bounce_slots(memory: Memory, log: Violations, places: BootPlaces) -> int:
    """Check the slots where buffers are bounced, and give how many are taken."""
    if memory.u32(memory.statics["dma_ops"]) != memory.layout.number("DMA_OPS_SWIOTLB"):
        return 0
    with log.reading(_RULE):
        return _Slots(memory, log).check(places)
    return 0


class _Slots:
    """Slots by their number."""

    def __init__(self, memory: Memory, log: Violations) -> None:
        self.memory, self.log = memory, log
        self.statics = {name: phys for name, phys in memory.statics.items() if name.startswith("io_tlb_")}
        self.count = memory.u64(self.statics["io_tlb_nslabs"])

    def check(self, places: BootPlaces) -> int:
        """Check all; give how many slots are taken."""
        memory, log, statics = self.memory, self.log, self.statics
        nslabs, end, overflow, index = (statics[f"io_tlb_{name}"] for name in ("nslabs", "end", "overflow", "index"))
        if not self.count or self.count % _SEGMENT:
            log.add(_RULE, "io_tlb_nslabs is no number of whole segments", nslabs, "a multiple of 128", self.count)
            return 0
        start = places.check("io_tlb_start", statics["io_tlb_start"], self.count << _SHIFT)
        behind = memory.u64(statics["io_tlb_start"]) + (self.count << _SHIFT)
        log.expect(_RULE, "io_tlb_end is not behind the last slot", end, behind, memory.u64(end))
        free_runs = places.check("io_tlb_list", statics["io_tlb_list"], self.count * 4)
        originals = places.check("io_tlb_orig_addr", statics["io_tlb_orig_addr"], self.count * 8)
        log.expect(_RULE, "io_tlb_overflow", overflow, _OVERFLOW, memory.u64(overflow))
        places.check("io_tlb_overflow_buffer", statics["io_tlb_overflow_buffer"], _OVERFLOW)
        if memory.u32(index) >= self.count:
            log.add(_RULE, "io_tlb_index is beyond the last slot", index, f"below {self.count}", memory.u32(index))
        runs = memory.ram.column("I", free_runs, 4, self.count).tolist()
        self._check_runs(free_runs, runs)
        self._check_users(start, runs, originals)
        return runs.count(0)

    def _check_runs(self, free_runs: int, runs: list[int]) -> None:
        """A free slot has one more behind it than the next, and none behind the segment's end."""
        for slot, run in enumerate(runs):
            if run:
                follows = 1 + (runs[slot + 1] if (slot + 1) % _SEGMENT else 0)
                what = f"io_tlb_list[{slot}] is not the number of free slots from there on"
                self.log.expect(_RULE, what, free_runs + 4 * slot, follows, run)

    def _check_users(self, start: int, runs: list[int], originals: int) -> None:
        """What is mapped through slots has them, and they know its buffer."""
        memory, log, layout = self.memory, self.log, self.memory.layout
        base, size = memory.statics["dma_mappings"], layout.sizeof("dma_mapping")
        at = {name: offset for name, (offset, _) in layout.members("dma_mapping").items()}
        records = layout.variable("dma_mappings").size // size
        types = memory.ram.column("I", base + at["type"], size, records).tolist()
        for phys in (base + record * size for record, kind in enumerate(types) if kind):
            dma_addr, length, virt = (memory.u64(phys + at[name]) for name in ("dma_addr", "size", "cpu_addr"))
            first = (dma_addr - start) >> _SHIFT
            if not 0 <= first < self.count:
                continue
            for slot in range(first, min(first + -(-length >> _SHIFT), self.count)):
                original = virt + (slot - first << _SHIFT)
                if runs[slot]:
                    log.add(_RULE, f"slot {slot} is free, and mapped at {dma_addr:#x}", phys, 0, runs[slot])
                elif memory.u32(phys + at["type"]) != layout.number("DMA_MAPPING_COHERENT"):
                    what = f"io_tlb_orig_addr[{slot}] is not the buffer that is mapped there"
                    log.expect(_RULE, what, originals + 8 * slot, original, memory.u64(originals + 8 * slot))
