# SPDX-License-Identifier: GPL-2.0-only
"""What mapping a buffer costs, in calls of an empty Python function measured in the same moments."""

from collections.abc import Iterator

from pykernel.mm.gfp import GFP_DMA
from tests.bench.bench_slab import ratio
from tests.bench.figure import Figure
from tests.check_kernel import GFP_KERNEL, BareKernel

MOST = 60.0  # what is asked for
_DMA_TO_DEVICE = 1


def measure() -> Iterator[Figure]:
    """Yield what dma_map_single() and dma_unmap_single() take for memory within reach, and for a bounced buffer."""
    for mib in (64, 64 * 1024):
        kernel = BareKernel(mib)
        yield Figure(f"dma_map_single + unmap, {mib} MiB", _pair(kernel, GFP_KERNEL | GFP_DMA), "calls", MOST)
    yield Figure("the same, bounced", _pair(kernel, GFP_KERNEL), "calls")


def _pair(kernel: BareKernel, gfp_mask: int) -> float:
    objp = kernel.slab.kmalloc(256, gfp_mask)
    code = f"unmap(0, map(0, objp, 256, {_DMA_TO_DEVICE}), 256, {_DMA_TO_DEVICE})"
    return ratio(code, map=kernel.dma.dma_map_single, unmap=kernel.dma.dma_unmap_single, objp=objp)
