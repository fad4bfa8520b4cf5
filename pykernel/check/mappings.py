# SPDX-License-Identifier: GPL-2.0-only
"""The audit of the table of DMA mappings: every record is one, every search for it gets there, and none is lost.

The table is an open hash: a record lies in the slot that the page of its bus address hashes to, or behind, with no free
slot between, the table's end being followed by its start. kernel/device.h describes a record.
"""

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET, PAGE_SHIFT
from pykernel.check.memory import Memory
from pykernel.check.violations import Violations

_MULTIPLIER, _SHIFT = 0x9E37_79B1, 20
_U64 = (1 << 64) - 1
_DIRECTIONS = 3
_KINDS = ("SINGLE", "COHERENT", "PAGE", "SG", "POOL")


def audit_mappings(memory: Memory, log: Violations) -> int:
    """Check all records, and give how many there are."""
    if "dma_mappings" not in memory.statics:
        return 0
    with log.reading("dma-mapping"):
        _check_answers(memory, log)
        return _Table(memory, log).check()
    return 0


def _check_answers(memory: Memory, log: Violations) -> None:
    """Check what the DMA API's answers are made of. Source: arch/x86/kernel/pci-dma_64.c: pci_iommu_init"""
    statics, layout = memory.statics, memory.layout
    bad, ops, lost = (statics[name] for name in ("bad_dma_address", "dma_ops", "dma_mappings_lost"))
    log.expect("dma-statics", "bad_dma_address", bad, 0, memory.u64(bad))
    chosen, known = memory.u32(ops), list(layout.enum("dma_ops_kind").values())
    known += [layout.number("DMA_OPS_IOMMU")] if layout.has_number("DMA_OPS_IOMMU") else []
    if chosen not in known:
        log.add("dma-statics", "dma_ops are none that there are", ops, sorted(known), chosen)
    if memory.u32(lost) > 1:
        log.add("dma-statics", "dma_mappings_lost", lost, "0 or 1", memory.u32(lost))
    if chosen:
        mask, pointer = (memory.static("fallback_dev", name) for name in ("coherent_dma_mask", "dma_mask"))
        log.expect("dma-statics", "fallback_dev: coherent_dma_mask", mask, 0xFFFF_FFFF, memory.u64(mask))
        log.expect("dma-statics", "fallback_dev: dma_mask", pointer, mask + KERNEL_MAP_BASE, memory.u64(pointer))


class _Table:
    """The table as columns, a member each."""

    def __init__(self, memory: Memory, log: Violations) -> None:
        layout = memory.layout
        self.memory, self.log = memory, log
        self.base, self.size = memory.statics["dma_mappings"], layout.sizeof("dma_mapping")
        self.slots = layout.variable("dma_mappings").size // self.size
        self.members = {name: offset for name, (offset, _) in layout.members("dma_mapping").items()}
        self.types = memory.ram.column("I", self.base + self.members["type"], self.size, self.slots).tolist()

    def check(self) -> int:
        """Check the count of records, and each one."""
        memory, log = self.memory, self.log
        live = self.slots - self.types.count(0)
        counter = memory.statics["nr_dma_mappings"]
        log.expect("dma-mapping", "nr_dma_mappings is not the number of records", counter, live, memory.u32(counter))
        most = memory.layout.number("DMA_MAPPINGS_MAX")
        if live > most:
            log.add("dma-mapping", "the table of DMA mappings is fuller than it can get", counter, most, live)
        elif live:
            first = self.base + self.members["dma_addr"]
            dma_addrs = memory.ram.column("Q", first, self.size, self.slots).tolist()
            for slot, kind in enumerate(self.types):
                if kind:
                    self._check_record(slot, kind, dma_addrs[slot])
        return live

    def _check_record(self, slot: int, kind: int, dma_addr: int) -> None:
        memory, log, phys = self.memory, self.log, self.base + slot * self.size
        what = f"the DMA mapping of {dma_addr:#x}"
        names = [f"DMA_MAPPING_{name}" for name in _KINDS]
        known = [memory.layout.number(name) for name in names if memory.layout.has_number(name)]
        if kind not in known:
            log.add("dma-mapping", f"{what} is of no type", phys + self.members["type"], known, kind)
        direction = memory.u32(phys + self.members["direction"])
        if direction >= _DIRECTIONS:
            log.add("dma-mapping", f"{what} has no direction", phys + self.members["direction"], "0..2", direction)
        dev = memory.u64(phys + self.members["dev"])
        if dev and memory.resolve(dev, memory.layout.sizeof("device")) is None:
            log.add("dma-mapping", f"{what} is of no device", phys + self.members["dev"], "a kernel address", hex(dev))
        home = ((dma_addr >> PAGE_SHIFT) * _MULTIPLIER >> _SHIFT) % self.slots
        between = self.types[home:slot] if home <= slot else self.types[home:] + self.types[:slot]
        if 0 in between:
            log.add("dma-mapping", f"no search would find {what}", phys, f"slot {home} or behind", f"slot {slot}")
        if memory.u32(memory.statics["dma_ops"]) == memory.layout.number("DMA_OPS_NOMMU"):
            # Without an IOMMU or bounce buffers a bus address is the physical one.
            virt = memory.u64(phys + self.members["cpu_addr"])
            if dma_addr not in ((virt - PAGE_OFFSET) & _U64, (virt - KERNEL_MAP_BASE) & _U64):
                at = phys + self.members["cpu_addr"]
                log.add("dma-mapping", f"{what} is of other memory", at, hex(dma_addr + PAGE_OFFSET), hex(virt))
