# SPDX-License-Identifier: GPL-2.0-only
"""Freed objects wait here before anybody can have them again, so that whoever still uses one is found out.

A ring in guest RAM, of a thirty-second part of memory at most. Source: mm/kasan/quarantine.c
Differs: one queue for all, in the order of freeing
"""

from collections.abc import Callable, Iterator

from emulator.memmap import PAGE_SHIFT
from pykernel.mm.context import Mm

_FRACTION_SHIFT = 5  # of memory
_WORDS = 2  # of an entry: the cache, the object


class Quarantine:
    """`release(cachep, objp)` frees an object for good, `size_of(cachep)` says what it takes."""

    def __init__(self, mm: Mm, release: Callable[[int, int], None], size_of: Callable[[int], int]) -> None:
        self._mm, self._release, self._size_of = mm, release, size_of
        self._slots = mm.layout.number("KASAN_QUARANTINE")
        self._ring = (mm.get("kasan_area") + mm.layout.offset("kasan_area", "quarantine")) >> 3
        self._most_bytes = mm.get("num_physpages") << PAGE_SHIFT >> _FRACTION_SHIFT

    def put(self, cachep: int, objp: int) -> None:
        """Take an object in, and let the oldest go for which there is no room. Source: kasan_quarantine_put"""
        mm, number = self._mm, self._mm.get("kasan_quarantine_next")
        size = mm.get("kasan_quarantine_bytes") + self._size_of(cachep)
        self._write(number, cachep, objp)
        mm.set("kasan_quarantine_next", number + 1)
        mm.set("kasan_quarantine_bytes", size)
        while mm.get("kasan_quarantine_bytes") > self._most_bytes or len(self) >= self._slots:
            self._let_go()

    def __len__(self) -> int:
        return self._mm.get("kasan_quarantine_next") - self._mm.get("kasan_quarantine_first")

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """Yield (cachep, objp), the oldest first."""
        for number in range(self._mm.get("kasan_quarantine_first"), self._mm.get("kasan_quarantine_next")):
            yield self._read(number)

    def remove_cache(self, cachep: int) -> None:
        """Free for good what belongs to a cache that goes. Source: kasan_quarantine_remove_cache"""
        entries = list(self)
        kept = [entry for entry in entries if entry[0] != cachep]
        if len(kept) == len(entries):
            return
        first = self._mm.get("kasan_quarantine_first")
        for number, entry in enumerate(kept, first):
            self._write(number, *entry)
        self._mm.set("kasan_quarantine_next", first + len(kept))
        gone = [objp for owner, objp in entries if owner == cachep]
        left = self._mm.get("kasan_quarantine_bytes") - len(gone) * self._size_of(cachep)
        self._mm.set("kasan_quarantine_bytes", left)
        for objp in gone:
            self._release(cachep, objp)

    def _let_go(self) -> None:
        number = self._mm.get("kasan_quarantine_first")
        cachep, objp = self._read(number)
        self._mm.set("kasan_quarantine_first", number + 1)
        self._mm.set("kasan_quarantine_bytes", self._mm.get("kasan_quarantine_bytes") - self._size_of(cachep))
        self._release(cachep, objp)

    def _read(self, number: int) -> tuple[int, int]:
        at = self._ring + number % self._slots * _WORDS
        return self._mm.ram.u64[at], self._mm.ram.u64[at + 1]

    def _write(self, number: int, cachep: int, objp: int) -> None:
        at = self._ring + number % self._slots * _WORDS
        self._mm.ram.u64[at], self._mm.ram.u64[at + 1] = cachep, objp
