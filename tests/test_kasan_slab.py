# SPDX-License-Identifier: GPL-2.0-only
"""Objects under a shadow of memory: what of them may be touched, and how long the freed ones wait."""

from pathlib import Path

import pytest

from dmalab.lab import Lab
from dmalab.machine_spec import MachineSpec
from emulator.memmap import MIB, PAGE_OFFSET
from pykernel.check.audit import audit
from pykernel.check.freed import is_free, shadow_byte
from pykernel.layout.config import KernelConfig
from pykernel.mm.gfp import GFP_KERNEL
from pykernel.mm.kasan_slab import optimal_redzone
from pykernel.mm.slab_geometry import general_sizes

HELLO = Path(__file__).parent / "drivers" / "hello.c"
CALLER = 0xFFFF_FFFF_8048_0000  # somebody who is not the allocator itself
RAM = 16 * MIB


@pytest.fixture
def lab():
    """Give a small machine whose kernel keeps a shadow."""
    with Lab(HELLO, spec=MachineSpec(ram=RAM), kasan=True) as lab:
        yield lab
        assert list(audit(lab.memory)) == []


def shadow_of(lab: Lab, virt: int, size: int) -> bytes:
    """Read the shadow of [virt, virt + size)."""
    phys = virt - PAGE_OFFSET
    return bytes(shadow_byte(lab.memory, at) for at in range(phys, phys + size, 8))


@pytest.mark.parametrize("size", [1, 7, 8, 13, 32, 33, 100, 4096, 5000])
def test_what_was_asked_for_may_be_touched_and_the_rest_of_the_object_may_not(lab, size):
    slab = lab.kernel.slab

    objp = slab.kmalloc(size, GFP_KERNEL, CALLER)

    cache_size = next(each for each in general_sizes(slab.core.rules) if size <= each)
    redzone = shadow_of(lab, objp + -(-size // 8) * 8, cache_size - -(-size // 8) * 8 + optimal_redzone(cache_size))
    assert shadow_of(lab, objp, size) == bytes(size // 8) + bytes([size % 8] * bool(size % 8))
    assert set(redzone) == {0xFC}
    assert slab.ksize(objp) == cache_size


def test_each_general_cache_has_a_red_zone_but_the_largest_which_has_no_room(lab):
    core = lab.kernel.slab.core
    sizes = list(general_sizes(core.rules))

    for index, size in enumerate(sizes):
        cachep = core.u64[core.malloc_sizes + index * core.at.sizes_words + core.at.sizes_cachep]
        cache = (cachep - PAGE_OFFSET) >> 3
        behind = core.u32[2 * cache + core.at.cache_buffer_size] - core.obj_size(cache)
        assert core.obj_size(cache) == size
        assert behind >= (0 if size == sizes[-1] else optimal_redzone(size))


def test_a_freed_object_is_free_for_all_checkers_and_nobodys_for_a_while(lab):
    slab = lab.kernel.slab
    objp = slab.kmalloc(64, GFP_KERNEL, CALLER)

    slab.kfree(objp, CALLER)

    assert is_free(lab.memory, objp - PAGE_OFFSET)
    assert shadow_of(lab, objp, 64) == b"\xfb" * 8
    others = [slab.kmalloc(64, GFP_KERNEL, CALLER) for _ in range(500)]
    assert objp not in others


def test_the_quarantine_keeps_a_thirty_second_part_of_memory_and_lets_the_oldest_go(lab):
    slab, mm = lab.kernel.slab, lab.kernel.mm
    first = slab.kmalloc(1024, GFP_KERNEL, CALLER)
    slab.kfree(first, CALLER)
    seen = []

    for _ in range(2 * RAM // 32 // 1024):
        objp = slab.kmalloc(1024, GFP_KERNEL, CALLER)
        seen.append(objp)
        slab.kfree(objp, CALLER)
        assert mm.get("kasan_quarantine_bytes") <= RAM // 32

    assert first in seen
    before = seen[: seen.index(first)]
    assert len(set(before)) == len(before) > 300  # the others waited, too


def test_a_ring_of_small_objects_is_full_before_its_bytes_are(lab):
    slab, mm = lab.kernel.slab, lab.kernel.mm
    slots = mm.layout.number("KASAN_QUARANTINE")

    for objp in [slab.kmalloc(8, GFP_KERNEL, CALLER) for _ in range(slots + 100)]:
        slab.kfree(objp, CALLER)

    waiting = mm.get("kasan_quarantine_next") - mm.get("kasan_quarantine_first")
    assert waiting < slots
    assert mm.get("kasan_quarantine_bytes") <= RAM // 32


def test_a_cache_that_is_destroyed_gets_back_what_waits_of_it(lab):
    slab, mm = lab.kernel.slab, lab.kernel.mm
    cachep = slab.kmem_cache_create("waiting", 40)
    other = slab.kmalloc(100, GFP_KERNEL, CALLER)
    slab.kfree(other, CALLER)
    before = mm.get("kasan_quarantine_bytes")
    for objp in [slab.kmem_cache_alloc(cachep, GFP_KERNEL, CALLER) for _ in range(3)]:
        slab.kmem_cache_free(cachep, objp, CALLER)
    assert mm.get("kasan_quarantine_bytes") > before

    assert slab.kmem_cache_destroy(cachep)

    assert mm.get("kasan_quarantine_bytes") == before
    assert other not in [slab.kmalloc(100, GFP_KERNEL, CALLER) for _ in range(50)]


def test_growing_and_shrinking_an_object_moves_its_end(lab):
    slab = lab.kernel.slab
    objp = slab.kmalloc(60, GFP_KERNEL, CALLER)

    assert slab.krealloc(objp, 20, GFP_KERNEL, CALLER) == objp
    assert shadow_of(lab, objp, 64) == bytes.fromhex("00 00 04 fc fc fc fc fc")
    assert slab.krealloc(objp, 64, GFP_KERNEL, CALLER) == objp
    assert shadow_of(lab, objp, 64) == bytes(8)


def test_a_kernel_without_the_option_has_no_shadow():
    with Lab(HELLO) as lab:
        assert lab.kernel.mm.get("kasan_shadow") == 0
        assert lab.kernel.mm.config == KernelConfig(fast_path=False)
        assert lab.machine.cpu.translate(0xFFFF_EC20_0000_0000) is None
