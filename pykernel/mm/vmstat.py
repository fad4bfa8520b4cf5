# SPDX-License-Identifier: GPL-2.0-only
"""Counters of pages: one set for each zone, one for all; on SMP each CPU first counts for itself, up to a threshold.

Source: mm/vmstat.c
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from emulator.memmap import PAGE_SHIFT
from pykernel.mm.zone import Zone

if TYPE_CHECKING:
    from pykernel.mm.context import Mm

_MAX_THRESHOLD = 125


class VmStat:
    """The vm_stat counters of one kernel."""

    def __init__(self, mm: "Mm") -> None:
        self.mm = mm
        self.i8 = mm.ram.u8.cast("b")
        self.i64 = mm.ram.i64
        self.w_vm_stat = mm.statics["vm_stat"] >> 3
        self.smp = mm.config.nr_cpus > 1
        self.nr_items = mm.layout.number("NR_VM_ZONE_STAT_ITEMS")

    def mod_zone_page_state(self, zone: Zone, item: int, delta: int) -> None:
        """Add to a counter of a zone and of all zones together; on SMP through the CPU's own small one.

        Source: mm/vmstat.c: __mod_zone_page_state; include/linux/vmstat.h: zone_page_state_add
        """
        if self.smp:
            i8, threshold = self.i8, zone.stat_diffs[self.mm.cpu]
            diff = threshold + 1 + item
            delta += i8[diff]
            if -i8[threshold] <= delta <= i8[threshold]:
                i8[diff] = delta
                return
            i8[diff] = 0
        i64 = self.i64
        i64[zone.w_vm_stat + item] += delta
        i64[self.w_vm_stat + item] += delta

    def zone_page_state(self, zone: Zone, item: int) -> int:
        """Read a zone's counter, without what CPUs still keep. Source: include/linux/vmstat.h: zone_page_state"""
        return max(self.i64[zone.w_vm_stat + item], 0)

    def global_page_state(self, item: int) -> int:
        """Read the counter of all zones together. Source: include/linux/vmstat.h: global_page_state"""
        return max(self.i64[self.w_vm_stat + item], 0)

    def refresh_zone_stat_thresholds(self, online_cpus: Sequence[int]) -> None:
        """Say how far each CPU may count alone: the further, the larger the zone. Source: mm/vmstat.c: same"""
        for zone in self.mm.zones:
            present_pages = self.mm.ram.u64[zone.w_present_pages]
            if not present_pages or not self.smp:
                continue
            units = present_pages >> (27 - PAGE_SHIFT)  # of 128 MiB
            threshold = 2 * len(online_cpus).bit_length() * (1 + units.bit_length())
            for cpu in online_cpus:
                self.i8[zone.stat_diffs[cpu]] = min(_MAX_THRESHOLD, threshold)
