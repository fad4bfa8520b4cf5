# SPDX-License-Identifier: GPL-2.0-only
"""Build the smallest kernel images that a test can want."""

import struct
from typing import NamedTuple

VIRT = 0xFFFF_FFFF_8000_0000  # virtual minus physical
EXECUTABLE, X86_64 = 2, 62


class Part(NamedTuple):
    """A PT_LOAD segment; `flags` are 4 read, 2 write, 1 execute."""

    flags: int
    phys: int
    file_length: int  # bytes
    length: int  # bytes


TEXT = Part(5, 0x20_0000, 0x1000, 0x1000)
DATA = Part(6, 0x20_1000, 0x10, 0x800)


def tiny_elf(*parts: Part, entry: int = VIRT + TEXT.phys, kind: int = EXECUTABLE, machine: int = X86_64) -> bytes:
    """Build an ELF file with nothing but segments of zeroes: `parts`, or TEXT and DATA."""
    parts = parts or (TEXT, DATA)
    headers, body, offset = b"", b"", 64 + 56 * len(parts)
    for flags, phys, file_length, length in parts:
        headers += struct.pack("<IIQQQQQQ", 1, flags, offset + len(body), VIRT + phys, phys, file_length, length, 16)
        body += bytes(file_length)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, len(parts), 64, 0, 0)
    return ident + header + headers + body
