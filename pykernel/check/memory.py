# SPDX-License-Identifier: GPL-2.0-only
"""What an auditor is given, and how it reads it: every address is checked before it is followed.

Guest RAM may hold anything here. Nothing in this package trusts a pointer, a count or a list to be right.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from emulator.ram import Ram
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout

_WORD = 8


class Unreadable(Exception):
    """Something in RAM leads nowhere. `phys` is where it stands, `found` what stands there."""

    def __init__(self, sentence: str, phys: int, expected: object = None, found: object = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.phys = phys
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Memory:
    """A kernel's memory: RAM, the layout of its structures, its configuration, and where its static variables lie.

    `statics` maps names to physical addresses.
    """

    ram: Ram
    layout: Layout
    config: KernelConfig
    statics: Mapping[str, int]

    def holds(self, phys: int, length: int = _WORD) -> bool:
        """Say whether all of [phys, phys + length) is RAM."""
        for bank in self.ram.banks:  # noqa: SIM110  any() costs three times as much
            if bank.start <= phys and phys + length <= bank.end:
                return True
        return False

    def u64(self, phys: int) -> int:
        """Read an unsigned long.

        Raises: Unreadable where no aligned word of RAM is.
        """
        if phys & 7 or not self.holds(phys):
            raise Unreadable(f"no word of RAM at {phys:#x}", phys)
        return self.ram.u64[phys >> 3]

    def i64(self, phys: int) -> int:
        """Read a long. Raises: as `u64`."""
        value = self.u64(phys)
        return value - (value >> 63 << 64)

    def u32(self, phys: int) -> int:
        """Read an unsigned int. Raises: as `u64`."""
        if phys & 3 or not self.holds(phys, 4):
            raise Unreadable(f"no word of RAM at {phys:#x}", phys)
        return self.ram.u32[phys >> 2]

    def i32(self, phys: int) -> int:
        """Read an int. Raises: as `u64`."""
        value = self.u32(phys)
        return value - (value >> 31 << 32)

    def resolve(self, virt: int, length: int = _WORD, align: int = _WORD) -> int | None:
        """Give the physical address behind a pointer, or None where it is misaligned or not all of it is RAM."""
        phys = virt - KERNEL_MAP_BASE if virt >= KERNEL_MAP_BASE else virt - PAGE_OFFSET
        return phys if not phys & (align - 1) and self.holds(phys, length) else None

    def follow(self, phys: int, what: str, length: int = _WORD, align: int = _WORD) -> int:
        """Read the pointer at `phys` and give the physical address behind it.

        Raises: Unreadable where it points to no RAM; `what` names the pointer in the sentence.
        """
        virt = self.u64(phys)
        target = self.resolve(virt, length, align)
        if target is None:
            raise Unreadable(f"{what} points to no memory", phys, "a kernel address", hex(virt))
        return target

    def string(self, phys: int, limit: int) -> str | None:
        """Read a NUL-terminated printable string of less than `limit` bytes, or None where there is none."""
        length = min(limit, max(0, self.ram.end - phys))
        if phys < 0 or not self.holds(phys, 1):
            return None
        text, nul, _ = bytes(self.ram.u8[phys : phys + length]).partition(b"\0")
        if not nul or not text.isascii() or not text.decode("ascii").isprintable():
            return None
        return text.decode("ascii")

    def static(self, name: str, path: str = "") -> int:
        """Give the physical address of a static variable, or of a member of a struct that it is."""
        if not path:
            return self.statics[name]
        struct = self.layout.variable(name).type.removeprefix("struct ")
        return self.statics[name] + self.layout.offset(struct, path)

    def walk(self, head: int, head_virt: int, what: str) -> Iterator[int]:
        """Yield the physical addresses of a list's entries, first to last, checking both directions.

        Raises: Unreadable where a link leads out of RAM, a back link does not answer it, or the list does not close.
        """
        u64, end = self.ram.u64, self.ram.end - 16
        behind, phys = head_virt, head
        # No two lists share an entry whose back link answers, so a list that closes nowhere must meet a wrong back link
        # before it has passed an entry twice: the check of back links is what bounds the walk.
        while True:
            link = u64[phys >> 3]
            target = link - PAGE_OFFSET if link < KERNEL_MAP_BASE else link - KERNEL_MAP_BASE
            if target & 7 or not 0 <= target <= end:
                raise Unreadable(f"{what}: a link points to no memory", phys, "a list entry", hex(link))
            back = u64[(target >> 3) + 1]
            if back != behind:
                raise Unreadable(f"{what}: a back link does not answer", target + 8, hex(behind), hex(back))
            if target == head:
                return
            yield target
            behind, phys = link, target
