# SPDX-License-Identifier: GPL-2.0-only
"""What mapping a buffer costs, in calls of an empty Python function measured in the same moments."""

from collections.abc import Iterator

from pykernel.mm.dma import Dma
from tests.bench.bench_slab import ratio
from tests.bench.figure import Figure
from tests.check_kernel import GFP_KERNEL, BareKernel

MOST = 60.0  # what is asked for
_DMA_TO_DEVICE = 1


def measure() -> Iterator[Figure]:
    """Yield what dma_map_single() and dma_unmap_single() take where no device, and so no mask, is in the way."""
    for mib in (64, 64 * 1024):
        kernel = BareKernel(mib)
        dma = Dma(kernel.mm)
        dma.pci_iommu_init()
        objp = kernel.slab.kmalloc(256, GFP_KERNEL)
        code = f"unmap(0, map(0, objp, 256, {_DMA_TO_DEVICE}), 256, {_DMA_TO_DEVICE})"
        calls = ratio(code, map=dma.dma_map_single, unmap=dma.dma_unmap_single, objp=objp)
        yield Figure(f"dma_map_single + unmap, {mib} MiB", calls, "calls", MOST)
