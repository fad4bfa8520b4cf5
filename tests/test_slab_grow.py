# SPDX-License-Identifier: GPL-2.0-only
"""Slabs as they come and go: colours, and what is left of one that is gone."""

from emulator.memmap import PAGE_OFFSET
from pykernel.check.caches import find_cache, slabs_of
from pykernel.check.offsets import slab_offsets
from pykernel.check.owner import owner_of
from tests.check_kernel import GFP_KERNEL, BareKernel


def test_each_new_slab_begins_one_colour_later_and_the_colours_turn() -> None:
    kernel = BareKernel(64)
    cachep = kernel.slab.kmem_cache_create("coloured", 600)  # 6 in a page, and 424 bytes: 6 colours
    cache = find_cache(kernel.memory, cachep)
    assert cache is not None

    for _ in range(8 * cache.num):
        kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    at, u64 = slab_offsets(kernel.memory.layout), kernel.ram.u64
    slabs = sorted(slab for _, slab in slabs_of(kernel.memory, cache))
    offsets = [u64[(slab + at.s_mem) >> 3] % 4096 for slab in slabs]
    colours = {(offset - min(offsets)) // 64 for offset in offsets}
    assert len(slabs) == 8
    assert colours == set(range(len(colours)))
    assert len(colours) == 6


def test_a_slab_with_its_management_elsewhere_leaves_nothing_behind() -> None:
    kernel = BareKernel(64)
    cachep = kernel.slab.kmem_cache_create("large", 2048)
    first = kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)
    cache = find_cache(kernel.memory, cachep)
    assert cache is not None
    assert cache.is_off_slab
    management = next(slab for _, slab in slabs_of(kernel.memory, cache))
    assert owner_of(kernel.memory, management).state == "allocated"

    kernel.slab.kmem_cache_free(cachep, first)
    assert kernel.slab.kmem_cache_destroy(cachep)

    assert owner_of(kernel.memory, management).state in ("cached", "free")
    assert owner_of(kernel.memory, first - PAGE_OFFSET).kind in ("free", "pcp")
    assert not [line for line in kernel.mm.log if "Bad page" in line]
