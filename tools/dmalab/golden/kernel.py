# SPDX-License-Identifier: GPL-2.0-only
"""Boot our kernel on a bare RAM as a recording was booted, and note what it asks of the world outside."""

from collections.abc import Callable
from typing import Any

import firmware.layouts
from emulator.memmap import KERNEL_PHYS, PAGE_SHIFT
from emulator.ram import Bank, Ram
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.mm.boot import MemoryMap, setup_memory
from pykernel.mm.bootmem import Bootmem
from pykernel.mm.context import Mm, Reclaim, Task, place_statics
from pykernel.mm.free_bootmem import free_all_bootmem
from pykernel.mm.watermarks import init_per_zone_pages_min
from pykernel.mm.zone import Zone
from pykernel.mm.zonelist import build_all_zonelists

# The builds of the recorder, by the name in a recording's first line.
BUILDS = {
    "orc": KernelConfig(),
    "orc_pb10": KernelConfig(hugetlb=False),
    "orc_dbg": KernelConfig(debug_slab=True),
    "orc_dbg_pb10": KernelConfig(debug_slab=True, hugetlb=False),
    "orc_smp": KernelConfig(nr_cpus=2),
    "orc_l1_128": KernelConfig(l1_cache_bytes=128),
}


class RecordedReclaim(Reclaim):
    """Count what is asked, free nothing; the OOM killer's victim is the current task."""

    def __init__(self) -> None:
        self.kswapd_wakeups = 0
        self.direct_reclaims = 0
        self.events: list[str] = []

    def wakeup_kswapd(self, zone: Zone, order: int) -> None:
        """Count."""
        self.kswapd_wakeups += 1

    def try_to_free_pages(self, order: int, gfp_mask: int) -> int:
        """Count; nothing is ever freed."""
        self.direct_reclaims += 1
        return 0

    def out_of_memory(self, task: Task, order: int, gfp_mask: int) -> None:
        """Note the event, and let the current task use the reserves for the rest of the operation."""
        self.events.append("oom")
        task.memdie = True


class RecordedKernel:
    """Our kernel, laid out as in a recording's `layout`, with what it said and asked since the last operation."""

    def __init__(self, build: str | KernelConfig, layout: dict[str, Any]) -> None:
        self.config = BUILDS[build] if isinstance(build, str) else build
        ranges = [(start, end) for start, end in layout["ram_pfn_ranges"]]
        reserved = [(start, end) for start, end in layout["reserved_pfn_ranges"]]
        self.memory_map = MemoryMap(ranges, reserved, layout["bootmap_pfn"])
        self.ram = Ram(tuple(Bank(start << PAGE_SHIFT, end << PAGE_SHIFT) for start, end in ranges))
        shapes = Layout.load(firmware.layouts.path(self.config.key))
        self.reclaim = RecordedReclaim()
        self.log: list[str] = []
        statics = place_statics(self.ram, shapes, _image_base(reserved))
        self.mm = Mm(self.ram, shapes, self.config, statics, printk=self.log.append, reclaim=self.reclaim)
        self.mm.printk_ratelimit = lambda: False
        self.freed_by_bootmem = 0
        self.bootmap_pages = 0
        self.online_cpus = [0]

    def boot(
        self,
        stage: Callable[[str], None] = lambda name: None,
        kmem_cache_init: Callable[[], None] = lambda: None,
        cpucache_init: Callable[[], None] = lambda: None,
        pci_iommu_alloc: Callable[[Bootmem], None] = lambda bootmem: None,
    ) -> list[str]:
        """Boot, calling `stage` where the recorder dumped its state; give the boot log."""
        bootmem = setup_memory(self.mm, self.memory_map)
        build_all_zonelists(self.mm)
        self.bootmap_pages = -(-bootmem.get_mapsize() >> PAGE_SHIFT)  # rounded up
        pci_iommu_alloc(bootmem)
        self.freed_by_bootmem = free_all_bootmem(self.mm, bootmem)
        stage("mem_init")
        kmem_cache_init()
        stage("slab_init")
        init_per_zone_pages_min(self.mm)
        cpucache_init()
        stage("final")
        bootlog, self.log[:] = list(self.log), []
        return bootlog

    def take_extra(self) -> dict[str, Any]:
        """Give, and forget, what the last operation did besides its result, as a recording notes it."""
        reclaim = self.reclaim
        found = {
            "ev": reclaim.events,
            "log": list(self.log),
            "kw": reclaim.kswapd_wakeups,
            "dr": reclaim.direct_reclaims,
        }
        reclaim.events, reclaim.kswapd_wakeups, reclaim.direct_reclaims = [], 0, 0
        self.log.clear()
        self.mm.task.memdie = False
        return {name: value for name, value in found.items() if value}


def _image_base(reserved: list[tuple[int, int]]) -> int:
    """Give where the recorded kernel image lay: its usual place, else the start of the largest reserved range."""
    image = KERNEL_PHYS >> PAGE_SHIFT
    if any(start <= image < end for start, end in reserved):
        return KERNEL_PHYS
    start, _ = max(reserved, key=lambda each: each[1] - each[0])
    return start << PAGE_SHIFT
