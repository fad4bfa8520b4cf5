# SPDX-License-Identifier: GPL-2.0-only
"""Where the slab allocator finds things in RAM: offsets, static variables, list links, the page behind an object.

It allocates nothing. In all of slab_*.py a structure that is worked on is named by the index of its first 8-byte word
in RAM (`cache`, `ac`, `l3`, `slab`, `page`), which makes a member `u64[cache + at.cache_name]`; what stands in RAM
itself is a pointer, a virtual address (`cachep`, `slabp`, `objp`). Members of 4 bytes are counted in 4-byte words:
`u32[2 * cache + at.cache_num]`.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.errors import KernelBug
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import LIST_POISON1, LIST_POISON2
from pykernel.layout.strings import read_string
from pykernel.mm import page as struct_page
from pykernel.mm.context import Mm
from pykernel.mm.slab_geometry import GeometryRules, break_gfp_order, kmalloc_shift_high
from pykernel.mm.slab_offsets import DebugOffsets, Offsets

if TYPE_CHECKING:
    from pykernel.mm.kasan_slab import KasanSlab

BUFCTL_END = 0xFFFF_FFFF
BUFCTL_FREE = 0xFFFF_FFFE
ZERO_SIZE_PTR = 16
MAX_NAME = 256  # bytes of a cache's name that are read at most


class SlabBug(KernelBug):
    """BUG() or BUG_ON() in mm/slab.c."""

    def __init__(self, function: str, condition: str, phys: int | None = None) -> None:
        super().__init__(f"kernel BUG at mm/slab.c: {function}(): {condition}", phys)
        self.function = function


def word_of(virt: int) -> int:
    """Give the index of the 8-byte word that a pointer points to; a wild pointer gives one that no RAM has."""
    return (virt - KERNEL_MAP_BASE if virt >= KERNEL_MAP_BASE else virt - PAGE_OFFSET) >> 3


def virt_of(word: int) -> int:
    """Give the pointer into the direct map to an 8-byte word."""
    return (word << 3) + PAGE_OFFSET


class SlabCore:
    """What all parts of the allocator share: RAM, offsets, static variables; and ways to the parts above.

    `cache_alloc(cachep, gfp_mask, caller)` and `cache_free(cachep, objp, caller)` are the allocator itself, for those
    below it that need objects: management off the slab comes from a general cache.
    """

    cache_alloc: Callable[[int, int, int], int]
    cache_free: Callable[[int, int, int], None]
    at_debug: DebugOffsets  # only with CONFIG_DEBUG_SLAB
    complain: Callable[[str, int, int, int, bool], None] = staticmethod(lambda *about: None)  # with CONFIG_DEBUG_SLAB
    kasan: "KasanSlab | None" = None  # only with a shadow; and whom it asks and tells:
    backtrace: Callable[[int], list[int]] = staticmethod(lambda depth: [])
    pid: Callable[[], int] = staticmethod(lambda: 0)
    report_access: Callable[[int], None] = staticmethod(lambda virt: None)
    report_free: Callable[[str, int, int], None] = staticmethod(lambda kind, objp, cachep: None)

    def __init__(self, mm: Mm, call: Callable[[int, int, int], object] | None) -> None:
        self.mm = mm
        self.ram, self.u64, self.u32, self.u16 = mm.ram, mm.ram.u64, mm.ram.u32, mm.ram.u16
        self.debug = mm.config.debug_slab
        self.at = Offsets(mm.layout)
        if self.debug:
            self.at_debug = DebugOffsets(mm.layout)
        self.cache_cache = mm.address_of("cache_cache")
        self.cache_chain = mm.address_of("cache_chain")
        self.malloc_sizes = mm.statics["malloc_sizes"] >> 3
        self.symbol: Callable[[int], str] = hex  # names the code at an address
        self.synchronize_rcu: Callable[[], None] = lambda: None  # waits for readers, of whom there are none
        self._nr_slab_reclaimable = mm.layout.number("NR_SLAB_RECLAIMABLE")
        self._nr_slab_unreclaimable = mm.layout.number("NR_SLAB_UNRECLAIMABLE")
        self._online = mm.statics["cpu_online_map"] >> 3
        self._call = call
        self._host_functions: list[Callable[[int], None]] = []
        self.read_geometry()

    def read_geometry(self) -> None:
        """Take over from RAM what boot has decided of how slabs are cut."""
        config = self.mm.config
        self.rules = GeometryRules(
            line_size=config.l1_cache_bytes,
            l1_cache_bytes=config.l1_cache_bytes,
            max_shift=kmalloc_shift_high(config.max_order),
            break_order=break_gfp_order(self.mm.get("num_physpages")),
            debug=self.debug,
            possible_cpus=config.nr_cpus,
            sizeof_slab=self.mm.layout.sizeof("slab"),
        )

    def online_cpus(self) -> list[int]:
        """List the CPUs that are up."""
        online = self.u64[self._online]
        return [cpu for cpu in range(self.mm.config.nr_cpus) if online >> cpu & 1]

    def page_of(self, objp: int, function: str) -> int:
        """Find the struct page behind an object, the head's if it is compound.

        Raises: KernelBug where there is no page; SlabBug where the page is no slab's.
        Source: include/linux/mm.h: virt_to_head_page; mm/slab.c: page_get_cache, page_get_slab
        """
        u64, pfn = self.u64, virt_to_phys(objp) >> 12
        if not 0 <= pfn < self.mm.max_pfn:
            raise KernelBug(f"Unable to handle kernel paging request: {function}() of {objp:#x}")
        page = self.mm.map_word + pfn * struct_page.WORDS
        if u64[page] & struct_page.PG_HEAD_TAIL_MASK == struct_page.PG_HEAD_TAIL_MASK:
            page = word_of(u64[page + struct_page.FIRST_PAGE])
        if not u64[page] & struct_page.PG_SLAB:
            raise SlabBug(function, f"!PageSlab(virt_to_page({objp:#x}))", page << 3)
        return page

    def slab_of(self, objp: int, function: str) -> int:
        """Find the struct slab that an object belongs to. Source: mm/slab.c: virt_to_slab"""
        return word_of(self.u64[self.page_of(objp, function) + struct_page.PREV])

    def cachep_of(self, objp: int, function: str) -> int:
        """Find the cache that an object belongs to. Source: mm/slab.c: virt_to_cache"""
        return self.u64[self.page_of(objp, function) + struct_page.NEXT]

    def page_column(self, pfn: int, member: int, nr_pages: int) -> memoryview:
        """View one word of `nr_pages` struct pages, the first being that of `pfn`."""
        first = self.mm.map_word + pfn * struct_page.WORDS + member
        return self.u64[first : first + nr_pages * struct_page.WORDS : struct_page.WORDS]

    def obj_to_index(self, cache: int, slab: int, objp: int) -> int:
        """Number an object within its slab. Source: mm/slab.c: obj_to_index"""
        offset = objp - self.u64[slab + self.at.slab_s_mem] & 0xFFFF_FFFF
        return offset * self.u32[2 * cache + self.at.cache_reciprocal] >> 32

    def count_slab_pages(self, pfn: int, *, reclaimable: bool, nr_pages: int) -> None:
        """Add to the zone's count of slab pages."""
        item = self._nr_slab_reclaimable if reclaimable else self._nr_slab_unreclaimable
        self.mm.vmstat.mod_zone_page_state(self.mm.page_zone(pfn), item, nr_pages)

    def dtor(self, cache: int) -> int:
        """Give the destructor, 0 for none."""
        u32, at = self.u32, self.at
        return u32[2 * cache + at.cache_dtor_high] << 32 | u32[2 * cache + at.cache_dtor_low]

    def cpu_cache(self, cache: int) -> int:
        """Find the array of the CPU that runs. Source: mm/slab.c: cpu_cache_get"""
        return word_of(self.u64[cache + self.at.cache_array + self.mm.cpu])

    def list3(self, cache: int) -> int:
        """Find the slab lists of the one node."""
        return word_of(self.u64[cache + self.at.cache_nodelists])

    def obj_offset(self, cache: int) -> int:
        """Give the bytes between where an object starts and what its user sees."""
        return self.u32[2 * cache + self.at_debug.obj_offset] if self.debug else 0

    def obj_size(self, cache: int) -> int:
        """Give the bytes that a user may use."""
        if self.debug:
            return self.u32[2 * cache + self.at_debug.obj_size]
        return self.u32[2 * cache + self.at.cache_buffer_size] - self.u32[2 * cache + self.at.cache_dflags]

    def name(self, cache: int) -> str:
        """Read the name of a cache, for messages."""
        return read_string(self.ram, self.u64[cache + self.at.cache_name], MAX_NAME)

    def text(self, virt: int) -> bytes | None:
        """Read a C string, its first MAX_NAME bytes at most; None where the pointer leads out of RAM."""
        phys = virt_to_phys(virt)
        if not 0 <= phys < self.ram.end:
            return None
        return bytes(self.ram.u8[phys : phys + MAX_NAME]).split(b"\0", 1)[0]

    def list_del(self, entry: int) -> None:
        """Take what starts at word `entry` off its list and poison its links. Source: include/linux/list.h: list_del"""
        u64 = self.u64
        after, before = u64[entry], u64[entry + 1]
        u64[word_of(after) + 1] = before
        u64[word_of(before)] = after
        u64[entry], u64[entry + 1] = LIST_POISON1, LIST_POISON2

    def list_add(self, entry: int, head: int) -> None:
        """Put `entry` first on the list of `head`, both words in the direct map. Source: list.h: list_add"""
        u64 = self.u64
        after = u64[head]
        u64[word_of(after) + 1] = u64[head] = virt_of(entry)
        u64[entry], u64[entry + 1] = after, virt_of(head)

    def list_add_tail(self, entry: int, head: int) -> None:
        """Put `entry` last on the list of `head`, both words in the direct map. Source: list.h: list_add_tail"""
        u64 = self.u64
        before = u64[head + 1]
        u64[word_of(before)] = u64[head + 1] = virt_of(entry)
        u64[entry], u64[entry + 1] = virt_of(head), before

    def register_function(self, function: Callable[[int], None]) -> int:
        """Give a number by which a host function can stand as a constructor or destructor.

        It is called with the address of the object.
        """
        self._host_functions.append(function)
        return len(self._host_functions)

    def call(self, function: int, objp: int) -> None:
        """Call a constructor or destructor: a host function by its number, or one of the guest by its address.

        Raises: KernelBug where there is no such function.
        """
        if 0 < function <= len(self._host_functions):
            self._host_functions[function - 1](objp)
        elif self._call is not None and function >= PAGE_OFFSET:
            with nullcontext() if self.kasan is None else self.kasan.opened(objp):
                self._call(function, self.cachep_of(objp, "call"), objp)
        else:
            raise KernelBug(f"a cache's function is at {function:#x}, where nothing can be called")
