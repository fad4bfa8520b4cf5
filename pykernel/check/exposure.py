# SPDX-License-Identifier: GPL-2.0-only
"""What a mapping lays open besides the buffer: an IOMMU protects pages, and a page holds more than one thing.

The kinds are those of Markuze et al., "Characterizing, Exploiting, and Detecting DMA Code Injection Vulnerabilities in
the Presence of an IOMMU" (EuroSys 2021): the driver's own data (a), the system's data (b), the same page mapped once
more with other rights (c), and whoever else has an object there (d). Words that look like pointers into the kernel's
text are what an attacker looks for.
"""

from collections.abc import Iterator
from typing import NamedTuple

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.check.access import Mapping
from pykernel.check.freed import SlabObject, slab_object, slab_page
from pykernel.check.memory import Memory

_SHOWN = 8

Span = tuple[int, int]


class Exposed(NamedTuple):
    """One kind of thing that a mapping lays open: a stable class, what it is, and the words that point to code."""

    kind: str
    what: str
    spans: tuple[Span, ...]  # physical
    pointers: tuple[tuple[int, int], ...]  # (physical address, value)


def exposed_by(memory: Memory, mapping: Mapping, live: list[Mapping], text: range) -> Iterator[Exposed]:
    """Say what a mapping lays open; `text` are the addresses of the kernel's code."""
    start, end = mapping.phys, mapping.phys + mapping.size
    first, last = start >> PAGE_SHIFT << PAGE_SHIFT, -(-end >> PAGE_SHIFT << PAGE_SHIFT)
    if not memory.holds(first, last - first):
        return
    own = slab_object(memory, start)
    if own is not None:
        rest = _clip([(own.start, start), (end, own.start + own.size - own.red_zone)], first, last)
        if rest:
            yield _exposed(
                memory, text, "iommu-exposes-own-data", f"the rest of its object, of {_cache(memory, own)}", rest
            )
    yield from _of_slabs(memory, text, own, (start, end), (first, last))
    again = [each for each in live if each is not mapping and _shares_page(each, first, last)]
    again = [each for each in again if each.direction != mapping.direction or each.device != mapping.device]
    if again:
        spans = [(each.phys, each.phys + each.size) for each in again]
        words = ", ".join(f"{each.device} {each.words}" for each in again[:_SHOWN])
        yield _exposed(
            memory, text, "iommu-exposes-mapping", f"what is mapped as well: {words}", _clip(spans, first, last)
        )


def _of_slabs(memory: Memory, text: range, own: SlabObject | None, buffer: Span, pages: Span) -> Iterator[Exposed]:
    """Find what slabs have in the pages: their own management, and others' objects."""
    system: list[Span] = []
    others: list[SlabObject] = []
    for page in range(pages[0], pages[1], PAGE_SIZE):
        found = slab_page(memory, page)
        if found is None:
            continue
        if found.management is not None:
            system += _clip([found.management], page, page + PAGE_SIZE)
        inside = [each for each in found.allocated if each.start < page + PAGE_SIZE and page < each.start + each.size]
        others += [each for each in inside if (own is None or each.start != own.start) and each not in others]
    if system:
        yield _exposed(memory, text, "iommu-exposes-os-data", "the allocator's struct slab and its chain", system)
    if others:
        spans = [(each.start, each.start + each.size) for each in others]
        shown = ", ".join(f"{each.start:#x} of {_cache(memory, each)}" for each in others[:_SHOWN])
        more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
        what = f"objects of others: {shown}{more}"
        yield _exposed(memory, text, "iommu-exposes-neighbours", what, _clip(spans, *pages))


def _exposed(memory: Memory, text: range, kind: str, what: str, spans: list[Span]) -> Exposed:
    pointers = []
    for start, end in spans:
        words = memory.ram.u64[-(-start >> 3) : end >> 3].tolist()
        pointers += [(at << 3, word) for at, word in enumerate(words, -(-start >> 3)) if word in text]
    return Exposed(kind, what, tuple(spans), tuple(pointers))


def _shares_page(mapping: Mapping, first: int, last: int) -> bool:
    return mapping.phys < last and first < mapping.phys + mapping.size


def _clip(spans: list[Span], first: int, last: int) -> list[Span]:
    clipped = [(max(start, first), min(end, last)) for start, end in spans]
    return [(start, end) for start, end in clipped if start < end]


def _cache(memory: Memory, found: SlabObject) -> str:
    return f"cache {found.cache_name(memory)}"
