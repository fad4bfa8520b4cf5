# SPDX-License-Identifier: GPL-2.0-only
"""Compare tables of the slab allocator: the general caches, which of them serves a size, and the sweep of geometries.

Their machine is told by the file's name: the build and the size of RAM, as in `smp2_256M.csv.gz`.
"""

import re
from typing import Any

from dmalab.golden import fields
from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Tally, equal
from dmalab.golden.slab import ZERO_SIZE_PTR, SlabKernel, compare_cache, compare_constants
from dmalab.golden.slab_state import Caches
from emulator.memmap import RAM_MAX
from pykernel.errors import KernelBug
from pykernel.mm import gfp
from pykernel.mm.kmalloc import find_general_cachep

# What a file's name may hold -> the build; the first that it holds counts.
_BUILDS = {
    **{"dbg_pb10": "orc_dbg_pb10", "dbgpb10": "orc_dbg_pb10", "dbg": "orc_dbg"},
    **{"smp": "orc_smp", "l1_128": "orc_l1_128", "pb10": "orc_pb10", "up": "orc"},
}
_NAME = re.compile(r"(\w+)_(\d{1,5})M\.")
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_SHORT_ROW = 4  # cells where no cache was created
_OVERFLOWS = 65536  # alignments from here on made the real code overflow; the recorder says to leave them out
_MIN_MIB = 16
_PROBES = 64  # sizes tried of each run of sizes
_HIGH_HOLE_PFNS = (0xC0000, 0x100000)


def boot(recording: Recording) -> SlabKernel:
    """Boot the machine that a file's name tells.

    Raises: ConfigError where it tells none.
    """
    found = _NAME.match(recording.path.name)
    build = next((build for word, build in _BUILDS.items() if found and word in found[1]), None)
    if not found or build is None or not _MIN_MIB <= int(found[2]) <= RAM_MAX >> 20:
        recording.fail(
            f"a table in a file of that name (line {recording.line})", f"one of {', '.join(_BUILDS)}, and _<MiB>M"
        )
    pages = int(found[2]) << 8
    low, high = _HIGH_HOLE_PFNS
    ranges = [[0, 0x9F], [0x100, min(pages, low)]] + ([[high, high + pages - low]] if pages > low else [])
    layout = {"ram_pfn_ranges": ranges, "reserved_pfn_ranges": [[0, 1], [0x200, 0x600]], "bootmap_pfn": 0x600}
    kernel = SlabKernel(build, layout)
    kernel.boot_slab()
    return kernel


def numbers(recording: Recording, row: Any, *cells: int) -> list[int]:
    """Give the three numbers that a row begins with.

    Raises: ConfigError where it has none, or not as many cells as it should.
    """
    found = [int(cell) for cell in row[:3] if _NUMBER.fullmatch(cell)] if isinstance(row, list) else []
    if len(found) != 3 or len(row) not in cells:
        expected = " or ".join(map(str, cells))
        recording.fail(fields.shown(row), f"{expected} cells, of which the first three are numbers")
    return found


def replay_malloc_sizes(recording: Recording, tally: Tally) -> None:
    """Compare every general cache, and cache_cache. Raises: Mismatch"""
    kernel, meta = boot(recording), next(recording)
    caches = Caches(kernel.mm)
    equal("cache chain", meta["cache_chain"], caches.chain())
    compare_constants(meta, kernel)
    states = {state["name"]: state for state in caches}
    missing, largest = set(states), 0
    for line in recording:
        if not isinstance(line, dict) or not isinstance(line.get("name"), str) or not fields.INT(line.get("cs_size")):
            recording.fail(fields.shown(line), "a cache with name and cs_size")
        name, cs_size = line.pop("name"), line.pop("cs_size")
        if 0 < cs_size < largest:
            recording.fail(f"cache {name} after one for {largest} bytes", "caches in ascending order")
        missing.discard(name)
        largest = max(largest, cs_size)
        equal(f"whether cache {name} exists", True, name in states)
        compare_cache(recording, line, states[name], f"cache {name}")
        if cs_size:
            flags = gfp.GFP_KERNEL | (gfp.GFP_DMA if name.endswith("(DMA)") else 0)
            equal(f"cache for {cs_size} bytes", name, serving_cache(kernel, caches, cs_size, flags))
        tally.exact += 1
    if missing:
        recording.fail("the end of the file", f"{min(missing)} and all other caches (is the file truncated?)")


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
    last = (0, -1)
    tops: dict[int, int] = {}
    for row in recording:
        dma, low, high = numbers(recording, row, 4)
        cache = row[3]
        if low > high or last >= (dma, low):
            recording.fail(f"sizes from {low} to {high}", "runs of sizes in ascending order")
        last, tops[dma] = (dma, high), high
        flags = gfp.GFP_KERNEL | (gfp.GFP_DMA if dma else 0)
        for size in sorted({*range(low, high, max(1, (high - low) // _PROBES)), high}):
            equal(f"kmalloc({size}, {flags:#x})", cache, serving_cache(kernel, caches, size, flags))
        tally.exact += 1
    if tops.keys() != {0, 1} or tops[0] != tops[1]:
        recording.fail("the end of the file", "as many sizes with GFP_DMA as without (is the file truncated?)")


def replay_geometry(recording: Recording, tally: Tally) -> None:
    """Create a cache for each row, compare it, destroy it. Raises: Mismatch"""
    kernel = boot(recording)
    caches = Caches(kernel.mm)
    header = next(recording)
    for row in recording:
        size, align, flags = numbers(recording, row, _SHORT_ROW, len(header))
        if len(row) == _SHORT_ROW and row[3] == "OK":
            recording.fail("no geometry", f"{len(header)} cells for a cache that was created")
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
    wanted: dict[str, Any] = {name: _cell(text) for name, text in expected.items()}
    wanted["flags"] = wanted.pop("flags_out", None)
    compare_cache(recording, wanted, state, where)
    kernel.slab.kmem_cache_destroy(cachep)


def _cell(text: str) -> int | str | None:
    return int(text) if _NUMBER.fullmatch(text) else text or None


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
