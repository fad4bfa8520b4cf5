# SPDX-License-Identifier: GPL-2.0-only
"""Where boot memory has put what outlives it: one thing behind the other, in whole cache lines.

Nothing in a bitmap or a table tells that it is one, so its place is all that betrays a wrong pointer.

Source: mm/bootmem.c: __alloc_bootmem_core
"""

from emulator.memmap import PAGE_SHIFT, PAGE_SIZE
from pykernel.check.geometry import round_up
from pykernel.check.memory import Memory
from pykernel.check.offsets import zone_offsets
from pykernel.check.pages import RESERVED, Survey
from pykernel.check.violations import Violations
from pykernel.check.zones import pageblock_types


class BootPlaces:
    """What is known to be taken, in the order in which boot took it."""

    def __init__(self, memory: Memory, log: Violations, survey: Survey) -> None:
        self.memory, self.log = memory, log
        self._codes = survey.codes
        largest = 1 << (memory.config.max_order - 1)
        self._behind = survey.pages.page(-(-survey.pages.count // largest) * largest)
        self._taken = [(survey.pages.phys, self._behind)]  # mem_map comes first

    def check(self, what: str, pointer: int, length: int) -> int:
        """Check the place to which the pointer at `pointer` leads, take it, and give its physical address.

        Raises: Unreadable where that is no RAM.
        """
        first = self.memory.follow(pointer, what, length)
        frames = self._codes[first >> PAGE_SHIFT : (first + length - 1 >> PAGE_SHIFT) + 1]
        is_next = first in (round_up(self._behind, self.memory.config.l1_cache_bytes), round_up(first, PAGE_SIZE))
        overlaps = any(low < first + length and first < high for low, high in self._taken)
        if not is_next or overlaps or frames.count(RESERVED) != len(frames):
            what = f"{what} does not lie where boot has put it"
            self.log.add("boot-memory", what, pointer, hex(self._behind), hex(first))
        self._behind = first + length
        self._taken.append((first, self._behind))
        return first

    def check_zones(self, survey: Survey) -> None:
        """Check the zones' bitmaps and wait tables. Source: mm/page_alloc.c: alloc_node_mem_map, setup_usemap"""
        memory, at = self.memory, zone_offsets(self.memory.layout)
        for zone in survey.zones:
            blocks = len(pageblock_types(memory, zone))
            entries = memory.u64(zone.phys + at.wait_table_entries)
            for name, pointer, length in (
                ("pageblock_flags", zone.phys + at.pageblock_flags, -(-blocks * 3 // 64) * 8),
                ("wait_table", zone.phys + at.wait_table, entries * memory.layout.sizeof("__wait_queue_head")),
            ):
                self.check(f"zone {zone.name}: {name}", pointer, length)
