# SPDX-License-Identifier: GPL-2.0-only
"""Reclaim: ask those who have registered a shrinker to give memory back, and give up where nobody can.

There are no pages of processes or files, so all that can be freed is what shrinkers free; their list and what they are
still asked for lie in guest RAM. The recordings of the real allocators had no reclaim; their replay does without this.

Source: mm/vmscan.c, mm/oom_kill.c
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator.memmap import PAGE_OFFSET
from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import list_for_each
from pykernel.mm.context import Reclaim, Task
from pykernel.mm.gfp import GFP_KERNEL, GFP_ZONE_MASK
from pykernel.mm.show_mem import show_mem
from pykernel.mm.zone import Zone

if TYPE_CHECKING:
    from pykernel.mm.context import Mm

SWAP_CLUSTER_MAX = 32
DEF_PRIORITY = 12
SHRINK_BATCH = 128
_LONG_MAX = (1 << 63) - 1
_MOST_CALLS = 1 << 16  # of one shrinker in one round: one that always has as much left would never let go
_MOST_WAITS = 100  # for progress that somebody promises, while no page comes free


class DirectReclaim(Reclaim):
    """Reclaim for one kernel. `call(function, nr_to_scan, gfp_mask)` runs a shrinker of the guest's.

    `mm` is set once it exists. `dump_stack` gives the lines of a backtrace.

    Differs: kswapd is no task; what it would do once woken is done when the next allocation has to wait. Zones with no
        pages on their LRU lists can only become unreclaimable, which it finds out.
    """

    mm: "Mm"

    def __init__(
        self, call: Callable[[int, int, int], object] | None = None, dump_stack: Callable[[], list[str]] = lambda: []
    ) -> None:
        self._call, self._dump_stack = call, dump_stack
        self._waits, self._free_before = 0, -1

    def try_to_free_pages(self, order: int, gfp_mask: int) -> int:
        """Free pages for an allocation that can wait; 0 where nothing could be freed.

        Source: mm/vmscan.c: try_to_free_pages, shrink_zones
        Differs: nothing is scanned but slabs, so nobody waits for writes
        """
        zones = self._zonelist(gfp_mask)
        lru_pages = sum(self._lru_pages(zone) for zone in zones)
        self._balance(zones, order)
        task, mm = self.mm.task, self.mm
        before, task.reclaimed_slab = task.reclaimed_slab, 0
        priority, reclaimed, progress = DEF_PRIORITY, False, False
        while priority >= 0 and not reclaimed:
            # Zones found unreclaimable are only looked at in the first round.
            progress = priority == DEF_PRIORITY or any(not self._is_unreclaimable(zone) for zone in zones)
            self.shrink_slab(0, gfp_mask, lru_pages)
            reclaimed = task.reclaimed_slab >= SWAP_CLUSTER_MAX
            priority -= 0 if reclaimed else 1
        for zone in zones:
            mm.ram.i32[(zone.phys + mm.layout.offset("zone", "prev_priority")) >> 2] = max(priority, 0)
        task.reclaimed_slab = before
        return int(reclaimed or progress)

    def shrink_slab(self, scanned: int, gfp_mask: int, lru_pages: int) -> int:
        """Ask every shrinker for its share; give how many objects they freed.

        Source: mm/vmscan.c: shrink_slab
        Raises: KernelBug where a shrinker never lets go, or its structure makes no sense.
        """
        mm, freed = self.mm, 0
        entry = mm.layout.offset("shrinker", "list")
        if not mm.ram.u64[mm.statics["shrinker_list"] >> 3]:
            return 0  # nobody has registered yet
        for link in list_for_each(mm.ram, mm.address_of("shrinker_list")):
            freed += self._shrink_one(link - entry, scanned or SWAP_CLUSTER_MAX, gfp_mask, lru_pages)
        return freed

    def _shrink_one(self, shrinker: int, scanned: int, gfp_mask: int, lru_pages: int) -> int:
        layout, phys = self.mm.layout, virt_to_phys(shrinker)
        function = self.mm.ram.u64[(phys + layout.offset("shrinker", "shrink")) >> 3]
        seeks = self.mm.ram.i32[(phys + layout.offset("shrinker", "seeks")) >> 2]
        word = (phys + layout.offset("shrinker", "nr")) >> 3
        if seeks <= 0:
            raise KernelBug(f"the shrinker at {shrinker:#x} says that an object costs {seeks} seeks", phys)
        max_pass = self._ask(function, 0, gfp_mask)
        wanted = self.mm.ram.i64[word] + 4 * scanned // seeks * max_pass // (lru_pages + 1)
        if not 0 <= wanted <= _LONG_MAX:
            self.mm.printk(f"shrink_slab: nr={wanted}")
            wanted = max_pass
        # Not more than everything twice, whatever has been put off.
        total_scan = max(0, min(wanted, 2 * max_pass))
        freed = 0
        for _ in range(_MOST_CALLS):
            if total_scan < SHRINK_BATCH:
                break
            nr_before = self._ask(function, 0, gfp_mask)
            left = self._ask(function, SHRINK_BATCH, gfp_mask)
            if left == -1:
                break
            freed += max(0, nr_before - left)
            total_scan -= SHRINK_BATCH
        self.mm.ram.i64[word] = total_scan
        return freed

    def _ask(self, function: int, nr_to_scan: int, gfp_mask: int) -> int:
        """Call a shrinker, and give its int."""
        if self._call is None or function < PAGE_OFFSET:
            raise KernelBug(f"a shrinker's function is at {function:#x}, where nothing can be called")
        answer = self._call(function, nr_to_scan, gfp_mask)
        assert isinstance(answer, int)
        return (answer & 0xFFFF_FFFF) - ((answer & 0x8000_0000) << 1)

    def _balance(self, zones: list[Zone], order: int) -> None:
        """Do what kswapd would have done by now. Source: mm/vmscan.c: balance_pgdat"""
        mm = self.mm
        flag = 1 << mm.layout.number("ZONE_ALL_UNRECLAIMABLE")
        low = [zone.index for zone in zones if not self._is_balanced(zone, order)]
        for zone in mm.zones[: max(low, default=-1) + 1]:
            if mm.ram.u64[zone.w_present_pages]:
                lru_pages = self._lru_pages(zone)
                freed = self.shrink_slab(0, GFP_KERNEL, lru_pages)
                if not freed and mm.ram.u64[zone.w_pages_scanned] >= 6 * lru_pages:
                    mm.ram.u64[zone.w_flags] |= flag

    def _is_balanced(self, zone: Zone, order: int) -> bool:
        return self.mm.pages.zone_watermark_ok(zone, order, self.mm.ram.u64[zone.w_pages_high], 0, 0)

    def _zonelist(self, gfp_mask: int) -> list[Zone]:
        word = self.mm.pages.zonelists[gfp_mask & GFP_ZONE_MASK]
        zones = []
        while self.mm.ram.u64[word]:
            zones.append(self.mm.pages.zone_at(self.mm.ram.u64[word]))
            word += 1
        return zones

    def _lru_pages(self, zone: Zone) -> int:
        number = self.mm.layout.number
        return sum(self.mm.vmstat.zone_page_state(zone, number(item)) for item in ("NR_ACTIVE", "NR_INACTIVE"))

    def _is_unreclaimable(self, zone: Zone) -> bool:
        return bool(self.mm.ram.u64[zone.w_flags] >> self.mm.layout.number("ZONE_ALL_UNRECLAIMABLE") & 1)

    def congestion_wait(self) -> None:
        """Let others free memory. Here they have had their turn.

        Raises: KernelBug where pages do not come free although somebody says so, again and again: a live lock.
        """
        free = self.mm.vmstat.global_page_state(self.mm.layout.number("NR_FREE_PAGES"))
        self._waits = self._waits + 1 if free == self._free_before else 0
        self._free_before = free
        if self._waits > _MOST_WAITS:
            super().congestion_wait()

    def out_of_memory(self, task: Task, order: int, gfp_mask: int) -> None:
        """Report memory, and give up: there are no processes to kill.

        Source: mm/oom_kill.c: out_of_memory, oom_kill_process
        Differs: Linux panics without the report where nobody can be killed; who reads this wants to see it
        Raises: KernelPanic
        """
        printk = self.mm.printk
        printk(f"{task.comm} invoked oom-killer: gfp_mask=0x{gfp_mask:x}, order={order}, oomkilladj=0")
        printk("\n".join([*self._dump_stack(), *show_mem(self.mm)]))
        raise KernelPanic("Out of memory and no killable processes...")
