# SPDX-License-Identifier: GPL-2.0-only
"""/proc/iomem: who has which physical addresses.

Source: kernel/resource.c: r_show; arch/x86/kernel/e820_64.c: e820_reserve_resources
Differs: there is no tree of struct resource in RAM; the lines come from the firmware's map in boot_params, the image's
    symbols, and the devices' base address registers
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS
from pykernel import e820
from pykernel.mm.context import Mm

_WIDTH = 8  # hex digits; what is above 4 GiB has more
_IMAGE = (("Kernel code", "_etext"), ("Kernel data", "_edata"), ("Kernel bss", "_end"))  # and where each ends


class Resource(NamedTuple):
    """A range of addresses, `end` included."""

    start: int
    end: int
    name: str


def iomem(mm: Mm, symbols: Mapping[str, int], devices: Iterable[tuple[int, int, str]] = ()) -> str:
    """Write /proc/iomem; `devices` are first and last address of each memory BAR, with its device's name."""
    entries = e820.read_map(mm.ram, mm.layout, symbols["boot_params"] - KERNEL_MAP_BASE)
    tops = [Resource(entry.addr, entry.end - 1, entry.resource_name) for entry in entries]
    tops += [Resource(*device) for device in devices]
    lines = []
    for top in sorted(tops):
        lines.append(_line(top, depth=0))
        inside = (part for part in _image(symbols) if top.start <= part.start and part.end <= top.end)
        lines += [_line(part, depth=1) for part in inside]
    return "".join(lines)


def _image(symbols: Mapping[str, int]) -> list[Resource]:
    """Give the parts of the kernel's image. Source: arch/x86/kernel/setup_64.c: setup_arch"""
    parts, start = [], KERNEL_PHYS
    for name, last in _IMAGE:
        end = symbols[last] - KERNEL_MAP_BASE
        if end > start:
            parts.append(Resource(start, end - 1, name))
            start = end
    return parts


def _line(resource: Resource, depth: int) -> str:
    return f"{'':{2 * depth}}{resource.start:0{_WIDTH}x}-{resource.end:0{_WIDTH}x} : {resource.name}\n"
