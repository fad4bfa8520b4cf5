# SPDX-License-Identifier: GPL-2.0-only
"""The audit of the slab allocator: every slab, every object and every page of it is accounted for exactly once.

The order matters: caches first, then their slabs, then the arrays of free objects, then who holds what. Each step
believes only what the step before has found in order.
"""

from collections import Counter
from dataclasses import dataclass

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET, PAGE_SHIFT, PAGE_SIZE
from pykernel.check import columns
from pykernel.check.cache_facts import check_cache, check_general_caches, check_statics
from pykernel.check.caches import SIZEOF_BUFCTL, Cache, array_caches, entries, free_indices, read_cache, slabs_of
from pykernel.check.debug_objects import DebugObjects
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.offsets import page_offsets, slab_offsets
from pykernel.check.pages import SLAB_HEAD, SLAB_TAIL, Survey, zone_counter
from pykernel.check.violations import Violations
from pykernel.check.zones import zone_of

_BUFCTL_FREE = 0xFFFF_FFFE  # in a debugging kernel, the bufctl of every object that is not in its slab's chain


@dataclass(frozen=True, slots=True)
class Slab:
    """A slab whose own members are in order; `free` has the indices of the objects on its bufctl chain."""

    cache: Cache
    phys: int
    s_mem: int
    free: frozenset[int]


def audit_slabs(memory: Memory, log: Violations, survey: Survey) -> dict[str, int]:
    """Check all caches, and count what they have. Before kmem_cache_init() there are none."""
    head = memory.statics["cache_chain"]
    if not memory.u64(head) and not memory.u64(head + 8):
        return {}
    audit = _SlabAudit(memory, log, survey)
    audit.walk_chain()
    for cache in audit.caches.values():
        with log.reading("cache"):
            check_cache(memory, log, cache)
        audit.walk_slabs(cache)
    with log.reading("malloc-sizes"):
        check_general_caches(memory, log, audit.caches)
    for cache in audit.caches.values():
        audit.check_arrays(cache)
    audit.check_pages()
    audit.check_counters()
    audit.check_holders()
    if memory.config.debug_slab:
        audit.check_contents()
    return audit.counts()


class _SlabAudit:
    """What is found so far; `cached` maps free objects in arrays to their holders, `live` held ones to their use."""

    def __init__(self, memory: Memory, log: Violations, survey: Survey) -> None:
        self.memory = memory
        self.log = log
        self.survey = survey
        self.pages = survey.pages
        self.at = slab_offsets(memory.layout)
        self.lru = page_offsets(memory.layout).lru
        self.is_debug = memory.config.debug_slab
        self.caches: dict[int, Cache] = {}  # by what points to them
        self.slabs: dict[int, Slab] = {}  # by physical address
        self.cached: dict[int, str] = {}
        self.live: dict[int, str] = {}
        self.claimed = bytearray(survey.pages.count)  # pages of slabs found

    def walk_chain(self) -> None:
        """Find the caches: all on cache_chain, in a ring, each with a name of its own."""
        memory, log = self.memory, self.log
        check_statics(memory, log)
        head = memory.statics["cache_chain"]
        names: set[str] = set()
        with log.reading("cache-chain"):
            for entry in memory.walk(head, head + KERNEL_MAP_BASE, "cache_chain"):
                with log.reading("cache"):
                    cache = read_cache(memory, entry - self.at.next)
                    self.caches[cache.virt] = cache
                    if cache.name in names or " at 0x" in cache.name:
                        log.add("cache-name", f"cache {cache.name} has no name of its own", cache.phys + self.at.name)
                    names.add(cache.name)
        if memory.statics["cache_cache"] + KERNEL_MAP_BASE not in self.caches:
            log.add("cache-chain", "cache_cache is not on cache_chain", head)

    # Slabs.

    def walk_slabs(self, cache: Cache) -> None:
        """Find a cache's slabs, and check that what is free in them is what its kmem_list3 says."""
        free_objects = 0
        whole = True
        with self.log.reading("slab-list"):
            for name, phys in slabs_of(self.memory, cache):
                try:
                    free_objects += self._take_slab(cache, name, phys)
                except Unreadable as damage:
                    whole = False
                    self.log.add("slab", f"cache {cache.name}: {damage.sentence}", damage.phys, None, damage.found)
        if whole:
            counter = cache.list3 + self.at.free_objects
            what = f"cache {cache.name}: free_objects"
            self.log.expect("free-objects", what, counter, free_objects, self.memory.u64(counter))

    def _take_slab(self, cache: Cache, name: str, phys: int) -> int:
        """Check one slab and note it; give the number of its free objects."""
        memory, at = self.memory, self.at
        what = f"cache {cache.name}: slab {phys:#x}"
        if not cache.fits:
            raise Unreadable(f"slab {phys:#x} is smaller than what it is to hold", phys, None, cache.num)
        if not memory.holds(phys, at.slab_struct + SIZEOF_BUFCTL * cache.num):
            raise Unreadable(f"slab {phys:#x} is not in RAM", phys)
        s_mem = memory.follow(phys + at.s_mem, f"slab {phys:#x}: s_mem", cache.num * cache.buffer_size)
        self._check_place(cache, phys, s_mem, what)
        free = free_indices(memory, phys, cache.num)
        self.slabs[phys] = Slab(cache, phys, s_mem, frozenset(free))
        inuse = memory.u32(phys + at.inuse)
        self.log.expect("inuse", f"{what}: inuse", phys + at.inuse, cache.num - len(free), inuse)
        right = "full" if not free else "free" if len(free) == cache.num else "partial"
        if name != right:
            self.log.add("slab-list", f"{what} with {len(free)} free objects is on slabs_{name}", phys, right, name)
        nodeid = memory.ram.u16[(phys + at.nodeid) >> 1]
        self.log.expect("slab", f"{what}: nodeid", phys + at.nodeid, 0, nodeid)
        if self.is_debug:
            self._check_bufctls(cache, phys, set(free), what)
        return len(free)

    def _check_place(self, cache: Cache, phys: int, s_mem: int, what: str) -> None:
        """Check that a slab has pages of its own, which know it, and that objects and management lie right in them."""
        memory, at, log = self.memory, self.at, self.log
        log.expect("slab", f"{what}: s_mem", phys + at.s_mem, s_mem + PAGE_OFFSET, memory.u64(phys + at.s_mem))
        colouroff = memory.u64(phys + at.colouroff)
        base = s_mem - colouroff
        slab_size = memory.u32(cache.phys + at.slab_size)
        colour = colouroff if cache.is_off_slab else colouroff - slab_size
        unit, colours = memory.u32(cache.phys + at.colour_off), memory.u64(cache.phys + at.colour)
        if not unit or colour % unit or not 0 <= colour // unit < max(1, colours):
            log.add(
                "slab-colour", f"{what} has a colour that its cache does not use", phys + at.colouroff, None, colour
            )
        if not cache.is_off_slab and phys != base + colour:
            log.add("slab", f"{what} does not stand before its objects", phys, hex(base + colour), hex(phys))
        pfn, length = base >> PAGE_SHIFT, 1 << cache.gfporder
        codes = bytes([SLAB_HEAD]) + bytes([SLAB_TAIL]) * (length - 1)
        if base & (PAGE_SIZE - 1) or pfn & (length - 1) or self.survey.codes[pfn : pfn + length] != codes:
            log.add("slab-page", f"{what} does not lie in a block of slab pages", phys, None, hex(base))
            return
        if self.claimed.count(1, pfn, pfn + length):
            log.add("slab-page", f"{what} shares pages with another slab", phys, None, hex(base))
            return
        self.claimed[pfn : pfn + length] = b"\1" * length
        owners = set(columns.words(memory, self.pages, pfn, pfn + length, self.lru))
        if owners != {cache.virt}:
            found = ", ".join(map(hex, sorted(owners)))
            log.add("slab-page", f"{what}: its pages name another cache", self.pages.page(pfn), hex(cache.virt), found)
        slabs = set(columns.words(memory, self.pages, pfn, pfn + length, self.lru + 8))
        if slabs != {phys + PAGE_OFFSET}:
            found = ", ".join(map(hex, sorted(slabs)))
            log.add("slab-page", f"{what}: its pages name another slab", self.pages.page(pfn), hex(phys), found)

    def _check_bufctls(self, cache: Cache, phys: int, free: set[int], what: str) -> None:
        first = (phys + self.at.slab_struct) >> 2
        for index, bufctl in enumerate(self.memory.ram.u32[first : first + cache.num].tolist()):
            if index not in free and bufctl != _BUFCTL_FREE:
                self.log.add(
                    "bufctl", f"{what}: the bufctl of object {index}, which is in use", phys, None, hex(bufctl)
                )

    # Objects.

    def check_arrays(self, cache: Cache) -> None:
        """Check that a cache's arrays hold free objects of its own, each only once and not in its slab too."""
        log, at, memory = self.log, self.at, self.memory
        limit, batchcount = memory.u32(cache.phys + at.limit), memory.u32(cache.phys + at.batchcount)
        shared = memory.u32(cache.phys + at.shared_factor)
        sizes = {False: (limit, batchcount), True: (shared * batchcount, 0xBAAD_F00D)}
        with log.reading("array"):
            for holder, phys in array_caches(memory, cache):
                what = f"cache {cache.name}: the array of {holder}"
                found = memory.u32(phys + at.ac_limit), memory.u32(phys + at.ac_batchcount)
                if found != sizes[holder == "shared"]:
                    log.add("array", f"{what}: limit, batchcount", phys, sizes[holder == "shared"], found)
                if memory.u32(phys + at.touched) > 1:
                    log.add("array", f"{what}: touched", phys + at.touched, "0 or 1", memory.u32(phys + at.touched))
                with log.reading("array"):
                    for virt in entries(memory, phys):
                        self._take_entry(cache, virt, what, phys)
        pointer = cache.list3 + at.shared
        if bool(memory.u64(pointer)) != bool(shared):
            log.add("array", f"cache {cache.name}: a shared array", pointer, bool(shared), hex(memory.u64(pointer)))

    def _take_entry(self, cache: Cache, virt: int, what: str, array: int) -> None:
        objp = virt - PAGE_OFFSET
        slab = self.slab_of(objp)
        if slab is None or slab.cache is not cache or (objp - slab.s_mem) % cache.buffer_size:
            self.log.add("array-entry", f"{what} holds {virt:#x}, which is no object of its cache", array)
        elif (objp - slab.s_mem) // cache.buffer_size in slab.free:
            self.log.add("array-entry", f"{what} holds {virt:#x}, which is free in its slab too", array)
        elif objp in self.cached:
            self.log.add("array-entry", f"{what} holds {virt:#x}, which {self.cached[objp]} holds too", array)
        else:
            self.cached[objp] = what

    def slab_of(self, phys: int) -> Slab | None:
        """Find the slab whose objects a byte is among."""
        pfn = phys >> PAGE_SHIFT
        if not 0 <= pfn < self.pages.count or not self.claimed[pfn]:
            return None
        slab = self.slabs.get(self.memory.u64(self.pages.page(pfn) + self.lru + 8) - PAGE_OFFSET)
        if slab is None or not 0 <= phys - slab.s_mem < slab.cache.num * slab.cache.buffer_size:
            return None
        return slab

    # Pages and counters.

    def check_pages(self) -> None:
        """Find slab pages that belong to no slab."""
        is_slab = self.survey.codes.translate(_IS_SLAB_PAGE)
        if is_slab == self.claimed:
            return
        for pfn, (marked, claimed) in enumerate(zip(is_slab, self.claimed, strict=True)):
            if marked and not claimed:
                self.log.add("slab-page", f"page {pfn:#x} says slab, but is in none", self.pages.page(pfn))

    def check_counters(self) -> None:
        """Compare the zones' counts of slab pages with the slabs found."""
        numbers = [self.memory.layout.number(f"NR_SLAB_{kind}RECLAIMABLE") for kind in ("UN", "")]
        counts: Counter[tuple[int, int]] = Counter()
        for slab in self.slabs.values():
            zone = zone_of(self.survey.zones, slab.s_mem >> PAGE_SHIFT)
            if zone:
                item = numbers[bool(slab.cache.flags & self.at.is_reclaimable)]
                counts[zone.index, item] += 1 << slab.cache.gfporder
        for zone in self.survey.zones:
            for item in numbers:
                what = f"zone {zone.name}: vm_stat[{item}], pages of slabs"
                found = zone_counter(self.memory, zone, item)
                self.log.expect("nr-slab", what, zone.phys, counts[zone.index, item], found)

    def check_contents(self) -> None:
        """Check what debugging keeps in and around the objects."""
        checks = {cache.virt: DebugObjects(self.memory, self.log, cache) for cache in self.caches.values()}
        for slab in self.slabs.values():
            size = slab.cache.buffer_size
            cached = {index for index in range(slab.cache.num) if slab.s_mem + index * size in self.cached}
            checks[slab.cache.virt].check(slab.s_mem, cached | slab.free)

    def counts(self) -> dict[str, int]:
        """Count what was examined."""
        slabs = self.slabs.values()
        return {
            "caches": len(self.caches),
            "slabs": len(slabs),
            "objects": sum(slab.cache.num for slab in slabs),
            "free_objects": sum(len(slab.free) for slab in slabs) + len(self.cached),
            "cached_objects": len(self.cached),
        }

    # Who holds what.

    def check_holders(self) -> None:
        """Check that what the allocator itself has allocated is in use, of the right cache, and held only once."""
        at, memory = self.at, self.memory
        cache_cache = self.caches.get(memory.statics["cache_cache"] + KERNEL_MAP_BASE)
        for cache in self.caches.values():
            name = f"cache {cache.name}"
            if cache is not cache_cache:
                self._hold(cache.virt, at.cache_size, f"{name}: its struct kmem_cache", cache_cache)
            self._hold(cache.list3_virt, at.list3_size, f"{name}: its kmem_list3", None)
            with self.log.reading("array"):
                for holder, phys in array_caches(memory, cache):
                    length = at.entry + 8 * memory.u32(phys + at.ac_limit)
                    self._hold(phys + PAGE_OFFSET, length, f"{name}: the array of {holder}", None)
        for slab in self.slabs.values():
            if slab.cache.is_off_slab:
                host = self.caches.get(memory.u64(slab.cache.phys + at.slabp_cache))
                length = memory.u32(slab.cache.phys + at.slab_size)
                self._hold(slab.phys + PAGE_OFFSET, length, f"cache {slab.cache.name}: a struct slab", host)
        if cache_cache:
            self._check_descriptions(cache_cache)

    def _hold(self, virt: int, length: int, what: str, host: Cache | None) -> None:
        """Check one object that is held; without a `host` it comes from a general cache."""
        phys = virt - PAGE_OFFSET
        slab = self.slab_of(phys)
        phys -= slab.cache.obj_offset if slab else 0
        if slab is None or (phys - slab.s_mem) % slab.cache.buffer_size:
            self.log.add("holder", f"{what} is no object of a cache", None, None, hex(virt))
        elif (slab.cache is not host) if host else slab.cache.is_dma or not slab.cache.name.startswith("size-"):
            self.log.add("holder", f"{what} is an object of cache {slab.cache.name}", phys, host and host.name)
        elif length > slab.cache.obj_size:
            self.log.add("holder", f"{what} is larger than its object", phys, slab.cache.obj_size, length)
        elif (phys - slab.s_mem) // slab.cache.buffer_size in slab.free or phys in self.cached:
            self.log.add("holder", f"{what} is a free object", phys)
        elif phys in self.live:
            self.log.add("holder", f"{what} is {self.live[phys]} too", phys)
        else:
            self.live[phys] = what

    def _check_descriptions(self, cache_cache: Cache) -> None:
        """Check that every struct kmem_cache that is allocated is on the chain."""
        size = cache_cache.buffer_size
        for slab in self.slabs.values():
            if slab.cache is cache_cache:
                for index in set(range(cache_cache.num)) - slab.free:
                    phys = slab.s_mem + index * size
                    if phys not in self.cached and phys not in self.live:
                        self.log.add("cache-chain", "a struct kmem_cache is in use, but not on cache_chain", phys)


_IS_SLAB_PAGE = bytes(1 if code in (SLAB_HEAD, SLAB_TAIL) else 0 for code in range(256))
