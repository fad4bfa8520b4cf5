# SPDX-License-Identifier: GPL-2.0-only
"""Read the DMA layer's state from RAM in the form in which recordings dump it, with walks of its own."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from dmalab.golden.zone_state import fnv
from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import list_for_each
from pykernel.mm.context import Mm

_FLAGS = (
    *("swiotlb", "swiotlb_force", "force_iommu", "no_iommu", "iommu_merge", "iommu_bio_merge", "iommu_sac_force"),
    *("forbid_dac", "panic_on_overflow", "bad_dma_address"),
)
_OPS = ("none", "nommu", "swiotlb")  # as enum dma_ops_kind numbers them


def flags(mm: Mm) -> dict[str, Any]:
    """Give the option variables, and the name of the operations."""
    return {"ops": _OPS[mm.get("dma_ops")], **{name: mm.get(name) for name in _FLAGS}}


def _phys(mm: Mm, name: str) -> int:
    virt = mm.get(name)
    return virt_to_phys(virt) if virt else 0


def tlb_place(mm: Mm) -> dict[str, int]:
    """Give where the slots and their tables are; zeros where there are none."""
    return {
        "start": _phys(mm, "io_tlb_start"),
        "end": _phys(mm, "io_tlb_end"),
        "nslabs": mm.get("io_tlb_nslabs"),
        "list": _phys(mm, "io_tlb_list"),
        "orig": _phys(mm, "io_tlb_orig_addr"),
        "overflow_buffer": _phys(mm, "io_tlb_overflow_buffer"),
        "overflow": mm.get("io_tlb_overflow"),
    }


def tlb_state(mm: Mm) -> dict[str, Any] | None:
    """Give the slots, if there are: where the next search starts, how many are taken, the tables' hashes, runs."""
    if not mm.get("io_tlb_list"):
        return None
    slots = mm.get("io_tlb_nslabs")
    first = _phys(mm, "io_tlb_list") >> 2
    free_runs = mm.ram.u32[first : first + slots].tolist()
    first = _phys(mm, "io_tlb_orig_addr") >> 3
    return {
        "index": mm.get("io_tlb_index"),
        "used": free_runs.count(0),
        "list_h": fnv(free_runs),
        "orig_h": fnv(mm.ram.u64[first : first + slots].tolist()),
        "list": _runs(free_runs),
    }


def _runs(values: list[int]) -> list[list[int]]:
    """Cut a list into zeros and descending runs: [start, length, first value]."""
    runs = []
    # In a descending run the sum of place and value stays the same.
    for _, group in groupby(enumerate(values), key=lambda each: each[1] and each[0] + each[1]):
        places = list(group)
        runs.append([places[0][0], len(places), places[0][1]])
    return runs


def pools_state(mm: Mm, pools: Mapping[int, int]) -> list[dict[str, Any]]:
    """Give all pools, `pools` saying where each number's is: their pages, from the newest to the oldest."""
    return [_pool_state(mm, number, virt) for number, virt in sorted(pools.items())]


def _pool_state(mm: Mm, number: int, pool: int) -> dict[str, Any]:
    pool_at, page_at = mm.layout.members("dma_pool"), mm.layout.members("dma_page")
    words = -(-mm.ram.u64[(virt_to_phys(pool) + pool_at["blocks_per_page"][0]) >> 3] // 64)
    pages: list[list[Any]] = []
    for page in list_for_each(mm.ram, pool + pool_at["page_list"][0]):
        phys = page - PAGE_OFFSET
        in_use = mm.ram.u32[(phys + page_at["in_use"][0]) >> 2]
        bitmap = (phys + page_at["bitmap"][0]) >> 3
        row = [phys, *(mm.ram.u64[(phys + page_at[name][0]) >> 3] for name in ("vaddr", "dma")), in_use]
        row[1] -= PAGE_OFFSET
        pages.append([*row, " ".join(f"{word:x}" for word in mm.ram.u64[bitmap : bitmap + words])])
    return {"id": number, "pages": len(pages), "in_use": sum(page[3] for page in pages) & 0xFFFF_FFFF, "list": pages}
