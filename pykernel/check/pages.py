# SPDX-License-Identifier: GPL-2.0-only
"""The survey of the page allocator: every page of every zone is accounted for exactly once.

First the lists are walked, and what is on them is painted, a byte a page. Then each page's flags and counts must be
what its colour demands. A page that is on no list tells by its flags what it is, and the pages of a block must fit
together.
"""

import re
from array import array
from dataclasses import dataclass

from emulator.memmap import KERNEL_MAP_BASE
from pykernel.check import columns
from pykernel.check.memory import Memory
from pykernel.check.offsets import PageOffsets, page_offsets, zone_offsets
from pykernel.check.violations import Violations
from pykernel.check.zones import PageMap, Zone, page_map, pageblock_types, pcp_lists, zones

# What the lists say of a page, ...
NOWHERE, FREE_HEAD, FREE_TAIL, ON_PCP = range(4)
# ... and what it is, all told: letters, so that patterns find what belongs together.
RESERVED, SLAB_HEAD, SLAB_TAIL, USED_HEAD, USED_TAIL, COMPOUND_HEAD, COMPOUND_TAIL, FREE, WRONG = b"RSsUuCcFx"

_NO_USER = 0xFFFF_FFFF_0000_0000  # _count 0 and _mapcount -1, read as one word
_ONE_USER = _NO_USER + 1
_RUN = 1 << 12  # pages classified together
_FEW = 64  # free blocks that such a run may have to be called plain
_UNMOVABLE, _RESERVE = 0, 3
_COLOURS = ("a page on no list", "the head of a free block", "a page inside a free block", "a page on a per-CPU list")
_TAILS = re.compile(rb"u+")
_COMPOUND = re.compile(rb"Cc*|c+")


@dataclass(frozen=True, slots=True)
class Survey:
    """What the pages turned out to be: `codes` has one letter for each frame."""

    zones: tuple[Zone, ...]
    pages: PageMap
    codes: bytearray


def survey_pages(memory: Memory, log: Violations) -> Survey | None:
    """Account for every page. Gives None where zones or mem_map are beyond reading."""
    with log.reading("zones"):
        found = zones(memory)
        pages = page_map(memory, found[-1].end)
        codes = bytearray(pages.count)
        owners = bytearray(pages.count)
        for zone in found:
            survey = _ZoneSurvey(memory, log, pages, zone, owners)
            survey.walk_free_lists()
            survey.walk_pcp_lists()
            survey.classify(codes)
            survey.check_blocks(codes)
        log.expect(
            "totalram",
            "the pages that boot gave to the allocator are not those that are not reserved",
            memory.statics["totalram_pages"],
            pages.count - codes.count(RESERVED) - codes.count(0),
            memory.u64(memory.statics["totalram_pages"]),
        )
        return Survey(found, pages, codes)
    return None


def zone_counter(memory: Memory, zone: Zone, item: int) -> int:
    """Read one of a zone's counters, with what its CPUs have not yet added to it."""
    at = zone_offsets(memory.layout)
    total = memory.i64(zone.phys + at.vm_stat + 8 * item)
    if at.stat_diff is not None:
        for cpu in range(at.cpus):
            phys = zone.phys + at.pageset + cpu * at.pageset_size + at.stat_diff + item
            total += (memory.ram.u8[phys] ^ 0x80) - 0x80
    return total


class _ZoneSurvey:
    """The survey of one zone; `owners` is painted, a byte for each frame of the machine."""

    def __init__(self, memory: Memory, log: Violations, pages: PageMap, zone: Zone, owners: bytearray) -> None:
        self.memory = memory
        self.log = log
        self.pages = pages
        self.zone = zone
        self.owners = owners
        self.at = zone_offsets(memory.layout)
        self.of_page = page_offsets(memory.layout)
        self.types_off = bool(memory.i32(memory.statics["page_group_by_mobility_disabled"]))
        self.block_types = pageblock_types(memory, zone)

    def walk_free_lists(self) -> None:
        """Paint the blocks on the free lists, and count them."""
        memory, log, zone, at = self.memory, self.log, self.zone, self.at
        free_pages = 0
        for order in range(at.orders):
            area = zone.phys + at.free_area + order * at.free_area_size
            heads: set[int] = set()
            for kind in range(at.types):
                with log.reading("free-list"):
                    self._walk_free_list(area + 16 * kind, order, kind, heads)
            what = f"zone {zone.name}: free_area[{order}].nr_free is not the length of its lists"
            log.expect("nr-free", what, area + at.nr_free, len(heads), memory.u64(area + at.nr_free))
            if order < at.orders - 1:
                self._check_buddies(heads, order)
            free_pages += len(heads) << order
        counted = zone_counter(memory, zone, memory.layout.number("NR_FREE_PAGES"))
        log.expect("nr-free-pages", f"zone {zone.name}: NR_FREE_PAGES", zone.phys + at.vm_stat, free_pages, counted)

    def _walk_free_list(self, head: int, order: int, kind: int, heads: set[int]) -> None:
        what = f"zone {self.zone.name}: free_area[{order}].free_list[{kind}]"
        lru = self.of_page.lru
        for entry in self.memory.walk(head, head + KERNEL_MAP_BASE, what):
            pfn = self.pages.pfn_of_struct(entry - lru)
            if pfn is None:
                self.log.add("free-list", f"{what} has an entry that is no struct page", entry)
                return
            if self._paint_block(pfn, order):
                heads.add(pfn)
                self._check_list_type(pfn, order, kind)

    def _paint_block(self, pfn: int, order: int) -> bool:
        """Take a block's pages as free, and say whether they can be."""
        page, length = self.pages.page(pfn), 1 << order
        if pfn & (length - 1) or not self.zone.start <= pfn <= self.zone.end - length:
            what = f"page {pfn:#x} cannot begin a block of order {order} in zone {self.zone.name}"
            self.log.add("free-place", what, page)
            return False
        if self.owners.count(NOWHERE, pfn, pfn + length) != length:
            self.log.add("free-twice", f"pages of the free block {pfn:#x}, order {order}, are in another too", page)
            return False
        self.owners[pfn : pfn + length] = bytes([FREE_HEAD]) + bytes([FREE_TAIL]) * (length - 1)
        private = page + self.of_page.private
        what = f"the free block {pfn:#x} does not know its order"
        self.log.expect("free-order", what, private, order, self.memory.ram.u64[private >> 3])
        return True

    def _check_list_type(self, pfn: int, order: int, kind: int) -> None:
        """Check what migrate type's list a block may be on.

        A fallback leaves blocks on lists of other types than their pageblock's, except where types are not in use at
        all, where nothing ever isolates pages, and where a pageblock is as large as a block can be: there the reserve
        is kept apart (but for a last pageblock that the zone cuts short, whose blocks are never moved).
        """
        config = self.memory.config
        page, name = self.pages.page(pfn), f"the free block {pfn:#x}, order {order}"
        if self.types_off:
            if kind != _UNMOVABLE:
                self.log.add("free-type", f"{name}, is on the list of a migrate type, but types are off", page, 0, kind)
        elif kind > _RESERVE:
            self.log.add("free-type", f"{name}, is on the list of isolated blocks", page)
        elif config.pageblock_order == config.max_order - 1:
            block = (pfn - self.zone.start) >> config.pageblock_order
            is_whole = self.zone.start + ((block + 1) << config.pageblock_order) <= self.zone.end
            is_reserve = self.block_types[block] == _RESERVE
            if is_whole and is_reserve != (kind == _RESERVE):
                self.log.add(
                    "free-type", f"{name}: the reserve's list has the reserve's blocks", page, is_reserve, kind
                )

    def _check_buddies(self, heads: set[int], order: int) -> None:
        bit = 1 << order
        for pfn in sorted(head for head in heads if not head & bit and head + bit in heads):
            what = f"zone {self.zone.name}: {pfn:#x} and its buddy, order {order}, are both free"
            self.log.add("buddies", what, self.pages.page(pfn))

    def walk_pcp_lists(self) -> None:
        """Paint the pages on the per-CPU lists, and count them."""
        at, memory = self.at, self.memory
        for cpu, name, pcp in pcp_lists(memory, self.zone):
            what = f"zone {self.zone.name}: cpu {cpu}'s {name} list"
            length = 0
            with self.log.reading("pcp-list"):
                length = self._walk_pcp_list(pcp + at.pcp_list, what)
            count = pcp + at.pcp_count
            self.log.expect("pcp-count", f"{what}: count", count, length, memory.i32(count))
            most = memory.i32(pcp + at.pcp_high) + 2 * memory.i32(pcp + at.pcp_batch)
            if length > most:
                self.log.add("pcp-count", f"{what} is longer than it can get", count, f"at most {most}", length)

    def _walk_pcp_list(self, head: int, what: str) -> int:
        length = 0
        for entry in self.memory.walk(head, head + KERNEL_MAP_BASE, what):
            pfn = self.pages.pfn_of_struct(entry - self.of_page.lru)
            if pfn is None or not self.zone.start <= pfn < self.zone.end or self.owners[pfn] != NOWHERE:
                self.log.add("pcp-list", f"{what} has an entry that is no page of its own", entry)
                break
            self.owners[pfn] = ON_PCP
            length += 1
            kind = self.memory.u64(self.pages.page(pfn) + self.of_page.private)
            most = _UNMOVABLE if self.types_off else _RESERVE
            if kind > most:
                what_kind = f"{what}: page {pfn:#x} has no migrate type"
                self.log.add("pcp-type", what_kind, self.pages.page(pfn), f"at most {most}", kind)
        return length

    def classify(self, codes: bytearray) -> None:
        """Give every page its letter, by what the lists, its flags and its counts say together."""
        zone, at = self.zone, self.of_page
        known = _Codes(zone, at)
        for first in range(zone.start, zone.end, _RUN):
            last = min(first + _RUN, zone.end)
            if self._is_plain(first, last, codes):
                continue
            members = (
                columns.words(self.memory, self.pages, first, last, offset)
                for offset in (at.flags, at.count, at.mapping)
            )
            keys = list(zip(self.owners[first:last], *members, strict=True))
            codes[first:last] = bytes(map(known.__getitem__, keys))
            wrong = codes.find(WRONG, first, last)
            while wrong >= 0:
                self._tell_wrong(wrong, keys[wrong - first])
                wrong = codes.find(WRONG, wrong + 1, last)

    def _is_plain(self, first: int, last: int, codes: bytearray) -> bool:
        """Say whether a run is all free in large blocks or all reserved, and in order; then its letters are set.

        Most of a large machine is so, and comparing whole columns costs a tenth of looking at each page.
        """
        at, owners, length = self.of_page, self.owners, last - first
        heads = owners.count(FREE_HEAD, first, last)
        is_free = heads <= _FEW and heads + owners.count(FREE_TAIL, first, last) == length
        if not is_free and owners.count(NOWHERE, first, last) != length:
            return False
        link = self.zone.index << at.zone_shift
        flags = array("Q", [link if is_free else link | at.reserved]) * length
        head = owners.find(FREE_HEAD, first, last)
        while head >= 0:
            flags[head - first] |= at.buddy
            head = owners.find(FREE_HEAD, head + 1, last)
        counts = array("Q", [_NO_USER if is_free else _ONE_USER]) * length
        for offset, expected in ((at.flags, flags), (at.count, counts), (at.mapping, array("Q", [0]) * length)):
            if columns.raw(self.memory, self.pages, first, last, offset) != expected.tobytes():
                return False
        codes[first:last] = bytes([FREE if is_free else RESERVED]) * length
        return True

    def _tell_wrong(self, pfn: int, key: tuple[int, int, int, int]) -> None:
        owner, flags, counts, mapping = key
        what = f"page {pfn:#x} in zone {self.zone.name} is {_COLOURS[owner]} in a state that such a page never has"
        found = f"flags {flags:#x}, _count {counts & 0xFFFF_FFFF}, _mapcount {(counts >> 32) - (counts >> 63 << 32)}"
        if mapping:
            found += f", mapping {mapping:#x}"
        self.log.add("page-state", what, self.pages.page(pfn), None, found)

    def check_blocks(self, codes: bytearray) -> None:
        """Check that the pages in use are blocks as the allocator gives them out: 2**order pages, aligned to that."""
        for tails in _TAILS.finditer(codes, self.zone.start, self.zone.end):
            head, first = tails.start() - 1, tails.start()
            length = tails.end() - head
            if head < self.zone.start or codes[head] != USED_HEAD or length & (length - 1) or head & (length - 1):
                self.log.add("lost-page", f"page {first:#x} is not in use, but on no list", self.pages.page(first))
        for block in _COMPOUND.finditer(codes, self.zone.start, self.zone.end):
            self._check_compound(block.start(), block.end() - block.start(), codes[block.start()])

    def _check_compound(self, head: int, length: int, code: int) -> None:
        pages, of_page = self.pages, self.of_page
        order = length.bit_length() - 1
        if code != COMPOUND_HEAD or length < 2 or length != 1 << order or head & (length - 1):
            self.log.add("compound", f"the compound page {head:#x} has no size that a block has", pages.page(head))
            return
        told = pages.page(head + 1) + of_page.lru + 8
        self.log.expect("compound", f"the compound page {head:#x}: its order", told, order, self.memory.u64(told))
        heads = columns.words(self.memory, pages, head + 1, head + length, of_page.private)
        if set(heads) != {pages.virt(head)}:
            self.log.add("compound", f"a tail of the compound page {head:#x} belongs to another", pages.page(head))


class _Codes(dict[tuple[int, int, int, int], int]):
    """What a page is by (colour, flags, counts, mapping), worked out once for each combination that occurs."""

    def __init__(self, zone: Zone, at: PageOffsets) -> None:
        super().__init__()
        link = zone.index << at.zone_shift
        self.legal = {
            (FREE_HEAD, link | at.buddy, _NO_USER): FREE,
            (FREE_TAIL, link, _NO_USER): FREE,
            (ON_PCP, link, _NO_USER): FREE,
            (NOWHERE, link | at.reserved, _ONE_USER): RESERVED,
            (NOWHERE, link | at.slab, _ONE_USER): SLAB_HEAD,
            (NOWHERE, link | at.slab, _NO_USER): SLAB_TAIL,
            (NOWHERE, link, _ONE_USER): USED_HEAD,
            (NOWHERE, link, _NO_USER): USED_TAIL,
            (NOWHERE, link | at.compound, _ONE_USER): COMPOUND_HEAD,
            (NOWHERE, link | at.tail, _NO_USER): COMPOUND_TAIL,
        }

    def __missing__(self, key: tuple[int, int, int, int]) -> int:
        code = self.legal.get(key[:3], WRONG) if not key[3] else WRONG
        self[key] = code
        return code
