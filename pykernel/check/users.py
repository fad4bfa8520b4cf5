# SPDX-License-Identifier: GPL-2.0-only
"""Who took an object or a block of pages, and who gave it back, as the guest itself has written it down.

Reads the guest's table, firmware/include/kernel/object_user.h. A slot holds the latest address of many, so an answer
can be missing, but never be another's.
"""

from dataclasses import dataclass

from emulator.memmap import KERNEL_MAP_BASE
from pykernel.check.memory import Memory

_WORDS = 2  # of a slot
_CODE_BASE = KERNEL_MAP_BASE & ~0xFFFF_FFFF  # the guest keeps the low half of an address of code


@dataclass(frozen=True, slots=True)
class User:
    """The last user of what begins at `phys`. `freed_by` is 0 while it is allocated."""

    phys: int
    gfp_mask: int
    allocated_by: int
    freed_by: int


class Users:
    """The table that begins at `phys`.

    Raises: TypeError where the layout has another table than this module knows.
    """

    def __init__(self, memory: Memory, phys: int) -> None:
        layout = memory.layout
        if layout.sizeof("object_user") != 8 * _WORDS or layout.offset("object_user", "freed_by") != 12:
            raise TypeError(f"struct object_user of layout {layout.key} is not as this module has it")
        self._slots = layout.number("OBJECT_USERS")
        self._gfp_bits = layout.number("OBJECT_GFP_BITS")
        self._low, self._high = layout.number("OBJECT_SHIFT_LOW"), layout.number("OBJECT_SHIFT_HIGH")
        self.size = 8 * _WORDS * self._slots  # bytes
        self._words = memory.ram.u64[phys >> 3 : (phys >> 3) + _WORDS * self._slots]

    def of(self, phys: int) -> User | None:
        """Give the last user of the object or block that begins at `phys`."""
        slot = (phys >> self._low ^ phys >> self._high) & (self._slots - 1)
        user = self._user(self._words[_WORDS * slot], self._words[_WORDS * slot + 1])
        return user if user.phys == phys and user.allocated_by else None

    def in_use(self) -> list[User]:
        """List what has not been given back, by address."""
        words = self._words
        callers = enumerate(words[1::_WORDS].tolist())
        taken = [_WORDS * slot for slot, pair in callers if 0 < pair <= 0xFFFF_FFFF]
        return sorted((self._user(words[at], words[at + 1]) for at in taken), key=lambda user: user.phys)

    def _user(self, first: int, callers: int) -> User:
        allocated_by, freed_by = callers & 0xFFFF_FFFF, callers >> 32
        return User(
            first >> self._gfp_bits,
            first & (1 << self._gfp_bits) - 1,
            allocated_by and _CODE_BASE | allocated_by,
            freed_by and _CODE_BASE | freed_by,
        )
