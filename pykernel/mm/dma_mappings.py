# SPDX-License-Identifier: GPL-2.0-only
"""Every live DMA mapping, in a table in guest RAM; and what was wrong with a call that does not fit the table.

The table is an open hash with linear probing: struct dma_mapping of kernel/device.h, hashed by the page of the bus
address, a slot of type DMA_MAPPING_FREE ends a search, and removal closes the gap that it leaves. The classes of
mistakes and their words are those of Linux's lib/dma-debug.c, which is younger than 2.6.24. docs/dma-mappings.md
describes the table for other readers.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from pykernel.errors import KernelBug
from pykernel.mm.context import Mm

BACKTRACE_DEPTH = 8
FREE, SINGLE, COHERENT, PAGE, SG, POOL = 0, 1, 2, 3, 4, 5  # enum dma_mapping_type
ERROR_CHECKED, BOUNCED, IS_POOL = 1, 2, 4  # enum dma_mapping_flags

# "scather-gather" is how Linux spells it.
_TYPE_NAMES = {SINGLE: "single", COHERENT: "coherent", PAGE: "page", SG: "scather-gather", POOL: "pool"}
_DIRECTION_NAMES = ("DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE")
_RECORD = struct.Struct("<QQQQIIQQ")  # struct dma_mapping up to the first return address
_WORDS = 16  # of a struct dma_mapping
# Words of it: type (low half) and direction; the first return address; flags (low half) and attrs; counts of pieces.
_KIND, _BACKTRACE, _FLAGS, _SG = 4, 6, 14, 15
_PAGE_SHIFT = 12
_U32 = (1 << 32) - 1
_MANY_PAGES = 512  # from here on all of the table is searched sooner than page after page
_HASH, _HASH_SHIFT = 0x9E37_79B1, 20
_MEMBERS = (
    *("dev", "dma_addr", "size", "cpu_addr", "type", "direction", "mapped_at_ns", "backtrace"),
    *("flags", "attrs", "sg_call_ents", "sg_mapped_ents"),
)
_OFFSETS = (0, 8, 16, 24, 32, 36, 40, 48, 112, 116, 120, 124)
_ALLOCATED = (COHERENT, POOL)  # the driver got memory, and must give the same back
_FALLIBLE = (SINGLE, PAGE)  # of which dma_mapping_error() has to be asked


@dataclass(frozen=True, slots=True)
class Mapping:
    """One live mapping: [dma_addr, dma_addr + size) belongs to the device `dev` (a virtual address)."""

    dev: int
    dma_addr: int
    size: int  # bytes
    cpu_addr: int  # virtual
    type: int  # enum dma_mapping_type
    direction: int  # enum dma_data_direction
    mapped_at_ns: int
    backtrace: tuple[int, ...]  # return addresses, innermost first
    flags: int = 0  # enum dma_mapping_flags
    attrs: int = 0
    sg_call_ents: int = 0
    sg_mapped_ents: int = 0

    @property
    def type_name(self) -> str:
        """Name the function that mapped it, as dma-debug does."""
        return _TYPE_NAMES.get(self.type, f"{self.type}")

    @property
    def direction_name(self) -> str:
        """Name the direction as C does."""
        return direction_name(self.direction)


@dataclass(frozen=True, slots=True)
class Complaint:
    """A call that does not fit: the stable class of the mistake, a sentence, and the mapping that it was about."""

    kind: str
    sentence: str
    mapping: Mapping | None = None


def direction_name(direction: int) -> str:
    """Name a direction as C does."""
    return _DIRECTION_NAMES[direction] if direction < len(_DIRECTION_NAMES) else f"{direction:#x}"


class DmaMappings:
    """The table dma_mappings of one kernel. A slot is named by the index of its first word in ram.u64."""

    def __init__(self, mm: Mm) -> None:
        layout = mm.layout
        if tuple(layout.offset("dma_mapping", name) for name in _MEMBERS) != _OFFSETS:
            raise TypeError(f"struct dma_mapping of layout {layout.key} is not as this module has it")
        self._mm = mm
        self._u8, self._u32, self._u64 = mm.ram.u8, mm.ram.u32, mm.ram.u64
        self._base = mm.statics["dma_mappings"] >> 3
        self._end = self._base + layout.number("DMA_MAPPING_SLOTS") * _WORDS
        self._mask = layout.number("DMA_MAPPING_SLOTS") - 1
        self._most = layout.number("DMA_MAPPINGS_MAX")
        self._live = mm.statics["nr_dma_mappings"] >> 2
        self._span = mm.statics["dma_mappings_span"] >> 2

    def __len__(self) -> int:
        return self._u32[self._live]

    @property
    def is_complete(self) -> bool:
        """Say whether every live mapping is on the table: it has never been full."""
        return not self._mm.get("dma_mappings_lost")

    def __iter__(self) -> Iterator[Mapping]:
        """Yield all live mappings, in the order of the table."""
        if not self._u32[self._live]:
            return
        kinds = self._u64[self._base + _KIND : self._end : _WORDS].tolist()
        for number, kind in enumerate(kinds):
            if kind:
                yield self._mapping(self._base + number * _WORDS)

    def add(
        self,
        dev: int,
        dma_addr: int,
        size: int,
        cpu_addr: int,
        kind: int,
        direction: int,
        now_ns: int = 0,
        backtrace: Sequence[int] = (),
        marks: int = 0,
        sg_ents: int = 0,
    ) -> None:
        """Record a mapping, with up to BACKTRACE_DEPTH return addresses; where the table is full, say so once.

        `marks` are flags and, from bit 32 on, attrs; `sg_ents` the pieces passed and, from bit 32 on, those mapped.
        """
        u64, u32 = self._u64, self._u32
        live = u32[self._live]
        if live >= self._most:
            self._give_up()
            return
        slot = self._base + ((dma_addr >> _PAGE_SHIFT) * _HASH >> _HASH_SHIFT & self._mask) * _WORDS
        if u64[slot + _KIND]:
            slot = self._free_slot(slot)
        pages = (dma_addr + size - 1 >> _PAGE_SHIFT) - (dma_addr >> _PAGE_SHIFT)
        if pages > u32[self._span]:
            u32[self._span] = pages
        # The backtrace ends at its first zero; what lies behind it is stale.
        _RECORD.pack_into(self._u8, slot << 3, dev, dma_addr, size, cpu_addr, kind, direction, now_ns, 0)
        u64[slot + _FLAGS], u64[slot + _SG] = marks, sg_ents
        u32[self._live] = live + 1
        if backtrace:
            for depth, address in enumerate((*backtrace, 0)[:BACKTRACE_DEPTH], slot + _BACKTRACE):
                u64[depth] = address

    def remove(
        self, dev: int, dma_addr: int, size: int, cpu_addr: int, kind: int, direction: int, sg_call_ents: int = 0
    ) -> tuple[Complaint, ...]:
        """Forget the mapping that a call takes down, and say what is wrong with the call.

        `cpu_addr` counts for coherent memory and blocks of pools only, `sg_call_ents` for pieces of lists. Of several
        mappings of one address the one that fits best goes.
        """
        u64 = self._u64
        slot = self._base + ((dma_addr >> _PAGE_SHIFT) * _HASH >> _HASH_SHIFT & self._mask) * _WORDS
        wanted = kind | direction << 32
        while found := u64[slot + _KIND]:
            if u64[slot + 1] == dma_addr and found == wanted and u64[slot + 2] == size and u64[slot] == dev:
                if kind == SG and u64[slot + _SG] & _U32 != sg_call_ents:
                    break
                if kind in _ALLOCATED and u64[slot + 3] != cpu_addr:
                    break
                if not u64[slot + _FLAGS] & ERROR_CHECKED and kind in _FALLIBLE:
                    break
                self._erase(slot)
                return ()
            slot += _WORDS
            if slot >= self._end:
                break  # the slow way goes on from the table's start
        return self._remove_what_fits_best(dev, dma_addr, size, cpu_addr, kind, direction, sg_call_ents)

    def _remove_what_fits_best(
        self, dev: int, dma_addr: int, size: int, cpu_addr: int, kind: int, direction: int, sg_call_ents: int
    ) -> tuple[Complaint, ...]:
        best: tuple[int, int, Mapping] | None = None
        for slot in self._starting_in(dma_addr >> _PAGE_SHIFT):
            if self._u64[slot + 1] == dma_addr and self._u64[slot] == dev:
                mapping = self._mapping(slot)
                if mapping.type != kind and POOL in (mapping.type, kind):
                    continue  # a block of a pool, and the coherent memory that it starts
                fit = (mapping.size == size) + (mapping.type == kind) + (mapping.direction == direction)
                fit += mapping.sg_call_ents == sg_call_ents
                if best is None or fit > best[0]:
                    best = fit, slot, mapping
        if best is not None:
            self._erase(best[1])
            return tuple(_mismatches(best[2], size, cpu_addr, kind, direction))
        return (_not_allocated(dma_addr, size),) if self.is_complete else ()

    def find(self, dev: int, dma_addr: int, kinds: Sequence[int], sg_call_ents: int = 0) -> Mapping | None:
        """Give the mapping of one of `kinds` that starts at a bus address, if it can be of a list of so many pieces."""
        found = None
        for slot in self._starting_in(dma_addr >> _PAGE_SHIFT):
            if self._u64[slot + 1] == dma_addr and self._u64[slot] == dev and self._u32[2 * (slot + _KIND)] in kinds:
                if self._u64[slot + _SG] & _U32 == sg_call_ents:
                    return self._mapping(slot)
                found = slot if found is None else found
        return None if found is None else self._mapping(found)

    def note_checked(self, dev: int, dma_addr: int) -> None:
        """Mark a mapping: its driver has asked whether it failed. Source: lib/dma-debug.c: debug_dma_mapping_error"""
        for slot in self._starting_in(dma_addr >> _PAGE_SHIFT):
            flags = self._u64[slot + _FLAGS]
            fallible = self._u32[2 * (slot + _KIND)] in _FALLIBLE
            if (
                fallible
                and self._u64[slot + 1] == dma_addr
                and dev in (0, self._u64[slot])
                and not flags & ERROR_CHECKED
            ):
                self._u64[slot + _FLAGS] = flags | ERROR_CHECKED
                return

    def overlapping(self, dma_addr: int, length: int) -> Iterator[Mapping]:
        """Yield the mappings that have a bus address of [dma_addr, dma_addr + length)."""
        end = dma_addr + length
        if not self._u32[self._live]:
            return
        first, last = max(0, (dma_addr >> _PAGE_SHIFT) - self._u32[self._span]), end - 1 >> _PAGE_SHIFT
        if last - first > _MANY_PAGES:
            yield from (each for each in self if each.dma_addr < end and dma_addr < each.dma_addr + each.size)
            return
        for page in range(first, last + 1):
            for slot in self._starting_in(page):
                start = self._u64[slot + 1]
                if start < end and dma_addr < start + self._u64[slot + 2]:
                    yield self._mapping(slot)

    def _starting_in(self, page: int) -> Iterator[int]:
        """Yield the slots of mappings whose bus address is in a page."""
        for slot in self._taken_from(self._base + (page * _HASH >> _HASH_SHIFT & self._mask) * _WORDS):
            if self._u64[slot + 1] >> _PAGE_SHIFT == page:
                yield slot

    def pending(self, dev: int) -> Complaint | None:
        """Complain of what a driver left mapped when it let go of its device."""
        mappings = [mapping for mapping in self if mapping.dev == dev]
        if not mappings:
            return None
        last = max(mappings, key=lambda mapping: (mapping.mapped_at_ns, mapping.dma_addr))
        sentence = (
            f"device driver has pending DMA allocations while released from device [count={len(mappings)}]; "
            f"one of leaked entries details: [device address={last.dma_addr:#018x}] [size={last.size} bytes] "
            f"[mapped with {last.direction_name}] [mapped as {last.type_name}]"
        )
        return Complaint("dma-pending-at-release", sentence, last)

    def _taken_from(self, slot: int) -> Iterator[int]:
        """Yield the slots that a search from `slot` passes until it meets a free one.

        Raises: KernelBug where there is none: somebody has written over the table.
        """
        u64 = self._u64
        for place in chain(range(slot, self._end, _WORDS), range(self._base, slot, _WORDS)):
            if not u64[place + _KIND]:
                return
            yield place
        raise KernelBug("dma_mappings has no free slot left", self._base << 3)

    def _free_slot(self, slot: int) -> int:
        for last in self._taken_from(slot):
            slot = last
        return slot + _WORDS if slot + _WORDS < self._end else self._base

    def _mapping(self, slot: int) -> Mapping:
        dev, dma_addr, size, cpu_addr, kind, direction, now_ns, _ = _RECORD.unpack_from(self._u8, slot << 3)
        addresses = self._u64[slot + _BACKTRACE : slot + _FLAGS].tolist()
        depth = addresses.index(0) if 0 in addresses else BACKTRACE_DEPTH
        backtrace = tuple(addresses[:depth])
        marks = self._u32[2 * (slot + _FLAGS) : 2 * (slot + _WORDS)].tolist()
        return Mapping(dev, dma_addr, size, cpu_addr, kind, direction, now_ns, backtrace, *marks)

    def _erase(self, hole: int) -> None:
        """Free a slot, and move what lies behind it so that no search ends too early."""
        u64 = self._u64
        self._u32[self._live] -= 1
        if not self._u32[self._live]:
            self._u32[self._span] = 0
        slot = hole + _WORDS if hole + _WORDS < self._end else self._base
        if u64[slot + _KIND]:
            hole = self._close(hole, slot)
        u64[hole + _KIND] = FREE

    def _close(self, hole: int, first: int) -> int:
        u64, span = self._u64, self._end - self._base
        for slot in self._taken_from(first):
            home = self._base + ((u64[slot + 1] >> _PAGE_SHIFT) * _HASH >> _HASH_SHIFT & self._mask) * _WORDS
            # It may move up where the hole is between its home and its place, seen around the table's end.
            if (slot - home) % span >= (slot - hole) % span:
                u64[hole : hole + _WORDS] = u64[slot : slot + _WORDS]
                hole = slot
        return hole

    def _give_up(self) -> None:
        if self.is_complete:
            self._mm.set("dma_mappings_lost", 1)
            self._mm.printk("DMA-API: debugging out of memory - disabling")


def _not_allocated(dma_addr: int, size: int) -> Complaint:
    sentence = (
        "device driver tries to free DMA memory it has not allocated "
        f"[device address={dma_addr:#018x}] [size={size} bytes]"
    )
    return Complaint("dma-unmap-unknown", sentence)


def _mismatches(mapping: Mapping, size: int, cpu_addr: int, kind: int, direction: int) -> Iterator[Complaint]:
    """List how a call differs from the mapping that it takes down. Source: lib/dma-debug.c: check_unmap"""
    where = f"[device address={mapping.dma_addr:#018x}]"
    if size != mapping.size:
        sentence = (
            f"device driver frees DMA memory with different size {where} "
            f"[map size={mapping.size} bytes] [unmap size={size} bytes]"
        )
        yield Complaint("dma-unmap-size", sentence, mapping)
    if kind != mapping.type:
        sentence = (
            f"device driver frees DMA memory with wrong function {where} [size={size} bytes] "
            f"[mapped as {mapping.type_name}] [unmapped as {_TYPE_NAMES[kind]}]"
        )
        yield Complaint("dma-unmap-function", sentence, mapping)
    elif kind in _ALLOCATED and cpu_addr != mapping.cpu_addr:
        sentence = (
            f"device driver frees DMA memory with different CPU address {where} [size={size} bytes] "
            f"[cpu alloc address={mapping.cpu_addr:#018x}] [cpu free address={cpu_addr:#018x}]"
        )
        yield Complaint("dma-unmap-cpu-address", sentence, mapping)
    if direction != mapping.direction:
        sentence = (
            f"device driver frees DMA memory with different direction {where} [size={size} bytes] "
            f"[mapped with {mapping.direction_name}] [unmapped with {direction_name(direction)}]"
        )
        yield Complaint("dma-unmap-direction", sentence, mapping)
    if mapping.type in _FALLIBLE and not mapping.flags & ERROR_CHECKED:
        sentence = (
            f"device driver failed to check map error {where} [size={size} bytes] [mapped as {mapping.type_name}]"
        )
        yield Complaint("dma-map-error-unchecked", sentence, mapping)
