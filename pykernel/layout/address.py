# SPDX-License-Identifier: GPL-2.0-only
"""The four kinds of address, and how one becomes another. Mind which a number is: only these functions convert."""

from typing import NewType

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET, PAGE_SHIFT

Pfn = NewType("Pfn", int)  # number of a page frame
PhysAddr = NewType("PhysAddr", int)  # what the CPU puts on its address lines
VirtAddr = NewType("VirtAddr", int)  # what kernel code holds in a pointer; NULL is 0
DmaAddr = NewType("DmaAddr", int)  # what a device puts on the bus


def phys_to_virt(phys: int) -> VirtAddr:
    """Give the direct map's address of a physical one. Source: asm-x86/io_64.h: phys_to_virt"""
    return VirtAddr(phys + PAGE_OFFSET)


def virt_to_phys(virt: int) -> PhysAddr:
    """Give the physical address behind a pointer into the direct map or the kernel image.

    Source: asm-x86/page_64.h: __phys_addr
    Differs: the sum is not cut to 64 bits, so that a wild pointer gives a negative number or one beyond all RAM
    """
    return PhysAddr(virt - KERNEL_MAP_BASE if virt >= KERNEL_MAP_BASE else virt - PAGE_OFFSET)


def image_to_virt(phys: int) -> VirtAddr:
    """Give the link address of something in the kernel image: what `&variable` is in C."""
    return VirtAddr(phys + KERNEL_MAP_BASE)


def pfn_to_phys(pfn: int) -> PhysAddr:
    """Give the first byte of a page."""
    return PhysAddr(pfn << PAGE_SHIFT)


def phys_to_pfn(phys: int) -> Pfn:
    """Give the page that holds a byte."""
    return Pfn(phys >> PAGE_SHIFT)


def pfn_to_virt(pfn: int) -> VirtAddr:
    """Give the direct map's address of a page. Source: include/linux/mm.h: lowmem_page_address"""
    return VirtAddr((pfn << PAGE_SHIFT) + PAGE_OFFSET)
