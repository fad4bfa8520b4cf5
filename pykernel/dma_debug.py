# SPDX-License-Identifier: GPL-2.0-only
"""What is wrong with a driver's calls of the DMA API, in the words of Linux's lib/dma-debug.c; and which of the faults
of 2.6.24's DMA layer a call runs into (docs/dma-faults.md).

It looks and says; nothing here changes what a call does. docs/findings.md lists the classes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from emulator.memmap import KERNEL_MAP_BASE, PAGE_SIZE, VMALLOC_BASE, VMALLOC_END
from pykernel.check.freed import object_extent
from pykernel.check.memory import Memory
from pykernel.layout.address import virt_to_phys
from pykernel.mm.context import Mm
from pykernel.mm.dma import Dma
from pykernel.mm.dma_mappings import (
    BOUNCED,
    POOL,
    Complaint,
    DmaMappings,
    direction_name,
)
from pykernel.mm.dma_mappings import Mapping as DmaMapping
from pykernel.mm.dma_ops import DMA_BIDIRECTIONAL, DMA_FROM_DEVICE, DMA_TO_DEVICE, SYNC_FOR_CPU
from pykernel.mm.swiotlb import IO_TLB_SHIFT
from pykernel.pointers import readable

MAX_OVERLAP = 7  # mappings of one cache line that dma-debug can count
_STACK_WINDOW = 1 << 16  # bytes above a call frame that could be stack
_MAX_FRAMES = 256
_SLOT = 1 << IO_TLB_SHIFT
_U64 = (1 << 64) - 1
_PRESENT, _WRITABLE, _LARGE, _TABLE_ADDRESS = 1, 2, 1 << 7, 0xF_FFFF_FFFF_F000  # of an entry of a page table
DMA_ATTR_SKIP_CPU_SYNC = 1 << 5


class DmaDebug:
    """The checks over one kernel's table of mappings. `stack()` gives the current call frame's place and its RBP."""

    def __init__(
        self,
        mm: Mm,
        dma: Dma,
        mappings: DmaMappings,
        symbols: Mapping[str, int],
        stack: Callable[[], tuple[int, int]],
    ) -> None:
        self._mm, self._dma, self._mappings, self._stack = mm, dma, mappings, stack
        areas = (("_text", "_etext"), ("__start_rodata", "__end_rodata"))
        self._constant = [(symbols[first], symbols[last]) for first, last in areas if {first, last} <= symbols.keys()]
        tables = symbols.get("swapper_pg_dir")
        self._page_tables = None if tables is None else virt_to_phys(tables)
        self._line = mm.config.l1_cache_bytes
        self._memory = Memory(mm.ram, mm.layout, mm.config, mm.statics)

    # Mapping.

    def check_area(self, virt: int, size: int) -> Iterator[Complaint]:
        """Look where the memory is that a driver maps.

        Source: lib/dma-debug.c: debug_dma_map_single, check_for_stack, check_for_illegal_area
        """
        if VMALLOC_BASE <= virt < VMALLOC_END:
            sentence = f"device driver maps memory from vmalloc area [addr={virt:#018x}] [len={size}]"
            yield Complaint("dma-map-vmalloc", sentence)
        elif readable(self._mm.ram, virt, size) is None:
            sentence = f"device driver maps memory from invalid area [addr={virt:#018x}] [len={size}]"
            yield Complaint("dma-map-invalid-area", sentence)
        elif self._is_on_stack(virt):
            yield Complaint("dma-map-stack", f"device driver maps memory from stack [addr={virt:#018x}]")
        elif any(virt < last and first < virt + size for first, last in self._constant) or self._is_read_only(virt):
            sentence = f"device driver maps memory from kernel text or rodata [addr={virt:#018x}] [len={size}]"
            yield Complaint("dma-map-text", sentence)

    def _is_read_only(self, virt: int) -> bool:
        """Say whether the page tables forbid writing to a part of the kernel or of a module."""
        if self._page_tables is None or virt < KERNEL_MAP_BASE:
            return False
        table: int = self._page_tables
        for shift in (39, 30, 21, 12):
            entry = self._mm.ram.u64[(table >> 3) + (virt >> shift & 511)]
            table = entry & _TABLE_ADDRESS
            if not entry & _PRESENT or entry & _LARGE or not self._mm.ram.contains(table, PAGE_SIZE):
                return False
        return not entry & _WRITABLE

    def _is_on_stack(self, virt: int) -> bool:
        """Say whether an address is between the current call's frame and the first function's, along RBP's chain."""
        frame, frame_pointer = self._stack()
        phys = virt_to_phys(virt)
        if not frame <= phys < frame + _STACK_WINDOW:
            return False
        for _ in range(_MAX_FRAMES):
            at = readable(self._mm.ram, frame_pointer, 16)
            if at is None or at & 7:
                return False
            if phys < at + 16:
                return True
            frame_pointer = self._mm.ram.u64[at >> 3]
        return False

    def check_overlap(self, dma_addr: int, virt: int, size: int, direction: int, attrs: int = 0) -> Iterator[Complaint]:
        """Look whether memory that a device may write is mapped already. Call it before the mapping is recorded.

        Who sees to the caches himself (DMA_ATTR_SKIP_CPU_SYNC) may map it more than once.

        Source: lib/dma-debug.c: active_cacheline_insert, add_dma_entry
        Differs: Linux knows the first cache line of each mapping only, here all bytes count; and of two objects of the
            allocator's in one line it suspects the driver
        """
        if direction == DMA_TO_DEVICE or not len(self._mappings):
            return
        phys, line = virt_to_phys(virt), self._line
        first = phys & -line
        same_line = 0
        for mapping in self._near(dma_addr, phys, size):
            if mapping.direction == DMA_TO_DEVICE or mapping.type == POOL:
                continue
            other = virt_to_phys(mapping.cpu_addr)
            shares_line = other & -line == first and self._are_of_one_object(phys, other)
            same_line += shares_line
            if (other < phys + size and phys < other + mapping.size) or shares_line:
                sentence = "cacheline tracking EEXIST, overlapping mappings aren't supported"
                if same_line <= 1 and not attrs & DMA_ATTR_SKIP_CPU_SYNC:
                    yield Complaint("dma-map-overlap", sentence, mapping)
        if same_line > MAX_OVERLAP:
            sentence = f"exceeded {MAX_OVERLAP} overlapping mappings of cacheline {first // line:#x}"
            yield Complaint("dma-map-overlap-count", sentence)

    def _are_of_one_object(self, phys: int, other: int) -> bool:
        """Tell a driver's own neighbours from those that the allocator has given it."""
        return object_extent(self._memory, phys) == object_extent(self._memory, other)

    def _near(self, dma_addr: int, phys: int, size: int) -> Iterator[DmaMapping]:
        """Yield the mappings that can share a cache line with a buffer; those that bounce lie anywhere."""
        if dma_addr != phys:
            return iter(self._mappings)
        first = phys & -self._line
        return self._mappings.overlapping(first, max(phys + size, first + self._line) - first)

    def check_mapped(self, dev: int, dma_addr: int, virt: int, size: int) -> Iterator[Complaint]:
        """Look whether the device reaches all of what it got, and whether a bounce buffer is as it wants it.

        2.6.24 compares a bounced mapping's first byte with the mask, and a scatterlist's slots not at all.

        Source: none
        """
        mask = self._mask(dev)
        if size and mask is not None and dma_addr + size - 1 > mask:
            sentence = f"mapping ends beyond the device mask {mask:x} [device address={dma_addr:#018x}] [size={size}]"
            yield Complaint("dma-map-beyond-mask", sentence)
        phys = virt_to_phys(virt) & _U64
        wanted = self._dma.ops.min_align_mask(dev)
        if dma_addr != phys and (dma_addr ^ phys) & wanted:
            sentence = (
                f"bounce buffer does not keep the offset that the device needs [device address={dma_addr:#018x}] "
                f"[cpu address={virt:#018x}] [min_align_mask={wanted:#x}]"
            )
            yield Complaint("dma-bounce-offset", sentence)

    def check_segment(self, dev: int, dma_addr: int, length: int) -> Iterator[Complaint]:
        """Compare a mapped piece with what its device claims to support. Source: lib/dma-debug.c: check_sg_segment"""
        most, boundary = self._dma.ops.segment_limits(dev)
        end = dma_addr + length - 1
        if length > most:
            sentence = f"mapping sg segment longer than device claims to support [len={length}] [max={most}]"
            yield Complaint("dma-sg-too-long", sentence)
        if length and (dma_addr ^ end) & ~boundary & _U64:
            sentence = (
                f"mapping sg segment across boundary [start={dma_addr:#018x}] [end={end:#018x}] "
                f"[boundary={boundary:#018x}]"
            )
            yield Complaint("dma-sg-boundary", sentence)

    def _mask(self, dev: int) -> int | None:
        return self._dma.ops.dma_mask(dev) if dev else None

    # Unmapping.

    def check_unmap(
        self, dma_addr: int, size: int, direction: int, complaints: Sequence[Complaint]
    ) -> Iterator[Complaint]:
        """Pass on what the table says of an unmapping, and add what it does to the bounce buffers.

        Source: lib/dma-debug.c: check_unmap
        """
        bounced = self._dma.ops.is_bounce_buffer(dma_addr)
        for complaint in complaints:
            if complaint.kind != "dma-unmap-unknown":
                yield complaint
                if complaint.kind == "dma-unmap-size" and bounced and complaint.mapping is not None:
                    yield from _slots_off(complaint.mapping.size, size, dma_addr)
            elif self._dma.dma_mapping_error(dma_addr):
                yield Complaint("dma-unmap-error", "device driver tries to free an invalid DMA memory address")
            else:
                yield complaint
                if bounced and direction in (DMA_FROM_DEVICE, DMA_BIDIRECTIONAL):
                    sentence = (
                        "bounce buffer is copied again over memory that is not mapped any more "
                        f"[device address={dma_addr:#018x}] [size={size} bytes]"
                    )
                    yield Complaint("dma-bounce-copied-again", sentence)

    def check_unmap_sg(self, first: DmaMapping | None, nents: int) -> Iterator[Complaint]:
        """Compare the pieces that are unmapped with those that were mapped. Source: lib/dma-debug.c: check_unmap"""
        if first is not None and first.sg_call_ents != nents:
            sentence = (
                "device driver frees DMA sg list with different entry count "
                f"[map count={first.sg_call_ents}] [unmap count={nents}]"
            )
            yield Complaint("dma-unmap-sg-count", sentence, first)

    # Handing over.

    def check_sync(
        self, dev: int, dma_addr: int, length: int, direction: int, target: int, *, kinds: Sequence[int] = ()
    ) -> Iterator[Complaint]:
        """Look whether [dma_addr, dma_addr + length) is mapped, and mapped so that handing it over has a meaning.

        Source: lib/dma-debug.c: check_sync
        """
        mapping = self._synced(dev, dma_addr, length, kinds)
        where = f"[device address={dma_addr:#018x}]"
        if mapping is None:
            if self._mappings.is_complete:
                sentence = f"device driver tries to sync DMA memory it has not allocated {where} [size={length} bytes]"
                yield Complaint("dma-sync-unknown", sentence)
            return
        end = dma_addr + length - mapping.dma_addr
        if end > mapping.size:
            sentence = (
                f"device driver syncs DMA memory outside allocated range {where} "
                f"[allocation size={mapping.size} bytes] [sync offset+size={end}]"
            )
            yield Complaint("dma-sync-range", sentence, mapping)
        if mapping.direction == DMA_BIDIRECTIONAL:
            return
        both = f"[mapped with {mapping.direction_name}] [synced with {direction_name(direction)}]"
        # Linux says the direction first; that it is wrong is the least of what can be said.
        if target == SYNC_FOR_CPU and mapping.direction != DMA_FROM_DEVICE and direction != DMA_TO_DEVICE:
            sentence = f"device driver syncs device read-only DMA memory for cpu {where} {both}"
            yield Complaint("dma-sync-for-cpu", sentence, mapping)
        if target != SYNC_FOR_CPU and mapping.direction != DMA_TO_DEVICE and direction != DMA_FROM_DEVICE:
            sentence = f"device driver syncs device write-only DMA memory to device {where} {both}"
            yield Complaint("dma-sync-for-device", sentence, mapping)
        if direction != mapping.direction:
            sentence = f"device driver syncs DMA memory with different direction {where} {both}"
            yield Complaint("dma-sync-direction", sentence, mapping)

    def _synced(self, dev: int, dma_addr: int, length: int, kinds: Sequence[int]) -> DmaMapping | None:
        found = [
            mapping
            for mapping in self._mappings.overlapping(dma_addr, 1)
            if mapping.dev == dev and (not kinds or mapping.type in kinds) and mapping.type != POOL
        ]
        # The one that holds all of it, else the largest.
        found.sort(key=lambda each: (dma_addr + length <= each.dma_addr + each.size, each.size))
        return found[-1] if found else None

    def check_sync_sg(self, first: DmaMapping | None, nents: int) -> Iterator[Complaint]:
        """Compare the pieces that are handed over with those that were mapped. Source: lib/dma-debug.c: check_sync"""
        if first is not None and first.sg_call_ents != nents:
            sentence = (
                "device driver syncs DMA sg list with different entry count "
                f"[map count={first.sg_call_ents}] [sync count={nents}]"
            )
            yield Complaint("dma-sync-sg-count", sentence, first)

    # Coherent memory.

    def check_coherent(self, dma_addr: int, size: int, coherent_mask: int) -> Iterator[Complaint]:
        """Look whether coherent memory is within its mask and aligned to a page, as swiotlb's may not be.

        Source: none
        """
        if size and dma_addr + size - 1 > coherent_mask:
            sentence = (
                f"coherent memory is beyond the coherent mask {coherent_mask:x} "
                f"[device address={dma_addr:#018x}] [size={size} bytes]"
            )
            yield Complaint("dma-coherent-beyond-mask", sentence)
        if dma_addr % PAGE_SIZE:
            sentence = f"coherent memory is not aligned to a page [device address={dma_addr:#018x}] [size={size} bytes]"
            yield Complaint("dma-coherent-misaligned", sentence)

    def check_free_coherent(self, dma_addr: int, size: int, *, irqs_disabled: bool) -> Iterator[Complaint]:
        """Look what 2.6.24 does to reserved pages, and whether the caller may sleep.

        Source: arch/x86/kernel/pci-dma_64.c: dma_free_coherent
        """
        if irqs_disabled:
            yield Complaint("dma-free-coherent-atomic", "WARNING: dma_free_coherent() with interrupts disabled")
        if self._dma.ops.is_bounce_buffer(dma_addr):
            sentence = (
                "dma_free_coherent() frees the reserved pages of a bounce buffer "
                f"[device address={dma_addr:#018x}] [size={size} bytes]"
            )
            yield Complaint("dma-free-coherent-bounce", sentence)

    def flags_of(self, dma_addr: int, virt: int) -> int:
        """Give BOUNCED where a bus address is not that of the memory."""
        return 0 if dma_addr == virt_to_phys(virt) else BOUNCED


def _slots_off(mapped: int, unmapped: int, dma_addr: int) -> Iterator[Complaint]:
    """Say what a wrong size does to the slots. Source: lib/swiotlb.c: unmap_single"""
    had, gave = -(-mapped // _SLOT), -(-unmapped // _SLOT)
    if had != gave:
        what = f"leaves {had - gave} slots taken" if gave < had else f"frees {gave - had} slots of other mappings"
        sentence = f"unmapping a bounce buffer with a wrong size {what} [device address={dma_addr:#018x}]"
        yield Complaint("dma-bounce-slots", sentence)
