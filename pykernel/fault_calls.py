# SPDX-License-Identifier: GPL-2.0-only
"""Fault injection bound to the guest's calls: which of them asks `mm.fault_inject`, and what a refusal looks like."""

from collections.abc import Callable

from pykernel.mm.context import Mm
from pykernel.mm.dma import Dma
from pykernel.mm.fault_inject import FAIL_DMA_MAP, FAIL_PAGE_ALLOC, FAILSLAB, FaultInjection
from pykernel.trapgate import Traps

_U32 = 0xFFFF_FFFF
_BACKTRACE = 16
_Function = Callable[..., int | None]
# Calls that map, where the size stands among their arguments, and whether refusing gives the error address or 0.
_MAPS = {
    "dma_map_single": (2, True),
    "dma_map_page": (3, True),
    "dma_map_sg": (2, False),
    "dma_alloc_coherent": (1, False),
    "dma_pool_alloc": (1, False),
}


def inject(mm: Mm, dma: Dma, traps: Traps, command_line: str) -> FaultInjection:
    """Take the options of fault injection off the command line, and let the calls that they are about fail."""
    faults = FaultInjection(mm, lambda: _dump_stack(mm, traps))
    active = faults.setup(command_line)
    if FAILSLAB in active:
        traps.wrap("kmalloc", lambda kmalloc: _failing(kmalloc, faults, lambda args: (args[0], args[1])))
        traps.wrap("krealloc", lambda krealloc: _failing(krealloc, faults, lambda args: (args[1], args[2])))
        traps.wrap("kmem_cache_alloc", lambda alloc: _failing(alloc, faults, lambda args: (1, args[1])))
    if FAIL_PAGE_ALLOC in active:
        alloc_pages = mm.pages.alloc_pages
        mm.pages.alloc_pages = lambda gfp_mask, order: (
            None if faults.should_fail_alloc_page(gfp_mask, order) else alloc_pages(gfp_mask, order)
        )
    if FAIL_DMA_MAP in active:
        for name in _MAPS:
            traps.wrap(name, _unmapping(dma, faults, name))
    return faults


def _failing(
    call: Callable[..., int | None], faults: FaultInjection, size_and_mask: Callable[[tuple[int, ...]], tuple[int, int]]
) -> Callable[..., int | None]:
    def maybe(*args: int) -> int | None:
        size, gfp_mask = size_and_mask(args)
        return 0 if faults.should_failslab(size, gfp_mask & _U32) else call(*args)

    return maybe


def _unmapping(dma: Dma, faults: FaultInjection, name: str) -> Callable[[_Function], _Function]:
    size_at, is_address = _MAPS[name]

    def wrapper(call: _Function) -> _Function:
        def maybe(*args: int) -> int | None:
            if faults.should_fail(FAIL_DMA_MAP, args[size_at]):
                return dma.ops.error_address if is_address else 0
            return call(*args)

        return maybe

    return wrapper


def _dump_stack(mm: Mm, traps: Traps) -> None:
    """Source: arch/x86/kernel/traps_64.c: dump_stack"""
    mm.printk("Call Trace:")
    for address in traps.backtrace(_BACKTRACE):
        mm.printk(f" [<{address:016x}>]")
