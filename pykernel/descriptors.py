# SPDX-License-Identifier: GPL-2.0-only
"""Descriptors in memory: which of them the devices have, and in what order the CPU has stored what it hands over.

On this processor stores keep their order; on others a device can see a descriptor's valid bit, or hear a doorbell,
before what was stored earlier. So the order that counts is that which the driver has asked for: the guest counts its
barriers (firmware/include/asm/barrier.h), and each store to a ring is remembered with that count.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from emulator.cpu_guard import Guard, Guards
from emulator.dma import DescriptorRing
from emulator.native.guard import STORES
from pykernel.check.access import MappingTables
from pykernel.check.memory import Memory
from pykernel.spans import Span

_MOST_STORES = 64  # to one descriptor that are remembered
_DEPTH = 32


class Store(NamedTuple):
    """A store of the CPU to a descriptor: [start, end) from its first byte, the barriers before it, and from where."""

    start: int
    end: int
    barriers: int
    frames: list[int]


class Unordered(NamedTuple):
    """A descriptor that was handed over with a store that nothing orders before that: from where each was done."""

    dma_addr: int
    phys: int
    handing: list[int]
    store: Store


class _Ring:
    """A ring that a device was told of, and what was stored to each descriptor since it was last handed over."""

    def __init__(self, ring: DescriptorRing, phys: int) -> None:
        self.ring, self.phys = ring, phys
        self.guard = Guard(phys, phys + ring.stride * ring.entries, STORES)
        self.stores: dict[int, list[Store]] = {}


class Descriptors:
    """The descriptors of one machine. `frames(depth)` gives the code addresses that led to the CPU's instruction."""

    def __init__(
        self, memory: Memory, guards: Guards, tables: MappingTables, frames: Callable[[int], list[int]]
    ) -> None:
        self._memory, self._guards, self._tables, self._frames = memory, guards, tables, frames
        self._barriers = memory.statics["dma_write_barriers"] >> 2 if "dma_write_barriers" in memory.statics else None
        self._owned: list[tuple[str, Span, Guard]] = []  # bus addresses
        self._rings: dict[tuple[str, str], _Ring] = {}  # by device and name
        self._handed: dict[tuple[str, int], list[int]] = {}  # by device and bus address: who set the valid bit

    def ring(self, device: str, name: str, ring: DescriptorRing | None) -> None:
        """Take note where a device has a ring, or that it has none."""
        old = self._rings.get((device, name))
        if old is not None and old.ring == ring:
            return
        if old is not None:
            self._guards.remove(old.guard)
            del self._rings[device, name]
        if ring is not None and self._barriers is not None:
            length = ring.stride * ring.entries
            phys = self._phys_of(device, ring.dma_addr, length)
            if self._memory.holds(phys, length):
                new = self._rings[device, name] = _Ring(ring, phys)
                self._guards.add(new.guard)

    def own(self, device: str, dma_addr: int, length: int) -> Unordered | None:
        """Guard a descriptor that the device has taken against stores; say what is not in order before that."""
        phys = self._phys_of(device, dma_addr, length)
        if self._memory.holds(phys, length):
            guard = Guard(phys, phys + length, STORES)
            self._guards.add(guard)
            self._owned.append((device, (dma_addr, dma_addr + length), guard))
        for (owner, _), ring in self._rings.items():
            index, rest = divmod(dma_addr - ring.ring.dma_addr, ring.ring.stride)
            if owner == device and not rest and 0 <= index < ring.ring.entries:
                return self._order(device, ring, index)
        return None

    def disown(self, device: str, dma_addr: int, length: int) -> None:
        """Let the driver have its descriptors again."""
        kept = []
        for entry in self._owned:
            owner, (start, end), guard = entry
            if owner == device and start < dma_addr + length and dma_addr < end:
                self._guards.remove(guard)
                self._handed.pop((owner, start), None)
            else:
                kept.append(entry)
        self._owned = kept

    def handed_over_by(self, device: str, dma_addr: int | None) -> list[int]:
        """Give from where a descriptor was handed over by its valid bit; nothing where a doorbell does that."""
        return [] if dma_addr is None else self._handed.get((device, dma_addr), [])

    def stored(self, span: Span) -> Iterator[tuple[str, int]]:
        """Take note of a store of the CPU, before it is done; yield (device, bus address) of what is not the CPU's."""
        said = set()
        for device, (start, _), guard in self._owned:
            if guard.start < span[1] and span[0] < guard.end and (device, start) not in said:
                said.add((device, start))
                yield device, start
        for (device, _), ring in self._rings.items():
            if ring.guard.start < span[1] and span[0] < ring.guard.end:
                dma_addr = self._note(ring, span)
                if dma_addr is not None and (device, dma_addr) not in said:
                    yield device, dma_addr

    def _note(self, ring: _Ring, span: Span) -> int | None:
        """Remember a store to a ring; give the descriptor's bus address where it is the device's by its valid bit."""
        stride = ring.ring.stride
        index = max(0, span[0] - ring.phys) // stride
        at = ring.phys + index * stride
        stores = ring.stores.setdefault(index, [])
        barriers = 0 if self._barriers is None else self._memory.ram.u32[self._barriers]
        stores.append(Store(max(0, span[0] - at), span[1] - at, barriers, self._frames(_DEPTH)))
        del stores[:-_MOST_STORES]
        if ring.ring.valid is None:
            return None
        offset, bits = ring.ring.valid
        return ring.ring.dma_addr + index * stride if self._memory.ram.u32[(at + offset) >> 2] & bits else None

    def _order(self, device: str, ring: _Ring, index: int) -> Unordered | None:
        """Look for a store to a descriptor with no barrier between it and what hands the descriptor over."""
        stores = ring.stores.pop(index, [])
        dma_addr, phys = (first + index * ring.ring.stride for first in (ring.ring.dma_addr, ring.phys))
        if ring.ring.valid is None:
            now = 0 if self._barriers is None else self._memory.ram.u32[self._barriers]
            late = [each for each in stores if each.barriers == now]
            return Unordered(dma_addr, phys, self._frames(_DEPTH), late[-1]) if late else None
        word = ring.ring.valid[0]
        setting = [each for each in stores if each.start < word + 4 and word < each.end]
        if not setting:
            return None
        self._handed[device, dma_addr] = setting[-1].frames
        late = [each for each in stores if each not in setting and each.barriers >= setting[-1].barriers]
        return Unordered(dma_addr, phys, setting[-1].frames, late[-1]) if late else None

    def _phys_of(self, device: str, dma_addr: int, length: int) -> int:
        for each in self._tables.live():
            if each.device == device and each.dma_addr <= dma_addr and dma_addr + length <= each.end:
                return each.phys + dma_addr - each.dma_addr
        return dma_addr
