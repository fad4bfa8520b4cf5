# SPDX-License-Identifier: GPL-2.0-only
"""Hand all memory that boot has left over to the buddy system, in the very order in which Linux does."""

from typing import TYPE_CHECKING

from emulator.memmap import PAGE_SHIFT
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import LIST_POISON1, LIST_POISON2
from pykernel.mm.bootmem import Bootmem
from pykernel.mm.memmap_init import fill_column
from pykernel.mm.page import (
    COUNTS,
    COUNTS_FREE,
    COUNTS_ONE_USER,
    FLAGS,
    NEXT,
    PG_BUDDY,
    PG_RESERVED,
    PREV,
    WORDS,
    ZONES_SHIFT,
)

if TYPE_CHECKING:
    from pykernel.mm.context import Mm
    from pykernel.mm.zone import Zone

_WORD_PAGES = 64  # pages that one word of the bitmap stands for
_WORD_ORDER = 6
_FREE_WORD = b"\0" * 8
_TAKEN_WORD = b"\xff" * 8


def free_all_bootmem(mm: "Mm", bootmem: Bootmem) -> int:
    """Free every page whose bit is clear, words of 64 as one block, then the bitmap itself; give the number of pages.

    Source: mm/bootmem.c: free_all_bootmem_core
    Differs: runs of free blocks of the largest order are written down at once (see free_largest_blocks)
    """
    data = bootmem.data
    base, end_pfn = virt_to_phys(data.node_bootmem_map), data.node_low_pfn
    bitmap = bytes(mm.ram.u8[base : base + bootmem.get_mapsize()])
    largest = 1 << (mm.config.max_order - 1)
    free_block = b"\0" * (largest >> 3)
    pfn = total = 0
    while pfn < end_pfn:
        zone = _zone_of_block(mm, pfn, largest)
        count = _count_free_blocks(bitmap, pfn, min(zone.end_pfn, end_pfn), free_block) if zone else 0
        if zone and count:
            free_largest_blocks(mm, zone, pfn, count)
            total += count * largest
            pfn += count * largest
        else:
            total += _free_word(mm, bitmap[pfn >> 3 : (pfn >> 3) + 8], pfn, end_pfn)
            pfn += _WORD_PAGES
    map_pages = (len(bitmap) + (1 << PAGE_SHIFT) - 1) >> PAGE_SHIFT
    for page in range(base >> PAGE_SHIFT, (base >> PAGE_SHIFT) + map_pages):
        free_pages_bootmem(mm, page, 0)
    data.node_bootmem_map = 0
    mm.set("totalram_pages", mm.get("totalram_pages") + total + map_pages)
    return total + map_pages


def _free_word(mm: "Mm", word: bytes, pfn: int, end_pfn: int) -> int:
    """Free what one word of the bitmap says; give the number of pages."""
    if word == _TAKEN_WORD:
        return 0
    if word == _FREE_WORD:
        free_pages_bootmem(mm, pfn, _WORD_ORDER)
        return _WORD_PAGES
    bits = int.from_bytes(word, "little")
    pages = [pfn + bit for bit in range(min(_WORD_PAGES, end_pfn - pfn)) if not bits >> bit & 1]
    for page in pages:
        free_pages_bootmem(mm, page, 0)
    return len(pages)


def free_pages_bootmem(mm: "Mm", pfn: int, order: int) -> None:
    """Make reserved pages ordinary ones, and free them. Source: mm/page_alloc.c: __free_pages_bootmem"""
    for page in range(pfn, pfn + (1 << order)):
        mm.mem_map.flags[page] &= ~PG_RESERVED
        mm.mem_map.counts[page] = COUNTS_FREE
    mm.mem_map.counts[pfn] = COUNTS_ONE_USER
    mm.pages.free_pages(pfn, order)


def _zone_of_block(mm: "Mm", pfn: int, largest: int) -> "Zone | None":
    """Give the zone in which the largest block at `pfn` lies whole; None where that is no block, or crosses zones."""
    if pfn & (largest - 1):
        return None
    for zone in mm.zones:
        if zone.start_pfn <= pfn and pfn + largest <= zone.end_pfn:
            return zone
    return None


def _count_free_blocks(bitmap: bytes, pfn: int, end_pfn: int, free_block: bytes) -> int:
    """Count the largest blocks in a row from `pfn` of which every page is free."""
    size, at, count = len(free_block), pfn >> 3, 0
    while pfn + (count + 1) * size * 8 <= end_pfn and bitmap[at : at + size] == free_block:
        count += 1
        at += size
    return count


def free_largest_blocks(mm: "Mm", zone: "Zone", pfn: int, count: int) -> None:
    """Leave RAM as freeing `count` blocks of the largest order from `pfn` up would, 64 pages at a time.

    Each piece of 64 pages is freed onto a list unless its lower neighbour waits there, and is taken off again when its
    upper neighbour comes: so in the end every even piece but the first of a block has poisoned links, and no list but
    the largest order's has changed. That one then holds the blocks, the last first.
    """
    ram, buddy = mm.ram, mm.pages.buddy
    order = mm.config.max_order - 1
    largest = 1 << order
    first = (mm.mem_map.phys >> 3) + pfn * WORDS
    pages = count * largest
    fill_column(ram, first, FLAGS, pages, zone.index << ZONES_SHIFT)
    fill_column(ram, first, COUNTS, pages, COUNTS_FREE)
    even_pieces, stride = pages // (2 * _WORD_PAGES), 2 * _WORD_PAGES * WORDS
    fill_column(ram, first, NEXT, even_pieces, LIST_POISON1, stride)
    fill_column(ram, first, PREV, even_pieces, LIST_POISON2, stride)
    mm.pages.pcp.note_progress(zone)
    for block in range(pfn, pfn + pages, largest):
        # The type is that of the piece freed last, at the block's end.
        head = zone.heads[order][buddy.get_pageblock_migratetype(zone, block + largest - 1)]
        mm.mem_map.flags[block] |= PG_BUDDY
        mm.mem_map.private[block] = order
        buddy.list_add(block, head)
    ram.u64[zone.w_nr_free[order]] += count
    for _ in range(count):
        mm.vmstat.mod_zone_page_state(zone, mm.layout.number("NR_FREE_PAGES"), largest)
