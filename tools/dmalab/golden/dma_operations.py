# SPDX-License-Identifier: GPL-2.0-only
"""What a driver does in a recording of the DMA layer: masks, coherent memory, streaming mappings. Pools are apart."""

import zlib
from collections.abc import Callable
from typing import Any

from dmalab.golden.reader import Recording
from dmalab.golden.replay import equal
from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.layout.address import image_to_virt, phys_to_virt, virt_to_phys
from pykernel.mm.dma import Dma
from pykernel.mm.dma_ops import SYNC_FOR_CPU, SYNC_FOR_DEVICE
from pykernel.mm.slab import Slab

_DEVICE_BYTES = 1024  # a struct device, its names and its mask
_BUS_ID, _DRIVER, _MASK = 896, 944, 1016  # where in them
_DEVICES = 64
_PIECES = 128  # of a scatterlist
_SG_LAST = 2
_MULTIPLIER, _INCREMENT = 6364136223846793005, 1442695040888963407
_U64 = (1 << 64) - 1
_TARGETS = {"sync_cpu": SYNC_FOR_CPU, "sync_dev": SYNC_FOR_DEVICE}

# Length of an operation's arguments, of its results, and what to call with both.
Entry = tuple[int, int, Callable[..., None]]


def pattern(length: int, seed: int) -> bytes:
    """Make the bytes that the recorder's drivers and devices wrote: the top bytes of a linear congruence's states.

    The states are kept in lanes of one large number, whose half doubles the whole at each step.
    """
    if not length:
        return b""
    lanes, count = (seed * _MULTIPLIER + _INCREMENT) & _U64, 1
    factor, term = _MULTIPLIER, _INCREMENT  # what carries a state `count` steps on
    mask, ones = _U64, 1
    while count < length:
        lanes |= ((lanes * factor + term * ones) & mask) << 128 * count
        mask |= mask << 128 * count
        ones |= ones << 128 * count
        term = (term * factor + term) & _U64
        factor = factor * factor & _U64
        count *= 2
    return lanes.to_bytes(16 * count, "little")[7 : 16 * length : 16]


class DmaOperations:
    """Perform a recording's operations. Each takes an operation's arguments and results, and compares the latter.

    `scratch` is a page of the kernel's image where devices are, and behind them scatterlists.
    """

    def __init__(self, recording: Recording, dma: Dma, slab: Slab, scratch: int) -> None:
        self.recording, self.mm, self.ram = recording, slab.mm, slab.mm.ram
        self.dma, self.slab, self.scratch = dma, slab, scratch
        self.table: dict[str, Entry] = {
            "dev": (5, 0, self.device),
            "set_mask": (2, 1, self.set_mask),
            "set_consistent_mask": (2, 1, self.set_coherent_mask),
            "supported": (2, 1, self.supported),
            "swiotlb_supported": (1, 1, self.swiotlb_supported),
            "via": (0, 0, dma.via_no_dac),
            "dac": (3, 2, self.alloc_coherent),
            "dfc": (4, 0, self.free_coherent),
            "swac": (3, 2, self.swiotlb_alloc),
            "swfc": (4, 0, self.swiotlb_free),
            "map": (4, 4, self.map_single),
            "unmap": (6, 2, self.unmap_single),
            **{name: (7, 2, self._sync(target, 0)) for name, target in _TARGETS.items()},
            **{name.replace("_", "r_"): (7, 2, self._sync(target, 1)) for name, target in _TARGETS.items()},
            "map_sg": (4, 4, self.map_sg),
            "unmap_sg": (4, 2, self.unmap_sg),
            **{f"sg{name}": (4, 2, self._sync_sg(target)) for name, target in _TARGETS.items()},
            "fill": (3, 1, self.fill),
            "crc": (2, 1, lambda phys, length, crc: equal("crc", crc, self.crc(phys, length, crc))),
            "a": (2, 1, self.alloc_pages),
            "f": (2, 0, lambda pfn, order: self.mm.pages.free_pages(pfn, order)),
            "km": (2, 1, self.kmalloc),
            "kf": (1, 0, lambda phys: self.slab.kfree(phys_to_virt(phys))),
            "drain": (0, 0, lambda: self.mm.pages.drain_all_local_pages()),
            "reap": (0, 0, slab.cache_reap),
            "tick": (1, 0, lambda jiffies: self.mm.set("jiffies", self.mm.get("jiffies") + jiffies)),
        }

    # Devices.

    def dev(self, number: int) -> int:
        """Give the pointer to a device, NULL for -1.

        Raises: ConfigError for a number that no recorder would give.
        """
        if not -1 <= number < _DEVICES:
            self.recording.fail(f"device {number}", f"a number below {_DEVICES}, or -1")
        return 0 if number < 0 else image_to_virt(self.scratch + number * _DEVICE_BYTES)

    def device(self, number: int, bus_id: str, driver: str | None, mask: str | None, coherent_mask: str) -> None:
        """Make a struct device anew."""
        at, layout = virt_to_phys(self.dev(number)), self.mm.layout
        self.ram.fill(at, _DEVICE_BYTES)
        self.ram.write(at + _BUS_ID, bus_id.encode()[: _DRIVER - _BUS_ID - 1])
        words = {"bus_id": image_to_virt(at + _BUS_ID), "coherent_dma_mask": int(coherent_mask, 16)}
        if driver is not None:
            self.ram.write(at + _DRIVER, driver.encode()[: _MASK - _DRIVER - 1])
            words["driver_name"] = image_to_virt(at + _DRIVER)
        if mask is not None:
            self.ram.u64[(at + _MASK) >> 3] = int(mask, 16)
            words["dma_mask"] = image_to_virt(at + _MASK)
        for name, value in words.items():
            self.ram.u64[(at + layout.offset("device", name)) >> 3] = value

    def set_mask(self, dev: int, mask: str, expected: int) -> None:
        """dma_set_mask."""
        equal("dma_set_mask", expected, self.dma.dma_set_mask(self.dev(dev), int(mask, 16)))

    def set_coherent_mask(self, dev: int, mask: str, expected: int) -> None:
        """pci_set_consistent_dma_mask."""
        equal("coherent mask", expected, self.dma.dma_set_coherent_mask(self.dev(dev), int(mask, 16)))

    def supported(self, dev: int, mask: str, expected: int) -> None:
        """dma_supported."""
        equal("dma_supported", expected, int(self.dma.dma_supported(self.dev(dev), int(mask, 16))))

    def swiotlb_supported(self, mask: str, expected: int) -> None:
        """swiotlb_dma_supported; without slots they end at address NULL, which as a bus address is beyond all masks."""
        if self.mm.get("io_tlb_end"):
            equal("swiotlb_dma_supported", expected, int(self.dma.swiotlb.dma_supported(int(mask, 16))))

    # Memory.

    def alloc_coherent(self, dev: int, size: int, gfp_mask: int, *expected: int) -> None:
        """dma_alloc_coherent; its memory must be clear."""
        self._coherent("dma_alloc_coherent", self.dma.dma_alloc_coherent(self.dev(dev), size, gfp_mask), size, expected)

    def swiotlb_alloc(self, dev: int, size: int, gfp_mask: int, *expected: int) -> None:
        """swiotlb_alloc_coherent."""
        found = self.dma.swiotlb.alloc_coherent(self.dev(dev), size, gfp_mask)
        self._coherent("swiotlb_alloc_coherent", found, size, expected)

    def _coherent(self, what: str, found: tuple[int, int] | None, size: int, expected: tuple[int, ...]) -> None:
        got = (-1, -1) if found is None else (virt_to_phys(found[0]), found[1])
        equal(what, expected, got)
        if found is not None:
            equal("what is not clear", b"", self.ram.read(got[0], size).strip(b"\0"))

    def free_coherent(self, dev: int, size: int, phys: int, dma_addr: int) -> None:
        """dma_free_coherent."""
        self.dma.dma_free_coherent(self.dev(dev), size, phys_to_virt(phys), dma_addr)

    def swiotlb_free(self, dev: int, size: int, phys: int, dma_addr: int) -> None:
        """swiotlb_free_coherent."""
        self.dma.swiotlb.free_coherent(self.dev(dev), size, phys_to_virt(phys), dma_addr)

    def alloc_pages(self, gfp_mask: int, order: int, expected: int) -> None:
        """alloc_pages."""
        pfn = self.mm.pages.alloc_pages(gfp_mask, order)
        equal("alloc_pages", expected, -1 if pfn is None else pfn)

    def kmalloc(self, size: int, gfp_mask: int, expected: int | str) -> None:
        """__kmalloc."""
        virt = self.slab.kmalloc(size, gfp_mask)
        equal("kmalloc", expected, -1 if virt == 0 else "ZERO" if virt == 16 else virt_to_phys(virt))

    # Streaming mappings.

    def map_single(self, dev: int, phys: int, size: int, direction: int, *expected: int | None) -> None:
        """dma_map_single and dma_mapping_error."""
        dma_addr = self.dma.dma_map_single(self.dev(dev), phys_to_virt(phys), size, direction)
        error = int(self.dma.dma_mapping_error(dma_addr))
        equal("dma_map_single", list(expected[:2]), [dma_addr, error])
        self._compare_buffer(dma_addr, phys, size, expected[2:])

    def unmap_single(
        self, dev: int, dma_addr: int, size: int, direction: int, phys: int, length: int, *expected: int | None
    ) -> None:
        """dma_unmap_single."""
        self.dma.dma_unmap_single(self.dev(dev), dma_addr, size, direction)
        self._compare_buffer(dma_addr, phys, length, expected)

    def _sync(self, target: int, scale: int) -> Callable[..., None]:
        """Make one of the four dma_sync_single_*; those without a range ignore the offset."""

        def sync(dev: int, dma_addr: int, offset: int, size: int, direction: int, *rest: Any) -> None:
            self.dma.dma_sync_single(self.dev(dev), dma_addr, offset * scale, size, direction, target)
            self._compare_buffer(dma_addr, rest[0], rest[1], rest[2:])

        return sync

    def _compare_buffer(self, dma_addr: int, phys: int, length: int, expected: tuple[int | None, ...]) -> None:
        equal("crcs of buffer and bounce buffer", list(expected), self._crcs(dma_addr, phys, length, expected))

    def _crcs(self, dma_addr: int, phys: int, length: int, unknown: tuple[int | None, ...]) -> list[int | None]:
        bus = None if dma_addr in (0, phys) else self.crc(dma_addr, length, unknown[1])
        return [self.crc(phys, length, unknown[0]), bus]

    def crc(self, phys: int, length: int, unknown: int | None) -> int | None:
        """Sum up a buffer; `unknown` where the recorder had memory and a PC has none."""
        return zlib.crc32(self.ram.read(phys, length)) if self.ram.contains(phys, length) else unknown

    def fill(self, phys: int, length: int, seed: int, expected: int) -> None:
        """Write what the recorder's driver or device wrote."""
        data = pattern(length, seed)
        equal("crc of what is written", expected, zlib.crc32(data))
        self.ram.write(phys, data)

    # Scatterlists.

    def map_sg(self, number: int, dev: int, direction: int, pieces: list[list[int]], *expected: Any) -> None:
        """dma_map_sg of a list that is set up for it."""
        if not 0 < len(pieces) <= _PIECES:
            self.recording.fail(f"{len(pieces)} pieces of a scatterlist", f"1 to {_PIECES}")
        members = self.mm.layout.members("scatterlist")
        at, size = self._scatterlist(number), self.mm.layout.sizeof("scatterlist")
        self.ram.fill(at, size * len(pieces))
        for index, (phys, length) in enumerate(pieces):
            last = _SG_LAST if index == len(pieces) - 1 else 0
            piece = at + index * size
            self.ram.u64[piece >> 3] = self.mm.pfn_to_page(phys >> PAGE_SHIFT) | last
            self.ram.u32[(piece + members["offset"][0]) >> 2] = phys & (PAGE_SIZE - 1)
            self.ram.u32[(piece + members["length"][0]) >> 2] = length
        count = self.dma.dma_map_sg(self.dev(dev), image_to_virt(at), len(pieces), direction)
        addresses = [[self._dma_address(at + i * size), self._dma_length(at + i * size)] for i in range(len(pieces))]
        equal("dma_map_sg", list(expected[:2]), [count, addresses])
        self._compare_pieces(number, len(pieces), expected[2:])

    def unmap_sg(self, number: int, dev: int, direction: int, nents: int, *expected: Any) -> None:
        """dma_unmap_sg."""
        self.dma.dma_unmap_sg(self.dev(dev), image_to_virt(self._scatterlist(number)), nents, direction)
        self._compare_pieces(number, nents, expected)

    def _sync_sg(self, target: int) -> Callable[..., None]:
        """Make one of the two dma_sync_sg_*."""

        def sync(number: int, dev: int, direction: int, nents: int, *expected: Any) -> None:
            self.dma.dma_sync_sg(self.dev(dev), image_to_virt(self._scatterlist(number)), nents, direction, target)
            self._compare_pieces(number, nents, expected)

        return sync

    def _compare_pieces(self, number: int, nents: int, expected: tuple[Any, ...]) -> None:
        at, size = self._scatterlist(number), self.mm.layout.sizeof("scatterlist")
        members = self.mm.layout.members("scatterlist")
        originals, copies = expected
        unknown = copies if copies is not None else [None] * nents
        rows = []
        for index in range(nents):
            piece = at + index * size
            pfn = self.mm.page_to_pfn(self.ram.u64[piece >> 3] & ~3)
            phys = (pfn << PAGE_SHIFT) + self.ram.u32[(piece + members["offset"][0]) >> 2]
            length = self.ram.u32[(piece + members["length"][0]) >> 2]
            copy = self.crc(self._dma_address(piece), length, unknown[index])
            rows.append((self.crc(phys, length, originals[index]), copy))
        equal("crcs of the pieces", originals, [row[0] for row in rows])
        if copies is not None:
            equal("crcs of the pieces' bounce buffers", copies, [row[1] for row in rows])

    def _scatterlist(self, number: int) -> int:
        at = self.scratch + _DEVICES * _DEVICE_BYTES + number * _PIECES * self.mm.layout.sizeof("scatterlist")
        if number < 0 or not self.ram.contains(at, PAGE_SIZE):
            self.recording.fail(f"scatterlist {number}", "a number for which there is room")
        return at

    def _dma_address(self, piece: int) -> int:
        return self.ram.u64[(piece + self.mm.layout.offset("scatterlist", "dma_address")) >> 3]

    def _dma_length(self, piece: int) -> int:
        return self.ram.u32[(piece + self.mm.layout.offset("scatterlist", "dma_length")) >> 2]
