# SPDX-License-Identifier: GPL-2.0-only
"""What an allocation costs, in calls of an empty Python function measured in the same moments.

Also for other sizes of RAM, many caches and many live objects. Of many short rounds the quickest counts, for each of
the two alike: what else the machine does only ever adds time.
"""

from collections.abc import Iterator
from timeit import Timer
from unittest.mock import patch

from emulator.memmap import PAGE_OFFSET
from tests.bench.figure import Figure
from tests.check_kernel import GFP_KERNEL, BareKernel

_CALLS = 200  # in a round: so short that some rounds have the processor for themselves
_ROUNDS = 600
MOST = {"kmalloc(64) + kfree": 25.0, "kmem_cache_alloc + free": 20.0}  # what is asked for


def _empty() -> None:
    pass


def ratio(code: str, **names: object) -> float:
    """Time `code`, a statement over `names`, in calls of an empty function."""
    timers = [Timer("empty()", globals={"empty": _empty}), Timer(code, globals=names)]
    quickest = [float("inf"), float("inf")]
    for _ in range(_ROUNDS):
        quickest = [min(best, timer.timeit(_CALLS)) for best, timer in zip(quickest, timers, strict=True)]
    return quickest[1] / quickest[0]


def hot(kernel: BareKernel) -> Iterator[tuple[str, float]]:
    """Measure the hot pairs on one kernel."""
    slab = kernel.slab
    cachep = slab.kmem_cache_create("bench", 64)
    pair = "free(alloc(64, 0xD0))"
    yield "kmalloc(64) + kfree", ratio(pair, alloc=slab.kmalloc, free=slab.kfree)
    pair = "free(cachep, alloc(cachep, 0xD0))"
    yield "kmem_cache_alloc + free", ratio(pair, alloc=slab.kmem_cache_alloc, free=slab.kmem_cache_free, cachep=cachep)
    slab.kmem_cache_destroy(cachep)


def bursts(kernel: BareKernel) -> float:
    """Measure a pair in bursts of 1024, which refill and flush the array."""
    slab = kernel.slab

    def burst() -> None:
        for objp in [slab.kmalloc(64, GFP_KERNEL) for _ in range(1024)]:
            slab.kfree(objp)

    quickest = min(Timer(burst).timeit(1) for _ in range(_ROUNDS))
    empty = min(Timer(_empty).timeit(_CALLS) for _ in range(_ROUNDS)) / _CALLS
    return quickest / 1024 / empty


def crowd(kernel: BareKernel, count: int) -> None:
    """Add `count` caches, and ten live objects for each."""
    namep = kernel.slab.kmalloc(32 * count, GFP_KERNEL)
    # Linux compares each name with all others, which takes minutes for 10,000. These are known to differ.
    with patch("pykernel.mm.slab_create.name_is_taken", return_value=False):
        for number in range(count):
            name = namep + 32 * number
            kernel.ram.write(name - PAGE_OFFSET, f"crowd-{number}\0".encode())
            assert kernel.slab.kmem_cache_create(name, 64)
    for _ in range(10 * count):
        kernel.slab.kmalloc(64, GFP_KERNEL)


def measure() -> Iterator[Figure]:
    """Yield what each takes in empty calls."""
    kernel = BareKernel(64)
    for name, calls in hot(kernel):
        yield Figure(name, calls, "calls", MOST[name])
    yield Figure("kmalloc(64) + kfree in bursts of 1024", bursts(kernel), "calls")
    for mib, count in ((64 * 1024, 10), (256, 10_000)):
        kernel = BareKernel(mib)
        crowd(kernel, count)
        for name, calls in hot(kernel):
            yield Figure(f"{name}, {mib} MiB, {count} more caches", calls, "calls")
