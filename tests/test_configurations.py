# SPDX-License-Identifier: GPL-2.0-only
"""The allocators in every configuration that a kernel can have, on machines of many sizes: the audit finds no fault."""

import itertools
from pathlib import Path

import pytest
from golden_recorder import GFP_GENTLY, Recorder, layout

from dmalab.golden import replay_file
from dmalab.golden.slab import SlabKernel
from dmalab.golden.slab_state import Caches
from emulator.memmap import PAGE_OFFSET, PAGE_SHIFT
from pykernel.check.audit import audit
from pykernel.check.memory import Memory
from pykernel.layout.config import KernelConfig

GFP_KERNEL = 0xD0
LARGEST_SHIFT = 25  # of a general cache, whatever MAX_ORDER is
CONFIGURATIONS = [
    KernelConfig(nr_cpus=cpus, debug_slab=debug, l1_cache_bytes=line, max_order=order, hugetlb=hugetlb)
    for (cpus, debug, line), order, hugetlb in zip(
        itertools.product((1, 2), (False, True), (64, 128)),
        itertools.cycle((11, 12, 13, 14)),
        itertools.cycle((True, True, False)),
        strict=False,
    )
]
MACHINES = [("orc", 16, "B"), ("orc_smp", 33, "A"), ("orc_l1_128", 200, "B"), ("orc_dbg_pb10", 777, "A")]


def faults(kernel: SlabKernel) -> list[object]:
    return list(audit(Memory(kernel.ram, kernel.mm.layout, kernel.config, kernel.mm.statics)))


@pytest.mark.parametrize("config", CONFIGURATIONS, ids=lambda config: f"{config.key}-pb{config.pageblock_order}")
def test_random_work_leaves_a_sound_state_in_every_configuration(config: KernelConfig) -> None:
    """Per-CPU lists, splits, drains, reaps, ticks, changes of min_free_kbytes, on both CPUs where there are two."""
    recorder = Recorder(config, mib=96, seed=config.max_order).run(250)

    assert faults(recorder.kernel) == []
    recorder.finish()
    assert faults(recorder.kernel) == []


@pytest.mark.parametrize(("build", "mib", "variant"), [*MACHINES, ("orc_dbg", 3073, "B"), ("orc_pb10", 6144, "A")])
def test_a_machine_s_work_is_replayed_exactly_and_sound(build: str, mib: int, variant: str, tmp_path: Path) -> None:
    recorder = Recorder(build, mib, variant, seed=mib).run(150)

    assert faults(recorder.kernel) == []
    result = replay_file(recorder.finish().write(tmp_path / "r.jsonl.gz"))
    assert result.difference is None
    assert result.exact > 100


@pytest.mark.parametrize("max_order", [11, 12, 13, 14])
def test_general_caches_reach_the_largest_block_but_never_beyond_32_mib(max_order: int) -> None:
    """KMALLOC_SHIFT_HIGH is MAX_ORDER + PAGE_SHIFT - 1, at most 25: objects of one block each."""
    shift = min(max_order + PAGE_SHIFT - 1, LARGEST_SHIFT)
    kernel = SlabKernel(KernelConfig(max_order=max_order), layout(256))
    kernel.boot_slab()
    largest = {state["name"]: state for state in Caches(kernel.mm)}[f"size-{1 << shift}"]

    assert (largest["num"], largest["gfporder"], largest["off_slab"]) == (1, shift - PAGE_SHIFT, 1)
    assert kernel.slab.kmalloc((1 << shift) + 1, GFP_KERNEL | GFP_GENTLY) == 0
    objp = kernel.slab.kmalloc(1 << shift, GFP_KERNEL | GFP_GENTLY)
    assert objp
    assert (objp - PAGE_OFFSET) % (1 << shift) == 0
    assert kernel.slab.ksize(objp) == 1 << shift
    assert faults(kernel) == []
    kernel.slab.kfree(objp)
    assert faults(kernel) == []


@pytest.mark.parametrize(("mib", "expected"), [(16, 0), (32, 0), (33, 1), (3072, 1)])
def test_small_machines_do_not_break_large_blocks_for_slabs(mib: int, expected: int) -> None:
    kernel = SlabKernel("orc", layout(mib))
    kernel.boot_slab()

    assert kernel.mm.get("slab_break_gfp_order") == expected


def test_zone_movable_exists_and_is_empty() -> None:
    kernel = SlabKernel("orc", layout(96))
    kernel.boot_slab()
    movable = kernel.mm.zones[-1]

    assert kernel.ram.u64[movable.w_present_pages] == 0
    assert movable.start_pfn == movable.end_pfn
    assert len(kernel.mm.zones) == kernel.mm.layout.number("MAX_NR_ZONES") == 4
