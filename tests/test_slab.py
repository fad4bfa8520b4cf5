# SPDX-License-Identifier: GPL-2.0-only
"""Caches, slabs and arrays: who gets which object, where slabs go, and what is refused. Read through the auditor."""

import contextlib

import pytest
from check_kernel import GFP_DMA, GFP_KERNEL, BareKernel
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.errors import ConfigError
from emulator.memmap import PAGE_OFFSET
from pykernel.check.audit import audit
from pykernel.check.caches import Cache, array_caches, caches, entries, slabs_of
from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.config import KernelConfig
from pykernel.mm import kmalloc
from pykernel.mm.slab import Slab
from pykernel.mm.slab_core import SlabBug
from pykernel.proc.slabinfo import slabinfo

RECLAIM_ACCOUNT, CACHE_DMA, PANIC, DESTROY_BY_RCU = 0x2_0000, 0x4000, 0x4_0000, 0x8_0000


@pytest.fixture
def kernel() -> BareKernel:
    return BareKernel(64)


def cache_named(kernel: BareKernel, name: str) -> Cache:
    return next(cache for cache in caches(kernel.memory) if cache.name == name)


def slab_lists(kernel: BareKernel, name: str) -> dict[str, int]:
    lists = [kind for kind, _ in slabs_of(kernel.memory, cache_named(kernel, name))]
    return {kind: lists.count(kind) for kind in set(lists)}


def chain(kernel: BareKernel) -> list[str]:
    return [cache.name for cache in caches(kernel.memory)]


def mem_map(kernel: BareKernel) -> int:
    return kernel.mm.get("mem_map") - PAGE_OFFSET


def free_memory(kernel: BareKernel) -> tuple[list[list[int]], bytes]:
    """The zones' free counts by order with per-CPU lists emptied, and the flags of all pages."""
    kernel.mm.pages.drain_all_local_pages()
    counts = [[kernel.ram.u64[word] for word in zone.w_nr_free] for zone in kernel.mm.zones]
    return counts, kernel.ram.column("Q", mem_map(kernel), 56, kernel.mm.max_pfn).tobytes()


def exhaust(kernel: BareKernel, cachep: int, gfp_mask: int) -> None:
    """Allocate more objects than a cache has."""
    for _ in range(200):
        kernel.slab.kmem_cache_alloc(cachep, gfp_mask)


def test_a_fresh_cache_hands_out_the_sixteenth_object_first(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("fresh", 100)

    first, second = (kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(2))

    (slab,) = [slab for _, slab in slabs_of(kernel.memory, cache_named(kernel, "fresh"))]
    s_mem = kernel.ram.u64[(slab + kernel.mm.layout.offset("slab", "s_mem")) >> 3]
    assert (first, second) == (s_mem + 15 * 104, s_mem + 14 * 104)


def test_the_object_freed_last_is_allocated_first(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("lifo", 64)
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(8)]

    for objp in objects:
        kernel.slab.kmem_cache_free(cachep, objp)

    assert [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(8)] == objects[::-1]


def test_a_full_array_gives_its_oldest_objects_back(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("flush", 2048)  # limit 24, batchcount 12
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(24 * 3)]
    (array,) = [array for _, array in array_caches(kernel.memory, cache_named(kernel, "flush"))]
    kept = entries(kernel.memory, array)

    for objp in objects[: 25 - len(kept)]:
        kernel.slab.kmem_cache_free(cachep, objp)

    everything = kept + objects[: 25 - len(kept)]
    assert entries(kernel.memory, array) == everything[12:]


def test_slabs_move_between_the_three_lists_as_objects_come_and_go(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("lists", 1000)  # 4 objects a slab
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(8)]
    kernel.slab.kmem_cache_shrink(cachep)
    assert slab_lists(kernel, "lists") == {"full": 2}

    kernel.slab.kmem_cache_free(cachep, objects[0])
    kernel.slab.kmem_cache_shrink(cachep)
    assert slab_lists(kernel, "lists") == {"full": 1, "partial": 1}

    for objp in objects[1:]:
        kernel.slab.kmem_cache_free(cachep, objp)
    kernel.slab.kmem_cache_shrink(cachep)
    assert slab_lists(kernel, "lists") == {}


def test_no_cache_keeps_many_more_free_objects_than_its_limit(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("limit", 1000)
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(1000)]

    for objp in objects:
        kernel.slab.kmem_cache_free(cachep, objp)

    free_limit = 2 * 27 + 4
    slabs = slab_lists(kernel, "limit")
    assert sum(slabs.values()) * 4 <= free_limit + 54 + 4
    assert audit(kernel.memory) == []


def test_a_destroyed_cache_leaves_memory_as_it_was_page_for_page(kernel: BareKernel) -> None:
    kernel.slab.kmem_cache_destroy(kernel.slab.kmem_cache_create("warm", 300))
    before = free_memory(kernel)

    cachep = kernel.slab.kmem_cache_create("module", 300)
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(500)]
    for objp in objects:
        kernel.slab.kmem_cache_free(cachep, objp)
    destroyed = kernel.slab.kmem_cache_destroy(cachep)

    assert destroyed
    assert "module" not in chain(kernel)
    assert free_memory(kernel) == before
    assert audit(kernel.memory) == []


def test_a_cache_with_live_objects_is_not_destroyed_and_stays_usable(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("alive", 300)
    objp = kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)
    kernel.slab.kmem_cache_create("later", 300)

    destroyed = kernel.slab.kmem_cache_destroy(cachep)

    assert not destroyed
    assert kernel.mm.log[-1] == "slab error in kmem_cache_destroy(): cache `alive': Can't free all objects"
    assert chain(kernel)[:2] == ["alive", "later"]
    kernel.slab.kmem_cache_free(cachep, objp)
    assert kernel.slab.kmem_cache_destroy(cachep)


def test_a_constructor_sees_every_object_of_a_new_slab_once(kernel: BareKernel) -> None:
    seen: list[int] = []
    cachep = kernel.slab.kmem_cache_create("made", 100, ctor=kernel.slab.register_function(seen.append))

    first = kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)
    kernel.slab.kmem_cache_free(cachep, first)
    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    assert len(seen) == len(set(seen)) == 37
    assert first in seen


def test_a_destructor_sees_every_object_while_the_pages_are_still_the_slabs(kernel: BareKernel) -> None:
    made: list[int] = []
    unmade: list[tuple[int, bool]] = []

    def dtor(objp: int) -> None:
        page = mem_map(kernel) + ((objp - PAGE_OFFSET) >> 12) * 56
        unmade.append((objp, bool(kernel.ram.u64[page >> 3] & 0x80)))

    register = kernel.slab.register_function
    cachep = kernel.slab.kmem_cache_create("unmade", 100, ctor=register(made.append), dtor=register(dtor))
    kernel.slab.kmem_cache_free(cachep, kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL))
    assert unmade == []

    kernel.slab.kmem_cache_destroy(cachep)

    assert unmade == [(objp, True) for objp in made]


def test_constructors_and_destructors_in_the_guest_are_called_there() -> None:
    kernel = BareKernel(64)
    calls: list[tuple[int, int, int]] = []
    ctor, dtor = 0xFFFF_FFFF_8020_1000, 0xFFFF_FFFF_8820_2000
    slab = Slab(kernel.mm, call=lambda *call: calls.append(call))
    cachep = slab.kmem_cache_create("guest", 2000, ctor=ctor, dtor=dtor)

    objp = slab.kmem_cache_alloc(cachep, GFP_KERNEL)
    slab.kmem_cache_free(cachep, objp)
    slab.kmem_cache_destroy(cachep)

    assert [function for function, *_ in calls] == [ctor] * 2 + [dtor] * 2
    assert (ctor, cachep, objp) in calls
    assert (dtor, cachep, objp) in calls


def test_a_constructor_that_leads_nowhere_is_a_bug_of_the_guests(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("nowhere", 100, ctor=0x1234)

    with pytest.raises(KernelBug, match="0x1234"):
        kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)


@pytest.mark.parametrize(
    ("size", "flags"), [(7, 0), (0, 0), ((1 << 22) + 1, 0), (64, 0x100), (64, 0x400), (64, 0x8000_0000)]
)
def test_what_no_cache_can_be_is_a_bug_and_changes_nothing(kernel: BareKernel, size: int, flags: int) -> None:
    before = free_memory(kernel)

    with pytest.raises(SlabBug, match=r"^kernel BUG at mm/slab\.c: kmem_cache_create\(\)"):
        kernel.slab.kmem_cache_create("bad", size, 0, flags)

    assert free_memory(kernel) == before
    assert audit(kernel.memory) == []


def test_a_name_is_taken_once(kernel: BareKernel) -> None:
    kernel.slab.kmem_cache_create("twice", 64)

    assert kernel.slab.kmem_cache_create("twice", 128) == 0
    assert kernel.mm.log[-1] == "kmem_cache_create: duplicate cache twice"
    with pytest.raises(KernelPanic, match="failed to create slab `twice'"):
        kernel.slab.kmem_cache_create("twice", 128, 0, PANIC)


def test_a_cache_whose_name_is_gone_is_passed_over_and_said_so(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("lost", 64)
    kernel.ram.u64[(cachep - PAGE_OFFSET + kernel.mm.layout.offset("kmem_cache", "name")) >> 3] = 0xFFFF_FFFF_FFFF_0000

    assert kernel.slab.kmem_cache_create("other", 64)
    assert kernel.mm.log[-1] == "SLAB: cache with size 64 has lost its name"


def test_names_from_the_host_are_kept_only_as_long_as_their_caches(kernel: BareKernel) -> None:
    for number in range(600):
        cachep = kernel.slab.kmem_cache_create(f"passing-{number}", 64)
        assert kernel.slab.kmem_cache_destroy(cachep)

    for number in range(256):
        assert kernel.slab.kmem_cache_create(f"staying-{number}", 64)
    with pytest.raises(ConfigError, match="256 names in use"):
        kernel.slab.kmem_cache_create("one-too-many", 64)


def test_a_name_in_the_guests_memory_is_used_where_it_is(kernel: BareKernel) -> None:
    namep = kernel.slab.kmalloc(32, GFP_KERNEL)
    kernel.ram.write(namep - PAGE_OFFSET, b"from_the_guest\0")

    cachep = kernel.slab.kmem_cache_create(namep, 64)

    assert chain(kernel)[0] == "from_the_guest"
    assert kernel.ram.u64[(cachep - PAGE_OFFSET + kernel.mm.layout.offset("kmem_cache", "name")) >> 3] == namep


def test_memory_for_dma_comes_from_caches_for_dma_only(kernel: BareKernel) -> None:
    dma = kernel.slab.kmem_cache_create("dma", 64, 0, CACHE_DMA)
    other = kernel.slab.kmem_cache_create("other", 64)

    assert kernel.slab.kmem_cache_alloc(dma, GFP_KERNEL | GFP_DMA) - PAGE_OFFSET < 16 << 20
    with pytest.raises(SlabBug, match="kmem_flagcheck"):
        kernel.slab.kmem_cache_alloc(other, GFP_KERNEL | GFP_DMA)
    with pytest.raises(SlabBug, match="kmem_flagcheck"):
        exhaust(kernel, dma, GFP_KERNEL)


@pytest.mark.parametrize("gfp_mask", [GFP_KERNEL | 2, GFP_KERNEL | 4, GFP_KERNEL | 1 << 21, 0xFFFF_FFFF])
def test_slabs_are_not_made_of_high_memory_nor_by_unknown_flags(kernel: BareKernel, gfp_mask: int) -> None:
    cachep = kernel.slab.kmem_cache_create("flags", 64)

    with pytest.raises(SlabBug, match="cache_grow"):
        kernel.slab.kmem_cache_alloc(cachep, gfp_mask)


def test_reclaimable_slabs_are_counted_apart(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("inodes", 600, 0, RECLAIM_ACCOUNT)
    item = kernel.mm.layout.number("NR_SLAB_RECLAIMABLE")
    before = kernel.mm.vmstat.global_page_state(item)

    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    assert kernel.mm.vmstat.global_page_state(item) == before + 1


def test_slabs_that_readers_may_still_see_wait_for_them(kernel: BareKernel) -> None:
    waits: list[str] = []
    kernel.slab.core.synchronize_rcu = lambda: waits.append("synchronize_rcu")
    cachep = kernel.slab.kmem_cache_create("rcu", 600, 0, DESTROY_BY_RCU)
    kernel.slab.kmem_cache_free(cachep, kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL))

    assert kernel.slab.kmem_cache_destroy(cachep)
    assert waits == ["synchronize_rcu"]
    assert audit(kernel.memory) == []


def test_reaping_first_forgives_then_takes(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("reaped", 2048)
    kernel.slab.kmem_cache_free(cachep, kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL))
    (array,) = [array for _, array in array_caches(kernel.memory, cache_named(kernel, "reaped"))]
    full = len(entries(kernel.memory, array))

    kernel.slab.cache_reap()
    assert len(entries(kernel.memory, array)) == full

    kernel.slab.cache_reap()
    assert len(entries(kernel.memory, array)) < full


def test_reaping_for_long_enough_leaves_no_free_slab(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("idle", 1000)
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(100)]
    for objp in objects:
        kernel.slab.kmem_cache_free(cachep, objp)

    for _ in range(60):
        kernel.mm.set("jiffies", kernel.mm.get("jiffies") + 1100)
        kernel.slab.cache_reap()

    assert slab_lists(kernel, "idle") == {}
    assert audit(kernel.memory) == []


def test_slabinfo_has_the_heading_and_columns_of_version_2_1(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("listed", 1000)
    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    lines = slabinfo(kernel.mm).splitlines()

    assert lines[0] == "slabinfo - version: 2.1"
    assert lines[1] == (
        "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
        " : tunables <limit> <batchcount> <sharedfactor> : slabdata <active_slabs> <num_slabs> <sharedavail>"
    )
    assert lines[2] == (
        "listed                 4      4   1000    4    1 : tunables   54   27    0 : slabdata      1      1      0"
    )
    assert lines[-1].startswith("kmem_cache ")
    assert len(lines) == 2 + len(chain(kernel))


def test_slabinfo_says_where_numbers_contradict_each_other(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("crooked", 1000)
    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)
    list3 = kernel.ram.u64[(cachep - PAGE_OFFSET + kernel.mm.layout.offset("kmem_cache", "nodelists")) >> 3]
    kernel.ram.u64[(list3 - PAGE_OFFSET + kernel.mm.layout.offset("kmem_list3", "free_objects")) >> 3] += 1

    slabinfo(kernel.mm)

    assert kernel.mm.log[-1] == "slab: cache crooked error: free_objects accounting error"


def test_without_a_dma_zone_there_are_no_twins_and_dma_is_refused() -> None:
    kernel = BareKernel(64, KernelConfig(zone_dma=False))
    cachep = kernel.slab.kmem_cache_create("pretender", 64, 0, CACHE_DMA)

    assert not [name for name in chain(kernel) if "DMA" in name]
    assert kernel.slab.kmalloc(64, GFP_KERNEL | GFP_DMA) == 0
    assert kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL | GFP_DMA) == 0
    assert kernel.slab.kmalloc(64, GFP_KERNEL)
    assert audit(kernel.memory) == []


def test_the_largest_general_cache_follows_the_largest_block() -> None:
    kernel = BareKernel(256, KernelConfig(max_order=14))

    objp = kernel.slab.kmalloc(1 << 25, GFP_KERNEL)

    assert "size-33554432(DMA)" in chain(kernel)
    assert objp % (1 << 25) == PAGE_OFFSET % (1 << 25)
    kernel.slab.kfree(objp)
    assert audit(kernel.memory) == []


def test_what_one_cpu_frees_another_gets_through_the_shared_array() -> None:
    kernel = BareKernel(64, KernelConfig(nr_cpus=2))
    cachep = kernel.slab.kmem_cache_create("shared", 64)
    objects = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(200)]

    kernel.mm.cpu = 1
    for objp in objects:
        kernel.slab.kmem_cache_free(cachep, objp)

    kernel.mm.cpu = 0
    mine = [kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) for _ in range(150)]
    assert set(mine) & set(objects)
    kernel.slab.kmem_cache_shrink(cachep)
    assert kernel.mm.cpu == 0
    assert audit(kernel.memory) == []


@pytest.mark.parametrize("objp", [1, 15, 17, 0x1000, PAGE_OFFSET - 8, PAGE_OFFSET + (1 << 40), (1 << 64) - 8])
def test_freeing_what_is_no_memory_is_an_oops(kernel: BareKernel, objp: int) -> None:
    if objp <= 16:
        kernel.slab.kfree(objp)  # ZERO_OR_NULL_PTR: Linux takes all of these for nothing
    else:
        with pytest.raises(KernelBug):
            kernel.slab.kfree(objp)


def test_freeing_what_is_no_slabs_is_a_bug(kernel: BareKernel) -> None:
    pfn = kernel.mm.pages.alloc_pages(GFP_KERNEL, 0)

    with pytest.raises(SlabBug, match="PageSlab"):
        kernel.slab.kfree(PAGE_OFFSET + (pfn << 12))
    with pytest.raises(SlabBug, match="PageSlab"):
        kernel.slab.ksize(PAGE_OFFSET + (pfn << 12))


WILD = st.one_of(st.integers(0, (1 << 64) - 1), st.integers(PAGE_OFFSET, PAGE_OFFSET + (64 << 20)))


@given(pointers=st.lists(WILD, min_size=1, max_size=6), number=st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_wild_pointers_end_as_kernel_bugs_or_not_at_all(pointers: list[int], number: int) -> None:
    slab = BareKernel(16).slab
    calls = [
        lambda wild: slab.kmem_cache_alloc(wild, GFP_KERNEL),
        lambda wild: slab.kmem_cache_free(wild, wild),
        slab.kfree,
        slab.ksize,
        slab.kmem_cache_destroy,
        slab.kmem_cache_shrink,
        lambda wild: slab.krealloc(wild, 100, GFP_KERNEL),
        lambda wild: slab.kmem_cache_create(wild, 64, wild, wild & 0x1E_6000),
    ]

    for wild in pointers:
        with contextlib.suppress(KernelBug):
            calls[number](wild)


OPERATIONS = st.lists(
    st.tuples(st.sampled_from("akAKfs"), st.integers(0, 5000), st.sampled_from((0xD0, 0x20, 0xD1, 0x80D0, 0x2_00D0))),
    min_size=1,
    max_size=300,
)


@given(operations=OPERATIONS)
@settings(max_examples=25, deadline=None)
def test_the_short_ways_leave_ram_as_the_general_ways_do(operations: list[tuple[str, int, int]]) -> None:
    kernels = [BareKernel(16), BareKernel(16)]
    core = kernels[1].slab.core
    general = (
        core.cache_alloc,
        core.cache_free,
        lambda size, gfp_mask: kmalloc.kmalloc(core, size, gfp_mask),
        lambda objp: kmalloc.kfree(core, objp),
    )
    short = kernels[0].slab
    answers = [
        play(kernels[0], (short.kmem_cache_alloc, short.kmem_cache_free, short.kmalloc, short.kfree), operations),
        play(kernels[1], general, operations),
    ]

    assert answers[0] == answers[1]
    assert kernels[0].ram.u8 == kernels[1].ram.u8
    assert audit(kernels[0].memory) == []


def play(kernel: BareKernel, ways, operations: list[tuple[str, int, int]]) -> list[int]:  # type: ignore[no-untyped-def]
    """Perform operations through one set of functions; give all addresses."""
    cache_alloc, cache_free, kmalloc, kfree = ways
    cachep = kernel.slab.kmem_cache_create("played", 200)
    answers, of_cache, of_size = [], [], []
    for kind, number, gfp_mask in operations:
        for _ in range(40 if kind in "AK" else 1):
            if kind in "aA":
                answers.append(cache_alloc(cachep, gfp_mask & ~1))
                of_cache.append(answers[-1])
            elif kind in "kK":
                answers.append(kmalloc(number, gfp_mask))
                of_size.append(answers[-1])
        if kind == "f" and of_cache:
            cache_free(cachep, of_cache.pop(number % len(of_cache)))
        elif kind == "s" and of_size:
            kfree(of_size.pop(number % len(of_size)))
    return answers
