# SPDX-License-Identifier: GPL-2.0-only
"""The audit: silent on every state that the allocators leave behind, and not fooled by what is planted in it."""

import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pykernel.check.audit import audit
from pykernel.check.offsets import slab_offsets, zone_offsets
from pykernel.check.pages import survey_pages
from pykernel.check.violations import Violations
from pykernel.layout.config import KernelConfig
from tests.check_kernel import GFP_DMA, GFP_KERNEL, BareKernel
from tests.check_plants import Garden, Site, changed

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


# What may be planted without the audit saying a word, and why: (where, why, only if).
Condition = Callable[[Garden, Site, int, int], bool]


def _is_compound_head(garden: Garden, site: Site, old: int, new: int) -> bool:
    return garden.survey.codes[garden.pfn(site)] == ord("C")


def _is_no_first_tail(garden: Garden, site: Site, old: int, new: int) -> bool:
    return garden.survey.codes[garden.pfn(site) - 1] != ord("C")


def _is_behind_the_end(garden: Garden, site: Site, old: int, new: int) -> bool:
    memory, size = garden.memory, garden.memory.layout.sizeof("zonelist")
    first = memory.static("contig_page_data", "node_zonelists")
    start = first + (site.phys - first) // size * size + memory.layout.offset("zonelist", "zones")
    return any(not memory.u64(phys) for phys in range(start, site.phys, 8))


def _is_never_counted(garden: Garden, site: Site, old: int, new: int) -> bool:
    at, number = zone_offsets(garden.memory.layout), garden.memory.layout.number
    counted = {number(f"NR_{name}") for name in ("FREE_PAGES", "SLAB_RECLAIMABLE", "SLAB_UNRECLAIMABLE")}
    sets = [zone.phys + at.pageset + cpu * at.pageset_size for zone in garden.survey.zones for cpu in range(at.cpus)]
    return site.phys not in {pageset + (at.stat_diff or 0) + item for pageset in sets for item in counted}


def _is_own_cache(garden: Garden, site: Site, old: int, new: int) -> bool:
    return not garden.cache_of(site).name.startswith("size-")


def _is_flag_of_creation(garden: Garden, site: Site, old: int, new: int) -> bool:
    names = ("HWCACHE_ALIGN", "PANIC", "DESTROY_BY_RCU", "MEM_SPREAD", "RECLAIM_ACCOUNT")
    debug = ("RED_ZONE", "POISON", "STORE_USER") if garden.memory.config.debug_slab else ()
    flags = sum(garden.memory.layout.number(f"SLAB_{name}") for name in (*names, *debug))
    return _is_own_cache(garden, site, old, new) and not (old ^ new) & ~flags


def _has_no_colours(garden: Garden, site: Site, old: int, new: int) -> bool:
    return not garden.memory.u64(garden.cache_of(site).phys + slab_offsets(garden.memory.layout).colour)


HARMLESS: tuple[tuple[str, str, Condition | None], ...] = (
    (r"page\([\w -]+\)\.index", "nothing reads it", None),
    (r"page\((free|used|reserved|slab)\)\.(private|first_page)", "written anew before anything reads it", None),
    (r"page\((free|used|reserved)\)\.lru\..*", "not on a list: written anew before anything reads it", None),
    (r"page\(compound\)\.(private|first_page)", "tails point to the head, the head to nothing", _is_compound_head),
    (r"page\(compound\)\.lru\.next", "only the destructor of the first tail, which is never called", None),
    (r"page\(compound\)\.lru\.prev", "only the first tail has the order", _is_no_first_tail),
    (r"page\(used\)\._count", "one block, or two that split_page() made of it", lambda g, s, old, new: new < 2),
    (r"page\(per-CPU\)\.private", "of another migrate type, as if freed to it", lambda g, s, old, new: new < 4),
    (r"empty zone\..*", "in no zonelist, so nothing reads it", None),
    (r"zone\.(in)?active_list\..*|zone\.nr_scan_.*|zone\.prev_priority", "reclaim's, which has no pages here", None),
    (r"zone\.(flags|pages_scanned)", "reclaim's, cleared at the next free", None),
    (r"zone\.wait_table.*", "nobody waits for pages", None),
    (r".*lock\.slock", "locks are not taken where only one CPU runs at a time", None),
    (r"zone\.pageset\[\]\.vm_stat_diff\[\]", "of an event that never happens here", _is_never_counted),
    (r"node\.(bdata|kswapd.*|node_id)", "boot's and kswapd's", None),
    (r"node\.node_zonelists\[\]\.zlcache_ptr", "NUMA's", None),
    (r"node\.node_zonelists\[\]\.zones\[\]", "behind the entry that ends the list", _is_behind_the_end),
    (r"arch_zone_.*|early_node_map.*|nr_nodemap_entries", "read only while the zones are made", None),
    (r"min_free_kbytes", "as many whole pages", lambda g, s, old, new: old >> 2 == new >> 2),
    (r"sysctl_lowmem_reserve_ratio\[\]", "a ratio that gives the same reserves", None),
    (r"(shared )?array\.stale entry", "above avail: written anew before it is read", None),
    (r"(shared )?array\.touched|kmem_list3\.free_touched", "either is right at any time", lambda g, s, o, n: n < 2),
    (r"(shared )?array\.avail", "as if their holder had freed, or someone taken, the objects", None),
    (r"kmem_cache\.dflags", "nothing reads it", None),
    (
        r"kmem_cache\.(num_a|high|grown|reaped|errors|max_f|node_[afo]|allo|free)\w*",
        "statistics",
        None,
    ),
    (r"kmem_cache\.[cd]tor\w*", "which function is called moves no object", _is_own_cache),
    (r"kmem_cache\.name", "another text that can be read: names move no object", _is_own_cache),
    (r"kmem_cache\.flags", "as if created with that flag", _is_flag_of_creation),
    (r"kmem_cache\.colour_off", "there are no colours", _has_no_colours),
    (r"kmem_list3\.colour_next", "any colour may be next, after a failed growth", None),
    (r"kmem_list3\.next_reap", "any time is right", None),
    (r"kmem_list3\.free_limit", "that of another number of CPUs", None),
    (r"pageblock bits", "any of the four types, as after a fallback", None),
    (r"slab\.bufctl\(used\)", "of an object in use: written anew when it is freed", None),
)


def is_harmless(garden: Garden, site: Site, old: int, new: int) -> bool:
    """Say whether the table excuses the audit's silence."""
    return any(
        re.fullmatch(where, site.name) and (condition is None or condition(garden, site, old, new))
        for where, _, condition in HARMLESS
    )


def missed(config: KernelConfig, seed: int, count: int) -> tuple[int, list[str]]:
    """Plant `count` corruptions one by one; give how many are found, and those missed without an excuse."""
    kernel = BareKernel(32, config)
    rng = Random(seed)
    kernel.churn(rng, 2000)
    survey = survey_pages(kernel.memory, Violations(1))
    assert survey
    garden = Garden(kernel.memory, survey)
    found, silent, u8 = 0, [], kernel.ram.u8
    for _ in range(count):
        site = garden.choose(rng)
        place = slice(site.phys, site.phys + site.width)
        before = bytes(u8[place])
        old = int.from_bytes(before, "little")
        new = changed(rng, old, site.width)

        u8[place] = new.to_bytes(site.width, "little")
        violations = audit(kernel.memory, 1)
        u8[place] = before

        found += bool(violations)
        if not violations and not is_harmless(garden, site, old, new):
            silent.append(f"{site.name} at {site.phys:#x}: {old:#x} -> {new:#x}")
    assert audit(kernel.memory) == []
    return found, silent


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.key}-{config.pageblock_order}")
def test_a_corruption_planted_anywhere_is_found_or_harmless_by_argument(config):
    found, silent = missed(config, seed=1, count=250)

    assert silent == []
    assert found > 100
