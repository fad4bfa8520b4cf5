# SPDX-License-Identifier: GPL-2.0-only
"""Where the guest was: return addresses along the chain of frame pointers, read from guest RAM.

A guest may hand in any address and any chain: what leads nowhere ends the walk.
"""

from collections.abc import Callable

from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, KERNEL_PHYS_END
from emulator.ram import Ram
from pykernel.pointers import readable

MAX_DEPTH = 32
_IMAGE_START = KERNEL_MAP_BASE + KERNEL_PHYS
_IMAGE_END = KERNEL_MAP_BASE + KERNEL_PHYS_END - 16
_SET_FRAME = bytes.fromhex("4889e5")  # mov %rsp,%rbp


def walk(ram: Ram, frame_pointer: int, depth: int = MAX_DEPTH) -> list[int]:
    """Give up to `depth` return addresses, innermost first, of a function whose RBP was `frame_pointer`.

    Source: arch/x86/kernel/traps_64.c: dump_trace, with frame pointers instead of a guess at every word
    """
    u64 = ram.u64
    found: list[int] = []
    while len(found) < depth:
        if _IMAGE_START <= frame_pointer <= _IMAGE_END and not frame_pointer & 7:
            word = (frame_pointer - KERNEL_MAP_BASE) >> 3
        else:
            phys = readable(ram, frame_pointer, 16)
            if phys is None or phys & 7:
                break
            word = phys >> 3
        return_address = u64[word + 1]
        if return_address < KERNEL_MAP_BASE:
            break
        found.append(return_address)
        frame_pointer = u64[word]
    return found


def frames(ram: Ram, rip: int, rsp: int, rbp: int, depth: int, start_of: Callable[[int], int | None]) -> list[int]:
    """Give the code addresses that led to the instruction at `rip`, each behind the one meant, innermost first.

    Functions that call nobody have no frame where gcc or assembly made them, nor has what a wild call led to; then the
    top of the stack is where they return to. `start_of(address)` gives the start of the function there.
    """
    start = start_of(rip)
    found = [rip if start is None else rip + 1]
    if start is None or not _sets_frame(ram, start, rip):
        phys = readable(ram, rsp, 8)
        caller = ram.u64[phys >> 3] if phys is not None and not phys & 7 else 0
        if start_of(caller) is not None:
            found.append(caller)
    return [*found, *walk(ram, rbp, depth - len(found))]


def _sets_frame(ram: Ram, start: int, rip: int) -> bool:
    phys = start - KERNEL_MAP_BASE
    return not ram.contains(phys, rip - start + 1) or _SET_FRAME in ram.read(phys, rip - start + 1)
