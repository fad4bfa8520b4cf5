# SPDX-License-Identifier: GPL-2.0-only
"""Replay recordings of the DMA layer: boot with its options, then operations with dumps between them."""

from collections.abc import Callable
from typing import Any

from dmalab.golden.buddy import compare_boot, compare_zones
from dmalab.golden.dma_operations import DmaOperations
from dmalab.golden.dma_pools import Hang, PoolOperations
from dmalab.golden.dma_state import flags, pools_state, tlb_place, tlb_state
from dmalab.golden.kernel import BUILDS, RecordedKernel
from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Mismatch, Tally, equal
from dmalab.golden.slab import compare_constants
from dmalab.golden.trace_replay import TraceReplay
from emulator.memmap import PAGE_SIZE
from pykernel.errors import KernelBug, KernelPanic
from pykernel.mm.bootmem import Bootmem
from pykernel.mm.dma import Dma
from pykernel.mm.slab import Slab
from pykernel.mm.swiotlb import pci_swiotlb_init, setup_io_tlb_npages
from pykernel.proc.slabinfo import slabinfo_rows

_KINDS = ("dma_masks", "dma_matrix", "dma_edges", "dma_trace", "dma_walk")
_WATCHED = ("dac", "dfc", "swac", "swfc", "pc", "pa", "pf", "pd")  # whose calls of the page allocator are recorded


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


class DmaKernel(RecordedKernel):
    """Our kernel with its slab allocator and DMA layer, booted with the options of a recording's first line."""

    def __init__(self, meta: dict[str, Any]) -> None:
        super().__init__(meta["exe"], meta["layout"])
        self.mm.task.comm = "oracle"
        self.slab, self.dma = Slab(self.mm), Dma(self.mm)
        self.cmdline = meta["cmdline"]

    def boot_dma(self, stage: Callable[[str], None] = lambda name: None) -> list[str]:
        """Boot; give the boot log. Raises: KernelPanic where the slots find no room."""
        if self.cmdline.get("iommu"):
            self.dma.iommu_setup(self.cmdline["iommu"])
        if self.cmdline.get("swiotlb"):
            setup_io_tlb_npages(self.mm, self.cmdline["swiotlb"])
        bootlog = self.boot(stage, self.slab.kmem_cache_init, pci_iommu_alloc=self._pci_iommu_alloc)
        self.dma.pci_iommu_init()
        return bootlog

    def _pci_iommu_alloc(self, bootmem: Bootmem) -> None:
        pci_swiotlb_init(self.mm, bootmem)


def compare_boot_dma(kernel: DmaKernel, recording: Recording, meta: dict[str, Any], bootlog: list[str]) -> None:
    """Compare what a first line says of the state after boot.

    Raises: Mismatch
    """
    mm = kernel.mm
    compare_boot(kernel, recording, meta, bootlog)
    if "consts" in meta:
        compare_constants(meta, kernel)
    equal("boot: options", meta["dma"], flags(mm))
    equal("boot: slots", meta["tlb"], tlb_place(mm))
    # The recorder's struct device is Linux's, with all that sysfs needs.
    sizes = {f"sizeof_{name}": mm.layout.sizeof(name) for name in ("scatterlist", "dma_pool", "dma_page")}
    recorded = {name: size for each in meta.get("dma_sizes", ()) for name, size in each.items()}
    equal("boot: sizes", {name: recorded[name] for name in sizes if name in recorded}, sizes if recorded else {})


class DmaReplay(TraceReplay):
    """One replay of a recording of the DMA layer."""

    kernel: DmaKernel

    def __init__(self, recording: Recording, tally: Tally) -> None:
        super().__init__(recording, tally)
        meta = next(recording)
        check_meta(recording, meta)
        self.kernel = DmaKernel(meta)
        self.boot(meta)
        self.operations = DmaOperations(recording, self.kernel.dma, self.kernel.slab, _scratch(self.kernel))
        self.pools = PoolOperations(self.operations, self._note)
        self.table = self.operations.table | self.pools.table
        self.ended = meta["kind"] in ("dma_masks", "dma_walk")  # which do not end with a dump

    def _note(self, event: str) -> None:
        self.kernel.reclaim.events.append(event)

    def boot(self, meta: dict[str, Any]) -> None:
        """Boot, comparing the state at each stage. Raises: Mismatch"""

        def stage(name: str) -> None:
            if name in meta["stages"]:
                compare_zones(self.kernel, self.recording, meta["stages"][name], f"boot stage {name}")

        compare_boot_dma(self.kernel, self.recording, meta, self.kernel.boot_dma(stage))

    def perform(self, line: list[Any]) -> None:
        """Perform one operation and compare all that it did. Raises: Mismatch"""
        count, results, perform = self.table.get(str(line[0]) if line else "", (-1, 0, None))
        extra = line[-1] if isinstance(line[-1:], list) and line and isinstance(line[-1], dict) else {}
        if "bug" in extra:
            results = 0
        if perform is None or not count + results < len(line) <= count + results + 2:
            self.recording.fail(f"operation {line!r}", f"one of {', '.join(self.table)}, with its arguments")
        expected = dict(line[1 + count + results]) if len(line) == count + results + 2 else {}
        arguments = line[1 : 1 + count + (0 if "bug" in expected else results)]
        self._perform(perform, line[0], arguments, expected)

    def _perform(self, perform: Callable[..., None], name: str, arguments: list[Any], expected: dict[str, Any]) -> None:
        mm, pages = self.kernel.mm, self.kernel.mm.pages
        watched = WatchedPages(pages)
        if name in _WATCHED:
            mm.pages = watched  # type: ignore[assignment]
        ends_as = None
        try:
            perform(*arguments)
        except Hang:
            ends_as = "hang"
        except KernelBug as error:
            ends_as = _end(error)
            if ends_as == "panic":
                mm.printk(error.reason)
            if "bug" not in expected:
                raise Mismatch("how it ends", "a result", str(error)) from None
        finally:
            mm.pages = pages
        found = {"pg": watched.calls} if watched.calls else {}
        found |= self.kernel.take_extra() | ({"bug": ends_as} if ends_as else {})
        equal("what else happened", expected, found)

    def dump(self, line: dict[str, Any]) -> None:
        """Compare a dump.

        Raises: Mismatch; ConfigError where it is not the dump to come next, or has a part that nobody knows.
        """
        where = self.place_of_dump(line)
        self.ended = self.ended or where == "end"
        where = f"dump {where}"
        mm = self.kernel.mm
        for name, expected in line.items():
            if name == "zones":
                compare_zones(self.kernel, self.recording, expected, where)
            elif name == "tlb":
                compare_slots(f"{where}: slots", expected, tlb_state(mm))
            elif name == "pools":
                equal(f"{where}: pools", expected, pools_state(mm, self.pools.numbers))
            elif name == "flags":
                equal(f"{where}: options", expected, flags(mm))
            elif name == "slabinfo":
                self.compare_slabinfo(expected, where)
            elif name != "i":
                self.recording.fail(f"part {name!r} of a dump", "zones, tlb, pools, slabinfo or flags")

    def compare_slabinfo(self, expected: list[str], where: str) -> None:
        """Compare the lines of slabinfo; caches without slabs may be missing. Raises: Mismatch"""
        wanted = {row.split(" ", 1)[0] for row in expected}
        rows = slabinfo_rows(self.kernel.mm)
        got = [row for num_slabs, row in rows if num_slabs or row.split(" ", 1)[0] in wanted]
        equal(f"{where}: slabinfo", expected, got)


def _end(error: KernelBug) -> str:
    """Say as a recording does how the kernel ended."""
    if isinstance(error, KernelPanic):
        return "panic"
    return "SEGV" if error.reason.startswith("Unable to handle") else "BUG"


def compare_slots(where: str, expected: dict[str, Any] | None, got: dict[str, Any] | None) -> None:
    """Compare what a dump says of the slots; None where there are none. Raises: Mismatch"""
    if expected is None or got is None:
        equal(where, expected, got)
        return
    # The hashes last: what they sum up is easier to read.
    for name in sorted(expected, key=lambda each: each.endswith("_h")):
        equal(f"{where}: {name}", expected[name], got.get(name))


def check_meta(recording: Recording, meta: dict[str, Any]) -> None:
    """Look whether a first line has what a boot needs. Raises: ConfigError"""
    if meta.get("exe") not in BUILDS or not all(isinstance(meta.get(name), dict) for name in ("layout", "cmdline")):
        recording.fail(f"build {meta.get('exe')!r}", f"one of {', '.join(BUILDS)}, a layout and a command line")


def _scratch(kernel: RecordedKernel) -> int:
    """Give the first page behind the static variables."""
    ends = (phys + kernel.mm.layout.variable(name).size for name, phys in kernel.mm.statics.items())
    return -(-max(ends) // PAGE_SIZE) * PAGE_SIZE


def replay_boots(recording: Recording, tally: Tally) -> None:
    """Replay a table of boots: one in each line.

    Raises: Mismatch; ConfigError
    """
    for meta in recording:
        if not isinstance(meta, dict):
            recording.fail(repr(meta), "a boot")
        check_meta(recording, meta)
        kernel = DmaKernel(meta)
        try:
            bootlog = kernel.boot_dma()
        except KernelBug as error:
            equal("how the boot ends", [meta["boot"], meta.get("died")], [0, _end(error)])
            equal("boot log", meta["bootlog"], [*kernel.log, error.reason])
        else:
            equal("how the boot ends", [meta["boot"], meta.get("died")], [1, None])
            compare_boot_dma(kernel, recording, meta, bootlog)
            compare_zones(kernel, recording, meta["zones"], "after boot")
        tally.exact += 1


def _is_boot_of(kind: str) -> Callable[[Any], bool]:
    return lambda first: isinstance(first, dict) and first.get("boot") == 1 and first.get("kind") == kind


def _is_table_of_boots(first: Any) -> bool:
    return isinstance(first, dict) and "kind" not in first and {"boot", "bootlog", "cmdline"} <= first.keys()


def _replay(recording: Recording, tally: Tally) -> None:
    DmaReplay(recording, tally).run()


def _is_operation(line: Any) -> bool:
    return isinstance(line, list)


KINDS = (
    *(Kind(kind, _is_boot_of(kind), _replay, _is_operation) for kind in _KINDS),
    Kind("dma_boot", _is_table_of_boots, replay_boots, lambda line: isinstance(line, dict)),
)
