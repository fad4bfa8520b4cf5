# SPDX-License-Identifier: GPL-2.0-only
"""What pages cost, in calls of an empty Python function measured in the same moments."""

from collections.abc import Iterator

from tests.bench.bench_slab import crowd, ratio
from tests.bench.figure import Figure
from tests.check_kernel import GFP_KERNEL, BareKernel

MOST = {0: 60.0, 3: 120.0}  # what is asked for, by order
_PAIR = "free(alloc({gfp}, {order}), {order})"


def pair(kernel: BareKernel, order: int) -> float:
    """Measure a block's way out and back."""
    pages = kernel.mm.pages
    return ratio(_PAIR.format(gfp=GFP_KERNEL, order=order), alloc=pages.alloc_pages, free=pages.free_pages)


def measure() -> Iterator[Figure]:
    """Yield order 0 through the per-CPU list, and order 3 from its own free list and out of a larger block."""
    for mib, count in ((64, 10), (64 * 1024, 10), (256, 10_000)):
        kernel = BareKernel(mib)
        crowd(kernel, count)
        where = "" if mib == 64 else f", {mib} MiB, {count} more caches"
        yield Figure(f"alloc_pages + free, order 0{where}", pair(kernel, 0), "calls", MOST[0])
        blocks = [kernel.mm.pages.alloc_pages(GFP_KERNEL, 3) for _ in range(2)]
        yield Figure(f"the same, order 3, split and merged{where}", pair(kernel, 3), "calls")
        assert blocks[0] is not None
        kernel.mm.pages.free_pages(blocks[0], 3)  # its buddy stays in use: nothing to split or merge
        yield Figure(f"the same, order 3, from its own list{where}", pair(kernel, 3), "calls", MOST[3])
