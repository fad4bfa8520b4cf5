# SPDX-License-Identifier: GPL-2.0-only
"""What is remembered of DMA mappings that are gone, and of parts that the CPU may touch meanwhile: all in guest RAM.

Owns the tables of firmware/include/kernel/ownership.h. Who reads them, with code of its own, is `check.access`.
"""

from collections.abc import Sequence

from pykernel.mm.context import Mm

_HEAD_WORDS, _FRAMES, _RANGE_WORDS = 6, 8, 3
_MEMBERS = ("dev", "dma_addr", "size", "cpu_addr", "type", "direction", "unmapped_at_ns", "mapped_by", "unmapped_by")
_OFFSETS = (0, 8, 16, 24, 32, 36, 40, 48, 112)


class DmaHistory:
    """The tables of one kernel."""

    def __init__(self, mm: Mm) -> None:
        layout = mm.layout
        if tuple(layout.offset("dma_unmapped", name) for name in _MEMBERS) != _OFFSETS:
            raise TypeError(f"struct dma_unmapped of layout {layout.key} is not as this module has it")
        self._mm = mm
        self._u64 = mm.ram.u64
        self._history, self._slots = mm.statics["dma_history"] >> 3, layout.number("DMA_HISTORY")
        self._ranges, self._most = mm.statics["dma_cpu_ranges"] >> 3, layout.number("DMA_CPU_RANGES")

    def note_unmapped(
        self,
        mapping: tuple[int, int, int, int, int, int],
        now_ns: int,
        mapped_by: Sequence[int],
        unmapped_by: Sequence[int],
    ) -> None:
        """Remember (dev, dma_addr, size, cpu_addr, type, direction), in place of the oldest."""
        count = self._mm.get("dma_history_next")
        at = self._history + (count & self._slots - 1) * (_HEAD_WORDS + 2 * _FRAMES)
        *words, kind, direction = mapping
        words += [kind | direction << 32, now_ns]
        for frames in (mapped_by, unmapped_by):
            words += [*frames, *[0] * _FRAMES][:_FRAMES]
        for index, word in enumerate(words):
            self._u64[at + index] = word
        self._mm.set("dma_history_next", count + 1)

    def give_to_cpu(self, dev: int, dma_addr: int, size: int) -> None:
        """Let the CPU have [dma_addr, dma_addr + size) of what is mapped for `dev`."""
        self.give_to_device(dev, dma_addr, size)
        self._add(dev, dma_addr, size)

    def give_to_device(self, dev: int, dma_addr: int, size: int) -> None:
        """Take [dma_addr, dma_addr + size) away from the CPU: given back, or no longer mapped."""
        end, index = dma_addr + size, 0
        while index < self._mm.get("nr_dma_cpu_ranges"):
            other, first, length = (self._u64[self._ranges + _RANGE_WORDS * index + word] for word in range(3))
            if other != dev or first >= end or dma_addr >= first + length:
                index += 1
                continue
            self._drop(index)
            if first < dma_addr:
                self._add(dev, first, dma_addr - first)
            if first + length > end:
                self._add(dev, end, first + length - end)

    def _add(self, dev: int, dma_addr: int, size: int) -> None:
        count = self._mm.get("nr_dma_cpu_ranges")
        if count >= self._most:
            self._mm.set("dma_cpu_ranges_lost", 1)
            return
        at = self._ranges + _RANGE_WORDS * count
        self._u64[at], self._u64[at + 1], self._u64[at + 2] = dev, dma_addr, size
        self._mm.set("nr_dma_cpu_ranges", count + 1)

    def _drop(self, index: int) -> None:
        last = self._mm.get("nr_dma_cpu_ranges") - 1
        to, source = self._ranges + _RANGE_WORDS * index, self._ranges + _RANGE_WORDS * last
        for word in range(_RANGE_WORDS):
            self._u64[to + word] = self._u64[source + word]
        self._mm.set("nr_dma_cpu_ranges", last)
