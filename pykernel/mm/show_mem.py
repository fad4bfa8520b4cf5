# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel prints of memory when it runs out. It only reads.

Source: mm/page_alloc.c: show_free_areas; arch/x86/mm/init_64.c: show_mem
"""

from collections import Counter

from pykernel.layout.strings import read_string
from pykernel.mm.context import Mm
from pykernel.mm.page import PG_RESERVED
from pykernel.mm.zone import COLD, HOT, Zone

_KIB_PER_PAGE = 4
_CHUNK = 1 << 16  # struct pages that are looked at together


def show_mem(mm: Mm) -> list[str]:
    """Describe all memory in lines.

    Source: arch/x86/mm/init_64.c: show_mem
    Differs: nothing is swapped, so no page is in the swap cache; a compound page's tails are not counted as shared
    """
    pages, users = Counter[bool](), 0
    for start in range(0, mm.max_pfn, _CHUNK):
        chunk = slice(start, min(start + _CHUNK, mm.max_pfn))
        marks = [flags & PG_RESERVED != 0 for flags in mm.mem_map.flags[chunk].tolist()]
        pages.update(marks)
        users += sum(
            count - 1
            for count, reserved in zip(mm.mem_map.users[chunk].tolist(), marks, strict=True)
            if count > 1 and not reserved
        )
    return [
        "Mem-info:",
        *show_free_areas(mm),
        f"Free swap:       {0:6}kB",
        f"{mm.max_pfn} pages of RAM",
        f"{pages[True]} reserved pages",
        f"{users} pages shared",
        "0 pages swap cached",
    ]


def show_free_areas(mm: Mm) -> list[str]:
    """Describe the zones that have pages: per-CPU lists, counters, watermarks, free blocks.

    Source: mm/page_alloc.c: show_free_areas
    """
    zones = [zone for zone in mm.zones if mm.ram.u64[zone.w_present_pages]]
    lines = []
    for zone in zones:
        lines.append(f"{_name(mm, zone)} per-cpu:")
        lines += [_per_cpu(mm, zone, cpu) for cpu in _online(mm)]

    def total(*items: str) -> int:
        return sum(mm.vmstat.global_page_state(mm.layout.number(item)) for item in items)

    lines += [
        f"Active:{total('NR_ACTIVE')} inactive:{total('NR_INACTIVE')} dirty:{total('NR_FILE_DIRTY')} "
        f"writeback:{total('NR_WRITEBACK')} unstable:{total('NR_UNSTABLE_NFS')}",
        f" free:{total('NR_FREE_PAGES')} slab:{total('NR_SLAB_RECLAIMABLE', 'NR_SLAB_UNRECLAIMABLE')} "
        f"mapped:{total('NR_FILE_MAPPED')} pagetables:{total('NR_PAGETABLE')} bounce:{total('NR_BOUNCE')}",
    ]
    for zone in zones:
        lines += _watermarks(mm, zone)
    return lines + [_free_blocks(mm, zone) for zone in zones]


def _online(mm: Mm) -> list[int]:
    online = mm.ram.u64[mm.statics["cpu_online_map"] >> 3]
    return [cpu for cpu in range(mm.config.nr_cpus) if online >> cpu & 1]


def _word(mm: Mm, zone: Zone, path: str) -> int:
    return mm.ram.u64[(zone.phys + mm.layout.offset("zone", path)) >> 3]


def _name(mm: Mm, zone: Zone) -> str:
    return read_string(mm.ram, _word(mm, zone, "name"), 16)


def _per_cpu(mm: Mm, zone: Zone, cpu: int) -> str:
    parts = []
    for number, label in ((HOT, "Hot"), (COLD, "Cold")):
        word = zone.pcps[cpu][number].phys >> 2
        count, high, batch = mm.ram.i32[word : word + 3]
        parts.append(f"{label}: hi:{high:5}, btch:{batch:4} usd:{count:4}")
    return f"CPU {cpu:4}: " + "   ".join(parts)


def _watermarks(mm: Mm, zone: Zone) -> list[str]:
    def kib(pages: int) -> str:
        return f"{pages * _KIB_PER_PAGE}kB"

    state = {
        name: mm.vmstat.zone_page_state(zone, mm.layout.number(item))
        for name, item in (("free", "NR_FREE_PAGES"), ("active", "NR_ACTIVE"), ("inactive", "NR_INACTIVE"))
    }
    marks = {name: _word(mm, zone, f"pages_{name}") for name in ("min", "low", "high")}
    unreclaimable = _word(mm, zone, "flags") >> mm.layout.number("ZONE_ALL_UNRECLAIMABLE") & 1
    reserve = " ".join(str(_word(mm, zone, f"lowmem_reserve[{index}]")) for index in range(len(mm.zones)))
    return [
        f"{_name(mm, zone)} free:{kib(state['free'])} min:{kib(marks['min'])} low:{kib(marks['low'])} "
        f"high:{kib(marks['high'])} active:{kib(state['active'])} inactive:{kib(state['inactive'])} "
        f"present:{kib(_word(mm, zone, 'present_pages'))} pages_scanned:{_word(mm, zone, 'pages_scanned')} "
        f"all_unreclaimable? {'yes' if unreclaimable else 'no'}",
        f"lowmem_reserve[]: {reserve}",
    ]


def _free_blocks(mm: Mm, zone: Zone) -> str:
    counts = [mm.ram.u64[word] for word in zone.w_nr_free]
    blocks = "".join(f"{count}*{_KIB_PER_PAGE << order}kB " for order, count in enumerate(counts))
    total = sum(count * _KIB_PER_PAGE << order for order, count in enumerate(counts))
    return f"{_name(mm, zone)}: {blocks}= {total}kB"
