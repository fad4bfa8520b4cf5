# SPDX-License-Identifier: GPL-2.0-only
"""Replay recordings of the DMA layer: masks, coherent memory, streaming mappings, on machines without bounce buffers.

Where a recording goes on to what we have not (swiotlb, DMA pools) the replay ends, and says so.
"""

import zlib
from collections.abc import Callable
from typing import Any

from dmalab.golden.kernel import BUILDS, RecordedKernel
from dmalab.golden.reader import Recording
from dmalab.golden.replay import EndsHere, Kind, Mismatch, Tally, equal
from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.errors import KernelBug
from pykernel.layout.address import image_to_virt, phys_to_virt, virt_to_phys
from pykernel.mm.dma import Dma
from pykernel.mm.slab import Slab

_DEVICE_BYTES = 128  # a struct device, its name and its mask
_NAME, _MASK = 64, 120  # where in them
_SG_LAST = 2
_MULTIPLIER, _INCREMENT = 6364136223846793005, 1442695040888963407
_U64 = (1 << 64) - 1
_KINDS = ("dma_masks", "dma_matrix", "dma_edges", "dma_trace")
_FLAGS = (
    *("force_iommu", "no_iommu", "iommu_merge", "iommu_bio_merge", "iommu_sac_force", "forbid_dac"),
    *("panic_on_overflow", "bad_dma_address"),
)
_NOT_YET = {"pc": "DMA pools", "ps": "DMA pools", "swac": "swiotlb", "swfc": "swiotlb"}


class WatchedPages:
    """The page allocator, noting the calls that one operation of the DMA layer makes."""

    def __init__(self, pages: Any) -> None:
        self._pages = pages
        self.calls: list[list[Any]] = []

    def alloc_pages(self, gfp_mask: int, order: int) -> int | None:
        """Allocate, and note it."""
        pfn: int | None = self._pages.alloc_pages(gfp_mask, order)
        self.calls.append(["a", gfp_mask, order, -1 if pfn is None else pfn])
        return pfn

    def free_pages(self, pfn: int, order: int) -> None:
        """Free, and note it."""
        self.calls.append(["f", pfn, order])
        self._pages.free_pages(pfn, order)


class DmaOperations:
    """Perform a recording's operations. Each takes an operation's arguments and results, and compares the latter."""

    def __init__(self, kernel: RecordedKernel, dma: Dma, slab: Slab, scratch: int) -> None:
        self.mm, self.ram, self.dma, self.slab = kernel.mm, kernel.ram, dma, slab
        self.scratch = scratch  # physical, in the kernel's image: devices, then scatterlists
        self.calls: list[list[Any]] = []
        self.devices: set[int] = set()
        self.table: dict[str, Callable[..., None]] = {
            "dev": self.device,
            "set_mask": self.set_mask,
            "set_consistent_mask": self.set_coherent_mask,
            "supported": self.supported,
            "via": dma.via_no_dac,
            "dac": self.alloc_coherent,
            "dfc": self.free_coherent,
            "map": self.map_single,
            "unmap": self.unmap_single,
            **dict.fromkeys(("sync_cpu", "sync_dev", "syncr_cpu", "syncr_dev"), self.sync),
            "map_sg": self.map_sg,
            "unmap_sg": self.unmap_sg,
            **dict.fromkeys(("sgsync_cpu", "sgsync_dev"), self.sync_sg),
            "fill": self.fill,
            "crc": lambda phys, length, crc: equal("crc", crc, self._crc(phys, length)),
            "a": lambda gfp, order, pfn: equal("alloc_pages", pfn, _or_none(self.mm.pages.alloc_pages(gfp, order))),
            "f": lambda pfn, order: self.mm.pages.free_pages(pfn, order),
            "km": lambda size, gfp, phys: equal("kmalloc", phys, _phys_or_none(self.slab.kmalloc(size, gfp))),
            "kf": lambda phys: self.slab.kfree(phys_to_virt(phys)),
            "drain": lambda: self.mm.pages.drain_all_local_pages(),
            "reap": slab.cache_reap,
            "tick": lambda jiffies: self.mm.set("jiffies", self.mm.get("jiffies") + jiffies),
            "swiotlb_supported": lambda mask, answer: None,  # asks about what nobody uses
        }

    def device(self, number: int, bus_id: str, driver: str | None, mask: str | None, coherent_mask: str) -> None:
        """Make a struct device anew."""
        at, layout = self.scratch + number * _DEVICE_BYTES, self.mm.layout
        self.ram.fill(at, _DEVICE_BYTES)
        self.ram.write(at + _NAME, bus_id.encode()[:20])
        words = {"bus_id": image_to_virt(at + _NAME), "coherent_dma_mask": int(coherent_mask, 16)}
        if mask is not None:
            self.ram.u64[(at + _MASK) >> 3] = int(mask, 16)
            words["dma_mask"] = image_to_virt(at + _MASK)
        for name, value in words.items():
            self.ram.u64[(at + layout.offset("device", name)) >> 3] = value

    def set_mask(self, dev: int, mask: str, expected: int) -> None:
        """dma_set_mask."""
        equal("dma_set_mask", expected, self.dma.dma_set_mask(self._dev(dev), int(mask, 16)))

    def set_coherent_mask(self, dev: int, mask: str, expected: int) -> None:
        """pci_set_consistent_dma_mask."""
        equal("coherent mask", expected, self.dma.dma_set_coherent_mask(self._dev(dev), int(mask, 16)))

    def supported(self, dev: int, mask: str, expected: int) -> None:
        """dma_supported."""
        equal("dma_supported", expected, int(self.dma.dma_supported(self._dev(dev), int(mask, 16))))

    def alloc_coherent(self, dev: int, size: int, gfp_mask: int, *expected: int) -> None:
        """dma_alloc_coherent; its memory must be clear."""
        with_watch = self._watched(lambda: self.dma.dma_alloc_coherent(self._dev(dev), size, gfp_mask))
        found = (-1, -1) if with_watch is None else (virt_to_phys(with_watch[0]), with_watch[1])
        equal("dma_alloc_coherent", expected, found)
        if with_watch is not None:
            equal("what is not clear", b"", self.ram.read(found[0], size).strip(b"\0"))

    def free_coherent(self, dev: int, size: int, phys: int, dma_addr: int) -> None:
        """dma_free_coherent."""
        self._watched(lambda: self.dma.dma_free_coherent(self._dev(dev), size, phys_to_virt(phys), dma_addr))

    def map_single(self, dev: int, phys: int, size: int, direction: int, *expected: int) -> None:
        """dma_map_single and dma_mapping_error; the buffer is as it was."""
        dma_addr = self.dma.dma_map_single(self._dev(dev), phys_to_virt(phys), size, direction)
        error = int(self.dma.dma_mapping_error(dma_addr))
        equal("dma_map_single", list(expected), [dma_addr, error, self._crc(phys, size, expected[2]), None])

    def unmap_single(
        self, dev: int, dma_addr: int, size: int, direction: int, phys: int, length: int, *expected: int
    ) -> None:
        """dma_unmap_single."""
        self.dma.dma_unmap_single(self._dev(dev), dma_addr, size, direction)
        self._compare_buffer(dma_addr, phys, length, expected)

    def sync(self, dev: int, dma_addr: int, offset: int, size: int, direction: int, *rest: int) -> None:
        """One of the four dma_sync_single_*."""
        self.dma.dma_sync(self._dev(dev), dma_addr, size, direction)
        self._compare_buffer(dma_addr, rest[0], rest[1], rest[2:])

    def map_sg(self, number: int, dev: int, direction: int, pieces: list[list[int]], *expected: Any) -> None:
        """dma_map_sg."""
        members = self.mm.layout.members("scatterlist")
        at, size = self._scatterlist(number), self.mm.layout.sizeof("scatterlist")
        self.ram.fill(at, size * len(pieces))
        for index, (phys, length) in enumerate(pieces):
            last = _SG_LAST if index == len(pieces) - 1 else 0
            piece = at + index * size
            self.ram.u64[piece >> 3] = self.mm.pfn_to_page(phys >> PAGE_SHIFT) | last
            self.ram.u32[(piece + members["offset"][0]) >> 2] = phys & (PAGE_SIZE - 1)
            self.ram.u32[(piece + members["length"][0]) >> 2] = length
        count = self.dma.dma_map_sg(self._dev(dev), image_to_virt(at), len(pieces), direction)
        equal("dma_map_sg", list(expected[:2]), [count, self._addresses(at, len(pieces))])
        equal("crcs", expected[2], [self._crc(phys, length) for phys, length in pieces])

    def unmap_sg(self, number: int, dev: int, direction: int, nents: int, *expected: Any) -> None:
        """dma_unmap_sg."""
        self.dma.dma_unmap_sg(self._dev(dev), image_to_virt(self._scatterlist(number)), nents, direction)

    def sync_sg(self, number: int, dev: int, direction: int, nents: int, *expected: Any) -> None:
        """One of the two dma_sync_sg_*."""
        self.dma.dma_sync(self._dev(dev), 0, 0, direction)

    def fill(self, phys: int, length: int, seed: int, expected: int) -> None:
        """Write the pattern that the recorder's driver or device wrote."""
        data, state = bytearray(), seed
        for _ in range(length):
            state = (state * _MULTIPLIER + _INCREMENT) & _U64
            data.append(state >> 56)
        equal("crc of what is written", expected, zlib.crc32(data))
        self.ram.write(phys, data)

    def _watched(self, call: Callable[[], Any]) -> Any:
        pages = self.mm.pages
        watched = WatchedPages(pages)
        self.mm.pages = watched  # type: ignore[assignment]
        try:
            return call()
        finally:
            self.mm.pages = pages
            self.calls = watched.calls

    def _compare_buffer(self, dma_addr: int, phys: int, length: int, expected: tuple[int, ...]) -> None:
        bus = None if dma_addr in (0, phys) else expected[1]
        equal("crcs", list(expected), [self._crc(phys, length, expected[0]), bus])

    def _crc(self, phys: int, length: int, unknown: int = 0) -> int:
        """Sum up a buffer; `unknown` where the recorder had memory and a PC has none."""
        return zlib.crc32(self.ram.read(phys, length)) if self.ram.contains(phys, length) else unknown

    def _dev(self, number: int) -> int:
        return 0 if number < 0 else image_to_virt(self.scratch + number * _DEVICE_BYTES)

    def _scatterlist(self, number: int) -> int:
        return self.scratch + PAGE_SIZE * (1 + number)

    def _addresses(self, at: int, count: int) -> list[list[int]]:
        size, members = self.mm.layout.sizeof("scatterlist"), self.mm.layout.members("scatterlist")
        address, length = members["dma_address"][0] >> 3, members["dma_length"][0] >> 2
        pieces = range(at, at + count * size, size)
        return [[self.ram.u64[(piece >> 3) + address], self.ram.u32[(piece >> 2) + length]] for piece in pieces]


def _or_none(pfn: int | None) -> int:
    return -1 if pfn is None else pfn


def _phys_or_none(virt: int) -> int | str:
    return -1 if virt == 0 else "ZERO" if virt == 16 else virt_to_phys(virt)


class DmaReplay:
    """One replay of a recording of the DMA layer."""

    def __init__(self, recording: Recording, tally: Tally) -> None:
        self.recording, self.tally = recording, tally
        meta = next(recording)
        if meta.get("exe") not in BUILDS or not isinstance(meta.get("layout"), dict):
            recording.fail(f"build {meta.get('exe')!r}", f"one of {', '.join(BUILDS)}, and a layout")
        if meta["dma"]["ops"] != "nommu":
            raise EndsHere("swiotlb is not replayed yet")
        self.kernel = RecordedKernel(meta["exe"], meta["layout"])
        dma, slab = Dma(self.kernel.mm), Slab(self.kernel.mm)
        if meta["cmdline"]["iommu"]:
            dma.iommu_setup(meta["cmdline"]["iommu"])
        bootlog = self.kernel.boot(kmem_cache_init=slab.kmem_cache_init)
        dma.pci_iommu_init()
        equal("boot log", meta["bootlog"], bootlog)
        self.operations = DmaOperations(self.kernel, dma, slab, _scratch(self.kernel))

    def run(self) -> None:
        """Replay to the end.

        Raises: Mismatch; EndsHere at what we have not.
        """
        for line in self.recording:
            if isinstance(line, list):
                self.operation(line)
                self.tally.exact += 1
            elif "flags" in line:
                expected = {name: line["flags"][name] for name in _FLAGS}
                equal("flags", expected, {name: self.kernel.mm.get(name) for name in _FLAGS})

    def operation(self, line: list[Any]) -> None:
        """Perform one operation and compare all that it did.

        Raises: Mismatch; EndsHere
        """
        expected = line.pop() if isinstance(line[-1], dict) else {}
        name, *arguments = line
        if name in _NOT_YET:
            raise EndsHere(f"{_NOT_YET[name]} are not replayed yet")
        if name not in self.operations.table:
            self.recording.fail(f"operation {name!r}", f"one of {', '.join(self.operations.table)}")
        bug = expected.pop("bug", None)
        self.operations.calls = []
        try:
            self.operations.table[name](*arguments)
        except KernelBug as error:
            if bug is None:
                raise Mismatch(str(line), "no error", str(error)) from None
        else:
            equal(f"{line}: bug", bug, None)
        calls = {"pg": self.operations.calls} if self.operations.calls else {}
        equal(f"{line}: what else happened", expected, {**calls, **self.kernel.take_extra()})


def _scratch(kernel: RecordedKernel) -> int:
    """Give the first page behind the static variables."""
    ends = (phys + kernel.mm.layout.variable(name).size for name, phys in kernel.mm.statics.items())
    return -(-max(ends) // PAGE_SIZE) * PAGE_SIZE


def _is_boot_of(kind: str) -> Callable[[Any], bool]:
    return lambda first: isinstance(first, dict) and first.get("boot") == 1 and first.get("kind") == kind


def _replay(recording: Recording, tally: Tally) -> None:
    DmaReplay(recording, tally).run()


def _is_operation(line: Any) -> bool:
    return isinstance(line, list)


KINDS = tuple(Kind(kind, _is_boot_of(kind), _replay, _is_operation) for kind in _KINDS)
