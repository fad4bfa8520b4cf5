# SPDX-License-Identifier: GPL-2.0-only
"""Guest RAM: one lazily reserved mapping indexed by physical address, and the banks of it that exist.

Owns the bytes. Knows nothing of who reads them: the CPU maps the same memory, the kernel and the devices look at it
through the same views.
"""

import mmap
import sys
from collections.abc import Iterator
from typing import Literal, NamedTuple

from emulator import memmap
from emulator.errors import BusError, ConfigError

_MAP_NORESERVE = 0x4000 if sys.platform == "linux" else 0x40  # Python names it from 3.13 on


class Bank(NamedTuple):
    """A stretch of physical addresses, [start, end), with RAM behind it."""

    start: int
    end: int


def pc_banks(size: int) -> tuple[Bank, ...]:
    """Lay out `size` bytes of RAM as a PC does: around the hole below 1 MiB and the one below 4 GiB.

    The low hole swallows its RAM; what the high hole displaces goes above 4 GiB.

    Raises: ConfigError where `size` is below 16 MiB, above 64 GiB or no whole number of pages.
    """
    if not memmap.RAM_MIN <= size <= memmap.RAM_MAX or size % memmap.PAGE_SIZE:
        raise ConfigError(f"ram: found {size} bytes, expected 16 MiB to 64 GiB in whole pages")
    low_end = min(size, memmap.HIGH_HOLE_BASE)
    banks = [Bank(0, memmap.LOW_HOLE_BASE), Bank(memmap.LOW_HOLE_END, low_end)]
    if size > low_end:
        banks.append(Bank(memmap.HIGH_HOLE_END, memmap.HIGH_HOLE_END + size - low_end))
    return tuple(banks)


class Ram:
    """Physical memory, addressed by physical address, little-endian.

    `u8`, `u16`, `u32`, `u64` and `i32`, `i64` view all of it: `ram.u64[phys >> 3]`. They cover the holes too (as
    memory that nobody should touch) and check nothing but the upper end; they are for kernel structures, whose
    addresses are known to be good. Whoever has an address from outside uses `read` and `write`, which check.
    """

    def __init__(self, banks: tuple[Bank, ...]) -> None:
        self.banks = banks
        self.end = banks[-1].end  # bytes; the address after the last
        self._map = mmap.mmap(-1, self.end, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | _MAP_NORESERVE)
        self.u8 = memoryview(self._map)
        self.u16 = self.u8.cast("H")
        self.u32 = self.u8.cast("I")
        self.u64 = self.u8.cast("Q")
        self.i32 = self.u8.cast("i")
        self.i64 = self.u8.cast("q")

    @property
    def size(self) -> int:
        """Bytes of RAM in all banks."""
        return sum(bank.end - bank.start for bank in self.banks)

    def contains(self, phys: int, length: int = 1) -> bool:
        """Say whether [phys, phys + length) lies in one bank."""
        return any(bank.start <= phys and phys + length <= bank.end for bank in self.banks)

    def read(self, phys: int, length: int) -> bytes:
        """Copy `length` bytes out.

        Raises: BusError where any of them is not RAM.
        """
        self._check(phys, length)
        return bytes(self.u8[phys : phys + length])

    def write(self, phys: int, data: bytes | bytearray | memoryview) -> None:
        """Copy `data` in.

        Raises: BusError where any of it would not land in RAM; then nothing is written.
        """
        self._check(phys, len(data))
        self.u8[phys : phys + len(data)] = data

    def fill(self, phys: int, length: int, byte: int = 0) -> None:
        """Set `length` bytes to `byte`.

        Raises: BusError as `write`.
        """
        self._check(phys, length)
        step = 1 << 20
        pattern = bytes([byte]) * min(length, step)
        for start in range(phys, phys + length, step):
            part = min(step, phys + length - start)
            self.u8[start : start + part] = pattern[:part]

    def column(self, width: Literal["I", "Q", "i", "q"], start: int, stride: int, count: int) -> memoryview:
        """View one member of `count` structs `stride` bytes apart, the first at `start`, as a strided column.

        `width` is the struct-module code of the member, whose size must divide `start` and `stride`.
        """
        view, size = {"I": (self.u32, 4), "Q": (self.u64, 8), "i": (self.i32, 4), "q": (self.i64, 8)}[width]
        first, step = start // size, stride // size
        return view[first : first + step * count : step]

    def pages(self) -> Iterator[range]:
        """Yield the page frame numbers of each bank, whole pages only."""
        for bank in self.banks:
            yield range(-(-bank.start // memmap.PAGE_SIZE), bank.end // memmap.PAGE_SIZE)

    def _check(self, phys: int, length: int) -> None:
        if not self.contains(phys, length):
            raise BusError(phys, length, "no RAM here")
