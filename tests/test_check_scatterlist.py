# SPDX-License-Identifier: GPL-2.0-only
"""The checkers' own walk over scatterlists: the pieces that a call means, and no others."""

from emulator.memmap import PAGE_OFFSET
from pykernel.check.memory import Memory
from pykernel.check.scatterlist import mapped_pieces
from tests.guest_kernel import Guest

AT, SECOND = 0x30_0000, 0x30_1000


class Lists:
    """Scatterlists written by hand, at physical addresses."""

    def __init__(self) -> None:
        guest = Guest()
        self.ram, layout = guest.ram, guest.layout
        self.memory = Memory(guest.ram, layout, guest.config, guest.kernel.mm.statics)
        self.size = layout.sizeof("scatterlist")
        self.member = {name: offset for name, (offset, _) in layout.members("scatterlist").items()}
        self.chain, self.last = layout.number("SG_CHAIN"), layout.number("SG_LAST")

    def put(self, phys: int, dma_addr: int, length: int, link: int = 0) -> int:
        """Write an entry; give where the next one goes."""
        self.ram.u64[(phys + self.member["page_link"]) >> 3] = link
        self.ram.u64[(phys + self.member["dma_address"]) >> 3] = dma_addr
        self.ram.u32[(phys + self.member["dma_length"]) >> 2] = length
        return phys + self.size

    def pieces(self, phys: int, nents: int) -> list[tuple[int, int]]:
        return list(mapped_pieces(self.memory, phys + PAGE_OFFSET, nents))


def test_as_many_pieces_as_are_asked_for_and_none_behind_the_marked_end() -> None:
    lists = Lists()
    at = AT
    for number in range(4):
        at = lists.put(at, 0x1000 * number, 0x100 + number, lists.last if number == 2 else 0)

    assert lists.pieces(AT, 2) == [(0, 0x100), (0x1000, 0x101)]
    assert lists.pieces(AT, 4) == [(0, 0x100), (0x1000, 0x101), (0x2000, 0x102)]
    assert lists.pieces(AT, 0) == []


def test_a_link_leads_on_and_is_no_piece() -> None:
    lists = Lists()
    lists.put(lists.put(AT, 0x1000, 8), 0, 0, SECOND + PAGE_OFFSET | lists.chain)
    lists.put(SECOND, 0x2000, 16, lists.last)

    assert lists.pieces(AT, 9) == [(0x1000, 8), (0x2000, 16)]


def test_what_was_merged_into_another_piece_has_none_of_its_own() -> None:
    lists = Lists()
    lists.put(lists.put(AT, 0x1000, 0x2000), 0, 0, lists.last)

    assert lists.pieces(AT, 2) == [(0x1000, 0x2000)]


def test_a_list_that_leads_out_of_memory_ends_there() -> None:
    lists = Lists()
    lists.put(lists.put(AT, 0x1000, 8), 0, 0, 1 << 45 | lists.chain)

    assert lists.pieces(AT, 5) == [(0x1000, 8)]
    assert lists.pieces(1 << 45, 5) == []
