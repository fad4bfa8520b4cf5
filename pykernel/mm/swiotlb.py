# SPDX-License-Identifier: GPL-2.0-only
"""Bouncing: buffers that a device cannot reach are copied through slots of 2 KiB in boot memory below 4 GiB.

Slots are handed out in runs inside segments of 128. io_tlb_list says of each slot how many free ones follow to the end
of its segment, io_tlb_orig_addr whose buffer it was last used for. All of it is in guest RAM; the mistakes of this code
are kept (docs/dma-faults.md).

Source: lib/swiotlb.c, arch/x86/kernel/pci-swiotlb_64.c
"""

import re
from array import array

from emulator.memmap import PAGE_SIZE
from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.address import phys_to_pfn, phys_to_virt, virt_to_phys
from pykernel.mm.bootmem import Bootmem
from pykernel.mm.context import Mm
from pykernel.mm.dma_ops import (
    DMA_BIDIRECTIONAL,
    DMA_FROM_DEVICE,
    DMA_TO_DEVICE,
    SYNC_FOR_CPU,
    DmaOps,
    device_name,
    get_order,
)

IO_TLB_SHIFT = 11
IO_TLB_SEGSIZE = 128  # slots
DEFAULT_SIZE = 64 << 20  # bytes

_SLOT = 1 << IO_TLB_SHIFT
_MAX_DMA32_PFN = 1 << 20
_GFP_DMA = 0x01
_DMA_32BIT_MASK = (1 << 32) - 1
_U32, _U64 = (1 << 32) - 1, (1 << 64) - 1
_MOST_SLOTS = 1 << 20  # that one call may give back; beyond, Linux would have overwritten its own memory long ago
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*")


def setup_io_tlb_npages(mm: Mm, text: str) -> None:
    """Take `swiotlb=SLOTS,force`; either may be missing.

    Source: lib/swiotlb.c: setup_io_tlb_npages
    """
    number = _NUMBER.match(text)
    if number:
        digits = number[0].lower()
        slots = int(digits, 16 if digits.startswith("0x") else 8 if digits.startswith("0") else 10)
        mm.set("io_tlb_nslabs", _align(slots, IO_TLB_SEGSIZE) & _U64)
        text = text[number.end() :]
    if text.removeprefix(",") == "force":
        mm.set("swiotlb_force", 1)


def pci_swiotlb_init(mm: Mm, bootmem: Bootmem) -> None:
    """Choose bouncing where some RAM is beyond 4 GiB or an option asks for it, and take the memory.

    Source: arch/x86/kernel/pci-swiotlb_64.c: pci_swiotlb_init
    """
    if not mm.get("iommu_detected") and not mm.get("no_iommu") and mm.get("max_pfn") > _MAX_DMA32_PFN:
        mm.set("swiotlb", 1)
    if mm.get("swiotlb_force"):
        mm.set("swiotlb", 1)
    if mm.get("swiotlb"):
        mm.printk("PCI-DMA: Using software bounce buffering for IO (SWIOTLB)")
        swiotlb_init(mm, bootmem)
        mm.set("dma_ops", mm.layout.number("DMA_OPS_SWIOTLB"))


def swiotlb_init(mm: Mm, bootmem: Bootmem, default_size: int = DEFAULT_SIZE) -> None:
    """Take slots, tables and the overflow buffer from boot memory: slots and buffer as low as they fit.

    Raises: KernelPanic where they do not fit.
    Source: lib/swiotlb.c: swiotlb_init_with_default_size
    """
    slots = mm.get("io_tlb_nslabs")
    if not slots:
        slots = _align(default_size >> IO_TLB_SHIFT, IO_TLB_SEGSIZE)
        mm.set("io_tlb_nslabs", slots)
    start = bootmem.alloc_bootmem_low(slots << IO_TLB_SHIFT, align=PAGE_SIZE)
    end = start + (slots << IO_TLB_SHIFT)
    mm.set("io_tlb_start", phys_to_virt(start))
    mm.set("io_tlb_end", phys_to_virt(end))
    free_runs = bootmem.alloc_bootmem(slots * 4)
    segment = array("I", range(IO_TLB_SEGSIZE, 0, -1)).tobytes()
    mm.ram.write(free_runs, segment * (slots // IO_TLB_SEGSIZE))
    mm.set("io_tlb_list", phys_to_virt(free_runs))
    mm.set("io_tlb_index", 0)
    mm.set("io_tlb_orig_addr", phys_to_virt(bootmem.alloc_bootmem(slots * 8)))
    overflow = bootmem.alloc_bootmem_low(mm.get("io_tlb_overflow"))
    mm.set("io_tlb_overflow_buffer", phys_to_virt(overflow))
    mm.printk(f"Placing software IO TLB between 0x{start:x} - 0x{end:x}")


class Swiotlb(DmaOps):
    """The operations of swiotlb_dma_ops. A slot is named by its number, a buffer by its virtual address."""

    def __init__(self, mm: Mm) -> None:
        super().__init__(mm)
        self._u8, self._u32 = mm.ram.u8, mm.ram.u32

    # Slots.

    def _take_slots(self, virt: int, size: int, direction: int) -> int:
        """Bounce a buffer: give its bus address, -1 where no run of free slots is long enough.

        Raises: KernelBug for no bytes.
        Source: lib/swiotlb.c: map_single
        """
        nslots = _slots(size)
        if not nslots:
            raise KernelBug("kernel BUG at lib/swiotlb.c: map_single(): !nslots")
        index = self._find_run(nslots, 2 if size > PAGE_SIZE else 1)
        if index < 0:
            return -1
        mm, base = self._mm, virt_to_phys(self._mm.get("io_tlb_list")) >> 2
        self._u32[base + index : base + index + nslots] = memoryview(bytes(4 * nslots)).cast("I")
        self._recount(base, index, 0)
        after = index + nslots
        mm.set("io_tlb_index", after if after < mm.get("io_tlb_nslabs") else 0)
        originals = (virt_to_phys(mm.get("io_tlb_orig_addr")) >> 3) + index
        for slot in range(nslots):
            self._u64[originals + slot] = (virt + (slot << IO_TLB_SHIFT)) & _U64
        dma_addr = virt_to_phys(mm.get("io_tlb_start")) + (index << IO_TLB_SHIFT)
        if direction in (DMA_TO_DEVICE, DMA_BIDIRECTIONAL):
            self._copy(dma_addr, virt_to_phys(virt), size)
        return dma_addr

    def _find_run(self, nslots: int, stride: int) -> int:
        """Give the first of `nslots` free slots in a row, searching once around from io_tlb_index; -1 for none."""
        total = self._mm.get("io_tlb_nslabs")
        base = virt_to_phys(self._mm.get("io_tlb_list")) >> 2
        start = _align(self._mm.get("io_tlb_index"), stride)
        if start >= total:
            start = 0
        for first, last in ((start, total), (0, start)):
            for number, run in enumerate(self._u32[base + first : base + last : stride]):
                if run >= nslots:
                    return first + number * stride
        return -1

    def _recount(self, base: int, index: int, count: int) -> None:
        """Count up the free slots right before `index`, inside their segment."""
        u32 = self._u32
        index -= 1
        while index & (IO_TLB_SEGSIZE - 1) != IO_TLB_SEGSIZE - 1 and u32[base + index]:
            count += 1
            u32[base + index] = count
            index -= 1

    def _give_back(self, dma_addr: int, size: int, direction: int) -> None:
        """Copy back what the device may have written, and free the slots from `dma_addr` on.

        Whether they were taken, and with which size, nobody looks.

        Source: lib/swiotlb.c: unmap_single
        Differs: giving back more than _MOST_SLOTS slots is a paging request at once
        """
        mm, u32, nslots = self._mm, self._u32, _slots(size)
        index = (dma_addr - virt_to_phys(mm.get("io_tlb_start"))) >> IO_TLB_SHIFT
        base = virt_to_phys(mm.get("io_tlb_list")) >> 2
        if nslots > _MOST_SLOTS or base + index + nslots >= len(u32):
            raise _paging_request(phys_to_virt((base + index + nslots) << 2))
        original = self._u64[(virt_to_phys(mm.get("io_tlb_orig_addr")) >> 3) + index]
        if original and direction in (DMA_FROM_DEVICE, DMA_BIDIRECTIONAL):
            self._copy(virt_to_phys(original), dma_addr, size)
        segment_end = _align(index + 1, IO_TLB_SEGSIZE)
        count = u32[base + index + nslots] if index + nslots < segment_end else 0
        for slot in range(base + index + nslots - 1, base + index - 1, -1):
            count += 1
            u32[slot] = count & _U32
        self._recount(base, index, count)

    def _sync_slot(self, dma_addr: int, size: int, direction: int, target: int) -> None:
        """Copy between a slot and its buffer. Source: lib/swiotlb.c: sync_single"""
        mm = self._mm
        index = (dma_addr - virt_to_phys(mm.get("io_tlb_start"))) >> IO_TLB_SHIFT
        original = self._u64[(virt_to_phys(mm.get("io_tlb_orig_addr")) >> 3) + index]
        buffer = virt_to_phys((original + (dma_addr & (_SLOT - 1))) & _U64)
        if target == SYNC_FOR_CPU:
            if direction in (DMA_FROM_DEVICE, DMA_BIDIRECTIONAL):
                self._copy(buffer, dma_addr, size)
        elif direction in (DMA_TO_DEVICE, DMA_BIDIRECTIONAL):
            self._copy(dma_addr, buffer, size)

    def _copy(self, to: int, source: int, size: int) -> None:
        for phys in (to, source):
            if not 0 <= phys <= self._mm.ram.end - size:
                raise _paging_request(phys_to_virt(phys) & _U64)
        self._u8[to : to + size] = self._u8[source : source + size]

    def is_bounce_buffer(self, dma_addr: int) -> bool:
        """Say whether a bus address is that of a slot."""
        mm = self._mm
        return virt_to_phys(mm.get("io_tlb_start")) <= dma_addr < virt_to_phys(mm.get("io_tlb_end"))

    def _needs_mapping(self, dev: int, dma_addr: int) -> bool:
        """Say whether an address is beyond a device's mask; only that of the first byte counts.

        Source: lib/swiotlb.c: address_needs_mapping
        """
        mask = self.dma_mask(dev) if dev else None
        return bool(dma_addr & ~(_DMA_32BIT_MASK if mask is None else mask) & _U64)

    def _full(self, dev: int, size: int, direction: int) -> None:
        """Complain that there is no run of free slots. Source: lib/swiotlb.c: swiotlb_full"""
        name = device_name(self._mm, dev) if dev else "?"
        self._mm.printk(f"DMA: Out of SW-IOMMU space for {size} bytes at device {name}")

    # The operations.

    def map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Give a buffer's bus address: its own, or that of its copy.

        Raises: KernelPanic where nothing that the device can reach is free.
        Source: lib/swiotlb.c: swiotlb_map_single
        """
        dma_addr = virt_to_phys(virt) & _U64
        if not self._needs_mapping(dev, dma_addr) and not self._mm.get("swiotlb_force"):
            return dma_addr
        dma_addr = self._take_slots(virt, size, direction)
        if dma_addr < 0:
            self._full(dev, size, direction)
            if size > self._mm.get("io_tlb_overflow"):
                if direction in (DMA_FROM_DEVICE, DMA_BIDIRECTIONAL):
                    raise KernelPanic("DMA: Memory would be corrupted")
                raise KernelPanic("DMA: Random memory would be DMAed")
            dma_addr = virt_to_phys(self._mm.get("io_tlb_overflow_buffer"))
        if self._needs_mapping(dev, dma_addr):
            raise KernelPanic("map_single: bounce buffer is not DMA'ble")
        return dma_addr

    def unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Take a buffer back; what is outside the slots needs nothing. Source: lib/swiotlb.c: swiotlb_unmap_single"""
        if self.is_bounce_buffer(dma_addr):
            self._give_back(dma_addr, size, direction)

    def sync_single(self, dev: int, dma_addr: int, offset: int, size: int, direction: int, target: int) -> None:
        """Copy part of a bounced buffer. Source: lib/swiotlb.c: swiotlb_sync_single_range"""
        dma_addr = (dma_addr + offset) & _U64
        if self.is_bounce_buffer(dma_addr):
            self._sync_slot(dma_addr, size, direction, target)

    def map_sg(self, dev: int, sgl: int, nents: int, direction: int) -> int:
        """Give each piece its bus address; `nents`, or 0 from the first for which no slots are free.

        The slots are not compared with the device's mask.

        Source: lib/swiotlb.c: swiotlb_map_sg
        """
        force = self._mm.get("swiotlb_force")
        for number, piece in enumerate(self.pieces(sgl, nents)):
            phys, length = self.sg_phys(piece), self.sg_length(piece)
            dma_addr = phys
            if force or self._needs_mapping(dev, phys):
                dma_addr = self._take_slots(phys_to_virt(phys), length, direction)
                if dma_addr < 0:
                    self._full(dev, length, direction)
                    self.unmap_sg(dev, sgl, number, direction)
                    self.set_dma_length(virt_to_phys(sgl), 0)
                    return 0
            self.set_dma_address(piece, dma_addr)
            self.set_dma_length(piece, length)
        return nents

    def unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Take pieces back: those whose bus address is not their own count as bounced.

        Source: lib/swiotlb.c: swiotlb_unmap_sg
        """
        for piece in self.pieces(sgl, nents):
            dma_addr = self.dma_address(piece)
            if dma_addr != self.sg_phys(piece):
                self._check_slot(dma_addr)
                self._give_back(dma_addr, self.dma_length(piece), direction)

    def sync_sg(self, dev: int, sgl: int, nents: int, direction: int, target: int) -> None:
        """Copy bounced pieces. Source: lib/swiotlb.c: swiotlb_sync_sg"""
        for piece in self.pieces(sgl, nents):
            dma_addr = self.dma_address(piece)
            if dma_addr != self.sg_phys(piece):
                self._check_slot(dma_addr)
                self._sync_slot(dma_addr, self.dma_length(piece), direction, target)

    def _check_slot(self, dma_addr: int) -> None:
        """Look where a piece leads before its address becomes an index.

        Raises: KernelBug where that is no slot. Linux reads whatever lies there.
        Source: none
        Differs: see Raises
        """
        if not self.is_bounce_buffer(dma_addr):
            raise _paging_request(phys_to_virt(dma_addr) & _U64)

    def mapping_error(self, dma_addr: int) -> bool:
        """Say whether an address means failure. Source: lib/swiotlb.c: swiotlb_dma_mapping_error"""
        return dma_addr == self.error_address

    @property
    def error_address(self) -> int:
        """The overflow buffer: nobody uses what lies there."""
        return virt_to_phys(self._mm.get("io_tlb_overflow_buffer"))

    def alloc_coherent(self, dev: int, size: int, gfp_mask: int) -> tuple[int, int] | None:
        """Allocate from ZONE_DMA, else from the slots: (virtual address, bus address), or None.

        Raises: KernelPanic where the slots are beyond the device's mask.
        Source: lib/swiotlb.c: swiotlb_alloc_coherent
        """
        order = get_order(size)
        pfn = self._mm.pages.alloc_pages(gfp_mask | _GFP_DMA, order)
        if pfn is not None and self._needs_mapping(dev, pfn * PAGE_SIZE):
            self._mm.pages.free_pages(pfn, order)
            pfn = None
        if pfn is not None:
            dma_addr = pfn * PAGE_SIZE
        else:
            dma_addr = self.map_single(0, 0, size, DMA_FROM_DEVICE)
            if self.mapping_error(dma_addr):
                return None
        self._mm.ram.fill(dma_addr, size)
        if self._needs_mapping(dev, dma_addr):
            mask = self.dma_mask(dev) or 0
            self._mm.printk(f"hwdev DMA mask = 0x{mask:016x}, dev_addr = 0x{dma_addr:016x}")
            raise KernelPanic("swiotlb_alloc_coherent: allocated memory is out of range for device")
        return phys_to_virt(dma_addr), dma_addr

    def free_coherent(self, dev: int, size: int, virt: int, dma_addr: int) -> None:
        """Give coherent memory back; nobody in 2.6.24 calls this. Source: lib/swiotlb.c: swiotlb_free_coherent"""
        if self.is_bounce_buffer(virt_to_phys(virt)):
            self.unmap_single(dev, dma_addr, size, DMA_TO_DEVICE)  # so that nothing is copied
        else:
            self._mm.pages.free_pages(phys_to_pfn(virt_to_phys(virt)), get_order(size))

    def dma_supported(self, mask: int) -> bool:
        """Say whether a mask holds all slots. On x86-64 nobody asks. Source: lib/swiotlb.c: swiotlb_dma_supported"""
        return virt_to_phys(self._mm.get("io_tlb_end")) - 1 <= mask


def _slots(size: int) -> int:
    """Give the slots that `size` bytes take, as an unsigned int."""
    return ((size + _SLOT - 1) & _U64) >> IO_TLB_SHIFT & _U32


def _align(number: int, step: int) -> int:
    return (number + step - 1) & -step


def _paging_request(virt: int) -> KernelBug:
    return KernelBug(f"Unable to handle kernel paging request at {virt:016x}")
