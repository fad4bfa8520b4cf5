# SPDX-License-Identifier: GPL-2.0-only
"""Ranges of RAM whose loads or stores by the CPU somebody wants to see, at no cost for all other memory.

The pages of a guarded range lose their permissions in the engine's map, so that each access to them comes to a hook,
which does the store itself and calls out only for addresses in a range. Knows nothing of why a range is guarded.
"""

from collections.abc import Callable
from typing import NamedTuple

from emulator.memmap import PAGE_SHIFT
from emulator.native.guard import GUARD_COUNT, GUARDS, LOADS, MAX_GUARDS, WORDS

Watcher = Callable[[int, int, bool], None]  # (phys, width, is_store), before the access


class Guard(NamedTuple):
    """A guarded range."""

    start: int
    end: int
    kinds: int  # LOADS, STORES or both


class Guards:
    """The guarded ranges of one engine, to be changed by anybody but a watcher.

    `words` is the state shared with the hook; `protect(pfn, loads, stores)` says what it sees of a page.
    """

    def __init__(self, words: memoryview, protect: Callable[[int, bool, bool], None]) -> None:
        self._words = words
        self._protect = protect
        self._guards: list[Guard] = []
        self._pages: dict[int, list[Guard]] = {}
        self._kinds: dict[int, int] = {}  # what each page traps now
        self._watchers: list[Watcher] = []

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` for each guarded access from now on."""
        self._watchers.append(watcher)

    def called(self, phys: int, width: int, is_store: int) -> None:
        """Pass on what the hook has met."""
        for watcher in self._watchers:
            watcher(phys, width, bool(is_store))

    def __len__(self) -> int:
        return len(self._guards)

    def add(self, guard: Guard) -> None:
        """Begin to guard. A range may be guarded several times. Beyond MAX_GUARDS nothing more is: there is no room."""
        if len(self._guards) >= MAX_GUARDS or guard.start >= guard.end:
            return
        self._guards.append(guard)
        self._write(len(self._guards) - 1)
        self._words[GUARD_COUNT] = len(self._guards)
        for pfn in range(guard.start >> PAGE_SHIFT, (guard.end - 1 >> PAGE_SHIFT) + 1):
            self._pages.setdefault(pfn, []).append(guard)
            self._set(pfn)

    def remove(self, guard: Guard) -> None:
        """Stop guarding what `add` was given; harmless where it was not."""
        if guard not in self._guards:
            return
        index = self._guards.index(guard)
        last = self._guards.pop()
        if index < len(self._guards):
            self._guards[index] = last
            self._write(index)
        self._words[GUARD_COUNT] = len(self._guards)
        for pfn in range(guard.start >> PAGE_SHIFT, (guard.end - 1 >> PAGE_SHIFT) + 1):
            self._pages[pfn].remove(guard)
            self._set(pfn)

    def _write(self, index: int) -> None:
        at = GUARDS + WORDS * index
        self._words[at], self._words[at + 1], self._words[at + 2] = self._guards[index]

    def _set(self, pfn: int) -> None:
        wanted = 0
        for guard in self._pages[pfn]:
            wanted |= guard.kinds
        if not self._pages[pfn]:
            del self._pages[pfn]
        if wanted != self._kinds.get(pfn, 0):
            self._kinds[pfn] = wanted
            self._protect(pfn, bool(wanted & LOADS), bool(wanted))
