# SPDX-License-Identifier: GPL-2.0-only
"""What a scatterlist in guest RAM was mapped to, read anew: a driver hands over one list's pieces, not all."""

from collections.abc import Iterator

from pykernel.check.memory import Memory

_MOST_PIECES = 4096
_LINK_BITS = 3  # of page_link: SG_CHAIN, SG_LAST


def mapped_pieces(memory: Memory, sgl: int, nents: int) -> Iterator[tuple[int, int]]:
    """Yield (bus address, bytes) of those among the first `nents` pieces that the device was given."""
    layout = memory.layout
    at = {name: offset for name, (offset, _) in layout.members("scatterlist").items()}
    size, chain, last = layout.sizeof("scatterlist"), layout.number("SG_CHAIN"), layout.number("SG_LAST")
    for _ in range(min(nents, _MOST_PIECES)):
        piece = memory.resolve(sgl, size)
        if piece is None:
            return
        link = memory.ram.u64[(piece + at["page_link"]) >> 3]
        if link & chain:
            sgl = link & ~_LINK_BITS
            piece = memory.resolve(sgl, size)
            if piece is None:
                return
            link = memory.ram.u64[(piece + at["page_link"]) >> 3]
        length = memory.ram.u32[(piece + at["dma_length"]) >> 2]
        if length:
            yield memory.ram.u64[(piece + at["dma_address"]) >> 3], length
        if link & last:
            return
        sgl += size
