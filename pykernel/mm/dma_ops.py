# SPDX-License-Identifier: GPL-2.0-only
"""What all ways of making bus addresses share: masks of devices, scatterlists in RAM, and operations that do nothing.

Source: include/asm-x86/dma-mapping_64.h, include/linux/scatterlist.h, lib/scatterlist.c
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from pykernel.errors import KernelBug
from pykernel.layout.address import pfn_to_phys, virt_to_phys
from pykernel.layout.strings import read_string
from pykernel.mm.context import Mm

DMA_BIDIRECTIONAL, DMA_TO_DEVICE, DMA_FROM_DEVICE, DMA_NONE = 0, 1, 2, 3
DEFAULT_MAX_SEGMENT, DEFAULT_BOUNDARY = 65536, 0xFFFF_FFFF
SYNC_FOR_CPU, SYNC_FOR_DEVICE = 0, 1

_PAGE_SHIFT = 12
_LINK_BITS = 3
_MAX_PIECES = 1 << 16  # of a scatterlist; a broken chain must not hang the host
_U64 = (1 << 64) - 1


def get_order(size: int) -> int:
    """Give the order of the smallest block that holds `size` bytes; for 0 one that no allocator has.

    Source: include/asm-generic/page.h: get_order
    """
    return (((size - 1) & _U64) >> _PAGE_SHIFT).bit_length()


def device_name(mm: Mm, dev: int) -> str:
    """Give dev->bus_id; of a pointer that leads nowhere, the pointer."""
    if not dev:
        return "NULL"
    if not mm.ram.contains(virt_to_phys(dev), 8):
        return f"{dev:#x}"
    offset = mm.layout.offset("device", "bus_id")
    return read_string(mm.ram, mm.ram.u64[(virt_to_phys(dev) + offset) >> 3], 20)


class DmaOps(ABC):
    """A set of dma_ops. What a set of 2.6.24's leaves NULL does nothing here."""

    def __init__(self, mm: Mm) -> None:
        self._mm = mm
        self._u64 = mm.ram.u64
        self._bad_dma_address = mm.statics["bad_dma_address"] >> 3
        self._dma_mask = mm.layout.offset("device", "dma_mask")
        self._sg_size = mm.layout.sizeof("scatterlist")
        self._sg = {name: offset for name, (offset, _) in mm.layout.members("scatterlist").items()}
        self._parms = mm.layout.offset("device", "dma_parms")
        self._parm = {name: offset for name, (offset, _) in mm.layout.members("device_dma_parameters").items()}
        self._parms_size = mm.layout.sizeof("device_dma_parameters")
        self._sg_chain, self._sg_last = mm.layout.number("SG_CHAIN"), mm.layout.number("SG_LAST")

    @abstractmethod
    def map_single(self, dev: int, virt: int, size: int, direction: int) -> int:
        """Give the bus address of [virt, virt + size), or one that `mapping_error` knows."""

    @abstractmethod
    def unmap_single(self, dev: int, dma_addr: int, size: int, direction: int) -> None:
        """Take a buffer back."""

    @abstractmethod
    def map_sg(self, dev: int, sgl: int, nents: int, direction: int) -> int:
        """Give each piece its bus address; say how many there are then, 0 for failure."""

    @abstractmethod
    def unmap_sg(self, dev: int, sgl: int, nents: int, direction: int) -> None:
        """Take pieces back."""

    @abstractmethod
    def sync_single(self, dev: int, dma_addr: int, offset: int, size: int, direction: int, target: int) -> None:
        """Hand part of a buffer to CPU or device."""

    @abstractmethod
    def sync_sg(self, dev: int, sgl: int, nents: int, direction: int, target: int) -> None:
        """Hand pieces to CPU or device."""

    def alloc_coherent(self, dev: int, size: int, gfp_mask: int) -> tuple[int, int] | None:
        """Find nothing."""
        return None

    def mapping_error(self, dma_addr: int) -> bool:
        """Say whether an address means failure. Source: include/asm-x86/dma-mapping_64.h: dma_mapping_error"""
        return dma_addr == self.error_address

    @property
    def error_address(self) -> int:
        """What a mapping that failed has for an address."""
        return self._u64[self._bad_dma_address]

    def is_bounce_buffer(self, dma_addr: int) -> bool:
        """Say whether a bus address is that of a copy of the driver's buffer."""
        return False

    def dma_mask(self, dev: int) -> int | None:
        """Give *dev->dma_mask, None where there is none."""
        pointer = self._u64[(virt_to_phys(dev) + self._dma_mask) >> 3]
        return self._u64[virt_to_phys(pointer) >> 3] if pointer else None

    def _parms_of(self, dev: int) -> int | None:
        """Give the physical address of a device's parameters, None where it has none, or they lie nowhere."""
        pointer = self._u64[(virt_to_phys(dev) + self._parms) >> 3] if dev else 0
        phys = virt_to_phys(pointer)
        return phys if pointer and self._mm.ram.contains(phys, self._parms_size) else None

    def segment_limits(self, dev: int) -> tuple[int, int]:
        """Give the most bytes of a piece, and the mask of the boundary that none may cross.

        Source: include/linux/dma-mapping.h: dma_get_max_seg_size, dma_get_seg_boundary
        """
        phys = self._parms_of(dev)
        if phys is None:
            return DEFAULT_MAX_SEGMENT, DEFAULT_BOUNDARY
        most = self._mm.ram.u32[(phys + self._parm["max_segment_size"]) >> 2]
        boundary = self._u64[(phys + self._parm["segment_boundary_mask"]) >> 3]
        return most or DEFAULT_MAX_SEGMENT, boundary or DEFAULT_BOUNDARY

    def min_align_mask(self, dev: int) -> int:
        """Give the bits of an address that bouncing has to keep. Source: same: dma_get_min_align_mask"""
        phys = self._parms_of(dev)
        return 0 if phys is None else self._mm.ram.u32[(phys + self._parm["min_align_mask"]) >> 2]

    # Pieces are named by their physical address.

    def buffers(self, dev: int, sgl: int, nents: int) -> list[tuple[int, int, int]]:
        """List (bus address, bytes, physical address) of a mapped list's buffers, each apart from its neighbours."""
        return [
            (self.dma_address(piece), self.dma_length(piece), self.sg_phys(piece)) for piece in self.pieces(sgl, nents)
        ]

    def pieces(self, sgl: int, nents: int) -> Iterator[int]:
        """Yield each of `nents` pieces, or those before the marked end. Source: lib/scatterlist.c: sg_next"""
        u64 = self._u64
        piece: int = virt_to_phys(sgl)
        for _ in range(min(nents, _MAX_PIECES)):
            if not 0 <= piece <= self._mm.ram.end - 2 * self._sg_size:
                raise KernelBug(f"a scatterlist leads to physical {piece:#x}, where there is no RAM")
            yield piece
            if u64[piece >> 3] & self._sg_last:
                return
            piece += self._sg_size
            link = u64[piece >> 3]
            if link & self._sg_chain:
                piece = virt_to_phys(link & ~_LINK_BITS)

    def sg_page(self, piece: int) -> int:
        """Give the struct page of a piece. Source: include/linux/scatterlist.h: sg_page"""
        return self._u64[(piece + self._sg["page_link"]) >> 3] & ~_LINK_BITS

    def sg_phys(self, piece: int) -> int:
        """Give the physical address of a piece's first byte. Source: include/linux/scatterlist.h: sg_phys"""
        pfn = self._mm.page_to_pfn(self.sg_page(piece))
        return (pfn_to_phys(pfn) + self._mm.ram.u32[(piece + self._sg["offset"]) >> 2]) & _U64

    def sg_length(self, piece: int) -> int:
        """Give a piece's bytes."""
        return self._mm.ram.u32[(piece + self._sg["length"]) >> 2]

    def dma_address(self, piece: int) -> int:
        """Give a piece's bus address. Source: include/asm-x86/scatterlist_64.h: sg_dma_address"""
        return self._u64[(piece + self._sg["dma_address"]) >> 3]

    def set_dma_address(self, piece: int, dma_addr: int) -> None:
        """Set a piece's bus address."""
        self._u64[(piece + self._sg["dma_address"]) >> 3] = dma_addr

    def dma_length(self, piece: int) -> int:
        """Give the bytes at a piece's bus address. Source: include/asm-x86/scatterlist_64.h: sg_dma_len"""
        return self._mm.ram.u32[(piece + self._sg["dma_length"]) >> 2]

    def set_dma_length(self, piece: int, length: int) -> None:
        """Set the bytes at a piece's bus address."""
        self._mm.ram.u32[(piece + self._sg["dma_length"]) >> 2] = length
