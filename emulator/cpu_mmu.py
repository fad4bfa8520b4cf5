# SPDX-License-Identifier: GPL-2.0-only
"""The guest's page tables, read with code of our own, and memory by virtual address.

For exceptions, debuggers and reports: what the engine's own walk does for the guest's instructions happens inside it.
"""

from typing import NamedTuple

from emulator.bus import AddressSpace
from emulator.cpu_env import Env, Hflags
from emulator.ram import Ram

PAGE_MASK = 0xFFF
PHYS_MASK = (1 << 40) - 1 & ~PAGE_MASK
CR0_WP, CR0_PG = 1 << 16, 1 << 31
CR4_PSE, CR4_PAE = 1 << 4, 1 << 5
EFER_NXE = 1 << 11


class Pte:
    """Bits of a page table entry, the same at all levels. Plain numbers: IntFlag costs 1 us an operation."""

    PRESENT = 1 << 0
    WRITE = 1 << 1
    USER = 1 << 2
    ACCESSED = 1 << 5
    DIRTY = 1 << 6
    LARGE = 1 << 7
    NX = 1 << 63


class PageError:
    """Bits of the error code of a page fault."""

    PRESENT = 1 << 0
    WRITE = 1 << 1


class Page(NamedTuple):
    """Where a virtual address leads. The permissions are those of all levels together."""

    phys: int
    writable: bool
    user: bool
    executable: bool
    entries: tuple[int, ...]  # physical addresses of the entries walked, the leaf last
    entry_width: int  # bytes


class Fault(Exception):
    """An exception that the processor met while doing something for the guest. Guests cause it; `Cpu` handles it."""

    def __init__(self, vector: int, error_code: int, cr2: int | None = None) -> None:
        super().__init__(vector, error_code, cr2)
        self.vector = vector
        self.error_code = error_code
        self.cr2 = cr2


class Mmu:
    """Memory by virtual address, under the control registers of `env` as last saved."""

    def __init__(self, env: Env, ram: Ram, space: AddressSpace) -> None:
        self._env = env
        self._ram = ram
        self._space = space

    def walk(self, virt: int) -> Page | None:
        """Follow the page tables; None where an entry is absent or the address is not canonical."""
        env = self._env
        if not env.cr(0) & CR0_PG:
            return Page(virt & 0xFFFF_FFFF, True, True, True, (), 8)
        cr3, cr4 = env.cr(3), env.cr(4)
        if env.hflags & Hflags.LMA:
            if virt >> 47 not in (0, 0x1_FFFF):
                return None
            return self._descend(virt, cr3 & PHYS_MASK, (39, 30, 21, 12), 9, large=(30, 21))
        virt &= 0xFFFF_FFFF
        if cr4 & CR4_PAE:
            return self._descend(virt, cr3 & ~0x1F, (30, 21, 12), 9, large=(21,))
        return self._descend(virt, cr3 & ~PAGE_MASK, (22, 12), 10, large=(22,) if cr4 & CR4_PSE else ())

    def translate(self, virt: int) -> int | None:
        """Give the physical address behind `virt`, or None."""
        page = self.walk(virt)
        return None if page is None else page.phys

    def read(self, virt: int, length: int) -> int:
        """Read as the processor itself reads tables, with supervisor rights, little-endian.

        Raises: Fault(14) where a page is absent.
        """
        value = 0
        for at, start, end in _by_page(virt, length):
            page = self.walk(at)
            if page is None:
                raise self._page_fault(at, 0)
            value |= self._read_phys(page.phys, end - start) << 8 * start
        return value

    def write(self, virt: int, data: bytes) -> list[tuple[int, int]]:
        """Write as the processor itself pushes a frame; nothing where any of it faults.

        Gives (phys, length) of each executable stretch written, whose translations are stale now.

        Raises: Fault(14) where a page is absent or read-only.
        """
        parts = []
        for at, start, end in _by_page(virt, len(data)):
            page = self.walk(at)
            if page is None:
                raise self._page_fault(at, PageError.WRITE)
            if not page.writable and self._env.cr(0) & CR0_WP:
                raise self._page_fault(at, PageError.WRITE | PageError.PRESENT)
            parts.append((page, data[start:end]))
        for page, part in parts:
            self._mark(page)
            self._write_phys(page.phys, part)
        return [(page.phys, len(part)) for page, part in parts if page.executable]

    def peek(self, virt: int, length: int) -> bytes:
        """Read up to `length` bytes of RAM for a report: shorter where memory ends, without touching devices."""
        found = b""
        for at, start, end in _by_page(virt, length):
            page = self.walk(at)
            if page is None or not self._ram.contains(page.phys, end - start):
                break
            found += self._ram.read(page.phys, end - start)
        return found

    def _descend(
        self, virt: int, table: int, shifts: tuple[int, ...], bits: int, *, large: tuple[int, ...]
    ) -> Page | None:
        width = 4 if bits == 10 else 8
        every, nx, entries = ~0, 0, []
        for shift in shifts:
            at = table + (virt >> shift & (1 << bits) - 1) * width
            entry = self._entry(at, width)
            if not entry & Pte.PRESENT:
                return None
            entries.append(at)
            # PAE's top level has no permissions.
            if not (shift == 30 and len(shifts) == 3):
                every &= entry
                nx |= entry & Pte.NX
            if shift == 12 or (entry & Pte.LARGE and shift in large):
                break
            table = entry & PHYS_MASK
        offset_mask = (1 << shift) - 1
        phys = entry & PHYS_MASK & ~offset_mask | virt & offset_mask
        executable = not (nx and self._env.efer & EFER_NXE)
        return Page(phys, bool(every & Pte.WRITE), bool(every & Pte.USER), executable, tuple(entries), width)

    def _entry(self, phys: int, width: int) -> int:
        """Read a page table entry. Outside RAM it is all ones, and no device learns of it."""
        if not self._ram.contains(phys, width):
            return (1 << 8 * width) - 1
        return self._ram.u64[phys >> 3] if width == 8 else self._ram.u32[phys >> 2]

    def _mark(self, page: Page) -> None:
        """Set the accessed and dirty bits that a store sets."""
        for at in page.entries:
            bits = Pte.ACCESSED | (Pte.DIRTY if at == page.entries[-1] else 0)
            if self._ram.contains(at, page.entry_width):
                view, word = (self._ram.u64, at >> 3) if page.entry_width == 8 else (self._ram.u32, at >> 2)
                view[word] |= bits

    def _page_fault(self, virt: int, error_code: int) -> Fault:
        return Fault(14, error_code, virt)

    def _read_phys(self, phys: int, length: int) -> int:
        if self._ram.contains(phys, length):
            return int.from_bytes(self._ram.u8[phys : phys + length], "little")
        return sum(self._space.read(phys + index, 1) << 8 * index for index in range(length))

    def _write_phys(self, phys: int, data: bytes) -> None:
        if self._ram.contains(phys, len(data)):
            self._ram.u8[phys : phys + len(data)] = data
            return
        for index, byte in enumerate(data):
            self._space.write(phys + index, 1, byte)


def _by_page(virt: int, length: int) -> list[tuple[int, int, int]]:
    """Cut [virt, virt + length) at page boundaries: (address, first and end index into the data)."""
    parts, start = [], 0
    while start < length:
        at = virt + start & (1 << 64) - 1
        end = min(length, start + PAGE_MASK + 1 - (at & PAGE_MASK))
        parts.append((at, start, end))
        start = end
    return parts
