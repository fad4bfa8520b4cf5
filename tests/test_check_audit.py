# SPDX-License-Identifier: GPL-2.0-only
"""The audit: silent on every state that the allocators leave behind, and not fooled by what is planted in it."""

from collections import Counter
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pykernel.check.audit import audit
from pykernel.layout.config import KernelConfig
from tests.check_harmless import is_harmless
from tests.check_kernel import GFP_DMA, GFP_KERNEL, BareKernel
from tests.check_plant_kinds import choose
from tests.check_plants import make_garden

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


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.key}-{config.pageblock_order}")
@pytest.mark.parametrize("mib", [16, 48])
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
    """Every operation of the allocators in any order, with the audit after each."""

    def __init__(self):
        super().__init__()
        self.kernel = BareKernel(16)
        self.rng = Random(0)

    @rule(seed=st.integers(0, 1 << 30), steps=st.integers(1, 60))
    def churn(self, seed, steps):
        self.kernel.churn(Random(seed), steps)

    @rule(size=st.integers(0, 9000), dma=st.booleans())
    def kmalloc(self, size, dma):
        objp = self.kernel.slab.kmalloc(size, GFP_KERNEL | (GFP_DMA if dma else 0))
        if size:
            self.kernel.objects.append(objp)

    @precondition(lambda self: self.kernel.objects)
    @rule(which=st.integers(0, 1 << 20))
    def kfree(self, which):
        self.kernel.slab.kfree(self.kernel.objects.pop(which % len(self.kernel.objects)))

    @rule()
    def reap(self):
        self.kernel.slab.cache_reap()

    @rule()
    def drain(self):
        self.kernel.mm.pages.pcp.drain_all_local_pages()

    @precondition(lambda self: self.kernel.caches)
    @rule(which=st.integers(0, 1 << 20))
    def shrink(self, which):
        self.kernel.slab.kmem_cache_shrink(self.kernel.caches[which % len(self.kernel.caches)][0])

    @invariant()
    def holds(self):
        assert audit(self.kernel.memory) == []


TestAllocators = Allocators.TestCase
TestAllocators.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)


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
    harvest = plant(config, seed=1, count=100)

    print(f"{config.key}, seed 1: {harvest}")
    assert harvest.missed == []
    assert harvest.found > 40
