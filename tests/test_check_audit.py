# SPDX-License-Identifier: GPL-2.0-only
"""The audit: silent on every state that the allocators leave behind, and not fooled by what is planted in it."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from emulator.memmap import PAGE_OFFSET
from pykernel.check.audit import audit
from pykernel.layout.config import KernelConfig
from tests.check_harmless import HARMLESS, HARMLESS_KINDS, is_harmless
from tests.check_kernel import (
    GFP_ATOMIC,
    GFP_COMP,
    GFP_DMA,
    GFP_KERNEL,
    GFP_MOVABLE,
    HWCACHE_ALIGN,
    NOWARN_NORETRY,
    BareKernel,
)
from tests.check_plant_kinds import choose
from tests.check_plants import make_garden

GFP_ZERO = 0x8000
CONFIGS = [
    KernelConfig(),
    KernelConfig(hugetlb=False),
    KernelConfig(debug_slab=True),
    KernelConfig(nr_cpus=2),
    KernelConfig(l1_cache_bytes=128),
    KernelConfig(max_order=14),
    KernelConfig(zone_dma=False),
    KernelConfig(nr_cpus=2, debug_slab=True, hugetlb=False),
]


@pytest.mark.parametrize(
    ("config", "mib"),
    list(zip(CONFIGS, (16, 48) * 4, strict=True)),
    ids=lambda value: f"{value.key}-{value.pageblock_order}" if isinstance(value, KernelConfig) else str(value),
)
def test_the_audit_has_nothing_to_say_of_what_the_allocators_leave_behind(config, mib):
    kernel = BareKernel(mib, config)
    rng = Random(mib)
    assert audit(kernel.memory) == []

    for _ in range(12):
        kernel.churn(rng, 150)

        assert audit(kernel.memory) == []


@pytest.mark.parametrize("mib", [128, 3072, 5120])
def test_the_audit_has_nothing_to_say_of_machines_of_any_size_after_boot(mib):
    assert audit(BareKernel(mib).memory) == []


def test_the_audit_has_nothing_to_say_of_a_kernel_without_a_slab_allocator():
    assert audit(BareKernel(32, has_slab=False).memory) == []


class Allocators(RuleBasedStateMachine):
    """Every operation of the allocators in any order, on any CPU, with the audit after each.

    `live` is the model: which bytes are given out, and to whom. No two may overlap, whatever the allocators do.
    """

    def __init__(self):
        super().__init__()
        self.live: dict[int, int] = {}  # physical address -> bytes
        self.freed_by: dict[int, tuple] = {}  # how to give it back

    @initialize(config=st.sampled_from(CONFIGS))
    def boot(self, config):
        self.kernel = BareKernel(16, config)
        self.caches: list[tuple[int, int]] = []  # and the size that was asked for
        self.created = 0

    def take(self, phys, length, align, top, *way):
        assert phys % align == 0
        assert phys + length <= top
        assert all(phys + length <= other or other + size <= phys for other, size in self.live.items())
        self.live[phys], self.freed_by[phys] = length, way

    @rule(size=st.integers(1, 9000), gfp=st.sampled_from((GFP_KERNEL, GFP_KERNEL | GFP_DMA)), zeroed=st.booleans())
    def kmalloc(self, size, gfp, zeroed):
        objp = self.kernel.slab.kmalloc(size, gfp | NOWARN_NORETRY | (GFP_ZERO if zeroed else 0))
        if objp:
            phys = objp - PAGE_OFFSET
            assert not zeroed or not any(self.kernel.ram.u8[phys : phys + size])
            self.take(phys, size, 8, 1 << 24, self.kernel.slab.kfree, objp)

    @rule(order=st.integers(0, 5), gfp=st.sampled_from((GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | GFP_MOVABLE | GFP_COMP)))
    def alloc_pages(self, order, gfp):
        pfn = self.kernel.mm.pages.alloc_pages(gfp | NOWARN_NORETRY, order)
        if pfn is not None:
            length = 4096 << order
            self.take(pfn << 12, length, length, 1 << 24, self.free_pages, pfn, order)

    def blocks(self):
        """Give the physical addresses of the blocks of pages that are given out."""
        return [phys for phys, (function, *_) in sorted(self.freed_by.items()) if function == self.free_pages]

    def free_pages(self, pfn, order):
        self.kernel.mm.pages.free_pages(pfn, order)

    @precondition(lambda self: self.blocks())
    @rule(which=st.integers(0, 1 << 20))
    def split_page(self, which):
        pages, blocks = self.kernel.mm.pages, self.blocks()
        phys = blocks[which % len(blocks)]
        _, pfn, order = self.freed_by[phys]
        if pages.flags[pfn] >> self.kernel.mm.layout.number("PG_compound") & 1:
            return  # only single blocks may be split
        pages.split_page(pfn, order)
        del self.live[phys], self.freed_by[phys]
        for number in range(1 << order):
            self.take(phys + 4096 * number, 4096, 4096, 1 << 24, self.free_pages, pfn + number, 0)

    @precondition(lambda self: self.blocks())
    @rule(which=st.integers(0, 1 << 20))
    def free_cold_page(self, which):
        pages, blocks = self.kernel.mm.pages, self.blocks()
        phys = blocks[which % len(blocks)]
        _, pfn, order = self.freed_by[phys]
        if not order:
            del self.live[phys], self.freed_by[phys]
            assert pages.put_page_testzero(pfn)
            pages.free_cold_page(pfn)

    @precondition(lambda self: self.live)
    @rule(which=st.integers(0, 1 << 20), size=st.integers(0, 9000))
    def krealloc(self, which, size):
        slab, live = self.kernel.slab, sorted(self.live)
        phys = live[which % len(live)]
        function, *arguments = self.freed_by[phys]
        if function != slab.kfree:
            return
        length, (objp,) = self.live[phys], arguments
        content = bytes(self.kernel.ram.u8[phys : phys + min(length, size)])
        new = slab.krealloc(objp, size, GFP_KERNEL | NOWARN_NORETRY)
        if not new:
            return  # the old one stays
        del self.live[phys], self.freed_by[phys]
        if size:
            at = new - PAGE_OFFSET
            assert bytes(self.kernel.ram.u8[at : at + len(content)]) == content
            self.take(at, size, 8, 1 << 24, slab.kfree, new)

    @rule(size=st.integers(8, 3000), align=st.sampled_from((0, 16, 256)), flags=st.sampled_from((0, HWCACHE_ALIGN)))
    def create(self, size, align, flags):
        cachep = self.kernel.slab.kmem_cache_create(f"own-{self.created}", size, align, flags)
        self.created += 1
        if cachep:
            self.caches.append((cachep, size))

    @precondition(lambda self: self.caches)
    @rule(which=st.integers(0, 1 << 20), count=st.integers(1, 40))
    def cache_alloc(self, which, count):
        cachep, size = self.caches[which % len(self.caches)]
        for _ in range(count):
            objp = self.kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL | NOWARN_NORETRY)
            if objp:
                free = self.kernel.slab.kmem_cache_free
                self.take(objp - PAGE_OFFSET, size, 8, 1 << 24, free, cachep, objp)

    @precondition(lambda self: self.caches)
    @rule(which=st.integers(0, 1 << 20))
    def destroy(self, which):
        cachep, _ = self.caches[which % len(self.caches)]
        is_used = any(way[1] == cachep for way in self.freed_by.values() if len(way) == 3 and way[0] != self.free_pages)
        assert self.kernel.slab.kmem_cache_destroy(cachep) is not is_used
        if not is_used:
            self.caches = [each for each in self.caches if each[0] != cachep]

    @precondition(lambda self: self.live)
    @rule(which=st.integers(0, 1 << 20), count=st.integers(1, 30))
    def free(self, which, count):
        for _ in range(min(count, len(self.live))):
            phys = sorted(self.live)[which % len(self.live)]
            del self.live[phys]
            function, *arguments = self.freed_by.pop(phys)
            function(*arguments)

    @rule(cpu=st.integers(0, 1))
    def run_on(self, cpu):
        self.kernel.mm.cpu = cpu % self.kernel.mm.config.nr_cpus

    @rule(jiffies=st.sampled_from((1, 500, 5000)))
    def reap(self, jiffies):
        self.kernel.mm.set("jiffies", self.kernel.mm.get("jiffies") + jiffies)
        self.kernel.slab.cache_reap()

    @rule()
    def drain(self):
        self.kernel.mm.pages.drain_all_local_pages()

    @precondition(lambda self: self.caches)
    @rule(which=st.integers(0, 1 << 20))
    def shrink(self, which):
        self.kernel.slab.kmem_cache_shrink(self.caches[which % len(self.caches)][0])

    @invariant()
    def holds(self):
        assert audit(self.kernel.memory) == []


TestAllocators = Allocators.TestCase
TestAllocators.settings = settings(max_examples=8, stateful_step_count=20, deadline=None)


@dataclass(slots=True)
class Harvest:
    """What became of the corruptions planted: numbers, and a line for each that was missed."""

    found: int = 0
    harmless: int = 0
    missed: list[str] = field(default_factory=list)
    by_kind: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.by_kind.items()))
        return f"{self.found} found, {self.harmless} harmless by argument, {len(self.missed)} missed ({kinds})"


def plant(config: KernelConfig, seed: int, count: int) -> Harvest:
    """Plant `count` corruptions one by one in a kernel that has been at work, and audit after each."""
    rng, harvest = Random(seed), Harvest()
    kernel, garden = make_garden(config, rng)
    assert audit(kernel.memory) == []
    for _ in range(count):
        planted = choose(garden, rng)
        old = [garden.read(site) for site, _ in planted.values]

        for site, value in planted.values:
            garden.write(site, value)
        violations = audit(kernel.memory, 1)
        for (site, _), value in zip(reversed(planted.values), reversed(old), strict=True):
            garden.write(site, value)

        harvest.by_kind[planted.kind] += 1
        if violations:
            harvest.found += 1
        elif is_harmless(garden, planted, old):
            harvest.harmless += 1
        else:
            changes = zip(planted.values, old, strict=True)
            told = [f"{site.name} at {site.phys:#x}: {was:#x} -> {value:#x}" for (site, value), was in changes]
            harvest.missed.append(f"{planted.kind}: {'; '.join(told)}")
    assert audit(kernel.memory) == []
    return harvest


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.key}-{config.pageblock_order}")
def test_a_corruption_planted_anywhere_is_found_or_harmless_by_argument(config):
    harvest = plant(config, seed=1, count=50)  # tests/fuzz/test_audit_plants.py plants thousands

    print(f"{config.key}, seed 1: {harvest}")
    assert harvest.missed == []
    assert harvest.found > 20


def test_the_documentation_has_the_argument_for_all_that_may_be_missed():
    page = (Path(__file__).resolve().parent.parent / "docs/audit.md").read_text(encoding="utf-8")

    for where, why, _ in HARMLESS:
        assert f"| `{where}` | {why} |" in page.replace("\\|", "|")
    assert all(f"| {kind} | {why} |" in page for kind, why in HARMLESS_KINDS)
