# SPDX-License-Identifier: GPL-2.0-only
"""Bytes that nobody has written since they were allocated: they are filled with a pattern then, and found by it.

The pattern depends on the address modulo 8, so that what is copied, aligned alike, is still known as never written.
Runs of fewer than 4 bytes are not told from data that looks alike.
"""

from emulator.ram import Ram

_PATTERN = bytes((0xC5, 0x3A, 0x9E, 0x71, 0xD8, 0x17, 0xB2, 0x4F))
_RUN = 4  # bytes; as data, such a run has a chance of 2**-32
_PHASES = tuple((_PATTERN + _PATTERN)[phase : phase + _RUN] for phase in range(8))


def mark_unwritten(ram: Ram, phys: int, length: int) -> None:
    """Fill what was just allocated."""
    phase = phys & 7
    copies = length // 8 + 2
    ram.u8[phys : phys + length] = (_PATTERN * copies)[phase : phase + length]


def find_unwritten(ram: Ram, phys: int, length: int) -> tuple[int, int] | None:
    """Give the first stretch [start, end) of physical addresses that nobody has written, or None."""
    data = bytes(ram.u8[phys : phys + length])
    starts = [at for phase in range(8) if (at := _first(data, phys, phase)) is not None]
    if not starts:
        return None
    start = end = min(starts)
    while end < length and data[end] == _PATTERN[phys + end & 7]:
        end += 1
    return phys + start, phys + end


def _first(data: bytes, phys: int, phase: int) -> int | None:
    """Find where the run of one phase stands in data that begins at `phys`."""
    at = data.find(_PHASES[phase])
    while at >= 0:
        if (phys + at & 7) == phase:
            return at
        at = data.find(_PHASES[phase], at + 1)
    return None
