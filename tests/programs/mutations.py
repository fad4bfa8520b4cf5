# SPDX-License-Identifier: GPL-2.0-only
"""One illegal step in a program that is right: what a checker that sees nothing would let pass.

A mutation finds a place where it fits and gives the new steps, the step whose line a finding has to name, and the class
that has to come first; or None where the program has no such place.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from emulator.chance import Chance
from tests.programs.actions import (
    Allocate,
    Copy,
    Fill,
    Finish,
    Free,
    Lines,
    Map,
    Source,
    Start,
    Step,
    Sync,
    Unmap,
    place,
)
from tests.programs.model import BIDIRECTIONAL, FROM_DEVICE, LINE, TO_DEVICE, Area, Content, Mapping, Span

_NOT_MAPPED = "dma-unmapped|dma-after-unmap|dma-beyond-reach"


class Mutant(NamedTuple):
    """A program with one mistake."""

    steps: list[Step]
    marked: Step
    kind: str  # of the finding that has to come first; one of several with | between


@dataclass
class Raw(Step):
    """C as it stands."""

    text: Lines

    def lines(self) -> Lines:
        return list(self.text)


class Place(NamedTuple):
    """What holds before step `index`."""

    index: int
    live: tuple[Mapping, ...]
    given: tuple[Mapping, ...]  # those of which the CPU has something
    is_busy: bool


def places(steps: list[Step]) -> Iterator[Place]:
    """Walk through a program."""
    live: list[Mapping] = []
    given: dict[str, list[Span]] = {}
    is_busy = False
    for index, step in enumerate(steps):
        yield Place(index, tuple(live), tuple(each for each in live if given[each.name]), is_busy)
        if isinstance(step, Map):
            live.append(step.mapping)
            given[step.mapping.name] = list(step.mapping.spans) if step.mapping.skips else []
        elif isinstance(step, Unmap):
            live.remove(step.mapping)
        elif isinstance(step, Sync):
            has = given[step.mapping.name]
            if step.for_cpu:
                has += [step.span]
            else:
                whole = step.mapping.how == "sg" or step.span == step.mapping.spans[0]
                has[:] = [] if whole else [each for each in has if each != step.span]
        elif isinstance(step, Start | Copy):
            is_busy = not isinstance(step, Start) or not step.source.is_list
        elif isinstance(step, Finish):
            is_busy = False


def _insert(steps: list[Step], index: int, *new: Step) -> list[Step]:
    return [*steps[:index], *new, *steps[index:]]


def _replace(steps: list[Step], index: int, *new: Step) -> list[Step]:
    return [*steps[:index], *new, *steps[index + 1 :]]


class Search:
    """Places of one program, in an order that chance decides."""

    def __init__(self, steps: list[Step], chance: Chance, *, has_part: bool) -> None:
        self.steps, self.has_part = steps, has_part
        found = list(places(steps))
        self.places = [found.pop(chance.below(len(found))) for _ in range(len(found))]

    def owned(self, *directions: str) -> Iterator[tuple[int, Mapping]]:
        """Yield places at which the device has all of a mapping, and nothing is under way."""
        for at in self.places:
            for mapping in at.live:
                if mapping.direction in directions and mapping not in at.given and not at.is_busy:
                    yield at.index, mapping

    def of(self, kind: type[Step]) -> Iterator[tuple[Place, Step]]:
        """Yield the steps of a kind."""
        for at in self.places:
            if isinstance(self.steps[at.index], kind):
                yield at, self.steps[at.index]

    def is_alone(self, mapping: Mapping, at: Place) -> bool:
        """Say whether no other mapping has the same bytes."""
        others = [each for each in at.live if each is not mapping]
        return not any(one.overlaps(*two) for each in others for one in each.spans for two in mapping.spans)


def early_read(search: Search) -> Mutant | None:
    """Look at a buffer before the device has given it back."""
    for index, mapping in search.owned(FROM_DEVICE, BIDIRECTIONAL):
        span = mapping.spans[0]
        step = Raw([f"(void)*(volatile u8 *)({place(span.area, span.start)});"])
        return Mutant(_insert(search.steps, index, step), step, "dma-cpu-read")
    return None


def early_write(search: Search) -> Mutant | None:
    """Write to a buffer that the device has."""
    for index, mapping in search.owned(FROM_DEVICE, BIDIRECTIONAL):
        span = mapping.spans[-1]
        step = Raw([f"*({place(span.area, span.end - 1)}) = 1;"])
        return Mutant(_insert(search.steps, index, step), step, "dma-cpu-write")
    return None


def shared_line(search: Search) -> Mutant | None:
    """Write beside a buffer that the device has, in its last cache line."""
    for index, mapping in search.owned(FROM_DEVICE, BIDIRECTIONAL):
        for area, _, end in mapping.spans:
            if end % LINE and end < area.size and area.kind not in ("devm", "kcalloc"):
                step = Raw([f"*({place(area, end)}) = 1;"])
                return Mutant(_insert(search.steps, index, step), step, "dma-shared-line")
    return None


def unsynced_write(search: Search) -> Mutant | None:
    """Write to a buffer just before the device reads it, and do not say so."""
    for at, step in search.of(Start):
        assert isinstance(step, Start)
        source = step.source.of
        if isinstance(source, Mapping) and source.direction == TO_DEVICE and not at.is_busy:
            span = step.source.spans()[0]
            write = Raw([f"*({place(span.area, span.start)}) ^= 1;"])
            return Mutant(_insert(search.steps, at.index, write), write, "dma-unsynced-write")
    return None


def while_cpu_owns(search: Search) -> Mutant | None:
    """Let the device use what the CPU has been given."""
    for at, sync in search.of(Sync):
        assert isinstance(sync, Sync)
        mapping = sync.mapping
        whole = mapping.how != "sg" and sync.span == mapping.spans[0]
        if sync.for_cpu and whole and search.has_part and not at.is_busy and mapping.length <= LINE * 64:
            start = Start(Source(mapping, 0, mapping.length), mapping.direction == FROM_DEVICE, 0)
            steps = _insert(search.steps, at.index + 1, start, Finish())
            return Mutant(steps, _made(search, mapping), "dma-while-cpu-owns")
    return None


def against_direction(search: Search) -> Mutant | None:
    """Let the device go the other way."""
    for at, step in search.of(Start):
        assert isinstance(step, Start)
        source = step.source.of
        if not isinstance(source, Mapping) or step.source.is_list:
            continue
        if source.direction != BIDIRECTIONAL and search.is_alone(source, at):
            turned = Start(step.source, not step.to_memory, step.offset)
            return Mutant(_replace(search.steps, at.index, turned), _made(search, source), "dma-against-direction")
    return None


def past_mapping(search: Search) -> Mutant | None:
    """Let the device read more than was mapped."""
    for at, step in search.of(Start):
        assert isinstance(step, Start)
        source, to_memory = step.source, step.to_memory
        if not isinstance(source.of, Mapping) or source.is_list or to_memory or not search.is_alone(source.of, at):
            continue
        behind = Span(source.of.spans[0].area, source.of.spans[0].end, source.of.spans[0].end + 8)
        others = [each.mapping for each in search.steps if isinstance(each, Map)]
        if any(each.overlaps(*behind) for other in others for each in other.spans):
            continue
        longer = Start(Source(source.of, 0, source.of.length + 8), False, 0)
        if longer.source.length <= LINE * 64:
            return Mutant(_replace(search.steps, at.index, longer), _made(search, source.of), "dma-past-mapping")
    return None


def after_unmap(search: Search) -> Mutant | None:
    """Let the device read what was unmapped."""
    for at, step in search.of(Unmap):
        assert isinstance(step, Unmap)
        mapping = step.mapping
        fits = mapping.how != "sg" and mapping.length <= LINE * 64 and search.is_alone(mapping, at)
        if search.has_part and fits and not at.is_busy:
            start = Start(Source(mapping, 0, mapping.length), False, 0)
            return Mutant(_insert(search.steps, at.index + 1, start, Finish()), step, "dma-after-unmap")
    return None


def _made(search: Search, mapping: Mapping) -> Step:
    return next(step for step in search.steps if isinstance(step, Map) and step.mapping is mapping)


def unmap_size(search: Search) -> Mutant | None:
    """Unmap fewer bytes than were mapped."""
    return _unmap(search, lambda m: Unmap(m, size=m.length + 1) if m.how != "sg" else None, "dma-unmap-size")


def unmap_count(search: Search) -> Mutant | None:
    """Unmap fewer pieces than were mapped."""
    return _unmap(
        search, lambda m: Unmap(m, size=1) if m.how == "sg" and len(m.spans) > 1 else None, "dma-unmap-sg-count"
    )


def unmap_direction(search: Search) -> Mutant | None:
    """Unmap for another direction."""
    other = {TO_DEVICE: FROM_DEVICE, FROM_DEVICE: TO_DEVICE, BIDIRECTIONAL: TO_DEVICE}
    return _unmap(search, lambda m: Unmap(m, direction=other[m.direction]), "dma-unmap-direction")


def unmap_function(search: Search) -> Mutant | None:
    """Unmap by the other function."""
    other = {"single": "page", "page": "single"}
    return _unmap(search, lambda m: Unmap(m, how=other[m.how]) if m.how in other else None, "dma-unmap-function")


def _unmap(search: Search, change: Callable[[Mapping], Unmap | None], kind: str) -> Mutant | None:
    for at, step in search.of(Unmap):
        assert isinstance(step, Unmap)
        changed = change(step.mapping)
        if changed is not None and search.is_alone(step.mapping, at):
            return Mutant(_replace(search.steps, at.index, changed), changed, kind)
    return None


def unmap_twice(search: Search) -> Mutant | None:
    """Unmap what is unmapped already."""
    for at, step in search.of(Unmap):
        assert isinstance(step, Unmap)
        if search.is_alone(step.mapping, at) and step.mapping.how != "sg":
            again = Unmap(step.mapping)
            return Mutant(_insert(search.steps, at.index + 1, again), again, "dma-unmap-unknown")
    return None


def unchecked(search: Search) -> Mutant | None:
    """Never ask whether a mapping failed."""
    for at, step in search.of(Map):
        assert isinstance(step, Map)
        # Of two mappings at one address it cannot be told for which of them the driver asks.
        others = [each.mapping for each in search.steps if isinstance(each, Map) and each is not step]
        twice = any(one.overlaps(*two) for each in others for one in each.spans for two in step.mapping.spans)
        if step.mapping.how != "sg" and not twice:
            changed = Map(step.mapping, checks=False)
            return Mutant(_replace(search.steps, at.index, changed), changed, "dma-map-error-unchecked")
    return None


def sync_direction(search: Search) -> Mutant | None:
    """Hand over for another direction than was mapped."""
    for at, step in search.of(Sync):
        assert isinstance(step, Sync)
        if step.mapping.direction != BIDIRECTIONAL:
            other = TO_DEVICE if step.mapping.direction == FROM_DEVICE else FROM_DEVICE
            changed = Sync(step.mapping, step.for_cpu, step.span, step.ranged, other)
            kind = "dma-sync-direction"
            if step.for_cpu and other == FROM_DEVICE:
                kind = "dma-sync-for-cpu"  # there is nothing to be had from a device that only reads
            elif not step.for_cpu and other == TO_DEVICE:
                kind = "dma-sync-for-device"
            return Mutant(_replace(search.steps, at.index, changed), changed, kind)
    return None


def sync_range(search: Search) -> Mutant | None:
    """Hand over more than was mapped."""
    for at, step in search.of(Sync):
        assert isinstance(step, Sync)
        mapping = step.mapping
        if mapping.how != "sg" and step.span.end == mapping.spans[0].end and search.is_alone(mapping, at):
            changed = Sync(mapping, step.for_cpu, step.span, step.ranged, step.direction, extra=1)
            return Mutant(_replace(search.steps, at.index, changed), changed, "dma-sync-range")
    return None


def sync_after_unmap(search: Search) -> Mutant | None:
    """Hand over what is not mapped any more."""
    for at, step in search.of(Unmap):
        assert isinstance(step, Unmap)
        if search.is_alone(step.mapping, at) and step.mapping.how != "sg":
            sync = Sync(step.mapping, step.mapping.direction == FROM_DEVICE, step.mapping.spans[0])
            return Mutant(_insert(search.steps, at.index + 1, sync), sync, "dma-sync-unknown")
    return None


def free_first(search: Search) -> Mutant | None:
    """Free before unmapping."""
    for at, step in search.of(Unmap):
        assert isinstance(step, Unmap)
        area = step.mapping.spans[0].area
        later = [each for each in search.steps[at.index :] if _uses(each, area)]
        if len(later) == 2 and step.mapping.how != "sg" and isinstance(later[1], Free):
            steps = [each for each in search.steps if each is not later[1]]
            return Mutant(_insert(steps, steps.index(step), later[1]), later[1], "dma-free-while-mapped")
    return None


def _uses(step: Step, area: Area) -> bool:
    """Say whether a step's C has to do with an area or a mapping of it."""
    if isinstance(step, Unmap | Sync | Map):
        return any(span.area is area for span in step.mapping.spans)
    if isinstance(step, Start | Copy):
        sources = [step.source] if isinstance(step, Start) else [*step.sources, *step.targets]
        return any(span.area is area for source in sources for span in source.spans())
    return any(f"{area.name}{end}" in " ".join(step.lines()) for end in (" ", ",", ")", ";"))


def forgotten_free(search: Search) -> Mutant | None:
    """Never free."""
    for at, step in search.of(Free):
        assert isinstance(step, Free)
        if step.area.kind in ("kmalloc", "kzalloc", "kcalloc", "pages", "exact"):
            made = next(each for each in search.steps if isinstance(each, Allocate) and each.area is step.area)
            nothing = Raw([f"{step.area.name} = NULL;"])
            return Mutant(_replace(search.steps, at.index, nothing), made, "module-leak")
    return None


def coherent_size(search: Search) -> Mutant | None:
    """Free another size of coherent memory than was allocated."""
    for at, step in search.of(Free):
        assert isinstance(step, Free)
        if step.area.kind == "coherent":
            changed = Free(step.area, size=step.area.size + 1)
            return Mutant(_replace(search.steps, at.index, changed), changed, "dma-unmap-size")
    return None


def raw_address(search: Search) -> Mutant | None:
    """Give the device the physical address of memory that was never mapped."""
    for at in search.places:
        done = search.steps[: at.index]
        freed = [step.area for step in done if isinstance(step, Free)]
        mapped = [span.area for step in done if isinstance(step, Map) for span in step.mapping.spans]
        for step in done:
            if not isinstance(step, Allocate) or step.area in freed or step.area in mapped or step.area.is_coherent:
                continue
            if search.has_part and not at.is_busy:
                length = min(step.area.size, LINE)
                call = f"if (part_start(c->part, false, __pa({step.area.name}), 0, {length}, false))"
                start = Raw([call, "\tgive_up(c);"])
                # Where it was another's before, it is a question of what one looks at first.
                return Mutant(_insert(search.steps, at.index, start, Finish()), start, _NOT_MAPPED)
    return None


def after_free(search: Search) -> Mutant | None:
    """Let the device read coherent memory that was given back."""
    for at, step in search.of(Free):
        assert isinstance(step, Free)
        if search.has_part and not at.is_busy and step.area.kind == "coherent" and step.area.size <= LINE * 64:
            start = Start(Source(step.area, 0, step.area.size), False, 0)
            return Mutant(_insert(search.steps, at.index + 1, start, Finish()), step, "dma-after-unmap")
    return None


def uninitialized(search: Search) -> Mutant | None:
    """Send memory that nobody has written to. The machine has to look for it."""
    for at in search.places:
        if search.has_part and not at.is_busy:
            area = Area("fresh", "kmalloc", 256, Content(256))
            mapping = Mapping("sent", "single", TO_DEVICE, (Span(area, 0, 256),))
            flags = next(step.flags for step in search.steps if isinstance(step, Allocate))
            made = Map(mapping)
            fill = Fill(Span(area, 0, 200), 1)
            start = Start(Source(mapping, 0, 256), False, 0)
            new = (Allocate(area, flags), fill, made, start, Finish(), Unmap(mapping), Free(area))
            return Mutant(_insert(search.steps, at.index, *new), made, "dma-uninitialized")
    return None


def forgotten_unmap(search: Search) -> Mutant | None:
    """Never unmap: the memory is freed as it is."""
    for at, step in search.of(Unmap):
        assert isinstance(step, Unmap)
        area = step.mapping.spans[0].area
        later = [each for each in search.steps[at.index :] if _uses(each, area)]
        if len(later) == 2 and step.mapping.how != "sg" and isinstance(later[1], Free):
            nothing = Raw([f"{step.mapping.name} = false;"])
            return Mutant(_replace(search.steps, at.index, nothing), later[1], "dma-free-while-mapped")
    return None


MUTATIONS: tuple[Callable[[Search], Mutant | None], ...] = (
    early_read,
    early_write,
    shared_line,
    unsynced_write,
    while_cpu_owns,
    against_direction,
    past_mapping,
    after_unmap,
    unmap_size,
    unmap_direction,
    unmap_function,
    unmap_twice,
    unchecked,
    sync_direction,
    sync_range,
    sync_after_unmap,
    free_first,
    forgotten_free,
    coherent_size,
    raw_address,
    after_free,
    uninitialized,
)
# What these leave mapped is in the way of all that comes later: one of them may come last.
LASTING: tuple[Callable[[Search], Mutant | None], ...] = (forgotten_unmap, unmap_count)
