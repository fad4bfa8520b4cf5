# SPDX-License-Identifier: GPL-2.0-only
"""Random driver programs that keep to every rule of DMA: what they do, and in which order, a seed decides."""

from collections.abc import Callable
from dataclasses import dataclass

from emulator.chance import Chance
from tests.programs.actions import (
    Allocate,
    Copy,
    CopyBytes,
    Expect,
    Fill,
    Finish,
    Free,
    Map,
    Source,
    Start,
    Step,
    Sync,
    Unmap,
)
from tests.programs.model import (
    BIDIRECTIONAL,
    DIRECTIONS,
    FROM_DEVICE,
    LINE,
    TO_DEVICE,
    Area,
    Content,
    Mapping,
    Model,
    Span,
    pattern,
)

PAGE = 4096
_KINDS = ("kmalloc", "kzalloc", "kcalloc", "devm", "pages", "alloc_pages", "exact", "cache", "coherent", "dmam", "pool")
_ZEROED = ("kzalloc", "kcalloc", "devm", "coherent", "dmam")
_MAX_AREAS, _MAX_MAPPINGS = 6, 5
_MAX_PIECES = 4  # of a scatterlist
_DEVICE_WINDOW, _DEVICE_TRIES = 6000, 12  # of a device's buffer, so that what was sent is met again


@dataclass(frozen=True)
class Rules:
    """What a machine asks of its programs beyond the rules of DMA."""

    device: str  # "edu", "isa_pattern" or "ring_nic"
    flags: str = "GFP_KERNEL"
    whole_pages: bool = False  # only pages are mapped, and all of them
    whole_objects: bool = False  # only whole allocations are mapped: objects begin anywhere in a cache line

    @property
    def buffer_bytes(self) -> int:
        """The device's own buffer."""
        return {"edu": 4096, "isa_pattern": 65536, "ring_nic": 0}[self.device]


class Writer:
    """Writes one program, a step at a time, and knows at each what is allowed."""

    def __init__(self, rules: Rules, seed: int) -> None:
        self.rules, self.chance = rules, Chance(seed)
        self.model = Model(rules.buffer_bytes)
        self.steps: list[Step] = []
        self._named = 0

    def program(self, length: int) -> list[Step]:
        """Write about `length` steps, and what gives all back."""
        moves: list[tuple[int, Callable[[], bool]]] = [
            (4, self.allocate),
            (6, self.fill),
            (2, self.copy_bytes),
            (5, self.map_one),
            (2, self.map_list),
            (5, self.sync_for_cpu),
            (5, self.sync_for_device),
            (8, self.start),
            (6, self.finish),
            (8, self.expect),
            (2, self.unmap),
            (1, self.free),
        ]
        picks = [move for weight, move in moves for _ in range(weight)]
        self.allocate()
        while len(self.steps) < length:
            self.chance.choice(picks)()
        self._end()
        return self.steps

    def _end(self) -> None:
        """Give everything back, in any order that is allowed, and look at what has come."""
        self.finish()
        while self.model.areas:
            self.chance.choice((self.unmap, self.free, self.expect))()

    def _name(self, letter: str) -> str:
        self._named += 1
        return f"{letter}{self._named}"

    # Memory.

    def allocate(self) -> bool:
        """Take memory of any kind."""
        if len(self.model.areas) >= _MAX_AREAS:
            return False
        kind = self.chance.choice(_KINDS)
        detail = 0
        if kind in ("pages", "alloc_pages"):
            detail = self.chance.below(3)
            size = PAGE << detail
        elif kind == "exact":
            size = PAGE * (1 + self.chance.below(3))
        elif kind == "kcalloc":
            detail = 1 + self.chance.below(8)
            size = detail * (1 + self.chance.below(300))
        elif kind in ("cache", "pool"):
            detail = LINE << self.chance.below(2)
            size = 16 + self.chance.below(1500)
        else:
            size = 1 + self.chance.below((40, 200, 1000, 4096, 9000)[self.chance.below(5)])
        area = Area(self._name("a"), kind, size, Content(size, is_zero=kind in _ZEROED), detail)
        self.model.areas.append(area)
        self.steps.append(Allocate(area, self.rules.flags))
        return True

    def free(self) -> bool:
        """Give back what is neither mapped nor used."""
        free = [each for each in self.model.areas if not each.mappings and not self.model.is_busy(each)]
        if not free:
            return False
        area = self.chance.choice(free)
        self.model.areas.remove(area)
        self.steps.append(Free(area))
        return True

    def fill(self) -> bool:
        """Write, more often all that is not known yet."""
        span = self._some_span(self.model.areas)
        if span is not None and self.chance.below(2):
            span = self._whole(span)
        if span is None or not self.model.may_write(*span):
            return False
        seed = self.chance.below(1 << 32)
        self.model.write(span.area, span.start, pattern(seed, span.length))
        self.steps.append(Fill(span, seed))
        return True

    def _whole(self, span: Span) -> Span:
        """Widen a span to the area, or to what the CPU has been given of it."""
        for mapping in span.area.mappings:
            for each in mapping.cpu:
                if each.overlaps(*span):
                    return each
        return Span(span.area, 0, span.area.size)

    def copy_bytes(self) -> bool:
        """Let the CPU copy what it may read to where it may write."""
        source, target = self._some_span(self.model.areas), self._some_span(self.model.areas)
        if source is None or target is None:
            return False
        length = min(source.length, target.length)
        source = Span(source.area, source.start, source.start + length)
        target = Span(target.area, target.start, target.start + length)
        if target.overlaps(*source) or not self.model.may_read(*source) or not self.model.may_write(*target):
            return False
        self.model.write(target.area, target.start, bytes(source.area.content.data[source.start : source.end]))
        self.steps.append(CopyBytes(source, target))
        return True

    def expect(self) -> bool:
        """Read what is known, and compare."""
        from zlib import crc32

        span = self._some_span(self.model.areas)
        if span is not None and self.chance.below(2):
            span = self._known_around(span)
        if span is None or not self.model.may_read(*span):
            return False
        self.steps.append(Expect(span, crc32(span.area.content.data[span.start : span.end])))
        return True

    def _known_around(self, span: Span) -> Span:
        """Give all that is known around a span's first byte, within what a mapping leaves to the CPU."""
        area, known = span.area, span.area.content.known
        first, last = 0, area.size
        for mapping in area.mappings:
            for each in mapping.cpu:
                if each.start <= span.start < each.end:
                    first, last = max(first, each.start), min(last, each.end)
        gap = known.rfind(0, first, span.start)
        end = known.find(0, span.start, last)
        return Span(area, first if gap < 0 else gap + 1, max(span.start + 1, last if end < 0 else end))

    def _some_span(self, areas: list[Area], *, aligned: bool = False) -> Span | None:
        """Choose a stretch of an area, now and then all of it."""
        if not areas:
            return None
        area = self.chance.choice(areas)
        if not self.chance.below(3):
            return Span(area, 0, area.size)
        unit = LINE if aligned else 1
        start = self.chance.below(area.size) // unit * unit
        return Span(area, start, start + 1 + self.chance.below(area.size - start))

    # Mappings.

    def _mappable(self) -> Span | None:
        areas = [each for each in self.model.areas if not each.is_coherent]
        if self.rules.whole_pages:
            areas = [each for each in areas if each.size % PAGE == 0 and each.kind in ("pages", "alloc_pages", "exact")]
        span = self._some_span(areas, aligned=bool(self.chance.below(4)))
        if span is not None and (self.rules.whole_pages or self.rules.whole_objects):
            return Span(span.area, 0, span.area.size)
        return span

    def map_one(self) -> bool:
        """Map a stretch of memory by dma_map_single() or dma_map_page()."""
        span, direction = self._mappable(), self.chance.choice(DIRECTIONS)
        if span is None or not self._may_map(span, direction):
            return False
        how = self.chance.choice(("single", "page"))
        if how == "page" and span.start // PAGE != (span.end - 1) // PAGE and span.area.kind == "cache":
            how = "single"
        self._map(Mapping(self._name("m"), how, direction, (span,), skips=not self.chance.below(6)))
        return True

    def _may_map(self, span: Span, direction: str) -> bool:
        if len(self.model.mappings) >= _MAX_MAPPINGS or self.model.is_busy(*span):
            return False
        if direction != FROM_DEVICE and not span.area.content.is_known(span.start, span.end):
            return False  # what a device may read is written first
        return self.model.may_map(*span, direction)

    def map_list(self) -> bool:
        """Map stretches of several areas by dma_map_sg()."""
        direction, spans = self.chance.choice(DIRECTIONS), []
        for _ in range(1 + self.chance.below(_MAX_PIECES)):
            span = self._mappable()
            near = [each for each in spans if span is not None and each.shares_line(*span)]
            if span is not None and not near and self._may_map(span, direction):
                spans.append(span)
        if not spans:
            return False
        self._map(Mapping(self._name("s"), "sg", direction, tuple(spans), skips=not self.chance.below(6)))
        return True

    def _map(self, mapping: Mapping) -> None:
        # Such a mapping begins as the CPU's: nobody else may have the same bytes.
        mapping.skips = mapping.skips and not any(
            each.overlaps(*span) for span in mapping.spans for other in span.area.mappings for each in other.spans
        )
        self.model.map(mapping)
        self.steps.append(Map(mapping))

    def _idle_mappings(self) -> list[Mapping]:
        """List the mappings that no transfer uses."""
        return [each for each in self.model.mappings if not any(self.model.is_busy(*span) for span in each.spans)]

    def unmap(self) -> bool:
        """Take a mapping down."""
        idle = self._idle_mappings()
        if not idle:
            return False
        mapping = self.chance.choice(idle)
        self.model.unmap(mapping)
        self.steps.append(Unmap(mapping))
        return True

    def sync_for_cpu(self) -> bool:
        """Take a mapping back for a while, all of it or some cache lines."""
        idle = [each for each in self._idle_mappings() if not each.dirty and not self._is_mapped_twice(each)]
        if not idle:
            return False
        mapping = self.chance.choice(idle)
        span = self._part_of(mapping)
        if any(each.overlaps(*span) for each in mapping.cpu):
            return False
        direction = FROM_DEVICE if mapping.direction == BIDIRECTIONAL and self.chance.below(2) else None
        self.model.give_to_cpu(mapping, mapping.spans if mapping.how == "sg" else (span,))
        self.steps.append(Sync(mapping, True, span, bool(self.chance.below(2)), direction))
        return True

    def _is_mapped_twice(self, mapping: Mapping) -> bool:
        return any(
            other is not mapping and any(each.overlaps(*span) for each in other.spans for span in mapping.spans)
            for other in self.model.mappings
        )

    def _part_of(self, mapping: Mapping) -> Span:
        """Choose whole cache lines of a mapping."""
        whole = mapping.spans[0]
        if mapping.how == "sg" or self.rules.whole_objects or self.chance.below(2):
            return whole
        inner = range(-(-(whole.start + 1) // LINE) * LINE, whole.end, LINE)
        edges = [whole.start, *inner, whole.end]
        first = self.chance.below(len(edges) - 1)
        last = first + 1 + self.chance.below(len(edges) - 1 - first)
        return Span(whole.area, edges[first], edges[last])

    def sync_for_device(self) -> bool:
        """Give back what the CPU was given, or hand over what it has written."""
        idle = [each for each in self._idle_mappings() if each.cpu or each.dirty]
        if not idle:
            return False
        mapping = self.chance.choice(idle)
        spans = mapping.spans if mapping.how == "sg" or mapping.dirty else (self.chance.choice(mapping.cpu),)
        direction = TO_DEVICE if mapping.direction == BIDIRECTIONAL and self.chance.below(2) else None
        self.model.give_to_device(mapping, mapping.spans if mapping.how == "sg" else spans)
        if mapping.how != "sg" and spans == mapping.spans:
            mapping.cpu.clear()
        self.steps.append(Sync(mapping, False, spans[0], bool(self.chance.below(2)), direction))
        return True

    # Transfers.

    def start(self) -> bool:
        """Let the device begin."""
        if self.model.busy:
            return False
        return self._start_copy() if self.rules.device == "ring_nic" else self._start_part()

    def _start_part(self) -> bool:
        to_memory = bool(self.chance.below(2))
        source = self._source(to_memory, self.rules.buffer_bytes)
        if source is None:
            return False
        spans = source.spans()
        length = sum(span.length for span in spans)
        wide = self.rules.device == "isa_pattern" and all(not (s.start | s.end) & 1 for s in spans)
        if length > self.rules.buffer_bytes:
            return False
        offset = self._device_offset(length, to_memory)
        buffer = self.model.device
        if to_memory:
            end = offset + length
            self.model.device_writes(spans, bytes(buffer.data[offset:end]), bytes(buffer.known[offset:end]))
        else:
            buffer.put(offset, *self.model.device_reads(spans))
        self._begin(Start(source, to_memory, offset, wide and bool(self.chance.below(2))), spans)
        if source.is_list:
            self.model.busy.clear()
        return True

    def _device_offset(self, length: int, to_memory: bool) -> int:
        """Choose a place in the device's buffer; if it can be, for what goes to memory, one whose data is known."""
        room = max(length, min(self.rules.buffer_bytes, _DEVICE_WINDOW)) - length + 1
        offsets = [self.chance.below(room) for _ in range(_DEVICE_TRIES)]
        known = [each for each in offsets if self.model.device.is_known(each, each + length)]
        return known[0] if known and to_memory else offsets[0]

    def _begin(self, step: Step, spans: list[Span]) -> None:
        self.steps.append(step)
        self.model.busy += spans

    def finish(self) -> bool:
        """Wait for the device."""
        if not self.model.busy:
            return False
        self.model.busy.clear()
        self.steps.append(Finish())
        return True

    def _source(self, to_memory: bool, most: int) -> Source | None:
        """Choose what the device may use now."""
        forbidden = TO_DEVICE if to_memory else FROM_DEVICE
        usable: list[Area | Mapping] = [each for each in self.model.areas if each.is_coherent]
        usable += [each for each in self.model.mappings if each.direction != forbidden]
        if not usable or not most:
            return None
        chosen = self.chance.choice(usable)
        whole = Source(chosen, 0, chosen.size if isinstance(chosen, Area) else chosen.length)
        if not whole.is_list and (whole.length > most or self.chance.below(2)):
            length = 1 + self.chance.below(min(whole.length, most))
            whole = Source(chosen, self.chance.below(whole.length - length + 1), length)
        fits = all(self._device_may(chosen, span, to_memory) for span in whole.spans())
        return whole if fits and whole.length <= most else None

    def _device_may(self, chosen: Area | Mapping, span: Span, to_memory: bool) -> bool:
        if isinstance(chosen, Mapping) and not chosen.is_devices(*span):
            return False
        return to_memory or span.area.content.is_known(span.start, span.end)

    def _start_copy(self) -> bool:
        """Let ring_nic gather from up to 3 sources and scatter to as many places."""
        sources = self._pieces(16384, to_memory=False)
        length = sum(each.length for each in sources)
        targets = self._pieces(length, to_memory=True, against=sources)
        if not sources or sum(each.length for each in targets) != length:
            return False
        read = [span for each in sources for span in each.spans()]
        written = [span for each in targets for span in each.spans()]
        self.model.device_writes(written, *self.model.device_reads(read))
        self._begin(Copy(sources, targets), read + written)
        return True

    def _pieces(self, most: int, *, to_memory: bool, against: list[Source] | None = None) -> list[Source]:
        """Choose sources for `most` bytes, or targets for just as many, apart from each other."""
        found: list[Source] = []
        taken = [span for each in against or () for span in each.spans()]
        for _ in range(12 if to_memory else 1 + self.chance.below(3)):
            piece = self._source(to_memory, most - sum(each.length for each in found))
            if piece is None or any(one.overlaps(*other) for one in taken for other in piece.spans()):
                continue
            found.append(piece)
            taken += piece.spans()
        return found


def write_program(rules: Rules, seed: int, length: int = 30) -> list[Step]:
    """Write the program of a seed."""
    return Writer(rules, seed).program(length)
