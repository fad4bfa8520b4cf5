# SPDX-License-Identifier: GPL-2.0-only
"""struct page: where its members lie and what its flags mean. Tests compare with the C enums.

The mem_map is an array of struct page, so each member is a strided column of RAM that the page frame number indexes:
`mem_map.private[pfn]`.
"""

from emulator.memmap import PAGE_OFFSET
from emulator.ram import Ram
from pykernel.layout.layout import Layout

WORDS = 7  # 64-bit words of a struct page
PAGE_BYTES = WORDS * 8
FLAGS = 0
COUNTS = 1  # _count in the low half, _mapcount in the high half
PRIVATE = 2
FIRST_PAGE = 2  # shares its word with private
MAPPING = 3
INDEX = 4
NEXT = 5  # lru.next
PREV = 6  # lru.prev
LRU_BYTES = 40  # from a struct page to its lru

COUNTS_FREE = 0xFFFF_FFFF_0000_0000  # _count 0, _mapcount -1
COUNTS_ONE_USER = COUNTS_FREE + 1
CHECKED_ORDER = 5  # of the largest block whose struct pages are looked at in one go

PG_LOCKED = 1 << 0
PG_ERROR = 1 << 1
PG_REFERENCED = 1 << 2
PG_UPTODATE = 1 << 3
PG_DIRTY = 1 << 4
PG_LRU = 1 << 5
PG_ACTIVE = 1 << 6
PG_SLAB = 1 << 7
PG_OWNER_PRIV_1 = 1 << 8
PG_ARCH_1 = 1 << 9
PG_RESERVED = 1 << 10
PG_PRIVATE = 1 << 11
PG_WRITEBACK = 1 << 12
PG_COMPOUND = 1 << 14
PG_SWAPCACHE = 1 << 15
PG_MAPPEDTODISK = 1 << 16
PG_RECLAIM = 1 << 17
PG_READAHEAD = 1 << 17
PG_BUDDY = 1 << 19
PG_HEAD_TAIL_MASK = PG_COMPOUND | PG_RECLAIM  # a compound page's tail has both, its head PG_COMPOUND alone

ZONES_SHIFT = 62  # the zone's number is in the flags above this bit

_IN_USE = PG_LRU | PG_PRIVATE | PG_LOCKED | PG_ACTIVE | PG_SLAB | PG_SWAPCACHE | PG_WRITEBACK | PG_BUDDY
FLAGS_CHECK_AT_FREE = _IN_USE | PG_RESERVED
FLAGS_CHECK_AT_PREP = _IN_USE | PG_RESERVED | PG_DIRTY
FLAGS_CLEAR_AT_PREP = (
    PG_UPTODATE | PG_ERROR | PG_READAHEAD | PG_REFERENCED | PG_ARCH_1 | PG_OWNER_PRIV_1 | PG_MAPPEDTODISK
)
FLAGS_CLEAR_WHEN_BAD = _IN_USE | PG_DIRTY | PG_RECLAIM

_MEMBERS = {
    "flags": (FLAGS * 8, "u64"),
    "_count": (COUNTS * 8, "i32"),
    "_mapcount": (COUNTS * 8 + 4, "i32"),
    "private": (PRIVATE * 8, "u64"),
    "first_page": (FIRST_PAGE * 8, "ptr"),
    "mapping": (MAPPING * 8, "ptr"),
    "index": (INDEX * 8, "u64"),
    "lru": (LRU_BYTES, "struct list_head"),
}


def check_layout(layout: Layout) -> None:
    """Compare this module's words with the compiler's.

    Raises: TypeError where they differ.
    """
    found = {name: layout.member("page", name) for name in _MEMBERS}
    if found != _MEMBERS or layout.sizeof("page") != WORDS * 8:
        raise TypeError(f"struct page of layout {layout.key}: found {found}, expected {_MEMBERS}")


class MemMap:
    """The columns of the mem_map at physical address `phys`, which describes `pages` page frames.

    `counts` are _count and _mapcount in one; `users` is _count alone, signed. `links` and `backlinks` are lru.next and
    lru.prev. A link to a page is `lru_base + pfn * PAGE_BYTES`: the virtual address of its lru.
    """

    __slots__ = ("backlinks", "counts", "flags", "links", "lru_base", "mapping", "pages", "phys", "private", "users")

    def __init__(self, ram: Ram, phys: int, pages: int) -> None:
        def column(word: int) -> memoryview:
            return ram.column("Q", phys + word * 8, PAGE_BYTES, pages)

        self.phys = phys
        self.pages = pages
        self.lru_base = phys + LRU_BYTES + PAGE_OFFSET
        self.flags = column(FLAGS)
        self.counts = column(COUNTS)
        self.users = ram.column("i", phys + COUNTS * 8, PAGE_BYTES, pages)
        self.private = column(PRIVATE)
        self.mapping = column(MAPPING)
        self.links = column(NEXT)
        self.backlinks = column(PREV)
