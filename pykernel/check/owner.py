# SPDX-License-Identifier: GPL-2.0-only
"""Whose is a physical address: told from struct page and from the slab's own structures, for one address at a time.

Any address and any state of RAM gets an answer. Where a structure on the way is damaged, the answer is as much as was
found, with the damage in `doubt`.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from emulator.memmap import KERNEL_PHYS, KERNEL_PHYS_END, PAGE_OFFSET, PAGE_SHIFT, PAGE_SIZE
from pykernel.check.caches import Cache, array_caches, entries, free_indices, read_cache
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.offsets import page_offsets, slab_offsets, zone_offsets
from pykernel.check.zones import PageMap, Zone, page_map, pageblock_types, pcp_lists, pcp_pages, zone_of, zones

MIGRATE_NAMES = ("Unmovable", "Reclaimable", "Movable", "Reserve", "Isolate")


@dataclass(frozen=True, slots=True)
class Owner:
    """Who has the byte at `phys`; members that do not apply are None.

    `kind` is one of: none (no RAM there), kernel (the image), mem_map, reserved, free (buddy system), pcp (a per-CPU
    list), object, management (struct slab and its bufctls), padding (of a slab), pages (in use), lost.
    `first` is the physical address of the block, object or variable; `offset` how far into it the byte lies (outside
    0..size: in a debugging kernel's red zone). `state` of an object: allocated, free (in its slab), or cached (in the
    array that `holder` names).
    """

    phys: int
    kind: str
    zone: str | None = None
    first: int | None = None
    offset: int | None = None
    order: int | None = None
    migrate_type: str | None = None
    symbol: str | None = None
    cache: str | None = None
    is_dma: bool | None = None
    size: int | None = None  # bytes of the object
    index: int | None = None
    state: str | None = None
    holder: str | None = None
    doubt: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give what applies in a form that JSON can hold."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    @property
    def sentence(self) -> str:
        """Say it in words."""
        where = f" in zone {self.zone}" if self.zone else ""
        if self.kind == "object":
            whose = f"{self.state} object {self.index} of cache {self.cache} at {self.first:#x}, byte {self.offset}"
            return whose + where + (f", in the array of {self.holder}" if self.holder else "")
        if self.kind in ("management", "padding"):
            return f"{self.kind} of a slab of cache {self.cache}{where}"
        if self.kind == "kernel":
            return f"the kernel's {self.symbol}, byte {self.offset}" if self.symbol else "the kernel's image"
        if self.kind == "pcp":
            return f"a free page on the per-CPU list of {self.holder}{where}"
        if self.kind == "free":
            return f"free memory, a block of order {self.order} at {self.first:#x}{where}"
        if self.kind == "pages":
            size = "a block of pages" if self.order is None else f"a block of order {self.order}"
            return f"{size} in use at {self.first:#x}{where}"
        return {"none": "no RAM", "mem_map": "the memory map"}.get(self.kind, f"{self.kind} memory") + where


def owner_of(memory: Memory, phys: int) -> Owner:
    """Say whose the byte at `phys` is."""
    if not memory.holds(phys, 1):
        return Owner(phys, "none")
    try:
        found = zones(memory)
        pages = page_map(memory, found[-1].end)
    except Unreadable as damage:
        return replace(_image(memory, phys) or Owner(phys, "reserved"), doubt=damage.sentence)
    zone = zone_of(found, phys >> PAGE_SHIFT)
    if zone is None:
        return Owner(phys, "none")
    try:
        return replace(_owner_in_zone(memory, pages, zone, phys), zone=zone.name)
    except (Unreadable, IndexError) as damage:
        return Owner(phys, "lost", zone.name, doubt=str(damage))


def _owner_in_zone(memory: Memory, pages: PageMap, zone: Zone, phys: int) -> Owner:
    at, pfn = page_offsets(memory.layout), phys >> PAGE_SHIFT
    flags = memory.u64(pages.page(pfn) + at.flags)
    if flags & at.slab:
        return _slab_owner(memory, pages, phys)
    if flags & at.reserved:
        in_mem_map = pages.phys <= phys < pages.page(pages.count)
        return _image(memory, phys) or Owner(phys, "mem_map" if in_mem_map else "reserved")
    free = _free_owner(memory, pages, zone, phys) or _pcp_owner(memory, pages, zone, phys)
    return free or _block_owner(memory, pages, phys)


def _image(memory: Memory, phys: int) -> Owner | None:
    """Name the static variable at an address, or at least the kernel's image."""
    for name, first in memory.statics.items():
        if first <= phys < first + memory.layout.variable(name).size:
            return Owner(phys, "kernel", symbol=name, first=first, offset=phys - first)
    return Owner(phys, "kernel") if KERNEL_PHYS <= phys < KERNEL_PHYS_END else None


def _free_owner(memory: Memory, pages: PageMap, zone: Zone, phys: int) -> Owner | None:
    """Find the free block that holds a page, by the marks of the heads that it could have."""
    at, pfn = page_offsets(memory.layout), phys >> PAGE_SHIFT
    for low in range(zone_offsets(memory.layout).orders):
        head = pfn >> low << low
        if head < zone.start or not memory.u64(pages.page(head) + at.flags) & at.buddy:
            continue
        order = memory.u64(pages.page(head) + at.private)
        if low <= order < zone_offsets(memory.layout).orders and not head & ((1 << order) - 1):
            kind = pageblock_types(memory, zone)[(pfn - zone.start) >> memory.config.pageblock_order]
            named = MIGRATE_NAMES[kind] if kind < len(MIGRATE_NAMES) else None
            first = head << PAGE_SHIFT
            return Owner(phys, "free", first=first, offset=phys - first, order=order, migrate_type=named)
    return None


def _pcp_owner(memory: Memory, pages: PageMap, zone: Zone, phys: int) -> Owner | None:
    pfn = phys >> PAGE_SHIFT
    if memory.u32(pages.page(pfn) + page_offsets(memory.layout).count):
        return None
    for cpu, name, pcp in pcp_lists(memory, zone):
        if pfn in pcp_pages(memory, pages, pcp):
            first = pfn << PAGE_SHIFT
            return Owner(phys, "pcp", first=first, offset=phys - first, order=0, holder=f"cpu {cpu} ({name})")
    return None


def _block_owner(memory: Memory, pages: PageMap, phys: int) -> Owner:
    """Find the allocated block that holds a page. Its order is known only of compound pages."""
    at, pfn = page_offsets(memory.layout), phys >> PAGE_SHIFT
    flags = memory.u64(pages.page(pfn) + at.flags)
    head: int | None = pfn
    if flags & at.tail == at.tail:
        first_page = memory.resolve(memory.u64(pages.page(pfn) + at.private), at.size)
        head = None if first_page is None else pages.pfn_of_struct(first_page)
    elif not memory.u32(pages.page(pfn) + at.count):
        head = _head_before(memory, pages, pfn)
    if head is None:
        return Owner(phys, "lost", doubt="a page that nobody uses and that is on no list")
    first, order = head << PAGE_SHIFT, None
    if flags & at.compound and head + 1 < pages.count:
        order = memory.u64(pages.page(head + 1) + at.lru + 8)
    return Owner(phys, "pages", first=first, offset=phys - first, order=order)


def _head_before(memory: Memory, pages: PageMap, pfn: int) -> int | None:
    """Find the page in use whose block, aligned to its size, may reach as far as `pfn`."""
    count = page_offsets(memory.layout).count
    for order in range(1, zone_offsets(memory.layout).orders):
        head = pfn >> order << order
        if memory.u32(pages.page(head) + count):
            return head
    return None


def _slab_owner(memory: Memory, pages: PageMap, phys: int) -> Owner:
    at, lru = slab_offsets(memory.layout), pages.page(phys >> PAGE_SHIFT) + page_offsets(memory.layout).lru
    cache = read_cache(memory, memory.follow(lru, "a slab page's cache", at.cache_size))
    slab = memory.follow(lru + 8, "a slab page's slab", at.slab_struct)
    if not cache.fits:
        raise Unreadable(f"cache {cache.name} can have no slab", cache.phys)
    first = memory.follow(slab + at.s_mem, "slab: s_mem", 1, 1)
    base = first - memory.u64(slab + at.colouroff)
    whole = Owner(phys, "padding", cache=cache.name, is_dma=cache.is_dma, first=base, offset=phys - base)
    if not base <= phys < base + (PAGE_SIZE << cache.gfporder):
        return replace(whole, doubt=f"the slab that its page names begins at {base:#x}")
    index = (phys - first) // cache.buffer_size
    if 0 <= index < cache.num:
        return _object_owner(memory, cache, slab, Owner(phys, "object", index=index), first)
    return replace(whole, kind="management") if slab <= phys < first else whole


def _object_owner(memory: Memory, cache: Cache, slab: int, owner: Owner, s_mem: int) -> Owner:
    index = owner.index or 0
    first = s_mem + index * cache.buffer_size
    state, holder, doubt = "allocated", None, None
    try:
        if index in free_indices(memory, slab, cache.num):
            state = "free"
        for name, array in array_caches(memory, cache):
            if first + PAGE_OFFSET in entries(memory, array):
                state, holder = "cached", name
    except Unreadable as damage:
        doubt = damage.sentence
    return replace(
        owner,
        cache=cache.name,
        is_dma=cache.is_dma,
        size=cache.obj_size,
        first=first + cache.obj_offset,
        offset=owner.phys - first - cache.obj_offset,
        state=state,
        holder=holder,
        doubt=doubt,
    )
