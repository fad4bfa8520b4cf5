# SPDX-License-Identifier: GPL-2.0-only
"""The scenarios that ship with dmalab: which steps the guest runs, on which machine, and what must come of them.

A step is a name that the guest's kernel knows (firmware/kernel/steps.c); it gets them as `run=` on its command line.
"""

from typing import NamedTuple

from dmalab.machine_spec import DeviceSpec, RingNicSpec
from emulator.errors import ConfigError
from emulator.memmap import MIB


class Scenario(NamedTuple):
    """One scenario.

    `options` go onto the guest's command line as they are. `ram` (bytes) and `devices` are what it needs where the user
    does not say.
    Without `finds_leaks` somebody else follows who frees what, more closely.
    With `restores_pages` the free pages at the checkpoint "done" must be those at "booted".
    """

    name: str
    summary: str
    steps: tuple[str, ...]
    options: tuple[str, ...] = ()
    ram: int | None = None
    restores_pages: bool = False
    devices: tuple[DeviceSpec, ...] | None = None
    finds_leaks: bool = True

    @property
    def uses_workload(self) -> bool:
        """Say whether the guest repeats a recording."""
        return "workload" in self.steps


SCENARIOS = {
    scenario.name: scenario
    for scenario in (
        Scenario(
            "default",
            "run both drivers, repeat a real kernel's allocations, grow every general cache and prove its reach",
            steps=("edu", "isa_pattern", "workload", "caches"),
            options=("cache_slabs=2",),  # whole ones, and a third that is begun
        ),
        Scenario(
            "module-unload",
            "load a module with a cache of its own, unload it, and compare the free pages with those before",
            steps=("cache_module",),
            restores_pages=True,
        ),
        Scenario(
            "module-unload-busy",
            "the same, but the module forgets an object: destroying its cache is refused",
            steps=("cache_module",),
            options=("cache_module=keep-one",),
        ),
        Scenario(
            "beyond-reach",
            "a driver forgets GFP_DMA on a machine with RAM above the device's reach",
            steps=("edu_forgetful",),
            ram=512 * MIB,
        ),
        Scenario(
            "ring-nic",
            "packets in pieces through descriptor rings of a network-card-like device, looped back and compared",
            steps=("ring_nic",),
            devices=(RingNicSpec(),),
        ),
    )
}


def find(name: str) -> Scenario:
    """Give the scenario called `name`.

    Raises: ConfigError where there is none.
    """
    if name not in SCENARIOS:
        raise ConfigError(f"scenario: found {name!r}, expected one of {', '.join(SCENARIOS)}")
    return SCENARIOS[name]
