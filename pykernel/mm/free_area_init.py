# SPDX-License-Identifier: GPL-2.0-only
"""Lay out the node and its zones: spans, mem_map, pageblock types, wait tables, per-CPU lists. Runs once, at boot.

Source: mm/page_alloc.c: free_area_init_nodes and what it calls
"""

from array import array
from collections.abc import Sequence

from emulator.memmap import PAGE_OFFSET, PAGE_SHIFT, PAGE_SIZE
from pykernel.layout.address import phys_to_virt, virt_to_phys
from pykernel.layout.lists import init_list_head
from pykernel.layout.view import I32, U64, Pointer, Struct
from pykernel.mm.active_regions import absent_pages_in_range, active_regions, find_max_pfn, find_min_pfn, sort_node_map
from pykernel.mm.bootmem import Bootmem
from pykernel.mm.context import Mm
from pykernel.mm.memmap_init import memmap_init_zone
from pykernel.mm.page import WORDS
from pykernel.mm.zone import MIGRATE_MOVABLE, MIGRATE_TYPES, Zone

_PAGES_PER_WAITQUEUE = 256
_BLOCK_BITS = 3  # NR_PAGEBLOCK_BITS
_DEF_PRIORITY = 12


class PglistData(Struct):
    """struct pglist_data: the one node."""

    __slots__ = ()
    struct = "pglist_data"
    nr_zones = I32()
    node_mem_map = Pointer()
    bdata = Pointer()
    node_start_pfn = U64()
    node_present_pages = U64()
    node_spanned_pages = U64()
    node_id = I32()
    kswapd_max_order = I32()


class ZoneData(Struct):
    """struct zone: the members that boot sets once."""

    __slots__ = ()
    struct = "zone"
    pageblock_flags = Pointer()
    nr_scan_active = U64()
    nr_scan_inactive = U64()
    flags = U64()
    prev_priority = I32()
    wait_table = Pointer()
    wait_table_hash_nr_entries = U64()
    wait_table_bits = U64()
    zone_pgdat = Pointer()
    zone_start_pfn = U64()
    spanned_pages = U64()
    present_pages = U64()
    name = Pointer()


def free_area_init_nodes(mm: Mm, bootmem: Bootmem, max_zone_pfns: Sequence[int]) -> None:
    """Make the node from the registered regions; `max_zone_pfns` says for each zone but Movable where it ends.

    Source: mm/page_alloc.c: free_area_init_nodes
    Differs: kernelcore= and movablecore= are not there, so ZONE_MOVABLE is empty
    """
    sort_node_map(mm)
    bounds = _record_zone_bounds(mm, max_zone_pfns)
    mm.printk("Zone PFN ranges:")
    for zone, (lowest, highest) in zip(mm.zones[:-1], bounds, strict=False):
        mm.printk(f"  {_static_name(mm, zone.index):<8} {lowest:8} -> {highest:8}")
    mm.printk("Movable zone start PFN for each node")
    regions = active_regions(mm)
    mm.printk(f"early_node_map[{len(regions)}] active PFN ranges")
    for region in regions:
        mm.printk(f"  {region.nid:3}: {region.start_pfn:8} -> {region.end_pfn:8}")
    _free_area_init_node(mm, bootmem, bounds)
    mm.read_geometry()


def _record_zone_bounds(mm: Mm, max_zone_pfns: Sequence[int]) -> list[tuple[int, int]]:
    """Work out [lowest, highest) of each zone, each beginning where the one before ends; Movable has (0, 0)."""
    lowest, bounds = find_min_pfn(mm), []
    for index, end in enumerate(max_zone_pfns):
        highest = end if index == 0 else max(end, lowest)
        bounds.append((lowest, highest))
        lowest = highest
    bounds.append((0, 0))
    for name, values in zip(("lowest", "highest"), zip(*bounds, strict=True), strict=True):
        base = mm.statics[f"arch_zone_{name}_possible_pfn"] >> 3
        for index, value in enumerate(values):
            mm.ram.u64[base + index] = value
    return bounds


def _free_area_init_node(mm: Mm, bootmem: Bootmem, bounds: list[tuple[int, int]]) -> None:
    """Source: mm/page_alloc.c: free_area_init_node, calculate_node_totalpages"""
    first, end = find_min_pfn(mm), find_max_pfn(mm)
    spans = [(max(lowest, first), min(highest, end)) if lowest <= end else (0, 0) for lowest, highest in bounds[:-1]]
    spans = [(low, max(low, high)) for low, high in spans] + [(0, 0)]
    node = mm.layout.bind(PglistData)(mm.ram, mm.pgdat)
    node.bdata = mm.address_of("contig_bootmem_data")
    node.node_id = 0
    node.node_start_pfn = first
    node.node_spanned_pages = sum(high - low for low, high in spans)
    node.node_present_pages = node.node_spanned_pages - sum(absent_pages_in_range(mm, *span) for span in spans)
    mm.printk(f"On node 0 totalpages: {node.node_present_pages}")
    _alloc_node_mem_map(mm, bootmem, node)
    _free_area_init_core(mm, bootmem, node, spans)


def _alloc_node_mem_map(mm: Mm, bootmem: Bootmem, node: PglistData) -> None:
    """Take the mem_map from boot memory, whole largest blocks of it. Source: mm/page_alloc.c: alloc_node_mem_map"""
    block = 1 << (mm.config.max_order - 1)
    start = node.node_start_pfn & -block
    end = (node.node_start_pfn + node.node_spanned_pages + block - 1) & -block
    size = (end - start) * WORDS * 8
    mem_map = bootmem.alloc_bootmem(size)
    node.node_mem_map = phys_to_virt(mem_map + (node.node_start_pfn - start) * WORDS * 8)
    mm.set("mem_map", node.node_mem_map - node.node_start_pfn * WORDS * 8)
    mm.set("max_pfn", node.node_start_pfn + node.node_spanned_pages)


def _free_area_init_core(mm: Mm, bootmem: Bootmem, node: PglistData, spans: list[tuple[int, int]]) -> None:
    """Source: mm/page_alloc.c: free_area_init_core"""
    node.nr_zones = 0
    node.kswapd_max_order = 0
    init_list_head(mm.ram, phys_to_virt(mm.pgdat + mm.layout.offset("pglist_data", "kswapd_wait.task_list")))
    start_pfn = node.node_start_pfn
    for zone, span in zip(mm.zones, spans, strict=True):
        size = span[1] - span[0]
        data = mm.layout.bind(ZoneData)(mm.ram, zone.phys)
        realsize = _present_pages(mm, zone.index, size, absent_pages_in_range(mm, *span))
        for counter in ("nr_kernel_pages", "nr_all_pages"):
            mm.set(counter, mm.get(counter) + realsize)
        data.spanned_pages = size
        data.present_pages = realsize
        data.name = mm.address_of("zone_names") + zone.index * 8
        data.zone_pgdat = mm.address_of("contig_page_data")
        data.prev_priority = _DEF_PRIORITY
        _zone_pcp_init(mm, zone, realsize)
        for name in ("active_list", "inactive_list"):
            init_list_head(mm.ram, zone.virt + mm.layout.offset("zone", name))
        data.nr_scan_active = data.nr_scan_inactive = data.flags = 0
        for item in range(mm.layout.number("NR_VM_ZONE_STAT_ITEMS")):
            mm.ram.i64[zone.w_vm_stat + item] = 0
        if size:
            _setup_usemap(mm, bootmem, data, start_pfn, size)
            _zone_wait_table_init(mm, bootmem, data, size)
            node.nr_zones = zone.index + 1
            data.zone_start_pfn = start_pfn
            memmap_init_zone(mm.ram, virt_to_phys(mm.get("mem_map")), zone.index, start_pfn, size)
            _zone_init_free_lists(mm, zone)
            start_pfn += size


def _present_pages(mm: Mm, index: int, size: int, absent: int) -> int:
    """Give the pages of a zone that count for its watermarks: without holes, mem_map and, below 16 MiB, the kernel."""
    realsize = size - absent
    name = _static_name(mm, index)
    memmap_pages = size * WORDS * 8 >> PAGE_SHIFT
    if realsize >= memmap_pages:
        realsize -= memmap_pages
        mm.printk(f"  {name} zone: {memmap_pages} pages used for memmap")
    else:
        mm.printk(f"  {name} zone: {memmap_pages} pages exceeds realsize {realsize}")
    dma_reserve = mm.get("dma_reserve")
    if index == 0 and realsize > dma_reserve:
        realsize -= dma_reserve
        mm.printk(f"  {name} zone: {dma_reserve} pages reserved")
    return realsize


def _static_name(mm: Mm, index: int) -> str:
    phys = mm.statics["zone_names"] + index * 8
    return bytes(mm.ram.u8[phys : phys + 8]).split(b"\0")[0].decode()


def zone_batchsize(present_pages: int) -> int:
    """Give how many pages a per-CPU list trades at once: about a 4096th of the zone, one less than a power of two.

    Source: mm/page_alloc.c: zone_batchsize
    """
    batch = min(present_pages // 1024, 512 * 1024 // PAGE_SIZE) // 4 or 1
    return int((1 << ((batch + batch // 2).bit_length() - 1)) - 1)


def _zone_pcp_init(mm: Mm, zone: Zone, present_pages: int) -> None:
    """Source: mm/page_alloc.c: zone_pcp_init, setup_pageset"""
    batch = zone_batchsize(present_pages)
    size = mm.layout.sizeof("per_cpu_pageset")
    for hot, cold in zone.pcps:
        mm.ram.fill(hot.phys, size)
        for pcp, high, step in ((hot, 6 * batch, batch), (cold, 2 * batch, batch // 2)):
            mm.ram.u64[pcp.w_count_high] = high << 32
            mm.ram.u64[pcp.w_batch] = max(1, step)
            init_list_head(mm.ram, pcp.head)
    if present_pages:
        mm.printk(f"  {_static_name(mm, zone.index)} zone: {present_pages} pages, LIFO batch:{batch}")


def _setup_usemap(mm: Mm, bootmem: Bootmem, data: ZoneData, start_pfn: int, size: int) -> None:
    """Take the pageblocks' migrate types from boot memory, all MOVABLE.

    A block of which the zone has only the first page stays UNMOVABLE, as memmap_init_zone() happens to leave it.

    Source: mm/page_alloc.c: setup_usemap, usemap_size, memmap_init_zone
    """
    order = mm.config.pageblock_order
    blocks = (size + (1 << order) - 1) >> order
    usemap_size = (blocks * _BLOCK_BITS + 63) // 64 * 8
    usemap = bootmem.alloc_bootmem(usemap_size)
    data.pageblock_flags = phys_to_virt(usemap)
    end_pfn = start_pfn + size
    movable = blocks - ((end_pfn - 1) & ((1 << order) - 1) == 0)
    bits = int.from_bytes(b"\x92\x24\x49" * (movable // 8 + 1), "little")  # eight times MIGRATE_MOVABLE in three bytes
    assert bits & 7 == MIGRATE_MOVABLE
    mm.ram.write(usemap, (bits & ((1 << movable * _BLOCK_BITS) - 1)).to_bytes(usemap_size, "little"))


def _zone_wait_table_init(mm: Mm, bootmem: Bootmem, data: ZoneData, size: int) -> None:
    """Make the hash table of queues on which tasks wait for pages. Source: mm/page_alloc.c: zone_wait_table_init"""
    entries = 1
    while entries < size // _PAGES_PER_WAITQUEUE:
        entries <<= 1
    entries = max(min(entries, 4096), 4)
    queue = mm.layout.sizeof("__wait_queue_head")
    task_list = mm.layout.offset("__wait_queue_head", "task_list")
    table = bootmem.alloc_bootmem(entries * queue)
    data.wait_table_hash_nr_entries = entries
    data.wait_table_bits = entries.bit_length() - 1
    data.wait_table = phys_to_virt(table)
    first = table + task_list
    links = memoryview(array("Q", range(first + PAGE_OFFSET, first + PAGE_OFFSET + entries * queue, queue)))
    for member in (first, first + 8):
        mm.ram.column("Q", member, queue, entries)[:] = links


def _zone_init_free_lists(mm: Mm, zone: Zone) -> None:
    """Source: mm/page_alloc.c: zone_init_free_lists"""
    for order, heads in enumerate(zone.heads):
        for kind in range(MIGRATE_TYPES):
            init_list_head(mm.ram, heads[kind])
        mm.ram.u64[zone.w_nr_free[order]] = 0
