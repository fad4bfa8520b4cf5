# SPDX-License-Identifier: GPL-2.0-only
"""The firmware's map of physical memory, as the guest hands it over in struct boot_params.

Source: arch/x86/kernel/e820_64.c
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from emulator.ram import Ram
from pykernel.errors import KernelPanic
from pykernel.layout.layout import Layout

E820_RAM, E820_RESERVED, E820_ACPI, E820_NVS = 1, 2, 3, 4
_TYPE_WORDS = {E820_RAM: "(usable)", E820_RESERVED: "(reserved)", E820_ACPI: "(ACPI data)", E820_NVS: "(ACPI NVS)"}
_RESOURCE_NAMES = {E820_RAM: "System RAM", E820_ACPI: "ACPI Tables", E820_NVS: "ACPI Non-volatile Storage"}


class E820Entry(NamedTuple):
    """One range of the map: [addr, addr + size), physical."""

    addr: int
    size: int  # bytes
    type: int  # enum e820_type

    @property
    def end(self) -> int:
        """The address after the last."""
        return self.addr + self.size

    @property
    def resource_name(self) -> str:
        """Name it as /proc/iomem does. Source: arch/x86/kernel/e820_64.c: e820_reserve_resources"""
        return _RESOURCE_NAMES.get(self.type, "reserved")

    @property
    def pages(self) -> range:
        """The whole pages inside."""
        return range(-(-self.addr // PAGE_SIZE), self.end >> PAGE_SHIFT)


def read_map(ram: Ram, layout: Layout, params: int) -> tuple[E820Entry, ...]:
    """Read the map out of the struct boot_params at physical address `params`.

    Raises: KernelPanic where it has no usable RAM, too many entries, or entries that overlap or are not in order, or
        where it promises RAM that is not there.
    """
    count = ram.u32[(params + layout.offset("boot_params", "e820_entries")) >> 2]
    base, size = params + layout.offset("boot_params", "e820_map"), layout.sizeof("e820entry")
    if count > layout.size_of_type(layout.member("boot_params", "e820_map")[1]) // size:
        raise KernelPanic(f"Cannot find a valid memory map: {count} entries")
    entries = tuple(_read_entry(ram, base + index * size) for index in range(count))
    _check(ram, entries)
    return entries


def _read_entry(ram: Ram, phys: int) -> E820Entry:
    # The struct is packed, so its words need not be aligned.
    raw = bytes(ram.u8[phys : phys + 20])
    return E820Entry(*(int.from_bytes(raw[at : at + width], "little") for at, width in ((0, 8), (8, 8), (16, 4))))


def _check(ram: Ram, entries: tuple[E820Entry, ...]) -> None:
    if not any(entry.type == E820_RAM and entry.pages for entry in entries):
        raise KernelPanic("Cannot find a valid memory map: no usable RAM")
    for before, entry in pairwise(entries):
        if entry.addr < before.end:
            raise KernelPanic(f"Cannot find a valid memory map: an entry at {entry.addr:#x} before {before.end:#x}")
    for entry in entries:
        if entry.type == E820_RAM and not ram.contains(entry.addr, entry.size):
            raise KernelPanic(f"Cannot find a valid memory map: no RAM at {entry.addr:#x}-{entry.end - 1:#x}")


def print_map(entries: tuple[E820Entry, ...], printk: Callable[[str], None]) -> None:
    """Say what the map holds. Source: arch/x86/kernel/e820_64.c: setup_memory_region, e820_print_map"""
    printk("BIOS-provided physical RAM map:")
    for entry in entries:
        word = _TYPE_WORDS.get(entry.type, f"type {entry.type}")
        printk(f" BIOS-e820: {entry.addr:016x} - {entry.end:016x} {word}")


def end_pfn_map(entries: tuple[E820Entry, ...]) -> int:
    """Give the page after all that the map names, RAM or not. Source: arch/x86/kernel/e820_64.c: e820_end_of_ram"""
    return max(entry.pages.stop for entry in entries if entry.pages)
