# SPDX-License-Identifier: GPL-2.0-only
"""A machine whose devices do not see the CPU's caches: for lines that both use, memory and the CPU's copy are two.

RAM is what the CPU sees. Of a tracked line the memory behind the caches is kept here: devices read and write that, and
only a write-back or an invalidation makes both the same again. Who tracks lines, and when, is the kernel's affair.
"""

from collections.abc import Iterator

from emulator.ram import Ram

Span = tuple[int, int]
EVERYTHING: Span = (0, 1 << 64)


class Caches:
    """The CPU's write-back caches with regard to devices, `line` bytes to a line (a power of two)."""

    def __init__(self, ram: Ram, line: int = 64) -> None:
        self._ram, self._line = ram, line
        self._memory: dict[int, bytearray] = {}  # by address of the line
        self._users: dict[int, int] = {}

    def track(self, phys: int, length: int, within: Span = EVERYTHING) -> None:
        """Let CPU and memory have copies of their own of a range, equal now, until `untrack`.

        Of its first and last line only what is `within` counts: what lies beside it has lines of its own, on a machine
        of this kind, whatever its allocator thinks.
        """
        for at in self._lines(phys, length):
            self._users[at] = self._users.get(at, 0) + 1
            self._memory.setdefault(at, bytearray(self._ram.u8[at : at + self._line]))
        if within is not EVERYTHING:
            self.write_back(phys, length, within)

    def untrack(self, phys: int, length: int, within: Span = EVERYTHING) -> None:
        """Let the CPU's copy win: sooner or later it is written back."""
        self.write_back(phys, length, within)
        for at in self._lines(phys, length):
            left = self._users.get(at, 0) - 1
            if left > 0:
                self._users[at] = left
            elif self._users.pop(at, None) is not None:
                del self._memory[at]

    def _parts(self, phys: int, length: int, within: Span) -> Iterator[tuple[int, int, int]]:
        """Yield the tracked lines that a range touches: where each starts, and the part of it that lies `within`."""
        for at in self._lines(phys, length):
            if at in self._memory:
                yield at, max(at, within[0]), min(at + self._line, within[1])

    def write_back(self, phys: int, length: int, within: Span = EVERYTHING) -> None:
        """Put what the CPU has of a range into memory, whole lines."""
        for at, first, last in self._parts(phys, length, within):
            self._memory[at][first - at : last - at] = self._ram.u8[first:last]

    def invalidate(self, phys: int, length: int, within: Span = EVERYTHING) -> None:
        """Let the CPU see what memory has of a range, whole lines; what it had written itself is lost."""
        for at, first, last in self._parts(phys, length, within):
            self._ram.u8[first:last] = self._memory[at][first - at : last - at]

    def device_reads(self, phys: int, data: bytes) -> bytes:
        """Give what a device gets where the CPU would get `data`."""
        if not self._memory:
            return data
        seen = bytearray(data)
        for at, first, last in self._parts(phys, len(data), (phys, phys + len(data))):
            seen[first - phys : last - phys] = self._memory[at][first - at : last - at]
        return bytes(seen)

    def device_writes(self, phys: int, data: bytes) -> bytes:
        """Write to the memory of tracked lines; give what RAM, as the CPU sees it, is to hold then."""
        if not self._memory:
            return data
        seen = bytearray(data)
        for at, first, last in self._parts(phys, len(data), (phys, phys + len(data))):
            self._memory[at][first - at : last - at] = data[first - phys : last - phys]
            seen[first - phys : last - phys] = self._ram.u8[first:last]
        return bytes(seen)

    def _lines(self, phys: int, length: int) -> range:
        return range(phys & ~(self._line - 1), phys + length, self._line)
