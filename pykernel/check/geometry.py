# SPDX-License-Identifier: GPL-2.0-only
"""Which shapes of a slab cache can come out of kmem_cache_create: the rule worked out backwards.

A finished cache no longer tells the size and alignment that it was asked for. So each request that ends in the same
buffer size and colour unit is tried, and a cache whose numbers come out of none of them is not one that Linux makes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

PAGE_SIZE = 4096
BYTES_PER_WORD = 8
SIZEOF_BUFCTL = 4
OFF_SLAB_MIN = PAGE_SIZE >> 3  # bytes; from this size on the management is tried off the slab
SLAB_LIMIT = 0xFFFF_FFFC


@dataclass(frozen=True, slots=True)
class SlabRules:
    """What the kernel was built with, as far as the shape of a slab depends on it."""

    cache_line: int  # bytes
    sizeof_slab: int  # bytes
    break_order: int  # slab_break_gfp_order
    max_order: int  # KMALLOC_MAX_ORDER


@dataclass(frozen=True, slots=True)
class Shape:
    """The members of kmem_cache that follow from a request."""

    num: int
    gfporder: int
    colour: int
    slab_size: int  # bytes
    off_slab: bool


def round_up(value: int, unit: int) -> int:
    """Round up to a multiple of `unit`, a power of two."""
    return (value + unit - 1) & -unit


def reciprocal_value(divisor: int) -> int:
    """Give the number by which the kernel multiplies instead of dividing by `divisor`.

    Source: include/linux/reciprocal_div.h, lib/reciprocal_div.c: reciprocal_value
    """
    return (((1 << 32) + divisor - 1) // divisor) & 0xFFFF_FFFF


@lru_cache(maxsize=4096)
def possible_shapes(rules: SlabRules, buffer_size: int, colour_off: int, reclaimable: bool) -> frozenset[Shape]:
    """Collect every shape that some request with this buffer size and colour unit ends in."""
    if buffer_size < BYTES_PER_WORD or buffer_size % BYTES_PER_WORD:
        return frozenset()
    shapes = set()
    for align in _aligns(rules, buffer_size, colour_off):
        # Off-slab is decided by the size before it is rounded up to the alignment.
        if buffer_size >= OFF_SLAB_MIN:
            shapes.add(_shape(rules, buffer_size, align, colour_off, reclaimable, off_slab=True))
        if buffer_size - align + BYTES_PER_WORD < OFF_SLAB_MIN:
            shapes.add(_shape(rules, buffer_size, align, colour_off, reclaimable, off_slab=False))
    return frozenset(shape for shape in shapes if shape is not None)


def _aligns(rules: SlabRules, buffer_size: int, colour_off: int) -> Iterator[int]:
    """Yield the alignments that lead to this colour unit, the larger of the alignment and the cache line."""
    if colour_off < rules.cache_line or colour_off & (colour_off - 1):
        return
    align = colour_off if colour_off > rules.cache_line else BYTES_PER_WORD
    while align <= colour_off:
        if buffer_size % align == 0:
            yield align
        align *= 2


def _shape(
    rules: SlabRules, size: int, align: int, colour_off: int, reclaimable: bool, *, off_slab: bool
) -> Shape | None:
    """Source: mm/slab.c: kmem_cache_create, calculate_slab_order"""
    num = gfporder = left_over = 0
    for order in range(rules.max_order + 1):
        objects, remainder = _estimate(rules, order, size, align, off_slab)
        if not objects:
            continue
        if off_slab and objects > (size - rules.sizeof_slab) // SIZEOF_BUFCTL:
            break
        num, gfporder, left_over = objects, order, remainder
        if reclaimable or order >= rules.break_order or left_over * 8 <= PAGE_SIZE << order:
            break
    if not num:
        return None
    bare = num * SIZEOF_BUFCTL + rules.sizeof_slab
    slab_size = round_up(bare, align) & 0xFFFF_FFFF
    if off_slab and left_over >= slab_size:
        off_slab, left_over = False, left_over - slab_size
    return Shape(num, gfporder, left_over // colour_off, bare if off_slab else slab_size, off_slab)


def _estimate(rules: SlabRules, order: int, size: int, align: int, off_slab: bool) -> tuple[int, int]:
    """Give the objects that fit into 2**order pages, and the bytes left over.  Source: mm/slab.c: cache_estimate"""
    room = PAGE_SIZE << order
    if off_slab:
        num = min(room // size, SLAB_LIMIT)
        return num, room - num * size
    num = (room - rules.sizeof_slab) // (size + SIZEOF_BUFCTL)
    if _management(rules, num, align) + num * size > room:
        num -= 1
    if num < 0:
        # An alignment larger than the slab: Linux counts down from 0, takes that for too many, and keeps SLAB_LIMIT as
        # an int. The cache is made, and no slab of it ever can be.
        num = SLAB_LIMIT - (1 << 32)
    return num & 0xFFFF_FFFF, room - num * size - _management(rules, num, align)


def _management(rules: SlabRules, num: int, align: int) -> int:
    """Source: mm/slab.c: slab_mgmt_size"""
    return round_up(rules.sizeof_slab + num * SIZEOF_BUFCTL, align)
