# SPDX-License-Identifier: GPL-2.0-only
"""What nobody can free any more: objects in use to which no pointer leads, as kmemleak finds them.

Scans guest RAM conservatively: every aligned word that points into an object, or to its start, counts as a reference,
whatever the word really is. So a leak can be missed, but what is reported is out of reach.

Source: mm/kmemleak.c (of later kernels): kmemleak_scan
Differs: candidates are the objects and pages that the guest's table of users has, not all; no grey list of ages, as the
    scan is made where nothing runs
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from emulator.memmap import PAGE_OFFSET, PAGE_SIZE
from pykernel.check.memory import Memory
from pykernel.check.owner import Owner, owner_of
from pykernel.check.users import User, Users


@dataclass(frozen=True, slots=True)
class Leak:
    """An object, or a block of pages, that is in use and that nothing points to."""

    user: User
    owner: Owner
    length: int  # bytes


def unreferenced(memory: Memory, users: Users, roots: Iterable[tuple[int, int]]) -> list[Leak]:
    """Give what no pointer leads to, by address; `roots` are the ranges of physical addresses where pointers start."""
    found = [leak for user in users.in_use() for leak in [_candidate(memory, user)] if leak is not None]
    if not found:
        return []
    starts = [leak.user.phys for leak in found]
    reached: set[int] = set()
    pending = list(roots)
    while pending:
        start, end = pending.pop()
        for index in _pointed_to(memory, start, end, found, starts):
            if index not in reached:
                reached.add(index)
                pending.append((starts[index], starts[index] + found[index].length))
    return [leak for index, leak in enumerate(found) if index not in reached]


def _candidate(memory: Memory, user: User) -> Leak | None:
    """Look whether what the table names is in use still, and how long it is."""
    if not memory.holds(user.phys, 1):
        return None  # the guest has written over its table
    owner = owner_of(memory, user.phys)
    if owner.first != user.phys:
        return None
    if owner.kind == "object" and owner.state == "allocated" and owner.size:
        return Leak(user, owner, owner.size)
    return Leak(user, owner, PAGE_SIZE << (owner.order or 0)) if owner.kind == "pages" else None


def _pointed_to(memory: Memory, start: int, end: int, found: Sequence[Leak], starts: Sequence[int]) -> list[int]:
    """List the candidates into which the words of [start, end) point."""
    low, high = PAGE_OFFSET + starts[0], PAGE_OFFSET + starts[-1] + found[-1].length
    words = memory.ram.u64[-(-start // 8) : end // 8].tolist()
    indices = []
    for word in [word for word in words if low <= word < high]:
        index = bisect_right(starts, word - PAGE_OFFSET) - 1
        if word - PAGE_OFFSET < starts[index] + found[index].length:
            indices.append(index)
    return indices
