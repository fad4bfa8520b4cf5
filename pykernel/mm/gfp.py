# SPDX-License-Identifier: GPL-2.0-only
"""The bits of an allocation request, as plain ints, for they are tested on every allocation; a test compares with C.

Linux's names without the leading underscores, which inside a Python class would mean something else.

Source: include/linux/gfp.h
"""

from pykernel.layout.layout import Layout

GFP_DMA = 0x01
GFP_HIGHMEM = 0x02
GFP_DMA32 = 0x04
GFP_WAIT = 0x10
GFP_HIGH = 0x20
GFP_IO = 0x40
GFP_FS = 0x80
GFP_COLD = 0x100
GFP_NOWARN = 0x200
GFP_REPEAT = 0x400
GFP_NOFAIL = 0x800
GFP_NORETRY = 0x1000
GFP_COMP = 0x4000
GFP_ZERO = 0x8000
GFP_NOMEMALLOC = 0x1_0000
GFP_HARDWALL = 0x2_0000
GFP_THISNODE = 0x4_0000
GFP_RECLAIMABLE = 0x8_0000
GFP_MOVABLE = 0x10_0000

GFP_NOWAIT = 0
GFP_ATOMIC = GFP_HIGH
GFP_NOIO = GFP_WAIT
GFP_NOFS = GFP_WAIT | GFP_IO
GFP_KERNEL = GFP_WAIT | GFP_IO | GFP_FS
GFP_TEMPORARY = GFP_KERNEL | GFP_RECLAIMABLE
GFP_USER = GFP_KERNEL | GFP_HARDWALL
GFP_HIGHUSER = GFP_USER | GFP_HIGHMEM
GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER | GFP_MOVABLE

# What of a request chooses the zones.
GFP_ZONE_MASK = GFP_DMA | GFP_HIGHMEM | GFP_DMA32 | GFP_MOVABLE


def gfp_zone(layout: Layout, gfp_mask: int) -> int:
    """Say which zone a request asks for first, as a number of `enum zone_type`.

    Where ZONE_DMA is compiled out, __GFP_DMA has no effect.

    Source: include/linux/gfp.h: gfp_zone
    """
    if gfp_mask & GFP_DMA and layout.has_number("ZONE_DMA"):
        return layout.number("ZONE_DMA")
    if gfp_mask & GFP_DMA32:
        return layout.number("ZONE_DMA32")
    if gfp_mask & GFP_HIGHMEM and gfp_mask & GFP_MOVABLE:
        return layout.number("ZONE_MOVABLE")
    return layout.number("ZONE_NORMAL")
