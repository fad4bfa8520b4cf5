# SPDX-License-Identifier: GPL-2.0-only
"""Who owns which byte, enforced: every access of a device to memory, and those of the CPU to what a device has.

The DMA API's calls hand buffers over; this module follows them, guards what is the device's against the CPU, asks
`check.access` of every transfer, and reports what nobody was allowed to do. What it follows stands in guest RAM: the
table of mappings, and beside it (`mm.dma_history`) what was unmapped, and what the CPU was given back meanwhile.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING

from emulator.clock import Clock
from emulator.coherence import EVERYTHING, Caches
from emulator.cpu_guard import Guard, Guards
from emulator.dma import DescriptorRing, DmaAccess
from emulator.finding import Finding, Findings, Json
from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from emulator.native.guard import LOADS, STORES
from emulator.trace import Trap
from pykernel.check.access import BEYOND_REACH, FROM_DEVICE, TO_DEVICE, Mapping, MappingTables, Verdict, judge
from pykernel.check.freed import has_constructor, is_free, object_extent
from pykernel.check.memory import Memory
from pykernel.check.scatterlist import mapped_pieces
from pykernel.check.written import find_unwritten, mark_unwritten
from pykernel.descriptors import Descriptors
from pykernel.dma_debug import DMA_ATTR_SKIP_CPU_SYNC
from pykernel.layout.address import virt_to_phys
from pykernel.mm.dma_history import DmaHistory
from pykernel.mm.dma_mappings import BACKTRACE_DEPTH
from pykernel.spans import Span, overlap, without

if TYPE_CHECKING:
    from pykernel.check.exposure import Exposed

_ALLOCATIONS = ("kmalloc", "kmem_cache_alloc", "get_free_pages")
_GFP_ZERO = 0x8000
# Calls for one mapping, and which argument is its bus address; of the others it is the result.
_ONE_MAPPING = {"dma_map_single": None, "dma_map_page": None, "dma_unmap_single": 1, "dma_unmap_page": 1}
_FREES = {"kfree": 0, "kmem_cache_free": 1, "free_pages": 0, "krealloc": 0}  # which argument is the address
_MAX_LOAD_PAGES = 16  # of a mapping whose loads are guarded
_MAX_DIRTY = 256  # stretches of one mapping that the CPU has written
_BACKTRACE = 32
_SHOWN = 8


class _Watched:
    """A live streaming mapping, and what has been seen of it."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.guards: list[Guard] = []
        self.lines: list[Span] = []  # physical: the rest of its cache lines, in the same object
        self.dirty: list[tuple[Span, list[int]]] = []  # physical: written by the CPU, and from where
        self.freed_by: list[int] | None = None
        self.within = EVERYTHING  # physical: the object that it is part of
        self.is_cached = False  # of a machine whose devices do not see the CPU's caches

    @property
    def span(self) -> Span:
        """Its physical addresses."""
        return self.mapping.phys, self.mapping.phys + self.mapping.size


class Ownership:
    """The checker of one machine with a kernel: a `emulator.dma.Checker`.

    `devices` are those whose DMA the kernel's drivers answer for. `frames(depth)` gives the code addresses that led to
    the CPU's current instruction. `ask_again(names)` is called where `follows` has changed its mind. `fast_path` is
    where the guest keeps whether it frees objects without a call. `caches` are there where devices do not see the
    CPU's; `finds_unwritten` needs a guest that calls for every object; `exposes` tells, where there is an IOMMU, what a
    mapping lays open among all that are live.
    """

    def __init__(
        self,
        memory: Memory,
        history: DmaHistory,
        guards: Guards,
        findings: Findings,
        clock: Clock,
        devices: Collection[str],
        *,
        frames: Callable[[int], list[int]],
        describe: Callable[[int], str],
        ask_again: Callable[[Collection[str]], None],
        fast_path: int | None = None,
        caches: Caches | None = None,
        finds_unwritten: bool = False,
        exposes: "Callable[[Mapping, list[Mapping]], Iterable[Exposed]] | None" = None,
    ) -> None:
        self.tables = MappingTables(memory)
        self._memory, self._history, self._guards = memory, history, guards
        self._findings, self._clock, self._devices = findings, clock, frozenset(devices)
        self._frames, self._describe = frames, describe
        self._exposes, self._ask_again = exposes, ask_again
        self._caches, self._finds_unwritten = caches, finds_unwritten
        self._fast_path, self._had_fast_path = fast_path, 0
        self._known: dict[Mapping, _Watched | None] = {}  # all live mappings; the streaming ones are watched
        self._descriptors = Descriptors(memory, guards, self.tables, frames)
        self._reported: set[tuple[object, ...]] = set()
        guards.watch(self._accessed)

    # What devices do.

    def check_dma(self, access: DmaAccess) -> str | None:
        """Judge a transfer, and report what is wrong with it."""
        if access.device not in self._devices or not access.length:
            return None
        verdict = judge(self.tables, access)
        written: list[int] = []
        if verdict is None:
            verdict, written = self._spoilt(access)
        if verdict is None and self._finds_unwritten and not access.is_write:
            verdict = self._unwritten(access)
        if verdict is None:
            return None
        details: dict[str, Json] = {}
        if access.descriptor is not None:
            details["descriptor"] = f"{access.descriptor:#x}"
        by = self._descriptors.handed_over_by(access.device, access.descriptor)
        if by:
            details["started_at"] = self._lines_of(by)
        if written:
            details["written_at" if verdict.kind == "dma-unsynced-write" else "freed_at"] = self._lines_of(written)
        phys = access.runs[0][0] if access.runs else None
        if phys is None and verdict.mapping is not None:  # an IOMMU refuses it
            phys = verdict.mapping.phys + access.dma_addr - verdict.mapping.dma_addr
        dma_addr = access.dma_addr
        if verdict.kind == BEYOND_REACH and verdict.mapping is not None:
            dma_addr, details["reach"] = verdict.mapping.dma_addr, access.reach  # what was meant, not what is hit
        counts = self._report(verdict, access.device, dma_addr, phys, access.length, details)
        return verdict.kind if counts else None

    def own(self, device: str, dma_addr: int, length: int) -> None:
        """Guard a descriptor that the device has taken, and look whether it was handed over in order."""
        if device not in self._devices:
            return
        unordered = self._descriptors.own(device, dma_addr, length)
        key = ("dma-missing-barrier", *unordered.handing[:1]) if unordered is not None else ()
        if unordered is None or key in self._reported:
            return
        self._reported.add(key)
        sentence = f"the descriptor at {dma_addr:#x} is handed over with no write barrier behind a store to it"
        details: dict[str, Json] = {
            "backtrace": self._lines_of(unordered.handing),
            "written_at": self._lines_of(unordered.store.frames),
        }
        phys, size = unordered.phys + unordered.store.start, unordered.store.end - unordered.store.start
        self._report(Verdict("dma-missing-barrier", sentence), device, dma_addr, phys, size, details)

    def disown(self, device: str, dma_addr: int, length: int) -> None:
        """Let the driver have its descriptors again."""
        self._descriptors.disown(device, dma_addr, length)

    def ring(self, device: str, name: str, ring: DescriptorRing | None) -> None:
        """Follow the stores to a ring of descriptors."""
        if device in self._devices:
            self._descriptors.ring(device, name, ring)

    def _spoilt(self, access: DmaAccess) -> tuple[Verdict | None, list[int]]:
        """Look at what the CPU has done to a buffer that the device may use."""
        for watched in self._watched():
            mapping = watched.mapping
            if mapping.device != access.device or not overlap(
                (mapping.dma_addr, mapping.end), (access.dma_addr, access.dma_addr + access.length)
            ):
                continue
            way = "writes to" if access.is_write else "reads from"
            where = f"device {way} {access.dma_addr:#x} ({access.length} bytes)"
            if watched.freed_by is not None:
                return Verdict("dma-freed-memory", f"{where}, which was freed while mapped", mapping), watched.freed_by
            first = mapping.phys + access.dma_addr - mapping.dma_addr
            for span, frames in watched.dirty if not access.is_write else ():
                if overlap(span, (first, first + access.length)):
                    sentence = f"{where}, which the CPU has written since it was mapped, without dma_sync_*_for_device"
                    return Verdict("dma-unsynced-write", sentence, mapping), frames
        return None, []

    def _unwritten(self, access: DmaAccess) -> Verdict | None:
        """Look for bytes that nobody has written since they were allocated."""
        for phys, length in access.runs:
            found = find_unwritten(self._memory.ram, phys, length) if self._memory.holds(phys, length) else None
            if found is not None:
                first, last = found
                where = f"device reads from {access.dma_addr:#x} ({access.length} bytes)"
                sentence = f"{where}, of which {first:#x}-{last - 1:#x} was never written since it was allocated"
                mapping = next(
                    (each for each in self.tables.live() if each.phys <= first < each.phys + each.size), None
                )
                return Verdict("dma-uninitialized", sentence, mapping)
        return None

    # What the kernel does.

    def follows(self, name: str) -> bool:
        """Say whether `on_trap` wants to see calls of `name`."""
        if name.startswith("dma"):
            return name != "dma_mapping_error"  # it changes nothing of what is mapped
        return (name in _FREES and bool(self._known)) or (self._finds_unwritten and name in _ALLOCATIONS)

    def on_trap(self, event: Trap) -> None:
        """Follow the calls that hand memory over, and those that free it."""
        if event.name in _FREES:
            self._check_freed(event)
        elif event.name in _ALLOCATIONS:
            if self._finds_unwritten:
                self._mark(event)
        elif event.name in _ONE_MAPPING:
            self._follow_one(event)
        elif "_sync_" in event.name:
            self._synced(event)
        else:
            self.tables.changed()
            if len(self.tables) != len(self._known):
                self._follow(event)

    def _mark(self, event: Trap) -> None:
        """Mark what was just allocated as never written."""
        phys = virt_to_phys(event.result)
        size, gfp_mask = event.args[:2]
        extent = object_extent(self._memory, phys)
        if event.name == "get_free_pages":
            size, gfp_mask = PAGE_SIZE << event.args[1], event.args[0]
        elif event.name == "kmem_cache_alloc":
            # What a constructor has written stays, and a debugging kernel has its own bytes around the object.
            size = 0 if extent is None or has_constructor(self._memory, event.args[0]) else extent[1] - extent[0]
            size = 0 if self._memory.config.debug_slab else size
        if not gfp_mask & _GFP_ZERO and size and self._memory.holds(phys, size):
            mark_unwritten(self._memory.ram, phys, size)

    def _follow_one(self, event: Trap) -> None:
        """Look where a call can have changed the table of mappings, and at all of it where that does not explain it."""
        which = _ONE_MAPPING[event.name]
        changes = self.tables.changed_at(event.result if which is None else event.args[which])
        if changes is None or not all(mapping in self._known for mapping in changes[0]):
            self.tables.changed()
            self._follow(event)
            return
        for mapping in changes[0]:
            self._forget(mapping, event)
        for mapping in changes[1]:
            self._learn(mapping)
        if len(self.tables) != len(self._known):
            self._follow(event)
        else:
            self._choose_path()

    def _follow(self, event: Trap) -> None:
        """Compare the table of mappings with what was known of it."""
        live = dict.fromkeys(self.tables.live())
        for mapping in [each for each in self._known if each not in live]:
            self._forget(mapping, event)
        for mapping in live:
            if mapping not in self._known:
                self._learn(mapping)
        self._choose_path()

    def _learn(self, mapping: Mapping) -> None:
        self._known[mapping] = self._watch(mapping) if mapping.is_streaming else None
        if len(self._known) == 1:
            self._ask_again(_FREES)
        if self._exposes is not None and mapping.is_streaming:
            self._report_exposed(mapping, self._exposes(mapping, self.tables.live()))

    def _forget(self, mapping: Mapping, event: Trap) -> None:
        watched = self._known.pop(mapping)
        if not self._known:
            self._ask_again(_FREES)
        for guard in watched.guards if watched else ():
            self._guards.remove(guard)
        if watched is not None and watched.is_cached and self._caches is not None:
            if mapping.direction != TO_DEVICE and not _skips_sync(event):
                self._caches.invalidate(mapping.phys, mapping.size, watched.within)
            self._caches.untrack(mapping.phys, mapping.size, watched.within)
        self._history.give_to_device(mapping.dev, mapping.dma_addr, mapping.size)
        record = (mapping.dev, mapping.dma_addr, mapping.size, mapping.cpu_addr, mapping.type, mapping.direction)
        unmapped_by = self._frames_of(event)[:BACKTRACE_DEPTH]
        self._history.note_unmapped(record, self._clock.now_ns, mapping.made_by, unmapped_by)

    def _watch(self, mapping: Mapping) -> _Watched:
        watched = _Watched(mapping)
        if self._memory.holds(mapping.phys, max(1, mapping.size)):
            if mapping.direction != TO_DEVICE:
                watched.lines = list(self._line_rest(*watched.span))
            if mapping.skips_sync:
                self._history.give_to_cpu(mapping.dev, mapping.dma_addr, mapping.size)
            self._guard(watched)
            if self._caches is not None and not mapping.is_bounced:
                watched.is_cached = True
                watched.within = object_extent(self._memory, mapping.phys) or EVERYTHING
                self._caches.track(mapping.phys, mapping.size, watched.within)
                if not mapping.skips_sync:
                    self._caches.write_back(mapping.phys, mapping.size, watched.within)
            if is_free(self._memory, mapping.phys):
                verdict = Verdict("dma-map-freed", f"driver maps freed memory {mapping.words}", mapping)
                self._report(verdict, mapping.device, mapping.dma_addr, mapping.phys, mapping.size, {})
        return watched

    def _guard(self, watched: _Watched) -> None:
        """Guard what of a mapping is the device's now."""
        for guard in watched.guards:
            self._guards.remove(guard)
        mapping, offset = watched.mapping, watched.mapping.phys - watched.mapping.dma_addr
        kinds = STORES
        if mapping.direction != TO_DEVICE and mapping.size <= _MAX_LOAD_PAGES * PAGE_SIZE:
            kinds |= LOADS
        free = without((mapping.dma_addr, mapping.end), self.tables.cpu_owned(mapping))
        watched.guards = [Guard(start + offset, end + offset, kinds) for start, end in free]
        if free:
            watched.guards += [Guard(start, end, STORES) for start, end in watched.lines]
        for guard in watched.guards:
            self._guards.add(guard)

    def _line_rest(self, start: int, end: int) -> Collection[Span]:
        """Give what shares a buffer's first and last cache line, and belongs to the same object or page.

        Of neighbours in other objects the driver knows nothing, and on a machine whose caches matter kmalloc() keeps
        them apart. Where red zones of a debugging kernel move an object, its lines move with it: the driver is the
        same.
        """
        line, debug = self._memory.config.l1_cache_bytes, self._memory.config.debug_slab
        if not (start | end) & line - 1 and not debug:
            return ()
        page = (start >> PAGE_SHIFT << PAGE_SHIFT, -(-end >> PAGE_SHIFT << PAGE_SHIFT))
        first, last = object_extent(self._memory, start) or page
        shift = first & line - 1 if debug else 0
        before = max(first, (start - shift & -line) + shift), start
        behind = end, min(last, shift - (shift - end & -line))
        return [span for span in (before, behind) if span[0] < span[1]]

    def _synced(self, event: Trap) -> None:
        """Hand part of a mapping to the CPU or back."""
        give = self._history.give_to_cpu if "_for_cpu" in event.name else self._history.give_to_device
        for dev, dma_addr, size in self._sync_ranges(event):
            for watched in self._watched():
                mapping = watched.mapping
                # What is not mapped belongs to nobody: whoever maps it next gets all of it.
                start, end = max(dma_addr, mapping.dma_addr), min(dma_addr + size, mapping.end)
                if mapping.dev != dev or start >= end:
                    continue
                give(dev, start, end - start)
                offset = mapping.phys - mapping.dma_addr
                clean = (start + offset, end + offset)
                watched.dirty = [each for each in watched.dirty if not overlap(each[0], clean)]
                self._guard(watched)
                self._sync_caches(watched, clean, for_cpu="_for_cpu" in event.name)

    def _sync_caches(self, watched: _Watched, span: Span, *, for_cpu: bool) -> None:
        if self._caches is None or not watched.is_cached:
            return
        if not for_cpu and watched.mapping.direction != FROM_DEVICE:
            self._caches.write_back(span[0], span[1] - span[0], watched.within)
        elif watched.mapping.direction != TO_DEVICE:
            self._caches.invalidate(span[0], span[1] - span[0], watched.within)

    def _sync_ranges(self, event: Trap) -> list[tuple[int, int, int]]:
        """Give (dev, dma_addr, size) of each stretch that a dma_sync_*() means."""
        dev, first, *rest = event.args
        if "_sg_" in event.name:
            return [(dev, *piece) for piece in mapped_pieces(self._memory, first, rest[0])]
        if "_range_" in event.name:
            return [(dev, first + rest[0], rest[1])]
        return [(dev, first, rest[0])]

    def _check_freed(self, event: Trap) -> None:
        """Look whether what was freed is mapped."""
        virt = event.args[_FREES[event.name]]
        phys = virt_to_phys(virt)
        if not self._memory.holds(phys, 1) or (event.name == "krealloc" and event.result == virt):
            return
        size = PAGE_SIZE << event.args[1] if event.name == "free_pages" and event.args[1] < 16 else PAGE_SIZE
        span = object_extent(self._memory, phys) or (phys, phys + size)
        for watched in self._watched():
            if watched.freed_by is None and overlap(watched.span, span) and is_free(self._memory, watched.span[0]):
                watched.freed_by = self._frames_of(event)
                mapping = watched.mapping
                sentence = f"{event.name}() of memory that is mapped for the device {mapping.words}"
                details = {"backtrace": self._lines_of(watched.freed_by)}
                verdict = Verdict("dma-free-while-mapped", sentence, mapping)
                self._report(verdict, mapping.device, mapping.dma_addr, mapping.phys, mapping.size, details)

    def _choose_path(self) -> None:
        """Let the guest call for every object while something is mapped: what is freed then must be seen."""
        if self._fast_path is None:
            return
        word = self._fast_path >> 2
        is_watching = any(watched is not None for watched in self._known.values())
        flag = self._memory.ram.u32
        if is_watching and flag[word]:
            self._had_fast_path, flag[word] = flag[word], 0
        elif not is_watching and self._had_fast_path:
            flag[word], self._had_fast_path = self._had_fast_path, 0

    # What the CPU does.

    def _accessed(self, phys: int, width: int, is_store: bool) -> None:
        """Judge an access of the CPU to guarded memory."""
        span = (phys, phys + width)
        if is_store:
            for device, start in self._descriptors.stored(span):
                sentence = f"CPU writes to the descriptor at {start:#x} ({width} bytes) while the device owns it"
                self._report_cpu(Verdict("dma-descriptor-write", sentence), device, start, phys, width)
        for watched in self._watched():
            if any(overlap((guard.start, guard.end), span) for guard in watched.guards):
                self._touched(watched, span, is_store)

    def _touched(self, watched: _Watched, span: Span, is_store: bool) -> None:
        mapping, (phys, end) = watched.mapping, span
        dma_addr = phys - mapping.phys + mapping.dma_addr
        inside = overlap(watched.span, span)
        if inside and is_store and mapping.direction == TO_DEVICE:
            # No mistake yet: dma_sync_*_for_device() may follow. It is one if the device reads this first.
            self._note_dirty(watched, span)
            return
        kind = "dma-cpu-write" if is_store else "dma-cpu-read"
        what = f"CPU {'writes to' if is_store else 'reads from'} {dma_addr:#x} ({end - phys} bytes)"
        sentence = f"{what} while the device owns the mapping {mapping.words}"
        if not inside:
            kind = "dma-shared-line"
            sentence = f"{what}, in a cache line of which the device owns the rest {mapping.words}"
        self._report_cpu(Verdict(kind, sentence, mapping), mapping.device, dma_addr, phys, end - phys)

    def _note_dirty(self, watched: _Watched, span: Span) -> None:
        """Remember what the CPU has written, and from where; what a loop writes in turn as one stretch."""
        dirty = watched.dirty
        if any(start <= span[0] and span[1] <= end for (start, end), _ in dirty):
            return
        if dirty and dirty[-1][0][1] == span[0] and dirty[-1][1][:1] == self._frames(1):
            dirty[-1] = (dirty[-1][0][0], span[1]), dirty[-1][1]
        elif len(dirty) < _MAX_DIRTY:
            dirty.append((span, self._frames(_BACKTRACE)))

    def _report_cpu(self, verdict: Verdict, device: str, dma_addr: int, phys: int, length: int) -> None:
        """Report an access of the CPU, once for each instruction and mapping."""
        frames = self._frames(_BACKTRACE)
        key = (verdict.kind, *frames[:1], verdict.mapping)
        if key in self._reported:
            return
        self._reported.add(key)
        self._report(verdict, device, dma_addr, phys, length, {"backtrace": self._lines_of(frames)})

    # Reports.

    def _report_exposed(self, mapping: Mapping, found: "Iterable[Exposed]") -> None:
        """Report what a mapping lays open, once for each line that maps."""
        for each in found:
            key = (each.kind, *mapping.made_by[:1])
            if key in self._reported:
                continue
            self._reported.add(key)
            kinds = " with pointers to functions" if each.pointers else ""
            sentence = f"the mapping {mapping.words} lays open to the device {each.what}{kinds}"
            details: dict[str, Json] = {"exposed": [f"{start:#x}-{end - 1:#x}" for start, end in each.spans[:_SHOWN]]}
            if each.pointers:
                shown = each.pointers[:_SHOWN]
                details["function_pointers"] = [f"{at:#x}: {self._describe(value + 1)}" for at, value in shown]
            verdict = Verdict(each.kind, sentence, mapping)
            self._report(verdict, mapping.device, mapping.dma_addr, mapping.phys, mapping.size, details)

    def _report(
        self, verdict: Verdict, device: str, dma_addr: int, phys: int | None, length: int, details: dict[str, Json]
    ) -> bool:
        mapping = verdict.mapping
        if mapping is not None:
            details = {**details, "mapping": mapping.words, "mapped_at": self._lines_of(mapping.made_by)}
            if mapping.gone_by:
                details |= {"unmapped_at": self._lines_of(mapping.gone_by), "unmapped_at_ns": mapping.at_ns}
            else:
                details["mapped_at_ns"] = mapping.at_ns
        now_ns = self._clock.now_ns
        finding = Finding(
            verdict.kind,
            verdict.sentence,
            now_ns,
            device=device,
            dma_addr=dma_addr,
            phys=phys,
            length=length,
            details=details,
        )
        return self._findings.report(finding)

    def _watched(self) -> list[_Watched]:
        return [each for each in self._known.values() if each is not None]

    def _frames_of(self, event: Trap) -> list[int]:
        """Give the backtrace of a call, from the driver's line on."""
        frames = self._frames(_BACKTRACE)
        return frames[frames.index(event.caller) :] if event.caller in frames else [event.caller]

    def _lines_of(self, frames: Collection[int]) -> list[str]:
        return [self._describe(each) for each in frames]


def _skips_sync(event: Trap) -> bool:
    """Say whether a call takes a mapping down and leaves the memory as it is."""
    return event.name.startswith("dma_unmap_") and bool(event.args[4] & DMA_ATTR_SKIP_CPU_SYNC)
