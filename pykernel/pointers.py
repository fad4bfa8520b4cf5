# SPDX-License-Identifier: GPL-2.0-only
"""Pointers from the guest: looked at before they are used, since a broken guest can pass anything.

Good are the direct map where RAM is behind it, and the kernel's image. A bad one is what Linux would find it to be: an
oops, here a `BadPointer`.
"""

from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, KERNEL_PHYS_END, PAGE_OFFSET, PAGE_SIZE
from emulator.ram import Ram
from pykernel.errors import KernelBug


class BadPointer(KernelBug):
    """The guest passed a pointer that leads nowhere."""

    def __init__(self, virt: int) -> None:
        what = "NULL pointer dereference" if virt < PAGE_SIZE else "paging request"
        super().__init__(f"Unable to handle kernel {what} at {virt:016x}")
        self.virt = virt


def readable(ram: Ram, virt: int, length: int) -> int | None:
    """Give the physical address behind [virt, virt + length), or None where any of it is not the kernel's memory."""
    if virt >= KERNEL_MAP_BASE:
        phys = virt - KERNEL_MAP_BASE
        return phys if phys >= KERNEL_PHYS and phys + length <= KERNEL_PHYS_END else None
    phys = virt - PAGE_OFFSET
    for bank in ram.banks:
        if bank.start <= phys and phys + length <= bank.end:
            return phys
    return None


def checked(ram: Ram, virt: int, length: int, align: int = 1) -> int:
    """Give the physical address behind [virt, virt + length).

    Raises: BadPointer where any of it is not the kernel's memory, or `virt` is no multiple of `align`.
    """
    phys = readable(ram, virt, length)
    if phys is None or phys & (align - 1):
        raise BadPointer(virt)
    return phys
