# SPDX-License-Identifier: GPL-2.0-only
"""MSI-X: a table of messages in a BAR, each with a mask of its own, and the bits of those that wait behind one.

Owns table and pending bits. Whether messages are on at all stands in the function's configuration space (pci.py).
"""

from collections.abc import Callable

BYTES = 0x1000  # of the BAR that holds both
PENDING = 0x800  # where the bits are
MOST_VECTORS = 64  # one word of bits
_ENTRY_BYTES = 16
_DATA, _CONTROL = 8, 12  # in an entry, behind the address
_MASKED = 0x1


class MsixTable:
    """The BAR of a function with `vectors` messages: `send(address, data)` sends one.

    `redirected()` hears that the guest has said where one goes.
    """

    def __init__(
        self, vectors: int, send: Callable[[int, int], None], redirected: Callable[[], None] = lambda: None
    ) -> None:
        self.vectors = vectors
        self._send = send
        self._redirected = redirected
        self._table = bytearray((b"\0" * _CONTROL + _MASKED.to_bytes(4, "little")) * vectors)
        self._pending = 0
        self._open = False  # enabled, and not masked as a whole

    def open(self, *, is_open: bool) -> None:
        """Let messages out, or hold them all back."""
        self._open = is_open
        self._flush()

    def request(self, vector: int) -> None:
        """Send a message, now or as soon as it is not masked; a vector that the table does not have sends none."""
        if vector < self.vectors:
            self._pending |= 1 << vector
            self._flush()

    def read(self, offset: int, width: int) -> int:
        """Answer a read: aligned words of 4 or 8 bytes; others are undefined, and read 0 here."""
        if width < 4 or offset % width:
            return 0
        if offset >= PENDING:
            return self._pending >> 8 * (offset - PENDING) & (1 << 8 * width) - 1
        return int.from_bytes(self._table[offset : offset + width], "little")

    def write(self, offset: int, width: int, value: int) -> None:
        """Take a write, the same way; the pending bits cannot be written."""
        if width < 4 or offset % width or offset + width > len(self._table):
            return
        self._table[offset : offset + width] = value.to_bytes(width, "little")
        if offset % _ENTRY_BYTES < _CONTROL:
            self._redirected()
        self._flush()

    def _flush(self) -> None:
        """Send what waits and may go, the lowest vector first."""
        for vector in range(self.vectors if self._open and self._pending else 0):
            at = vector * _ENTRY_BYTES
            if self._pending >> vector & 1 and not self._word(at + _CONTROL) & _MASKED:
                self._pending &= ~(1 << vector)
                self._send(self._word(at) | self._word(at + 4) << 32, self._word(at + _DATA))

    def _word(self, at: int) -> int:
        return int.from_bytes(self._table[at : at + 4], "little")
