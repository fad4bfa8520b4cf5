# SPDX-License-Identifier: GPL-2.0-only
"""Allocators on corrupted memory: whatever stands in RAM, they end with a result or a KernelBug, and soon."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from pykernel.errors import KernelBug
from pykernel.layout.config import KernelConfig
from tests.check_kernel import BareKernel
from tests.check_plant_kinds import choose
from tests.check_plants import Garden, make_garden

CONFIGS = [KernelConfig(), KernelConfig(nr_cpus=2, hugetlb=False), KernelConfig(debug_slab=True)]
SECONDS = 5  # for a workload that takes some milliseconds


class Hang(Exception):
    """The workload took too long."""


@contextmanager
def bounded() -> Iterator[None]:
    """Raise Hang where the body does not end."""

    def give_up(number: int, frame: object) -> None:
        raise Hang

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Victim:
    """A kernel that can be put back to what it was."""

    def __init__(self, config: KernelConfig, rng: Random) -> None:
        self.kernel, self.garden = make_garden(config, rng)
        self.state = bytes(self.kernel.ram.u8[: self.kernel.ram.end])
        self.lists = self._lists(self.kernel)

    def restore(self) -> None:
        """Bring RAM and what users hold back."""
        self.kernel.ram.u8[: self.kernel.ram.end] = self.state
        self.kernel.mm.cpu = 0
        kernel = self.kernel
        kernel.blocks, kernel.objects, kernel.caches = self._copy(self.lists)

    def _lists(self, kernel: BareKernel) -> tuple[list, list, list]:
        return self._copy((kernel.blocks, kernel.objects, kernel.caches))

    def _copy(self, lists: tuple[list, list, list]) -> tuple[list, list, list]:
        blocks, objects, caches = lists
        return list(blocks), list(objects), [(cachep, gfp, list(held)) for cachep, gfp, held in caches]


def exercise(kernel: BareKernel, rng: Random, steps: int) -> int:
    """Allocate and free as if nothing were wrong, on after every bug that the kernel finds; say how many it found."""
    bugs = 0
    for step in range(steps):
        kernel.mm.cpu = rng.randrange(kernel.mm.config.nr_cpus)
        try:
            kernel._step(rng, step % 20 < 10)
            if step % 10 == 9:
                kernel.slab.cache_reap()
            if step % 15 == 14:
                kernel.mm.pages.drain_all_local_pages()
            if step % 12 == 11 and kernel.caches:
                kernel.slab.kmem_cache_shrink(kernel.caches[step % len(kernel.caches)][0])
        except (KernelBug, AssertionError):  # the workload itself asserts that caches can be made and destroyed
            bugs += 1
    return bugs


def survives(victim: Victim, rng: Random, steps: int = 60) -> tuple[int, str]:
    """Plant, and run a workload; give the bugs that the kernel found, and what it died of if it did."""
    garden: Garden = victim.garden
    planted = choose(garden, rng)
    for site, value in planted.values:
        garden.write(site, value)
    bugs, death = 0, ""
    try:
        with bounded():
            bugs = exercise(victim.kernel, rng, steps)
    except Exception as error:
        places = ", ".join(f"{site.name} = {value:#x}" for site, value in planted.values)
        death = f"{planted.kind}: {places}: {error!r}"
    victim.restore()
    return bugs, death


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.key}-{config.pageblock_order}")
def test_on_corrupted_memory_the_allocators_end_with_a_result_or_a_kernel_bug(config):
    rng = Random(3)
    victim = Victim(config, rng)

    ends = [survives(victim, rng) for _ in range(70)]

    assert [death for _, death in ends if death] == []
    assert any(bugs for bugs, _ in ends)
