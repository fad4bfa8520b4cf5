# SPDX-License-Identifier: GPL-2.0-only
"""Replay recordings of the slab allocator: traces with a dump now and then, and scripted edges and errors."""

from collections.abc import Callable
from typing import Any

from dmalab.golden import fields
from dmalab.golden.buddy import PageOperations, compare_boot, compare_zones
from dmalab.golden.fields import Operation, Operations
from dmalab.golden.kernel import BUILDS, RecordedKernel
from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Tally, equal
from dmalab.golden.slab_state import Caches, CacheState
from dmalab.golden.trace_replay import TraceReplay
from emulator.memmap import PAGE_OFFSET
from pykernel.errors import KernelBug
from pykernel.layout.config import KernelConfig
from pykernel.mm.context import Mm
from pykernel.mm.slab import Slab
from pykernel.proc.slabinfo import slabinfo_rows

ZERO_SIZE_PTR = 16
_CONSTRUCTED = 0xC0C0_C0C0_C0C0_C0C0  # what a recorded constructor writes is not recorded


class SlabKernel(RecordedKernel):
    """Our kernel with its slab allocator."""

    def __init__(self, build: str | KernelConfig, layout: dict[str, Any]) -> None:
        super().__init__(build, layout)
        self.slab = Slab(self.mm)
        self.slab.core.synchronize_rcu = lambda: self.reclaim.events.append("synchronize_rcu")
        self.constructed = 0
        self.ctor = self.slab.register_function(self._construct)
        self.bug = False

    def _construct(self, objp: int) -> None:
        self.constructed += 1
        self.ram.u64[(objp - PAGE_OFFSET) >> 3] = _CONSTRUCTED

    def boot_slab(self, stage: Callable[[str], None] = lambda name: None) -> list[str]:
        """Boot with the slab allocator, the second CPU after it; give the boot log."""

        def with_cpus(name: str) -> None:
            stage(name)
            if name == "slab_init":
                for cpu in range(1, self.config.nr_cpus):
                    self.slab.cpu_up(cpu)
                    self.online_cpus.append(cpu)

        return self.boot(with_cpus, self.slab.kmem_cache_init)

    def take_extra(self) -> dict[str, Any]:
        """Give, and forget, what the last operation did besides its result, as a recording notes it."""
        found = super().take_extra()
        found |= {"ctor": self.constructed} if self.constructed else {}
        found |= {"bug": "BUG"} if self.bug else {}
        self.constructed, self.bug = 0, False
        return found


class SlabOperations:
    """Perform the slab allocator's operations, given as a recording's arrays."""

    def __init__(self, kernel: SlabKernel, recording: Recording) -> None:
        self.kernel, self.slab, self.recording = kernel, kernel.slab, recording
        self.caches = Caches(kernel.mm)
        self.cachep = {state["name"]: state.cachep for state in self.caches}
        self.objects: dict[int, str] = {}  # physical address -> its cache's name, "" for kmalloc
        flag = fields.whole(0, 1)
        self.table: Operations = {
            "km": Operation((fields.U64, fields.U32, fields.PHYS_OR_ZERO), self.kmalloc),
            "kf": Operation((fields.PHYS,), self.kfree),
            "kr": Operation((fields.PHYS, fields.U64, fields.U32, fields.PHYS_OR_ZERO), self.krealloc),
            "ks": Operation((fields.PHYS, fields.U64), self.ksize),
            "cc": Operation((fields.name, fields.U64, fields.U64, fields.U32, flag, fields.geometry), self.create),
            "ca": Operation((fields.name, fields.U32, fields.PHYS_OR_NULL), self.alloc),
            "cf": Operation((fields.name, fields.PHYS), self.free),
            "csh": Operation((fields.name, flag), self.shrink),
            "cd": Operation((fields.name,), self.destroy),
            "reap": Operation((), self.slab.cache_reap),
        }

    def _call(self, function: Callable[..., int], *arguments: int) -> int:
        """Call the allocator; a BUG() is noted and gives NULL."""
        try:
            return function(*arguments)
        except KernelBug:
            self.kernel.bug = True
            return 0

    def _cache(self, name: str) -> int:
        if name not in self.cachep:
            self.recording.fail(f"cache {name!r}, which does not exist", "lines in the recorded order")
        return self.cachep[name]

    def _taken(self, phys: int | str, cache: str) -> None:
        if isinstance(phys, int) and phys >= 0:
            if phys in self.objects:
                self.recording.fail(f"object {phys:#x} allocated twice", "lines in the recorded order")
            self.objects[phys] = cache

    def _is_alive(self, phys: int, cache: str) -> None:
        if self.objects.get(phys) != cache:
            self.recording.fail(f"object {phys:#x} used or freed, never so allocated", "lines in the recorded order")

    def _given_back(self, phys: int, cache: str) -> None:
        self._is_alive(phys, cache)
        del self.objects[phys]

    def kmalloc(self, size: int, gfp_mask: int, expected: int | str) -> None:
        """Allocate by size; compare the address. Raises: Mismatch"""
        equal(f"kmalloc({size}, {gfp_mask:#x})", expected, address(self._call(self.slab.kmalloc, size, gfp_mask)))
        self._taken(expected, "")

    def kfree(self, phys: int) -> None:
        """Free by address."""
        self._given_back(phys, "")
        self.slab.kfree(phys + PAGE_OFFSET)

    def krealloc(self, phys: int, size: int, gfp_mask: int, expected: int | str) -> None:
        """Change an object's size; compare the address. Raises: Mismatch"""
        self._is_alive(phys, "")
        new = address(self._call(self.slab.krealloc, phys + PAGE_OFFSET, size, gfp_mask))
        equal(f"krealloc({phys:#x}, {size}, {gfp_mask:#x})", expected, new)
        if expected != -1:
            self._given_back(phys, "")
            self._taken(expected, "")

    def ksize(self, phys: int, expected: int) -> None:
        """Compare an object's size. Raises: Mismatch"""
        self._is_alive(phys, "")
        equal(f"ksize({phys:#x})", expected, self.slab.ksize(phys + PAGE_OFFSET))

    def create(self, name: str, size: int, align: int, flags: int, ctor: int, expected: dict[str, Any] | None) -> None:
        """Create a cache; compare its geometry. Raises: Mismatch"""
        cachep = 0
        try:
            cachep = self.slab.kmem_cache_create(name, size, align, flags, self.kernel.ctor if ctor else 0)
        except KernelBug:
            self.kernel.bug = True
        equal(f"kmem_cache_create({name!r}): whether it succeeds", expected is not None, cachep != 0)
        if expected is not None:
            compare_cache(self.recording, expected, self.caches.at(cachep), f"new cache {name}")
            self.cachep[name] = cachep

    def alloc(self, name: str, gfp_mask: int, expected: int) -> None:
        """Allocate from a cache; compare the address. Raises: Mismatch"""
        objp = self._call(self.slab.kmem_cache_alloc, self._cache(name), gfp_mask)
        equal(f"kmem_cache_alloc({name}, {gfp_mask:#x})", expected, address(objp))
        self._taken(expected, name)

    def free(self, name: str, phys: int) -> None:
        """Free into a cache."""
        self._given_back(phys, name)
        self.slab.kmem_cache_free(self._cache(name), phys + PAGE_OFFSET)

    def shrink(self, name: str, expected: int) -> None:
        """Shrink a cache; compare whether objects are left. Raises: Mismatch"""
        equal(f"kmem_cache_shrink({name})", expected, self.slab.kmem_cache_shrink(self._cache(name)))

    def destroy(self, name: str) -> None:
        """Destroy a cache, if it is empty."""
        if self.slab.kmem_cache_destroy(self._cache(name)):
            del self.cachep[name]


def address(objp: int) -> int | str:
    """Write a pointer as recordings do: a physical address, -1 for NULL, "ZERO" for no bytes."""
    if objp == ZERO_SIZE_PTR:
        return "ZERO"
    return objp - PAGE_OFFSET if objp else -1


def compare_cache(recording: Recording, expected: dict[str, Any], state: CacheState, where: str) -> None:
    """Compare all that a dump says of a cache.

    Raises: Mismatch; ConfigError where the dump has a field that nobody knows.
    """
    for name, value in expected.items():
        if name not in state:
            recording.fail(f"field {name!r} of cache {state['name']}", "a field of a cache's dump")
        # Static in the recorder, too, and at an address of its own.
        if not (state.is_static and name == "l3_p"):
            equal(f"{where}: {name}", value, state[name])


def compare_caches(recording: Recording, expected: list[dict[str, Any]], caches: Caches, where: str) -> None:
    """Compare what a dump says of many caches. Raises: Mismatch"""
    states = {state["name"]: state for state in caches}
    for each in expected:
        name = each.get("name", "")
        equal(f"{where}: whether cache {name} exists", True, name in states)
        compare_cache(recording, each, states[name], f"{where}: cache {name}")


def constants(mm: Mm, config: KernelConfig) -> dict[str, int]:
    """Give what recordings say of a build's sizes and numbers, where ours can be asked for it."""
    layout = mm.layout
    line = config.l1_cache_bytes
    return {
        **{f"sizeof_{name}": layout.sizeof(name) for name in ("slab", "array_cache", "arraycache_init", "kmem_list3")},
        "sizeof_slab_rcu": layout.sizeof("slab_rcu"),
        "sizeof_kmem_cache_buffer": -(-layout.sizeof("kmem_cache") // line) * line,
        "slab_break_gfp_order": mm.get("slab_break_gfp_order"),
        "cache_line_size": line,
        **{name: layout.number(name) for name in ("SLAB_HWCACHE_ALIGN", "SLAB_CACHE_DMA", "SLAB_RECLAIM_ACCOUNT")},
        **{name: layout.number(name) for name in ("SLAB_PANIC", "SLAB_DESTROY_BY_RCU", "SLAB_MEM_SPREAD")},
        "HZ": config.hz,
        "jiffies": config.initial_jiffies,
    }


class SlabReplay(TraceReplay):
    """One replay of a slab allocator's recording."""

    kernel: SlabKernel

    def __init__(self, recording: Recording, tally: Tally) -> None:
        super().__init__(recording, tally)
        meta = next(recording)
        self.kernel = SlabKernel(meta["exe"], fields.layout_of(recording, meta, [*BUILDS]))
        self.boot(meta)
        operations = SlabOperations(self.kernel, recording)
        self.caches, self.objects = operations.caches, operations.objects
        self.table = PageOperations(self.kernel, recording).table | operations.table
        self.is_walk = meta["kind"] == "edges"

    def boot(self, meta: dict[str, Any]) -> None:
        """Boot, comparing the state at each stage. Raises: Mismatch"""
        stages = meta.get("stages", {})

        def stage(name: str) -> None:
            if name in stages:
                compare_zones(self.kernel, self.recording, stages[name], f"boot stage {name}")

        compare_boot(self.kernel, self.recording, meta, self.kernel.boot_slab(stage))
        compare_caches(self.recording, stages.get("slab_final", []), Caches(self.kernel.mm), "after boot")
        compare_constants(meta, self.kernel)

    def perform(self, line: list[Any]) -> None:
        """Perform an operation of either allocator. Raises: Mismatch; EndsHere"""
        # A walk has no last dump: it ends when its cache is destroyed.
        self.ended = self.is_walk and line[:1] == ["cd"] and not self.objects
        self.perform_one_of(self.table, line)

    def dump(self, line: dict[str, Any]) -> None:
        """Compare a dump.

        Raises: Mismatch; ConfigError where it is not the dump to come next.
        """
        where = self.place_of_dump(line)
        self.ended = where == "end" or "end" in line
        where = f"dump {where}"
        if "zones" in line:
            compare_zones(self.kernel, self.recording, line["zones"], where)
        if "chain" in line:
            equal(f"{where}: cache chain", line["chain"], self.caches.chain())
        if "slabinfo" in line:
            self.compare_slabinfo(line["slabinfo"], where, complete=not isinstance(line.get("i"), int))
        caches = [*line.get("caches", ()), *line.get("slab", ()), *([line["cache"]] if "cache" in line else ())]
        compare_caches(self.recording, caches, self.caches, where)

    def compare_slabinfo(self, expected: list[str], where: str, *, complete: bool) -> None:
        """Compare the lines of slabinfo. Unless `complete`, caches without slabs may be missing.

        Raises: Mismatch
        """
        wanted = {row.split(" ", 1)[0] for row in expected}
        rows = slabinfo_rows(self.kernel.mm)
        got = [row for num_slabs, row in rows if complete or num_slabs or row.split(" ", 1)[0] in wanted]
        for number, (theirs, ours) in enumerate(zip(expected, got, strict=False)):
            equal(f"{where}: slabinfo line {number}", theirs, ours)
        equal(f"{where}: slabinfo: number of lines", len(expected), len(got))

    def around(self, line: list[Any]) -> list[str]:
        """Describe the state at a difference: what came before, zones, and caches that have slabs."""
        return super().around(line) + [row for num_slabs, row in slabinfo_rows(self.kernel.mm) if num_slabs]


def compare_constants(meta: dict[str, Any], kernel: RecordedKernel) -> None:
    """Compare a build's sizes and numbers. Raises: Mismatch"""
    for name, value in constants(kernel.mm, kernel.config).items():
        if name in meta.get("consts", {}):
            equal(f"constant {name}", meta["consts"][name], value)


def _is_boot_of(kind: str) -> Callable[[Any], bool]:
    return lambda first: isinstance(first, dict) and first.get("boot") == 1 and first.get("kind") == kind


def _replay(recording: Recording, tally: Tally) -> None:
    SlabReplay(recording, tally).run()


def _is_operation(line: Any) -> bool:
    return isinstance(line, list)


KINDS = (
    Kind("slab_trace", _is_boot_of("slab"), _replay, _is_operation, is_trace=True),
    Kind("slab_edges", _is_boot_of("edges"), _replay, _is_operation, is_trace=True),
)
