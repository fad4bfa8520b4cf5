# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's log: a ring of characters in guest RAM, which the guest's own printk writes too.

Owns the way in. The way out to a console is the guest's: what lies between `con_start` and `log_end` it has yet to
print. `log_start`, `log_end` and `con_start` count characters since boot; their low bits are the place in the ring.
"""

from collections.abc import Callable
from typing import NamedTuple

from emulator.ram import Ram

KERN_EMERG, KERN_ALERT, KERN_CRIT, KERN_ERR, KERN_WARNING, KERN_NOTICE, KERN_INFO, KERN_DEBUG = range(8)
_U64 = (1 << 64) - 1


class LogBuffer(NamedTuple):
    """Where the log lies: physical addresses of the ring and of its three counters (unsigned long), size in bytes."""

    ring: int
    size: int  # a power of two
    log_start: int
    log_end: int
    con_start: int


class Printk:
    """printk for the Python side of the kernel."""

    def __init__(self, ram: Ram, where: LogBuffer, now_ns: Callable[[], int]) -> None:
        self._ram = ram
        self._where = where
        self._now_ns = now_ns

    def printk(self, text: str, level: int = KERN_INFO) -> None:
        """Add a line to the log, with level and time in front.

        Source: kernel/printk.c: vprintk
        Differs: a line is always whole; there is no KERN_CONT
        """
        where = self._where
        end = self._get(where.log_end)
        if end and self._ram.u8[where.ring + (end - 1 & where.size - 1)] != ord("\n"):
            self.emit(b"\n")  # the guest has left a line open
        for line in text.split("\n"):
            seconds, ns = divmod(self._now_ns(), 1_000_000_000)
            self.emit(f"<{level}>[{seconds:5}.{ns // 1000:06}] {line}\n".encode("ascii", "backslashreplace"))

    def emit(self, data: bytes) -> None:
        """Add bytes to the ring; the oldest are lost where it is full.

        Source: kernel/printk.c: emit_log_char
        """
        where, u8 = self._where, self._ram.u8
        data = data[-where.size :]
        end = self._get(where.log_end)
        at = end & (where.size - 1)
        head = min(len(data), where.size - at)
        u8[where.ring + at : where.ring + at + head] = data[:head]
        u8[where.ring : where.ring + len(data) - head] = data[head:]
        end = (end + len(data)) & _U64
        self._ram.u64[where.log_end >> 3] = end
        for start in (where.log_start, where.con_start):
            if end - self._get(start) > where.size:
                self._ram.u64[start >> 3] = end - where.size

    def read(self) -> str:
        """Give all that the ring still holds, as `dmesg` would: without levels, a line each."""
        return self._between(self._get(self._where.log_start))

    def unprinted(self) -> str:
        """Give what the guest has not brought to its console: one that stopped for good never will."""
        return self._between(self._get(self._where.con_start))

    def _between(self, start: int) -> str:
        where, u8 = self._where, self._ram.u8
        end = self._get(where.log_end)
        length = max(0, min(end - start, where.size))
        at = start & (where.size - 1)
        ring = bytes(u8[where.ring : where.ring + where.size])
        text = (ring[at:] + ring[:at])[:length].decode("ascii", "backslashreplace")
        return "".join(_without_level(line) for line in text.splitlines(keepends=True))

    def _get(self, phys: int) -> int:
        return self._ram.u64[phys >> 3]


def _without_level(line: str) -> str:
    return line[3:] if line[:1] == "<" and line[1:2].isdigit() and line[2:3] == ">" else line
