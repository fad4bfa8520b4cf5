# SPDX-License-Identifier: GPL-2.0-only
"""What a driver program has at a moment: memory, mappings, and whose each byte is; and what each byte is, as far as the
rules of DMA say.

These are the rules themselves, written down a second time: nothing here is shared with the checkers under test.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

LINE = 64  # bytes of a cache line: CPU and device do not share one
BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE = "DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE"
DIRECTIONS = (BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE)
COHERENT_KINDS = ("coherent", "dmam", "pool")  # CPU and device see them alike, at any time


def mixed(number: int) -> int:
    """Mix 32 bits, as common.h does."""
    number = number * 0x9E37_79B1 & 0xFFFF_FFFF
    number ^= number >> 15
    return number * 0x85EB_CA77 & 0xFFFF_FFFF


def pattern(seed: int, length: int) -> bytes:
    """Give the data that a seed stands for."""
    words = b"".join(mixed(seed + index & 0xFFFF_FFFF).to_bytes(4, "little") for index in range(length + 3 >> 2))
    return words[:length]


class Content:
    """Bytes, each known or not: a program may compare what is known only."""

    def __init__(self, size: int, *, is_zero: bool = False) -> None:
        self.data, self.known = bytearray(size), bytearray([is_zero]) * size

    def put(self, start: int, data: bytes, known: bytes | None = None) -> None:
        """Write bytes."""
        self.data[start : start + len(data)] = data
        self.known[start : start + len(data)] = known if known is not None else b"\1" * len(data)

    def forget(self, start: int, end: int) -> None:
        """Say that nobody knows what a stretch holds now."""
        self.known[start:end] = bytes(end - start)

    def is_known(self, start: int, end: int) -> bool:
        """Say whether all of a stretch is known."""
        return 0 not in self.known[start:end]


@dataclass(eq=False)
class Area:
    """Memory that the program has allocated; `kind` says how. In C it is a pointer `name`."""

    name: str
    kind: str
    size: int
    content: Content
    detail: int = (
        0  # pages as a power of two, elements of an array, the alignment of a cache's objects or a pool's blocks
    )
    mappings: "list[Mapping]" = field(default_factory=list)  # live ones

    @property
    def is_coherent(self) -> bool:
        """Say whether CPU and device may use it at any time."""
        return self.kind in COHERENT_KINDS


class Span(NamedTuple):
    """[start, end) of an area."""

    area: Area
    start: int
    end: int

    @property
    def length(self) -> int:
        """Its bytes."""
        return self.end - self.start

    def overlaps(self, area: Area, start: int, end: int) -> bool:
        """Say whether it has a byte of [start, end)."""
        return self.area is area and self.start < end and start < self.end

    def shares_line(self, area: Area, start: int, end: int) -> bool:
        """Say whether it has a cache line in common with [start, end)."""
        first, last = start // LINE * LINE, -(-end // LINE) * LINE
        return self.area is area and self.start < last and first < -(-self.end // LINE) * LINE


@dataclass(eq=False)
class Mapping:
    """A live streaming mapping. `how` is "single", "page" or "sg"; `cpu` what dma_sync_*_for_cpu() has given back."""

    name: str
    how: str
    direction: str
    spans: tuple[Span, ...]
    skips: bool = False  # mapping and unmapping hand nothing over: dma_sync_*() does
    cpu: list[Span] = field(default_factory=list)
    scratch: list[Span] = field(default_factory=list)  # what the CPU has written there since
    dirty: list[Span] = field(default_factory=list)  # written to a DMA_TO_DEVICE mapping without asking for it

    @property
    def length(self) -> int:
        """All its bytes."""
        return sum(span.length for span in self.spans)

    def is_devices(self, area: Area, start: int, end: int) -> bool:
        """Say whether the device may use [start, end) now."""
        inside = any(span.area is area and span.start <= start and end <= span.end for span in self.spans)
        return inside and not any(span.overlaps(area, start, end) for span in (*self.cpu, *self.dirty))

    def is_cpus(self, area: Area, start: int, end: int) -> bool:
        """Say whether all of [start, end) has been given to the CPU."""
        return any(span.area is area and span.start <= start and end <= span.end for span in self.cpu)


class Model:
    """The state of one program."""

    def __init__(self, device_bytes: int) -> None:
        self.areas: list[Area] = []
        self.mappings: list[Mapping] = []
        self.device = Content(device_bytes)  # the device's own buffer
        self.busy: list[Span] = []  # what the transfer under way uses

    def is_busy(self, area: Area, start: int = 0, end: int | None = None) -> bool:
        """Say whether the transfer under way uses a byte of [start, end)."""
        return any(span.overlaps(area, start, area.size if end is None else end) for span in self.busy)

    def may_map(self, area: Area, start: int, end: int, direction: str) -> bool:
        """Say whether [start, end) may be mapped: only reading mappings share anything, and none with the CPU."""
        for mapping in area.mappings:
            shares = any(span.shares_line(area, start, end) for span in mapping.spans)
            if shares and (not mapping.direction == direction == TO_DEVICE or mapping.cpu or mapping.dirty):
                return False
        return True

    def may_read(self, area: Area, start: int, end: int) -> bool:
        """Say whether the CPU may look at [start, end), and knows what it will find."""
        if not area.content.is_known(start, end) or self.is_busy(area, start, end):
            return False
        for mapping in area.mappings:
            near = any(span.shares_line(area, start, end) for span in mapping.spans)
            if near and mapping.direction != TO_DEVICE and not mapping.is_cpus(area, start, end):
                return False
        return True

    def may_write(self, area: Area, start: int, end: int) -> bool:
        """Say whether the CPU may write to [start, end)."""
        if self.is_busy(area, start, end):
            return False
        for mapping in area.mappings:
            near = any(span.shares_line(area, start, end) for span in mapping.spans)
            if near and mapping.direction != TO_DEVICE and not mapping.is_cpus(area, start, end):
                return False
        return True

    def write(self, area: Area, start: int, data: bytes) -> None:
        """Let the CPU write."""
        area.content.put(start, data)
        span = Span(area, start, start + len(data))
        for mapping in area.mappings:
            if not any(each.overlaps(area, span.start, span.end) for each in mapping.spans):
                continue
            if mapping.is_cpus(area, span.start, span.end):
                mapping.scratch.append(span)
            else:
                mapping.dirty.append(span)

    def map(self, mapping: Mapping) -> None:
        """Hand memory over. What a device does not write of it is undefined afterwards."""
        self.mappings.append(mapping)
        for span in mapping.spans:
            span.area.mappings.append(mapping)
            if mapping.direction == FROM_DEVICE:
                span.area.content.forget(span.start, span.end)
        if mapping.skips:
            mapping.cpu += mapping.spans

    def unmap(self, mapping: Mapping) -> None:
        """Take memory back. What the CPU wrote behind the device's back does not stay."""
        self.mappings.remove(mapping)
        for span in mapping.spans:
            span.area.mappings.remove(mapping)
            if mapping.skips and mapping.direction != TO_DEVICE and span not in mapping.cpu:
                span.area.content.forget(span.start, span.end)
        if not mapping.skips:
            self._lose_scratch(mapping, mapping.scratch)

    def give_to_cpu(self, mapping: Mapping, spans: tuple[Span, ...]) -> None:
        """dma_sync_*_for_cpu()."""
        mapping.cpu += spans

    def give_to_device(self, mapping: Mapping, spans: tuple[Span, ...]) -> None:
        """dma_sync_*_for_device(), of stretches as they were given to the CPU, or that are dirty."""
        mapping.cpu = [each for each in mapping.cpu if each not in spans]
        for span in spans:
            inside = [each for each in mapping.scratch if each.overlaps(*span)]
            if mapping.direction == FROM_DEVICE:
                self._lose_scratch(mapping, inside)
            mapping.scratch = [each for each in mapping.scratch if each not in inside]
            mapping.dirty = [each for each in mapping.dirty if not each.overlaps(*span)]

    def _lose_scratch(self, mapping: Mapping, spans: list[Span]) -> None:
        if mapping.direction != TO_DEVICE:
            for area, start, end in spans:
                area.content.forget(start, end)

    def device_reads(self, spans: list[Span]) -> tuple[bytes, bytes]:
        """Give what a device finds, and which of it is known."""
        data = b"".join(bytes(area.content.data[start:end]) for area, start, end in spans)
        known = b"".join(bytes(area.content.known[start:end]) for area, start, end in spans)
        return data, known

    def device_writes(self, spans: list[Span], data: bytes, known: bytes) -> None:
        """Let the device write."""
        at = 0
        for area, start, end in spans:
            length = end - start
            area.content.put(start, data[at : at + length], known[at : at + length])
            at += length
