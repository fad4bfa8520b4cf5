# SPDX-License-Identifier: GPL-2.0-only
"""Replay recordings of the page allocator: `buddy` has a dump now and then, `buddy_walk` one after each operation."""

from collections.abc import Callable
from typing import Any

from dmalab.golden import fields
from dmalab.golden.fields import Operation, Operations
from dmalab.golden.kernel import BUILDS, RecordedKernel
from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Tally, equal
from dmalab.golden.trace_replay import TraceReplay
from dmalab.golden.zone_state import populated_zones, reserved_ranges
from pykernel.mm.watermarks import setup_per_zone_pages_min

_U64 = (1 << 64) - 1


class Ledger:
    """What the recording itself says is allocated: lines that contradict it are out of order, or not its own."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.blocks: dict[int, int] = {}  # first page frame -> order

    def allocated(self, pfn: int, order: int) -> None:
        """Note a block.

        Raises: ConfigError where it is taken.
        """
        if pfn in self.blocks:
            self.recording.fail(f"page {pfn} allocated twice", "lines in the recorded order")
        self.blocks[pfn] = order

    def freed(self, pfn: int, order: int) -> None:
        """Forget a block.

        Raises: ConfigError where it is not allocated with that order.
        """
        if self.blocks.get(pfn) != order:
            self.recording.fail(
                f"page {pfn} freed with order {order}, never so allocated", "lines in the recorded order"
            )
        del self.blocks[pfn]

    def split(self, pfn: int, order: int) -> None:
        """Make single pages of a block.

        Raises: ConfigError where it is not allocated with that order.
        """
        self.freed(pfn, order)
        self.blocks.update((page, 0) for page in range(pfn, pfn + (1 << order)))


class PageOperations:
    """Perform the page allocator's operations, given as a recording's arrays. Each gives what ours answers."""

    def __init__(self, kernel: RecordedKernel, recording: Recording) -> None:
        self.kernel = kernel
        self.mm = kernel.mm
        self.recording = recording
        self.ledger = Ledger(recording)
        self.table: Operations = {
            "a": Operation((fields.U32, fields.ORDER, fields.PFN_OR_NONE), self.alloc_pages),
            "f": Operation((fields.PFN, fields.ORDER), self.free_pages),
            "fc": Operation((fields.PFN,), self.free_cold_page),
            "split": Operation((fields.PFN, fields.ORDER), self.split_page),
            "drain": Operation((), self.drain),
            "minfree": Operation((fields.INT,), self.set_min_free_kbytes),
            "tick": Operation((fields.U32,), self.tick),
            "cpu": Operation((fields.INT,), self.set_cpu),
        }

    def alloc_pages(self, gfp_mask: int, order: int, expected: int) -> None:
        """Allocate; compare the page.

        Raises: Mismatch
        """
        pfn = self.mm.pages.alloc_pages(gfp_mask, order)
        equal(f"alloc_pages({gfp_mask:#x}, {order})", expected, -1 if pfn is None else pfn)
        if expected >= 0:
            self.ledger.allocated(expected, order)

    def free_pages(self, pfn: int, order: int) -> None:
        """Free a block."""
        self.ledger.freed(pfn, order)
        self.mm.pages.free_pages(pfn, order)

    def free_cold_page(self, pfn: int) -> None:
        """Drop the last reference to a page, and free it as cold."""
        self.ledger.freed(pfn, 0)
        if self.mm.pages.put_page_testzero(pfn):
            self.mm.pages.free_cold_page(pfn)

    def split_page(self, pfn: int, order: int) -> None:
        """Make single pages of a block."""
        self.ledger.split(pfn, order)
        self.mm.pages.split_page(pfn, order)

    def drain(self) -> None:
        """Empty all per-CPU lists."""
        self.mm.pages.drain_all_local_pages()

    def set_min_free_kbytes(self, kbytes: int) -> None:
        """Write /proc/sys/vm/min_free_kbytes."""
        self.mm.set("min_free_kbytes", kbytes)
        setup_per_zone_pages_min(self.mm)

    def tick(self, jiffies: int) -> None:
        """Let time pass."""
        self.mm.set("jiffies", self.mm.get("jiffies") + jiffies & _U64)

    def set_cpu(self, cpu: int) -> None:
        """Run on that CPU from now on.

        Raises: ConfigError where it is not up.
        """
        if cpu not in self.kernel.online_cpus:
            self.recording.fail(f"CPU {cpu}", f"one of {self.kernel.online_cpus}")
        self.mm.cpu = cpu


def compare_zones(kernel: RecordedKernel, recording: Recording, expected: Any, where: str) -> None:
    """Compare all that a dump says of the zones.

    Raises: Mismatch; ConfigError where the dump has no zones, or a field that nobody knows.
    """
    if not isinstance(expected, list) or not all(isinstance(zone, dict) and "z" in zone for zone in expected):
        recording.fail(f"zones {fields.shown(expected)}", "a list of zones")
    states = populated_zones(kernel.mm, kernel.online_cpus)
    equal(f"{where}: zones", [zone["z"] for zone in expected], [state["z"] for state in states])
    for zone, state in zip(expected, states, strict=True):
        # The hash last: what it sums up is easier to read.
        for name in sorted(zone, key=lambda each: each == "h"):
            if name not in state:
                recording.fail(f"field {name!r} of zone {zone['z']}", "a field of a zone's dump")
            equal(f"{where}: zone {zone['z']}: {name}", zone[name], state[name])


def compare_boot(kernel: RecordedKernel, recording: Recording, meta: dict[str, Any], bootlog: list[str]) -> None:
    """Compare what the first line says of the state after boot.

    Raises: Mismatch
    """
    mm = kernel.mm
    got: dict[str, Any] = {
        "end_pfn": mm.get("max_pfn"),
        "freed_by_bootmem": kernel.freed_by_bootmem,
        "vm_total_pages": mm.get("vm_total_pages"),
        "mobility_disabled": mm.get("page_group_by_mobility_disabled"),
        "pageblock_order": kernel.config.pageblock_order,
        "min_free_kbytes": mm.get("min_free_kbytes"),
        "totalreserve": mm.get("totalreserve_pages"),
        "dma_reserve": mm.get("dma_reserve"),
        "bootmap_pages": kernel.bootmap_pages,
        "reserved": reserved_ranges(mm),
        "bootlog": bootlog,
    }
    if "sizes" in meta:
        got["sizes"] = {
            "sizeof_page": mm.layout.sizeof("page"),
            "sizeof_zone": mm.layout.sizeof("zone"),
            "sizeof_spinlock": mm.layout.sizeof("arch_spinlock_t"),
            "MAX_NR_ZONES": mm.layout.number("MAX_NR_ZONES"),
            "pageblock_order": kernel.config.pageblock_order,
        }
    for name, value in got.items():
        if name in meta:
            equal(f"boot: {name}", meta[name], value)


def boot(recording: Recording, meta: dict[str, Any]) -> RecordedKernel:
    """Boot as the first line says, comparing the state at each stage.

    Raises: Mismatch; ConfigError where the line lacks something.
    """
    kernel = RecordedKernel(meta["exe"], fields.layout_of(recording, meta, [*BUILDS]))

    def stage(name: str) -> None:
        if name in meta.get("stages", {}):
            compare_zones(kernel, recording, meta["stages"][name], f"boot stage {name}")

    compare_boot(kernel, recording, meta, kernel.boot(stage))
    return kernel


class BuddyReplay(TraceReplay):
    """One replay of a page allocator's recording."""

    def __init__(self, recording: Recording, tally: Tally) -> None:
        super().__init__(recording, tally)
        self.kernel = boot(recording, next(recording))
        self.operations = PageOperations(self.kernel, recording)

    def run(self) -> None:
        """Replay to the end. A walk has no last dump, but at its end everything is freed.

        Raises: as TraceReplay.run
        """
        super().run()
        if self.operations.ledger.blocks:
            self.recording.fail("the end of the file", "everything freed (is the file truncated?)")

    def perform(self, line: list[Any]) -> None:
        """Perform an operation of the page allocator. Raises: Mismatch; EndsHere"""
        self.perform_one_of(self.operations.table, line)

    def dump(self, line: dict[str, Any]) -> None:
        """Compare a dump.

        Raises: Mismatch; ConfigError where it stands at another place than it says.
        """
        where = line.get("i", f"after operation {self.tally.exact - 1}")
        if isinstance(where, int) and where != self.tally.exact - 1:
            self.recording.fail(f"the dump after operation {where}", f"the one after {self.tally.exact - 1}")
        self.ended = where == "end" or "i" not in line
        compare_zones(self.kernel, self.recording, line.get("zones"), f"dump {where}")


def _is_boot_of(kind: str) -> Callable[[Any], bool]:
    return lambda first: isinstance(first, dict) and first.get("boot") == 1 and first.get("kind") == kind


def _replay(recording: Recording, tally: Tally) -> None:
    BuddyReplay(recording, tally).run()


def _is_operation(line: Any) -> bool:
    return isinstance(line, list)


KINDS = tuple(Kind(kind, _is_boot_of(kind), _replay, _is_operation, is_trace=True) for kind in ("buddy", "buddy_walk"))
