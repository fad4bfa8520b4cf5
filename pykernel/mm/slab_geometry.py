# SPDX-License-Identifier: GPL-2.0-only
"""How a slab is cut: order, objects, colours, management, array limits. Arithmetic only: no RAM, no allocator.

Source: mm/slab.c: kmem_cache_create, calculate_slab_order, cache_estimate, enable_cpucache; linux/kmalloc_sizes.h
"""

from collections.abc import Iterator
from enum import IntFlag
from typing import NamedTuple

PAGE_SIZE = 4096
BYTES_PER_WORD = 8
REDZONE_ALIGN = 8
REDZONE_SIZE = 8  # bytes of one red zone word, an unsigned long long
KMALLOC_MINALIGN = 8
BUFCTL_SIZE = 4  # sizeof(kmem_bufctl_t)
SLAB_LIMIT = 0xFFFF_FFFC
OFF_SLAB_MIN = PAGE_SIZE >> 3
_U32 = 0xFFFF_FFFF
_U64 = 0xFFFF_FFFF_FFFF_FFFF


class SlabFlags(IntFlag):
    """Flags of a cache, and CFLGS_OFF_SLAB, which kmem_cache_create adds.

    Source: include/linux/slab.h; mm/slab.c
    """

    RED_ZONE = 0x400
    POISON = 0x800
    HWCACHE_ALIGN = 0x2000
    CACHE_DMA = 0x4000
    STORE_USER = 0x1_0000
    RECLAIM_ACCOUNT = 0x2_0000
    PANIC = 0x4_0000
    DESTROY_BY_RCU = 0x8_0000
    MEM_SPREAD = 0x10_0000
    OFF_SLAB = 0x8000_0000


# IntFlag arithmetic is slow and these stand in loops: plain integers.
_RED_ZONE, _POISON, _STORE_USER = 0x400, 0x800, 0x1_0000
_HWCACHE_ALIGN, _RECLAIM_ACCOUNT, _DESTROY_BY_RCU = 0x2000, 0x2_0000, 0x8_0000
_OFF_SLAB = 0x8000_0000
CREATE_MASK = 0x1E_6000
CREATE_MASK_DEBUG = CREATE_MASK | _RED_ZONE | _POISON | _STORE_USER


class GeometryRules(NamedTuple):
    """What of a kernel's configuration decides how slabs are cut."""

    line_size: int  # bytes, cache_line_size()
    l1_cache_bytes: int  # bytes, L1_CACHE_BYTES: which general caches exist
    max_shift: int  # KMALLOC_SHIFT_HIGH
    break_order: int  # slab_break_gfp_order
    debug: bool  # CONFIG_DEBUG_SLAB
    possible_cpus: int
    sizeof_slab: int = 48  # bytes, struct slab

    @property
    def max_size(self) -> int:
        """KMALLOC_MAX_SIZE in bytes."""
        return 1 << self.max_shift

    @property
    def create_mask(self) -> int:
        """The flags that kmem_cache_create takes."""
        return CREATE_MASK_DEBUG if self.debug else CREATE_MASK


class SlabGeometry(NamedTuple):
    """The constant members of a struct kmem_cache, and the alignment that it does not keep."""

    buffer_size: int  # bytes from one object to the next
    num: int
    gfporder: int
    colour: int
    colour_off: int  # bytes
    slab_size: int  # bytes of struct slab and its kmem_bufctl_t array
    flags: int
    align: int  # bytes
    obj_offset: int  # bytes
    obj_size: int  # bytes


class ArrayLimits(NamedTuple):
    """The tunables of a cache."""

    limit: int
    batchcount: int
    shared: int


def kmalloc_shift_high(max_order: int) -> int:
    """Give log2 of KMALLOC_MAX_SIZE for a MAX_ORDER.

    Source: include/linux/slab_def.h, slab.h: KMALLOC_SHIFT_HIGH
    """
    return min(max_order + 12 - 1, 25)


def break_gfp_order(num_physpages: int) -> int:
    """Give slab_break_gfp_order: 1 on machines of more than 32 MiB.

    Source: mm/slab.c: kmem_cache_init
    """
    return 1 if num_physpages > (32 << 20) // PAGE_SIZE else 0


def general_sizes(rules: GeometryRules) -> Iterator[int]:
    """Yield the sizes of the general caches, in bytes, ascending.

    Source: include/linux/kmalloc_sizes.h
    """
    size = 32
    while size <= rules.max_size:
        yield size
        if size == 64 and rules.l1_cache_bytes < 64:
            yield 96
        if size == 128 and rules.l1_cache_bytes < 128:
            yield 192
        size *= 2


def array_limits(rules: GeometryRules, buffer_size: int) -> ArrayLimits:
    """Choose limit, batchcount and shared by the size of a buffer.

    Source: mm/slab.c: enable_cpucache
    """
    if buffer_size > 131072:
        limit = 1
    elif buffer_size > PAGE_SIZE:
        limit = 8
    elif buffer_size > 1024:
        limit = 24
    elif buffer_size > 256:
        limit = 54
    else:
        limit = 120
    shared = 8 if buffer_size <= PAGE_SIZE and rules.possible_cpus > 1 else 0
    if rules.debug and limit > 32:
        limit = 32
    return ArrayLimits(limit, (limit + 1) // 2, shared)


def free_limit(batchcount: int, num: int, online_cpus: int) -> int:
    """Say how many free objects a cache keeps before it gives slabs back.

    Source: mm/slab.c: alloc_kmemlist
    """
    return (1 + online_cpus) * batchcount + num & _U32


def align_up(value: int, align: int) -> int:
    """Round up as the kernel's ALIGN does: by masking, in 64 bits, whatever `align` is.

    Source: include/linux/kernel.h: ALIGN
    """
    return value + align - 1 & ~(align - 1) & _U64


def cache_estimate(rules: GeometryRules, gfporder: int, buffer_size: int, align: int, flags: int) -> tuple[int, int]:
    """Give (left-over bytes, objects) of a slab of 2**gfporder pages.

    A management area that alone exceeds the slab leaves "-1" objects, which the comparison with SLAB_LIMIT turns
    into a huge number; Linux does so too, and the results are the same here, nonsense included.

    Source: mm/slab.c: cache_estimate
    """
    slab_bytes = PAGE_SIZE << gfporder
    if flags & _OFF_SLAB:
        objects, mgmt = slab_bytes // buffer_size, 0
    else:
        objects = (slab_bytes - rules.sizeof_slab) // (buffer_size + BUFCTL_SIZE)
        if slab_mgmt_size(rules, objects, align) + objects * buffer_size > slab_bytes:
            objects -= 1
        if objects & _U32 > SLAB_LIMIT:
            objects = SLAB_LIMIT - (1 << 32)
        mgmt = slab_mgmt_size(rules, objects, align)
    return slab_bytes - objects * buffer_size - mgmt & _U64, objects & _U32


def slab_mgmt_size(rules: GeometryRules, objects: int, align: int) -> int:
    """Give the bytes of an on-slab struct slab with its array, up to the first object.

    Source: mm/slab.c: slab_mgmt_size
    """
    return align_up(rules.sizeof_slab + objects * BUFCTL_SIZE, align)


def calculate_slab_order(rules: GeometryRules, size: int, align: int, flags: int) -> tuple[int, int, int]:
    """Choose the order of a cache's slabs; give (order, objects, left-over bytes), with no objects if none will do.

    Source: mm/slab.c: calculate_slab_order
    """
    best = (0, 0, 0)
    for gfporder in range(rules.max_shift - 12 + 1):
        left_over, num = cache_estimate(rules, gfporder, size, align, flags)
        if not num:
            continue
        # More objects than `size` bytes of management can describe would make caches wait for each other.
        if flags & _OFF_SLAB and num > (size - rules.sizeof_slab) // BUFCTL_SIZE:
            break
        best = gfporder, num, left_over
        if flags & _RECLAIM_ACCOUNT or gfporder >= rules.break_order:
            break
        if left_over * 8 & _U64 <= PAGE_SIZE << gfporder:
            break
    return best


def forced_debug_flags(size: int, flags: int) -> int:
    """Add the debugging that CONFIG_DEBUG_SLAB gives to every cache that can bear it.

    Source: mm/slab.c: kmem_cache_create, FORCED_DEBUG
    """
    grown = size - 1 + REDZONE_ALIGN + 2 * REDZONE_SIZE
    if size < 4096 or (size - 1).bit_length() == grown.bit_length():
        flags |= _RED_ZONE | _STORE_USER
    return flags if flags & _DESTROY_BY_RCU else flags | _POISON


def _final_align(rules: GeometryRules, size: int, align: int, flags: int) -> int:
    """Settle what objects are aligned to: cache line, word, or what the caller wants."""
    ralign = BYTES_PER_WORD
    if flags & _HWCACHE_ALIGN:
        ralign = rules.line_size
        while size <= ralign // 2:
            ralign //= 2
    if flags & (_STORE_USER | _RED_ZONE):
        ralign = REDZONE_ALIGN
    return max(ralign, align)


def slab_geometry(rules: GeometryRules, size: int, align: int, flags: int, early: bool = False) -> SlabGeometry:
    """Compute what kmem_cache_create would, for a size and flags that it has accepted; `num` is 0 where it fails.

    `early` is slab_early_init: no management off the slab yet.

    Source: mm/slab.c: kmem_cache_create
    """
    if rules.debug:
        flags = forced_debug_flags(size, flags)
    size = align_up(size, BYTES_PER_WORD)
    align = _final_align(rules, size, align, flags)
    if align > BYTES_PER_WORD:
        flags &= ~(_RED_ZONE | _STORE_USER)
    obj_size, obj_offset = size, 0
    if flags & _RED_ZONE:
        obj_offset = REDZONE_SIZE
        size += 2 * REDZONE_SIZE
    if flags & _STORE_USER:
        size += REDZONE_ALIGN if flags & _RED_ZONE else BYTES_PER_WORD
    # Tested before rounding up to `align`, as in Linux.
    if size >= OFF_SLAB_MIN and not early:
        flags |= _OFF_SLAB
    size = align_up(size, align)
    gfporder, num, left_over = calculate_slab_order(rules, size, align, flags)
    slab_size = slab_mgmt_size(rules, num, align)
    if flags & _OFF_SLAB and left_over >= slab_size:
        flags &= ~_OFF_SLAB
        left_over -= slab_size
    if flags & _OFF_SLAB:
        slab_size = num * BUFCTL_SIZE + rules.sizeof_slab
    colour_off = max(rules.line_size, align)
    return SlabGeometry(
        size & _U32, num, gfporder, left_over // colour_off, colour_off & _U32, slab_size & _U32, flags, align,
        obj_offset, obj_size,
    )  # fmt: skip


def cache_cache_geometry(rules: GeometryRules, sizeof_kmem_cache: int) -> SlabGeometry:
    """Compute the geometry of cache_cache, the cache of struct kmem_cache, which nobody creates.

    Source: mm/slab.c: kmem_cache_init
    """
    line = rules.line_size
    buffer_size = align_up(sizeof_kmem_cache, line)
    gfporder, num, left_over = 0, 0, 0
    while not num:
        left_over, num = cache_estimate(rules, gfporder, buffer_size, line, 0)
        gfporder += 1
    slab_size = align_up(num * BUFCTL_SIZE + rules.sizeof_slab, line)
    return SlabGeometry(
        buffer_size, num, gfporder - 1, left_over // line, line, slab_size, 0, line, 0, sizeof_kmem_cache
    )
