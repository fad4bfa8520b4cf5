# SPDX-License-Identifier: GPL-2.0-only
"""/proc/buddyinfo, /proc/pagetypeinfo and /proc/zoneinfo.

Source: mm/vmstat.c
"""

from collections.abc import Iterator

from pykernel.layout.lists import list_for_each
from pykernel.mm.context import Mm
from pykernel.mm.zone import COLD, HOT, Zone

# 2.6.24 forgot to name MIGRATE_ISOLATE, and its printf says so.
_MIGRATE_NAMES = ("Unmovable", "Reclaimable", "Movable", "Reserve", "<NULL>")
_ZONE_NAMES = {"ZONE_DMA": "DMA", "ZONE_DMA32": "DMA32", "ZONE_NORMAL": "Normal", "ZONE_MOVABLE": "Movable"}
_BITS_PER_WORD = 64
_STATS = (
    "nr_free_pages",
    "nr_inactive",
    "nr_active",
    "nr_anon_pages",
    "nr_mapped",
    "nr_file_pages",
    "nr_dirty",
    "nr_writeback",
    "nr_slab_reclaimable",
    "nr_slab_unreclaimable",
    "nr_page_table_pages",
    "nr_unstable",
    "nr_bounce",
    "nr_vmscan_write",
)


def populated_zones(mm: Mm) -> Iterator[tuple[str, Zone]]:
    """Yield the zones that have pages, with their names. Source: mm/vmstat.c: walk_zones_in_node"""
    for name, number in mm.layout.enum("zone_type").items():
        if name != "MAX_NR_ZONES" and mm.ram.u64[mm.zones[number].w_present_pages]:
            yield _ZONE_NAMES[name], mm.zones[number]


def zone_page_state(mm: Mm, zone: Zone, item: int) -> int:
    """Give a zone's counter, never below 0. Source: include/linux/vmstat.h: zone_page_state"""
    return max(0, mm.ram.i64[zone.w_vm_stat + item]) if mm.config.nr_cpus > 1 else mm.ram.u64[zone.w_vm_stat + item]


def buddyinfo(mm: Mm) -> str:
    """Write /proc/buddyinfo: free blocks of each order. Source: mm/vmstat.c: frag_show_print"""
    lines = []
    for name, zone in populated_zones(mm):
        counts = "".join(f"{mm.ram.u64[word]:6} " for word in zone.w_nr_free)
        lines.append(f"Node 0, zone {name:>8} {counts}\n")
    return "".join(lines)


def pagetypeinfo(mm: Mm) -> str:
    """Write /proc/pagetypeinfo: free blocks and pageblocks by migrate type.

    Source: mm/vmstat.c: pagetypeinfo_show
    """
    orders = range(mm.config.max_order)
    lines = [f"Page block order: {mm.config.pageblock_order}\nPages per block:  {1 << mm.config.pageblock_order}\n\n"]
    lines.append(f"{'Free pages count per migrate type at order':<43} " + "".join(f"{o:6} " for o in orders) + "\n")
    for name, zone in populated_zones(mm):
        for kind, kind_name in enumerate(_MIGRATE_NAMES):
            lengths = (sum(1 for _ in list_for_each(mm.ram, zone.heads[order][kind])) for order in orders)
            numbers = "".join(f"{length:6} " for length in lengths)
            lines.append(f"Node {0:4}, zone {name:>8}, type {kind_name:>12} {numbers}\n")
    lines.append(f"\n{'Number of blocks type ':<23}" + "".join(f"{name:>12} " for name in _MIGRATE_NAMES) + "\n")
    for name, zone in populated_zones(mm):
        counts = _pageblock_counts(mm, zone)
        lines.append(f"Node 0, zone {name:>8} " + "".join(f"{count:12} " for count in counts) + "\n")
    return "".join(lines)


def _pageblock_counts(mm: Mm, zone: Zone) -> list[int]:
    """Count a zone's pageblocks by migrate type. Source: mm/vmstat.c: pagetypeinfo_showblockcount_print"""
    counts = [0] * len(_MIGRATE_NAMES)
    blocks = len(range(zone.start_pfn, zone.end_pfn, 1 << mm.config.pageblock_order))
    width = mm.layout.number("NR_PAGEBLOCK_BITS")
    length = -(-blocks * width // _BITS_PER_WORD) * 8
    bits = int.from_bytes(mm.ram.u8[zone.block_flags : zone.block_flags + length], "little")
    digits = f"{bits:0{length * 8}b}"[::-1]
    for block in range(blocks):
        kind = int(digits[block * width : block * width + width][::-1], 2)
        if kind < len(counts):
            counts[kind] += 1
    return counts


def zoneinfo(mm: Mm) -> str:
    """Write /proc/zoneinfo. Source: mm/vmstat.c: zoneinfo_show_print"""
    return "".join(_zone(mm, name, zone) for name, zone in populated_zones(mm))


def _zone(mm: Mm, name: str, zone: Zone) -> str:
    def word(path: str) -> int:
        return mm.ram.u64[(zone.phys + mm.layout.offset("zone", path)) >> 3]

    scanned = f"{word('pages_scanned')} (a: {word('nr_scan_active')} i: {word('nr_scan_inactive')})"
    lines = [f"Node 0, zone {name:>8}", f"  pages free     {zone_page_state(mm, zone, 0)}"]
    lines += [f"        {label:<8} {word('pages_' + label)}" for label in ("min", "low", "high")]
    lines += [f"        scanned  {scanned}"]
    lines += [f"        {label:<8} {word(label + '_pages')}" for label in ("spanned", "present")]
    lines += [f"    {label:<12} {zone_page_state(mm, zone, item)}" for item, label in enumerate(_STATS)]
    reserve = (str(word(f"lowmem_reserve[{number}]")) for number in range(len(mm.zones)))
    lines += [f"        protection: ({', '.join(reserve)})", "  pagesets"]
    for cpu in range(mm.config.nr_cpus):
        lines += _pageset(mm, zone, cpu)
    unreclaimable = word("flags") >> mm.layout.number("ZONE_ALL_UNRECLAIMABLE") & 1
    priority = mm.ram.i32[(zone.phys + mm.layout.offset("zone", "prev_priority")) >> 2]
    lines += [f"  all_unreclaimable: {unreclaimable}", f"  prev_priority:     {priority}"]
    lines += [f"  start_pfn:         {word('zone_start_pfn')}"]
    return "\n".join(lines) + "\n"


def _pageset(mm: Mm, zone: Zone, cpu: int) -> list[str]:
    lines = []
    for number in (HOT, COLD):
        phys = zone.pcps[cpu][number].phys
        count, high, batch = mm.ram.i32[phys >> 2 : (phys >> 2) + 3]
        lines += [f"    cpu: {cpu} pcp: {number}"]
        lines += [f"              count: {count}", f"              high:  {high}", f"              batch: {batch}"]
    if mm.config.nr_cpus > 1:
        lines.append(f"  vm stats threshold: {mm.ram.u8[zone.stat_diffs[cpu]]}")
    return lines
