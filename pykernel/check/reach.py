# SPDX-License-Identifier: GPL-2.0-only
"""The reach proof: whether every object that a DMA cache has, or ever can have, lies where a device can drive it.

Two ways lead to a cache's memory, and both are gone: from the cache over the lists of its slabs, and from mem_map over
every page that says it belongs to the cache. They must meet in the same pages. What comes later is bounded by the zone
from which the cache's slabs are taken.
"""

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

from emulator.memmap import KERNEL_MAP_BASE, PAGE_SHIFT
from pykernel.check import columns
from pykernel.check.caches import Cache, caches, slabs_of
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.offsets import page_offsets, slab_offsets, zone_offsets
from pykernel.check.zones import PageMap, Zone, page_map, zones

_RUN = 1 << 12  # pages looked at together


class ReachRow(NamedTuple):
    """What is proved of one cache and one device. Addresses are physical, and the last byte counts.

    `verdict` is "ok", "beyond" (an object lies outside the reach: `offender`), "unbounded" (none does, but one to come
    may) or "broken" (the structures contradict each other: `doubt`).
    """

    cache: str
    device: str
    reach: int  # the highest address that the device drives
    slabs: int
    objects: int
    pages: int
    lowest: int | None
    highest: int | None
    bound: int | None  # no object to come lies higher
    verdict: str
    offender: int | None = None
    doubt: str | None = None

    @property
    def is_ok(self) -> bool:
        """Say whether the device reaches all there is and all that may come."""
        return self.verdict == "ok"

    def as_dict(self) -> dict[str, Any]:
        """Give a form that JSON can hold."""
        return self._asdict()


class _Extent:
    """Where a cache's memory lies, by both ways."""

    def __init__(self) -> None:
        self.starts = array("Q")  # the first object of each slab on the cache's lists
        self.listed = array("Q")  # the frames of these slabs
        self.marked = array("Q")  # the frames that say they are the cache's, ascending
        self.doubt: str | None = None


def prove_reach(memory: Memory, devices: Iterable[tuple[str, int]]) -> list[ReachRow]:
    """Examine every slab of every DMA cache against every device, given as (name, highest address it drives).

    Raises: Unreadable where there are no zones, no mem_map or no chain of caches to begin with.
    """
    found = zones(memory)
    pages = page_map(memory, found[-1].end)
    dma_caches = {cache.virt: cache for cache in caches(memory) if cache.is_dma}
    extents = {virt: _walk_lists(memory, cache) for virt, cache in dma_caches.items()}
    for zone in found:
        _scan_pages(memory, pages, zone, extents)
    bound = _dma_bound(memory, found)
    listed = list(devices)
    return [
        _row(memory, cache, extents[virt], device, reach, bound)
        for virt, cache in dma_caches.items()
        for device, reach in listed
    ]


def _walk_lists(memory: Memory, cache: Cache) -> _Extent:
    """Go from the cache to its slabs."""
    at, u64 = slab_offsets(memory.layout), memory.ram.u64
    extent = _Extent()
    length = cache.num * cache.buffer_size
    try:
        for name, slab in slabs_of(memory, cache):
            first = memory.resolve(u64[(slab + at.s_mem) >> 3], length, 1)
            if first is None or not cache.fits:
                raise Unreadable(f"cache {cache.name}: the objects of a slab on slabs_{name} are not in RAM", slab)
            extent.starts.append(first)
            base = max(0, first - u64[(slab + at.colouroff) >> 3]) >> PAGE_SHIFT
            extent.listed.extend(range(base, base + (1 << cache.gfporder)))
    except Unreadable as damage:
        extent.doubt = damage.sentence
    return extent


def _scan_pages(memory: Memory, pages: PageMap, zone: Zone, extents: dict[int, _Extent]) -> None:
    """Go from the pages to the cache."""
    lru = page_offsets(memory.layout).lru
    states = columns.states(memory, pages, zone.start, zone.end)
    is_slab = columns.marked(states, columns.SLAB)
    for first in range(0, len(is_slab), _RUN):
        run = is_slab[first : first + _RUN]
        if 1 not in run:
            continue
        owners = columns.words(memory, pages, zone.start + first, zone.start + first + len(run), lru)
        if extents.keys().isdisjoint(owners):
            continue
        for pfn, (marked, owner) in enumerate(zip(run, owners, strict=True), zone.start + first):
            if marked and owner in extents:
                extents[owner].marked.append(pfn)


def _dma_bound(memory: Memory, found: tuple[Zone, ...]) -> int | None:
    """Give the last byte that GFP_DMA can ever yield, or None where its zone list leads elsewhere."""
    at = zone_offsets(memory.layout)
    dma = found[0]
    if not memory.layout.has_number("ZONE_DMA") or dma.index != memory.layout.number("ZONE_DMA"):
        return None
    zonelist = memory.static("contig_page_data", "node_zonelists[0].zones")
    listed = [memory.u64(zonelist + 8 * entry) for entry in range(at.count + 1)]
    if listed[0] != dma.phys + KERNEL_MAP_BASE or listed[1]:
        return None
    return (dma.end << PAGE_SHIFT) - 1


def _row(memory: Memory, cache: Cache, extent: _Extent, device: str, reach: int, bound: int | None) -> ReachRow:
    length = cache.num * cache.buffer_size
    offender = _first_beyond(cache, extent, reach)
    doubt = extent.doubt or _contradiction(extent)
    if not cache.gfpflags & memory.layout.number("__GFP_DMA"):
        bound = None
    verdict = "ok"
    if offender is not None:
        verdict = "beyond"
    elif doubt:
        verdict = "broken"
    elif bound is None or bound > reach:
        verdict = "unbounded"
    return ReachRow(
        cache=cache.name,
        device=device,
        reach=reach,
        slabs=len(extent.starts),
        objects=len(extent.starts) * cache.num,
        pages=len(extent.marked),
        lowest=min(extent.starts, default=None),
        highest=max(extent.starts) + length - 1 if extent.starts else None,
        bound=bound,
        verdict=verdict,
        offender=offender,
        doubt=doubt,
    )


def _first_beyond(cache: Cache, extent: _Extent, reach: int) -> int | None:
    """Give the lowest object whose last byte the device cannot drive."""
    length, size = cache.num * cache.buffer_size, cache.buffer_size
    first = min((start for start in extent.starts if start + length - 1 > reach), default=None)
    if first is not None:
        return first + max(0, (reach + 1 - first) // size) * size
    if extent.marked and (extent.marked[-1] << PAGE_SHIFT) > reach:
        return extent.marked[-1] << PAGE_SHIFT
    return None


def _contradiction(extent: _Extent) -> str | None:
    """Compare, frame by frame, what the lists and what the pages say."""
    listed = sorted(extent.listed)
    if listed == extent.marked.tolist():
        return None
    for pfn in sorted(set(listed).symmetric_difference(extent.marked)):
        if pfn in extent.marked:
            return f"page {pfn:#x} says that it is the cache's, but no slab on its lists has it"
        return f"page {pfn:#x} is in a slab of the cache, but says otherwise"
    return "two slabs share a page"
