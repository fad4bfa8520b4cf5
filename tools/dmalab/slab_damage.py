# SPDX-License-Identifier: GPL-2.0-only
"""Damage that a debugging slab allocator has not come across yet: poison and red zones, read when a driver has gone.

The allocator looks at an object only when it gives it out, takes it back or frees its slab. What the auditors see in
the others is said in the allocator's words.
"""

from collections.abc import Callable, Iterator

from emulator.finding import Finding, Json
from emulator.memmap import PAGE_OFFSET
from pykernel.check.audit import audit
from pykernel.check.caches import Cache, read_cache
from pykernel.check.freed import is_free, slab_object
from pykernel.check.memory import Memory

_WORD = 8
_KINDS = {"poison": "slab-poison", "redzone": "slab-redzone"}  # by the auditors' rules


def find_damage(memory: Memory, describe: Callable[[int], str], now_ns: int) -> Iterator[Finding]:
    """Make a finding of each damaged object, with its last user where the kernel keeps that."""
    for violation in audit(memory):
        found = None if violation.phys is None else slab_object(memory, violation.phys)
        kind = _KINDS.get(violation.rule)
        if found is None or kind is None:
            continue
        cache = read_cache(memory, found.cache)
        start = found.start + cache.obj_offset
        was_free = is_free(memory, found.start)
        user = _last_user(memory, cache, found.start)
        details: dict[str, Json] = {}
        if user:
            details["freed_at" if was_free else "allocated_at"] = describe(user)
        details["report"] = [violation.sentence]
        sentence = f"Slab corruption: {cache.name} start={start + PAGE_OFFSET:016x}, len={cache.obj_size}"
        if kind == "slab-redzone":
            sentence = f"slab error: cache `{cache.name}': memory outside object was overwritten"
        yield Finding(kind, sentence, now_ns, phys=start, length=cache.obj_size, details=details)


def _last_user(memory: Memory, cache: Cache, start: int) -> int:
    """Read who allocated or freed an object. Source: mm/slab.c: dbg_userword"""
    if not cache.flags & memory.layout.number("SLAB_STORE_USER"):
        return 0
    return memory.ram.u64[(start + cache.buffer_size - _WORD) >> 3]
