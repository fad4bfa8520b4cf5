# SPDX-License-Identifier: GPL-2.0-only
"""Every live DMA mapping, in a table in guest RAM; and what was wrong with a call that does not fit the table.

The table is an open hash with linear probing: struct dma_mapping of kernel/device.h, hashed by bus address, a slot of
type DMA_MAPPING_FREE ends a search, and removal closes the gap that it leaves. The classes of mistakes and their words
are those of Linux's lib/dma-debug.c, which is younger than 2.6.24.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from pykernel.mm.context import Mm

BACKTRACE_DEPTH = 8
NO_BACKTRACE = (0,) * BACKTRACE_DEPTH
FREE, SINGLE, COHERENT = 0, 1, 2

_TYPE_NAMES = {SINGLE: "single", COHERENT: "coherent"}
_DIRECTION_NAMES = ("DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE")
_RECORD = struct.Struct("<QQQQIIQ8Q")
_SIZE = _RECORD.size
_HEAD = struct.Struct("<QQQQII")
_MEMBERS = ("dev", "dma_addr", "size", "cpu_addr", "type", "direction", "mapped_at_ns", "backtrace")
_OFFSETS = (0, 8, 16, 24, 32, 36, 40, 48)
_GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15
_U64 = (1 << 64) - 1


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
    """The table dma_mappings of one kernel."""

    def __init__(self, mm: Mm) -> None:
        layout = mm.layout
        if tuple(layout.offset("dma_mapping", name) for name in _MEMBERS) != _OFFSETS:
            raise TypeError(f"struct dma_mapping of layout {layout.key} is not as this module has it")
        self._mm = mm
        self._u8, self._u32, self._u64 = mm.ram.u8, mm.ram.u32, mm.ram.u64
        self._base = mm.statics["dma_mappings"]
        self._slots = layout.number("DMA_MAPPING_SLOTS")
        self._shift = 64 - (self._slots.bit_length() - 1)
        self._most = layout.number("DMA_MAPPINGS_MAX")
        self._live = mm.statics["nr_dma_mappings"] >> 2
        self._lost = mm.statics["dma_mappings_lost"] >> 2

    def __len__(self) -> int:
        return self._u32[self._live]

    def __iter__(self) -> Iterator[Mapping]:
        """Yield all live mappings, in the order of the table."""
        if not self._u32[self._live]:
            return
        types = self._mm.ram.column("I", self._base + 32, _SIZE, self._slots).tolist()
        for slot, kind in enumerate(types):
            if kind != FREE:
                yield self._mapping(self._base + slot * _SIZE)

    def add(
        self,
        dev: int,
        dma_addr: int,
        size: int,
        cpu_addr: int,
        kind: int,
        direction: int,
        now_ns: int = 0,
        backtrace: tuple[int, ...] = NO_BACKTRACE,
    ) -> None:
        """Record a mapping; `backtrace` has BACKTRACE_DEPTH entries. Once the table was full nothing is recorded."""
        u32 = self._u32
        live = u32[self._live]
        if live >= self._most or u32[self._lost]:
            self._give_up()
            return
        phys = self._base + ((dma_addr * _GOLDEN_RATIO & _U64) >> self._shift) * _SIZE
        while u32[(phys + 32) >> 2]:
            phys = self._next(phys)
        _RECORD.pack_into(self._u8, phys, dev, dma_addr, size, cpu_addr, kind, direction, now_ns, *backtrace)
        u32[self._live] = live + 1

    def remove(
        self, dev: int, dma_addr: int, size: int, cpu_addr: int, kind: int, direction: int
    ) -> tuple[Complaint, ...]:
        """Forget the mapping that a call takes down, and say what is wrong with the call.

        `cpu_addr` counts for coherent memory only. Of several mappings of one address the one that fits best goes.
        """
        u32, u8 = self._u32, self._u8
        phys = self._base + ((dma_addr * _GOLDEN_RATIO & _U64) >> self._shift) * _SIZE
        best, best_fit = 0, -1
        while u32[(phys + 32) >> 2]:
            found = _HEAD.unpack_from(u8, phys)
            if found[1] == dma_addr and found[0] == dev:
                if found[2] == size and found[4] == kind and found[5] == direction:
                    if kind == COHERENT and found[3] != cpu_addr:
                        best = phys
                        break
                    self._erase(phys)
                    return ()
                fit = (found[2] == size) + (found[4] == kind) + (found[5] == direction)
                if fit > best_fit:
                    best, best_fit = phys, fit
            phys = self._next(phys)
        if u32[self._lost]:
            return ()
        if not best:
            if dma_addr == self._mm.get("bad_dma_address"):
                return (Complaint("dma-unmap-error", "device driver tries to free an invalid DMA memory address"),)
            return (_not_allocated(dma_addr, size),)
        mapping = self._mapping(best)
        self._erase(best)
        return tuple(_mismatches(mapping, size, cpu_addr, kind, direction))

    def covering(self, dma_addr: int, length: int = 1) -> Mapping | None:
        """Give the mapping that holds all of [dma_addr, dma_addr + length), else one that holds its first byte."""
        partial = None
        for mapping in self:
            if mapping.dma_addr <= dma_addr < mapping.dma_addr + mapping.size:
                if dma_addr + length <= mapping.dma_addr + mapping.size:
                    return mapping
                partial = partial or mapping
        return partial

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

    def _next(self, phys: int) -> int:
        phys += _SIZE
        return phys if phys < self._base + self._slots * _SIZE else self._base

    def _mapping(self, phys: int) -> Mapping:
        dev, dma_addr, size, cpu_addr, kind, direction, now_ns, *backtrace = _RECORD.unpack_from(self._u8, phys)
        return Mapping(dev, dma_addr, size, cpu_addr, kind, direction, now_ns, tuple(filter(None, backtrace)))

    def _erase(self, hole: int) -> None:
        """Free a slot, and move what lies behind it so that no search ends too early."""
        u32, u64, u8 = self._u32, self._u64, self._u8
        u32[self._live] -= 1
        phys = self._next(hole)
        while u32[(phys + 32) >> 2]:
            home = self._base + ((u64[(phys + 8) >> 3] * _GOLDEN_RATIO & _U64) >> self._shift) * _SIZE
            # It may move up where the hole is between its home and its place, seen around the table's end.
            if (phys - home) % (self._slots * _SIZE) >= (phys - hole) % (self._slots * _SIZE):
                u8[hole : hole + _SIZE] = u8[phys : phys + _SIZE]
                hole = phys
            phys = self._next(phys)
        u32[(hole + 32) >> 2] = FREE

    def _give_up(self) -> None:
        if not self._u32[self._lost]:
            self._u32[self._lost] = 1
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
    elif kind == COHERENT and cpu_addr != mapping.cpu_addr:
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
