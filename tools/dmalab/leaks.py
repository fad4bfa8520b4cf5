# SPDX-License-Identifier: GPL-2.0-only
"""Leaks at the end of a run: what the guest took, has not given back, and has no pointer to any more."""

from dmalab.symbols import Symbols
from emulator.finding import Finding, Json
from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.check.leaks import unreferenced
from pykernel.check.memory import Memory
from pykernel.check.users import Users

MEMORY_LEAK = "memory-leak"
_STACK_SIZE = 16384  # bytes; firmware/include/asm/segment.h


def roots(symbols: Symbols, users_size: int) -> list[tuple[int, int]]:
    """Give where pointers may start: the image's variables, without the table of users and what the stack left.

    Modules that the host handed over have gone when this is asked, with their variables.
    """
    at = {name: symbols.address(name) - KERNEL_MAP_BASE for name in ("_sdata", "_end", "object_users", "init_stack")}
    ranges, start = [], at["_sdata"]
    for hole, size in sorted(((at["object_users"], users_size), (at["init_stack"], _STACK_SIZE))):
        ranges.append((start, hole))
        start = hole + size
    return [*ranges, (start, at["_end"])]


def find_leaks(memory: Memory, users: Users, symbols: Symbols, now_ns: int) -> list[Finding]:
    """Make a finding of each leak, as kmemleak words it."""
    findings = []
    for leak in unreferenced(memory, users, roots(symbols, users.size)):
        details: dict[str, Json] = {
            "memory": leak.owner.sentence,
            "allocated_at": symbols.describe(leak.user.allocated_by),
        }
        sentence = f"unreferenced object 0x{leak.user.phys + PAGE_OFFSET:016x} (size {leak.length})"
        findings.append(
            Finding(MEMORY_LEAK, sentence, now_ns, phys=leak.user.phys, length=leak.length, details=details)
        )
    return findings
