# SPDX-License-Identifier: GPL-2.0-only
"""struct page by the million: one byte a page, cut out of struct page as columns, so that no loop touches each page.

A byte of `states` says what a page's flags and count say, and nothing else; who owns the page is for others to find.
"""

from functools import lru_cache

from pykernel.check.memory import Memory
from pykernel.check.offsets import PageOffsets, page_offsets
from pykernel.check.zones import PageMap

_CACHED = 1 << 12  # pages whose struct pages fit into a processor's cache: cutting columns there costs 1 ns a page

# The bits of a state.
SLAB, RESERVED, COMPOUND, BUDDY, USED = 1, 2, 4, 8, 16


def states(memory: Memory, pages: PageMap, start: int, end: int) -> bytes:
    """Give the states of the frames [start, end), a byte each."""
    tables = _tables(page_offsets(memory.layout))
    parts = []
    for first in range(start, end, _CACHED):
        count = min(_CACHED, end - first)
        structs = memory.ram.u8[pages.page(first) : pages.page(first + count)].tobytes()
        merged = 0
        for byte, table in tables:
            merged |= int.from_bytes(structs[byte :: pages.size].translate(table), "little")
        parts.append(merged.to_bytes(count, "little"))
    return b"".join(parts)


@lru_cache(maxsize=8)
def _tables(at: PageOffsets) -> tuple[tuple[int, bytes], ...]:
    """List the bytes of struct page that a state is made of: offset, and what each value of it contributes."""
    contributions: dict[int, list[int]] = {at.count: [0] + [USED] * 255}
    for bit, state in ((at.slab, SLAB), (at.reserved, RESERVED), (at.compound, COMPOUND), (at.buddy, BUDDY)):
        byte, shift = divmod(bit.bit_length() - 1, 8)
        table = contributions.setdefault(at.flags + byte, [0] * 256)
        for value in range(256):
            table[value] |= state * (value >> shift & 1)
    return tuple((byte, bytes(table)) for byte, table in contributions.items())


def words(memory: Memory, pages: PageMap, start: int, end: int, offset: int) -> list[int]:
    """Give one 64-bit member of each of the frames [start, end)."""
    return memory.ram.column("Q", pages.page(start) + offset, pages.size, end - start).tolist()


def raw(memory: Memory, pages: PageMap, start: int, end: int, offset: int) -> bytes:
    """Give the same as the bytes that they are."""
    return memory.ram.column("Q", pages.page(start) + offset, pages.size, end - start).tobytes()


def marked(codes: bytes, mask: int) -> bytes:
    """Give 1 for each byte that has any bit of `mask`, else 0."""
    return codes.translate(_marks(mask))


@lru_cache(maxsize=32)
def _marks(mask: int) -> bytes:
    return bytes(1 if value & mask else 0 for value in range(256))
