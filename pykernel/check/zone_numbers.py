# SPDX-License-Identifier: GPL-2.0-only
"""The numbers of the zones: what boot, watermarks and per-CPU lists must be, worked out from the map of RAM."""

from emulator.memmap import KERNEL_MAP_BASE, PAGE_SHIFT
from pykernel.check.memory import Memory
from pykernel.check.offsets import page_offsets, zone_offsets
from pykernel.check.pages import Survey
from pykernel.check.violations import Violations
from pykernel.check.zones import NAME_LENGTH, PageMap, Zone, pageblock_types, pcp_lists

_MOST_AT_ONCE = 512 << 10  # bytes: no more than that goes to or from the buddy system at once
_MIGRATE_RESERVE = 3
_MOST_ALONE = 125  # what fits into an s8, with some to spare


def check_zone_numbers(memory: Memory, log: Violations, survey: Survey) -> None:
    """Check all that is decided when the zones are made or min_free_kbytes is set."""
    found, pages = survey.zones, survey.pages
    numbers = _ZoneNumbers(memory, log)
    with log.reading("zone-size"):
        numbers.check_sizes()
    with log.reading("watermarks"):
        numbers.check_watermarks()
    with log.reading("lowmem-reserve"):
        numbers.check_lowmem_reserve()
    with log.reading("zonelist"):
        numbers.check_zonelists()
    with log.reading("pcp-size"):
        numbers.check_pcp_sizes()
    with log.reading("pageblock"):
        for zone in found:
            numbers.check_pageblocks(zone)
    with log.reading("node"):
        numbers.check_node(pages, found)
    with log.reading("mobility"):
        numbers.check_mobility()
    with log.reading("vm-stat"):
        numbers.check_global_counters()
        numbers.check_thresholds()


class _ZoneNumbers:
    """Every zone, whether it spans pages or not, by its index."""

    def __init__(self, memory: Memory, log: Violations) -> None:
        self.memory = memory
        self.log = log
        self.at = zone_offsets(memory.layout)
        first = memory.static("contig_page_data", "node_zones")
        self.structs = [first + index * self.at.size for index in range(self.at.count)]
        names = memory.static("zone_names")
        self.names = [
            memory.string(names + index * NAME_LENGTH, NAME_LENGTH) or str(index) for index in range(self.at.count)
        ]
        self.present = [memory.u64(phys + self.at.present) for phys in self.structs]

    def check_sizes(self) -> None:
        """Source: mm/page_alloc.c: zone_spanned_pages_in_node, free_area_init_core"""
        memory, at = self.memory, self.at
        regions = self._regions()
        first, last = min(start for start, _ in regions), max(end for _, end in regions)
        for index, phys in enumerate(self.structs):
            lowest, highest = (
                memory.u64(memory.statics[f"arch_zone_{which}_possible_pfn"] + 8 * index)
                for which in ("lowest", "highest")
            )
            start, end = max(lowest, first), min(highest, last)
            spanned = max(0, end - start)
            present = sum(max(0, min(high, end) - max(low, start)) for low, high in regions)
            present -= min(present, spanned * page_offsets(memory.layout).size >> PAGE_SHIFT)
            dma_reserve = memory.u64(memory.statics["dma_reserve"])
            if index == 0 and present > dma_reserve:
                present -= dma_reserve
            name = self.names[index]
            self._compare("zone-size", f"zone {name}: spanned_pages", phys + at.spanned, spanned)
            self._compare("zone-size", f"zone {name}: present_pages", phys + at.present, present)
            if spanned:
                self._compare("zone-size", f"zone {name}: zone_start_pfn", phys + at.start_pfn, start)
            pgdat = memory.statics["contig_page_data"] + KERNEL_MAP_BASE
            self._compare("zone-size", f"zone {name}: zone_pgdat", phys + at.zone_pgdat, pgdat)
            named = memory.statics["zone_names"] + index * NAME_LENGTH + KERNEL_MAP_BASE
            self._compare("zone-size", f"zone {name}: name", phys + at.name, named)

    def _regions(self) -> list[tuple[int, int]]:
        memory = self.memory
        base, size = memory.statics["early_node_map"], memory.layout.sizeof("node_active_region")
        start, end = (memory.layout.offset("node_active_region", f"{which}_pfn") for which in ("start", "end"))
        count = memory.i32(memory.statics["nr_nodemap_entries"])
        entries = [base + size * index for index in range(min(max(count, 1), 256))]
        return [(memory.u64(entry + start), memory.u64(entry + end)) for entry in entries]

    def _compare(self, rule: str, what: str, phys: int, expected: int) -> None:
        self.log.expect(rule, what, phys, expected, self.memory.u64(phys))

    def check_watermarks(self) -> None:
        """Check the marks, which are all 0 until init_per_zone_pages_min().

        Source: mm/page_alloc.c: setup_per_zone_pages_min, calculate_totalreserve_pages
        """
        memory, at = self.memory, self.at
        if not self._is_set_up():
            return
        pages_min = memory.i32(memory.statics["min_free_kbytes"]) >> (PAGE_SHIFT - 10)
        total = 0
        for phys, name, present in zip(self.structs, self.names, self.present, strict=True):
            mark = pages_min * present // max(1, sum(self.present))
            for offset, extra, which in zip(at.marks, (0, mark >> 2, mark >> 1), ("min", "low", "high"), strict=True):
                self._compare("watermarks", f"zone {name}: pages_{which}", phys + offset, mark + extra)
            reserve = max(memory.u64(phys + at.lowmem_reserve + 8 * index) for index in range(at.count))
            total += min(reserve + mark + (mark >> 1), present)
        self._compare("watermarks", "totalreserve_pages", memory.statics["totalreserve_pages"], total)

    def _is_set_up(self) -> bool:
        at = self.at
        offsets = [*at.marks, *(at.lowmem_reserve + 8 * index for index in range(at.count))]
        return any(self.memory.u64(phys + offset) for phys in self.structs for offset in offsets)

    def check_lowmem_reserve(self) -> None:
        """Source: mm/page_alloc.c: setup_per_zone_lowmem_reserve"""
        memory, at = self.memory, self.at
        if not self._is_set_up():
            return
        ratios = memory.statics["sysctl_lowmem_reserve_ratio"]
        for lower, phys in enumerate(self.structs):
            ratio = max(1, memory.i32(ratios + 4 * lower)) if lower < at.count - 1 else 1
            for above in range(at.count):
                pages = sum(self.present[lower + 1 : above + 1])
                what = f"zone {self.names[lower]}: lowmem_reserve[{above}]"
                self._compare("lowmem-reserve", what, phys + at.lowmem_reserve + 8 * above, pages // ratio)

    def check_zonelists(self) -> None:
        """Source: mm/page_alloc.c: build_zonelists_node"""
        memory, at = self.memory, self.at
        for index in range(at.count):
            zonelist = memory.static("contig_page_data", f"node_zonelists[{index}].zones")
            wanted = [self.structs[lower] + KERNEL_MAP_BASE for lower in range(index, -1, -1) if self.present[lower]]
            for entry, zone in enumerate([*wanted, 0]):
                what = f"the zonelist for zone {self.names[index]}: zone {entry}"
                self._compare("zonelist", what, zonelist + 8 * entry, zone)

    def check_pcp_sizes(self) -> None:
        """Source: mm/page_alloc.c: zone_batchsize, setup_pageset"""
        memory, at = self.memory, self.at
        for index, phys in enumerate(self.structs):
            batch = _batchsize(self.present[index])
            zone = Zone(index, self.names[index], phys, 0, 0, self.present[index])
            for cpu, name, pcp in pcp_lists(memory, zone):
                high, per_turn = (6 * batch, batch) if name == "hot" else (2 * batch, batch // 2)
                what = f"zone {zone.name}: cpu {cpu}'s {name} list"
                found = memory.i32(pcp + at.pcp_high), memory.i32(pcp + at.pcp_batch)
                if found != (high, max(1, per_turn)):
                    self.log.add("pcp-size", f"{what}: high, batch", pcp + at.pcp_high, (high, max(1, per_turn)), found)

    def check_pageblocks(self, zone: Zone) -> None:
        """Check that each block has a type, and that no more are reserved than pages_min asks for.

        Source: mm/page_alloc.c: setup_zone_migrate_reserve
        """
        memory = self.memory
        types = pageblock_types(memory, zone)
        for block, kind in enumerate(types):
            if kind > _MIGRATE_RESERVE:
                pfn = zone.start + (block << memory.config.pageblock_order)
                self.log.add("pageblock", f"the pageblock at {pfn:#x} is of no migrate type", zone.phys, "0..3", kind)
        pages_min = memory.u64(zone.phys + self.at.marks[0])
        most = -(-pages_min >> memory.config.pageblock_order)
        if types.count(_MIGRATE_RESERVE) > most:
            what = f"zone {zone.name} has more pageblocks in reserve than its pages_min asks for"
            self.log.add("pageblock", what, zone.phys, most, types.count(_MIGRATE_RESERVE))

    def check_thresholds(self) -> None:
        """Check how far CPUs count alone: all as one number of CPUs demands, or nowhere yet.

        Source: mm/vmstat.c: calculate_threshold
        """
        at = self.at
        if at.stat_diff is None:
            return
        threshold, u8 = at.stat_diff - 1, self.memory.ram.u8
        sets = [
            (index, phys + at.pageset + cpu * at.pageset_size)
            for index, phys in enumerate(self.structs)
            for cpu in range(at.cpus)
            if self.present[index]
        ]
        found = [u8[pageset + threshold] for _, pageset in sets]
        wanted = [
            [_threshold(self.present[index], cpus) if cpus else 0 for index, _ in sets] for cpus in range(at.cpus + 1)
        ]
        if found not in wanted:
            self.log.add("vm-stat", "stat_threshold of zones and CPUs", sets[0][1] + threshold, wanted[-1], found)
        for (index, pageset), most in zip(sets, found, strict=True):
            for item in range(self.memory.layout.number("NR_VM_ZONE_STAT_ITEMS")):
                diff = (u8[pageset + threshold + 1 + item] ^ 0x80) - 0x80
                if abs(diff) > most:
                    what = f"zone {self.names[index]}: vm_stat_diff[{item}] is beyond its threshold"
                    self.log.add("vm-stat", what, pageset + threshold + 1 + item, f"at most {most}", diff)

    def check_node(self, pages: PageMap, found: tuple[Zone, ...]) -> None:
        """Check what the node says of its zones. Source: mm/page_alloc.c: calculate_node_totalpages"""
        memory = self.memory
        mem_map = memory.u64(memory.statics["mem_map"])
        regions = self._regions()
        for member, expected in (
            ("node_mem_map", mem_map),
            ("node_start_pfn", min(start for start, _ in regions)),
            ("node_spanned_pages", found[-1].end - found[0].start),
            ("node_present_pages", sum(end - start for start, end in regions)),
        ):
            self._compare("node", member, memory.static("contig_page_data", member), expected)
        nr_zones = memory.static("contig_page_data", "nr_zones")
        self.log.expect("node", "nr_zones", nr_zones, found[-1].index + 1, memory.i32(nr_zones))
        for name in ("max_pfn", "num_physpages"):
            self._compare("node", name, memory.statics[name], pages.count)

    def check_mobility(self) -> None:
        """Check whether migrate types are in use. Source: mm/page_alloc.c: build_all_zonelists, nr_free_zone_pages"""
        memory = self.memory
        total, disabled = memory.statics["vm_total_pages"], memory.statics["page_group_by_mobility_disabled"]
        present = sum(self.present)
        self._compare("mobility", "vm_total_pages", total, present)
        few = present < self.at.types << memory.config.pageblock_order
        self.log.expect("mobility", "page_group_by_mobility_disabled", disabled, int(few), memory.i32(disabled))

    def check_global_counters(self) -> None:
        """Compare the sums of the zones' counters with the machine's."""
        memory = self.memory
        for item in range(memory.layout.number("NR_VM_ZONE_STAT_ITEMS")):
            total = sum(memory.i64(phys + self.at.vm_stat + 8 * item) for phys in self.structs)
            phys = memory.statics["vm_stat"] + 8 * item
            self.log.expect("vm-stat", f"vm_stat[{item}] is not the sum of the zones'", phys, total, memory.i64(phys))


def _batchsize(present: int) -> int:
    """Source: mm/page_alloc.c: zone_batchsize"""
    batch = max(1, min(present >> 10, _MOST_AT_ONCE >> PAGE_SHIFT) // 4)
    return (1 << ((batch + batch // 2).bit_length() - 1)) - 1


def _threshold(present: int, cpus: int) -> int:
    """Source: mm/vmstat.c: calculate_threshold"""
    return min(_MOST_ALONE, 2 * cpus.bit_length() * (1 + (present >> (27 - PAGE_SHIFT)).bit_length()))
