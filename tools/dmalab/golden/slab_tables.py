# SPDX-License-Identifier: GPL-2.0-only
"""Compare tables of the slab allocator: the general caches, which of them serves a size, and the sweep of geometries.

Their machine is told by the file's name: the build and the size of RAM, as in `smp2_256M.csv.gz`.
"""

import re
from typing import Any

from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Tally, equal
from dmalab.golden.slab import ZERO_SIZE_PTR, SlabKernel, compare_cache, compare_constants
from dmalab.golden.slab_state import Caches
from pykernel.errors import KernelBug
from pykernel.mm import gfp
from pykernel.mm.kmalloc import find_general_cachep

_BUILDS = {"up": "orc", "dbg": "orc_dbg", "smp2": "orc_smp", "l1_128": "orc_l1_128", "pb10": "orc_pb10"}
_NAME = re.compile(r"(\w+)_(\d+)M\.")
_OVERFLOWS = 65536  # alignments from here on made the real code overflow; the recorder says to leave them out
_PROBES = 64  # sizes tried of each run of sizes
_HIGH_HOLE_PFNS = (0xC0000, 0x100000)


def boot(recording: Recording) -> SlabKernel:
    """Boot the machine that a file's name tells.

    Raises: ConfigError where it tells none.
    """
    found = _NAME.match(recording.path.name)
    if not found or found[1] not in _BUILDS:
        recording.fail(f"a file of that name, in line {recording.line}", f"one of {', '.join(_BUILDS)}, and _<MiB>M")
    pages = int(found[2]) << 8
    low, high = _HIGH_HOLE_PFNS
    ranges = [[0, 0x9F], [0x100, min(pages, low)]] + ([[high, high + pages - low]] if pages > low else [])
    layout = {"ram_pfn_ranges": ranges, "reserved_pfn_ranges": [[0, 1], [0x200, 0x600]], "bootmap_pfn": 0x600}
    kernel = SlabKernel(_BUILDS[found[1]], layout)
    kernel.boot_slab()
    return kernel


def replay_malloc_sizes(recording: Recording, tally: Tally) -> None:
    """Compare every general cache, and cache_cache. Raises: Mismatch"""
    kernel, meta = boot(recording), next(recording)
    caches = Caches(kernel.mm)
    equal("cache chain", meta["cache_chain"], caches.chain())
    compare_constants(meta, kernel)
    states = {state["name"]: state for state in caches}
    for line in recording:
        name = line.pop("name")
        cs_size = line.pop("cs_size")
        equal(f"whether cache {name} exists", True, name in states)
        compare_cache(recording, line, states[name], f"cache {name}")
        if cs_size:
            flags = gfp.GFP_KERNEL | (gfp.GFP_DMA if name.endswith("(DMA)") else 0)
            equal(f"cache for {cs_size} bytes", name, serving_cache(kernel, caches, cs_size, flags))
        tally.exact += 1


def serving_cache(kernel: SlabKernel, caches: Caches, size: int, gfp_mask: int) -> str:
    """Name the cache that serves a request, as the tables do. Nothing is allocated: the largest would soon be short."""
    if not size:
        return "ZERO" if kernel.slab.kmalloc(size, gfp_mask) == ZERO_SIZE_PTR else "an object"
    cachep = find_general_cachep(kernel.slab.core, size, gfp_mask)
    return str(caches.at(cachep)["name"]) if cachep else "NULL"


def replay_size_map(recording: Recording, tally: Tally) -> None:
    """Compare which cache serves the sizes of each run: the first ones, the last, and some between. Raises: Mismatch"""
    kernel = boot(recording)
    caches = Caches(kernel.mm)
    next(recording)
    for dma, size_lo, size_hi, cache in recording:
        low, high = int(size_lo), int(size_hi)
        flags = gfp.GFP_KERNEL | (gfp.GFP_DMA if dma == "1" else 0)
        for size in sorted({*range(low, high, max(1, (high - low) // _PROBES)), high}):
            equal(f"kmalloc({size}, {flags:#x})", cache, serving_cache(kernel, caches, size, flags))
        tally.exact += 1


def replay_geometry(recording: Recording, tally: Tally) -> None:
    """Create a cache for each row, compare it, destroy it. Raises: Mismatch"""
    kernel = boot(recording)
    caches = Caches(kernel.mm)
    header = next(recording)
    for row in recording:
        size, align, flags = map(int, row[:3])
        if align < _OVERFLOWS:
            compare_geometry(
                recording, kernel, caches, (size, align, flags), dict(zip(header[3:], row[3:], strict=False))
            )
        tally.exact += 1


def compare_geometry(
    recording: Recording, kernel: SlabKernel, caches: Caches, request: tuple[int, int, int], expected: dict[str, str]
) -> None:
    """Create one cache and compare it. Raises: Mismatch"""
    where = "kmem_cache_create(size {}, align {}, flags {:#x})".format(*request)
    result, cachep = "NULL", 0
    try:
        cachep = kernel.slab.kmem_cache_create("swept", *request)
        result = "OK" if cachep else "NULL"
    except KernelBug:
        result = "BUG"
    equal(f"{where}: result", expected.pop("result"), result)
    if not cachep:
        return
    state = caches.at(cachep)
    wanted: dict[str, Any] = {name: int(text) for name, text in expected.items() if name != "slabp_cache"}
    wanted["flags"] = wanted.pop("flags_out")
    compare_cache(recording, wanted | {"slabp_cache": expected["slabp_cache"] or None}, state, where)
    kernel.slab.kmem_cache_destroy(cachep)


def _is_malloc_sizes(first: Any) -> bool:
    return isinstance(first, dict) and first.get("meta") == 1 and "cache_chain" in first


def _has_columns(*columns: str) -> Any:
    return lambda first: isinstance(first, list) and first[: len(columns)] == list(columns)


def _is_row(line: Any) -> bool:
    return isinstance(line, (dict, list))


KINDS = (
    Kind("malloc_sizes", _is_malloc_sizes, replay_malloc_sizes, _is_row),
    Kind("kmalloc_size_map", _has_columns("dma", "size_lo", "size_hi", "cache"), replay_size_map, _is_row),
    Kind("cache_geometry", _has_columns("size", "align", "flags", "result"), replay_geometry, _is_row),
)
