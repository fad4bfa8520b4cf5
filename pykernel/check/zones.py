# SPDX-License-Identifier: GPL-2.0-only
"""The zones and the memory map, as far as every auditor needs them."""

from collections.abc import Iterator
from dataclasses import dataclass

from emulator.memmap import PAGE_OFFSET, PAGE_SHIFT
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.offsets import page_offsets, zone_offsets

NAME_LENGTH = 8  # of zone_names[]

_BITS = 3  # NR_PAGEBLOCK_BITS: a pageblock's type is one octal digit
_DIGITS = bytes(max(0, value - ord("0")) for value in range(256))


@dataclass(frozen=True, slots=True)
class Zone:
    """One zone that spans pages: [start, end) are page frame numbers, `phys` is where its struct lies."""

    index: int
    name: str
    phys: int
    start: int
    end: int
    present: int  # pages


@dataclass(frozen=True, slots=True)
class PageMap:
    """mem_map[]: one struct page of `size` bytes for each frame below `count`, from `phys` on."""

    phys: int
    size: int
    count: int

    def page(self, pfn: int) -> int:
        """Give the physical address of a frame's struct page."""
        return self.phys + pfn * self.size

    def virt(self, pfn: int) -> int:
        """Give what points to a frame's struct page."""
        return self.phys + pfn * self.size + PAGE_OFFSET

    def pfn_of_struct(self, phys: int) -> int | None:
        """Give the frame whose struct page lies at a physical address, or None where none does."""
        index, rest = divmod(phys - self.phys, self.size)
        return index if not rest and 0 <= index < self.count else None


def zones(memory: Memory) -> tuple[Zone, ...]:
    """Read the zones that span any pages.

    Raises: Unreadable where a zone lies beyond RAM, overlaps the one before, or claims more pages than it spans.
    """
    at = zone_offsets(memory.layout)
    first = memory.static("contig_page_data", "node_zones")
    last_frame = memory.ram.end >> PAGE_SHIFT
    found: list[Zone] = []
    behind = 0
    for index in range(at.count):
        phys = first + index * at.size
        start, spanned = memory.u64(phys + at.start_pfn), memory.u64(phys + at.spanned)
        if not spanned:
            continue
        name = memory.string(memory.static("zone_names") + index * NAME_LENGTH, NAME_LENGTH) or f"zone {index}"
        if not behind <= start < start + spanned <= last_frame:
            raise Unreadable(
                f"zone {name} spans frames that it cannot",
                phys + at.start_pfn,
                f"within {behind:#x}..{last_frame:#x}",
                f"{start:#x}..{start + spanned:#x}",
            )
        behind = start + spanned
        present = memory.u64(phys + at.present)
        if present > spanned:
            raise Unreadable(f"zone {name} has more pages than it spans", phys + at.present, spanned, present)
        found.append(Zone(index, name, phys, start, behind, present))
    if not found:
        raise Unreadable("no zone spans any page", first)
    return tuple(found)


def page_map(memory: Memory, frames: int) -> PageMap:
    """Find mem_map[] of `frames` entries.

    Raises: Unreadable where not all of it is RAM.
    """
    size = page_offsets(memory.layout).size
    return PageMap(memory.follow(memory.static("mem_map"), "mem_map", frames * size), size, frames)


def pcp_lists(memory: Memory, zone: Zone) -> Iterator[tuple[int, str, int]]:
    """Yield the per-CPU lists of a zone: CPU, "hot" or "cold", physical address of the struct per_cpu_pages."""
    at = zone_offsets(memory.layout)
    for cpu in range(at.cpus):
        for which, name in enumerate(("hot", "cold")):
            yield cpu, name, zone.phys + at.pageset + cpu * at.pageset_size + which * at.pcp_size


def pcp_pages(memory: Memory, pages: PageMap, pcp: int) -> Iterator[int]:
    """Yield the frames on one per-CPU list, as far as its links lead from struct page to struct page.

    For readers that want what is there; the survey of pages is who finds fault with a list.
    """
    at, lru = zone_offsets(memory.layout), page_offsets(memory.layout).lru
    head = pcp + at.pcp_list
    link = memory.u64(head)
    for _ in range(max(0, memory.i32(pcp + at.pcp_count))):
        pfn = pages.pfn_of_struct(link - PAGE_OFFSET - lru)
        if pfn is None:
            return
        yield pfn
        link = memory.u64(pages.page(pfn) + lru)


def pageblock_types(memory: Memory, zone: Zone) -> bytes:
    """Read the migrate types of a zone's pageblocks, first to last, a byte each.

    Raises: Unreadable where the zone's bitmap is not in RAM.
    Source: mm/page_alloc.c: get_pageblock_flags_group
    """
    blocks = -(-(zone.end - zone.start) >> memory.config.pageblock_order)
    pointer = zone.phys + zone_offsets(memory.layout).pageblock_flags
    length = -(-blocks * _BITS // 8)
    bitmap = memory.follow(pointer, f"zone {zone.name}: pageblock_flags", length)
    bits = int.from_bytes(memory.ram.u8[bitmap : bitmap + length], "little") & ((1 << blocks * _BITS) - 1)
    return f"{bits:0{blocks}o}".encode()[::-1].translate(_DIGITS)


def zone_of(found: tuple[Zone, ...], pfn: int) -> Zone | None:
    """Give the zone that spans a frame."""
    for zone in found:
        if zone.start <= pfn < zone.end:
            return zone
    return None
