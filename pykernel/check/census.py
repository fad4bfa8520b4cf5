# SPDX-License-Identifier: GPL-2.0-only
"""Who has the memory: pages counted by kind of owner and by cache, zone by zone, and a map in few cells.

It believes struct page and nothing else but the lists that it must follow; whether they are right is for the audit.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import compress, pairwise
from typing import Any, NamedTuple

from emulator.memmap import KERNEL_PHYS, KERNEL_PHYS_END, PAGE_SHIFT
from pykernel.check import columns
from pykernel.check.caches import Cache, caches
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.offsets import page_offsets, zone_offsets
from pykernel.check.zones import PageMap, Zone, page_map, pcp_lists, pcp_pages, zones

# What a page can be. The order settles which of two kinds a cell shows that has as many pages of both.
KINDS = ("dma", "slab", "pages", "pcp", "free", "kernel", "mem_map", "reserved", "hole")
DMA, SLAB, PAGES, PCP, FREE, KERNEL, MEM_MAP, RESERVED, HOLE = range(len(KINDS))
CELLS = 64  # to a zone

_RUN = 1 << 12  # pages looked at together when slabs are counted


class ZoneCensus(NamedTuple):
    """The pages of one zone, [start, end), by owner; `cells` names the kind that has most of each cell."""

    zone: str
    start: int
    end: int
    present: int  # pages
    pages: dict[str, int]
    caches: tuple[tuple[str, int], ...]  # cache and its pages, most first
    cells: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give a form that JSON can hold."""
        return {
            "zone": self.zone,
            "start_pfn": self.start,
            "end_pfn": self.end,
            "present_pages": self.present,
            "pages": self.pages,
            "caches": [{"cache": name, "pages": pages} for name, pages in self.caches],
            "cells": list(self.cells),
        }


def census(memory: Memory, cells: int = CELLS) -> tuple[ZoneCensus, ...]:
    """Count every page of every zone once.

    Raises: Unreadable where the zones or mem_map cannot be read.
    """
    found = zones(memory)
    pages = page_map(memory, found[-1].end)
    known = _known_caches(memory)
    return tuple(_count(memory, pages, zone, known, cells) for zone in found)


def _known_caches(memory: Memory) -> dict[int, Cache]:
    """Map what slab pages point to, as far as the chain can be read, to the caches."""
    known: dict[int, Cache] = {}
    try:
        for cache in caches(memory):
            known[cache.virt] = cache
    except Unreadable:
        pass  # pages of the caches behind the break still count as slab
    return known


def _count(memory: Memory, pages: PageMap, zone: Zone, known: dict[int, Cache], cells: int) -> ZoneCensus:
    states = columns.states(memory, pages, zone.start, zone.end)
    kinds = bytearray(states.translate(_KIND_OF_STATE))
    _paint_free(memory, pages, zone, states, kinds)
    owners = _paint_slabs(memory, pages, zone, states, kinds, known)
    _paint_reserved(memory, pages, zone, kinds)
    by_cache = sorted(owners.items(), key=lambda item: (-item[1], item[0]))
    return ZoneCensus(
        zone=zone.name,
        start=zone.start,
        end=zone.end,
        present=zone.present,
        pages={name: kinds.count(kind) for kind, name in enumerate(KINDS)},
        caches=tuple(by_cache),
        cells=_map(kinds, cells),
    )


_KIND_OF_STATE = bytes(
    SLAB if state & columns.SLAB else RESERVED if state & columns.RESERVED else PAGES for state in range(256)
)


def _paint_free(memory: Memory, pages: PageMap, zone: Zone, states: bytes, kinds: bytearray) -> None:
    """Mark the blocks of the buddy system by their heads, and the pages on per-CPU lists."""
    private, orders = page_offsets(memory.layout).private, zone_offsets(memory.layout).orders
    marked = columns.marked(states, columns.BUDDY)
    head = marked.find(1)
    while head >= 0:
        order = memory.ram.u64[(pages.page(zone.start + head) + private) >> 3]
        length = min(1 << order, len(kinds) - head) if order < orders else 1
        kinds[head : head + length] = bytes([FREE]) * length
        head = marked.find(1, head + length)
    for _, _, pcp in pcp_lists(memory, zone):
        for pfn in pcp_pages(memory, pages, pcp):
            if zone.start <= pfn < zone.end:
                kinds[pfn - zone.start] = PCP


def _paint_slabs(
    memory: Memory, pages: PageMap, zone: Zone, states: bytes, kinds: bytearray, known: dict[int, Cache]
) -> Counter[str]:
    """Mark the slabs of DMA caches, and count all slabs' pages by cache."""
    lru = page_offsets(memory.layout).lru
    marked = columns.marked(states, columns.SLAB)
    dma = {virt for virt, cache in known.items() if cache.is_dma}
    owners: Counter[int] = Counter()
    for first in range(0, len(marked), _RUN):
        run = marked[first : first + _RUN]
        if 1 not in run:
            continue
        caches_of = columns.words(memory, pages, zone.start + first, zone.start + first + len(run), lru)
        found = Counter(compress(caches_of, run))
        owners.update(found)
        if not dma.isdisjoint(found):
            _paint_dma(kinds, first, run, caches_of, dma)
    names: Counter[str] = Counter()
    for virt, count in owners.items():
        names[known[virt].name if virt in known else "?"] += count
    return names


def _paint_dma(kinds: bytearray, first: int, run: bytes, caches_of: Iterable[int], dma: set[int]) -> None:
    for offset, (is_slab, virt) in enumerate(zip(run, caches_of, strict=True)):
        if is_slab and virt in dma:
            kinds[first + offset] = DMA


def _paint_reserved(memory: Memory, pages: PageMap, zone: Zone, kinds: bytearray) -> None:
    """Tell apart what reserved pages hold: the kernel's image, mem_map, other boot memory, or nothing at all."""
    mem_map_end = pages.page(pages.count) + (1 << PAGE_SHIFT) - 1
    _repaint(kinds, zone, pages.phys >> PAGE_SHIFT, mem_map_end >> PAGE_SHIFT, MEM_MAP)
    _repaint(kinds, zone, KERNEL_PHYS >> PAGE_SHIFT, KERNEL_PHYS_END >> PAGE_SHIFT, KERNEL)
    behind = 0
    for frames in memory.ram.pages():
        _repaint(kinds, zone, behind, frames.start, HOLE)
        behind = frames.stop


def _repaint(kinds: bytearray, zone: Zone, start: int, end: int, kind: int) -> None:
    first, last = (min(max(pfn, zone.start), zone.end) - zone.start for pfn in (start, end))
    table = bytes(kind if value == RESERVED else value for value in range(256))
    kinds[first:last] = kinds[first:last].translate(table)


def _map(kinds: bytearray, cells: int) -> tuple[str, ...]:
    """Name the kind that most pages of each cell have."""
    count = min(cells, len(kinds))
    bounds = [len(kinds) * cell // count for cell in range(count + 1)]
    return tuple(KINDS[_dominant(kinds, first, last)] for first, last in pairwise(bounds))


def _dominant(kinds: bytearray, first: int, last: int) -> int:
    return max(range(len(KINDS)), key=lambda kind: kinds.count(kind, first, last))
