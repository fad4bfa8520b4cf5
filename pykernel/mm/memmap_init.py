# SPDX-License-Identifier: GPL-2.0-only
"""Fill the mem_map: one struct page for each page frame, up to 17 million of them.

Written member by member as strided columns, never page by page: 64 GiB take a fraction of a second.
"""

import sys
from array import array
from collections.abc import Iterator

from emulator.memmap import PAGE_OFFSET
from emulator.ram import Ram
from pykernel.mm.page import COUNTS, COUNTS_ONE_USER, FLAGS, LRU_BYTES, NEXT, PG_RESERVED, PREV, WORDS, ZONES_SHIFT

_PAGE_BYTES = WORDS * 8
_CHUNK = 1 << 14  # pages written in one go


def fill_column(ram: Ram, first_page: int, member: int, count: int, value: int, stride: int = WORDS) -> None:
    """Set one word of `count` struct pages, the first at index `first_page` of ram.u64, to `value`."""
    block = memoryview(value.to_bytes(8, "little") * min(count, _CHUNK)).cast("Q")
    for done in range(0, count, _CHUNK):
        part = min(_CHUNK, count - done)
        start = first_page + member + done * stride
        ram.u64[start : start + (part - 1) * stride + 1 : stride] = block[:part]


def memmap_init_zone(ram: Ram, mem_map: int, zone: int, start_pfn: int, size: int) -> None:
    """Make the struct pages of a zone: one user, reserved, on no list. `mem_map` is a physical address.

    Source: mm/page_alloc.c: memmap_init_zone
    Differs: the pageblocks' migrate types are set by init_pageblock_flags()
    """
    first_page = (mem_map >> 3) + start_pfn * WORDS
    fill_column(ram, first_page, FLAGS, size, zone << ZONES_SHIFT | PG_RESERVED)
    fill_column(ram, first_page, COUNTS, size, COUNTS_ONE_USER)
    word = first_page
    for links in _lru_addresses(mem_map + PAGE_OFFSET + start_pfn * _PAGE_BYTES + LRU_BYTES, size):
        for member in (NEXT, PREV):
            start = word + member
            ram.u64[start : start + (len(links) - 1) * WORDS + 1 : WORDS] = links
        word += len(links) * WORDS


def _lru_addresses(first: int, count: int) -> Iterator[memoryview]:
    """Yield `count` addresses from `first` up, one struct page apart, in chunks.

    A chunk is one long number with an address in each 64 bits, so that the next chunk is one addition away.
    """
    chunk = min(count, _CHUNK)
    addresses = array("Q", range(first, first + chunk * _PAGE_BYTES, _PAGE_BYTES))
    lanes = int.from_bytes(addresses.tobytes(), sys.byteorder)
    step = int.from_bytes(array("Q", [chunk * _PAGE_BYTES]).tobytes() * chunk, sys.byteorder)
    for done in range(0, count, chunk):
        yield memoryview(lanes.to_bytes(chunk * 8, sys.byteorder)).cast("Q")[: min(chunk, count - done)]
        lanes += step
