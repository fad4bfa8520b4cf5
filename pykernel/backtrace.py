# SPDX-License-Identifier: GPL-2.0-only
"""Where the guest was: return addresses along the chain of frame pointers, read from guest RAM.

A guest may hand in any address and any chain: what leads nowhere ends the walk.
"""

from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, KERNEL_PHYS_END
from emulator.ram import Ram
from pykernel.pointers import readable

MAX_DEPTH = 32
_IMAGE_START = KERNEL_MAP_BASE + KERNEL_PHYS
_IMAGE_END = KERNEL_MAP_BASE + KERNEL_PHYS_END - 16


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
