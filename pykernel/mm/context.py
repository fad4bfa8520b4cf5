# SPDX-License-Identifier: GPL-2.0-only
"""What every part of memory management shares: RAM, layout, the static variables, and those whom the kernel calls.

All kernel state is in RAM. What is kept here are addresses, which follow from layout and boot, and the outside world:
the console, reclaim, and the task that runs.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from emulator.memmap import KERNEL_PHYS, PAGE_OFFSET, PAGE_SHIFT
from emulator.ram import Ram
from pykernel.errors import KernelBug
from pykernel.layout.address import Pfn, PhysAddr, VirtAddr, image_to_virt, virt_to_phys
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.mm import page as struct_page
from pykernel.mm.vmstat import VmStat
from pykernel.mm.zone import Zone

if TYPE_CHECKING:
    from pykernel.mm.kasan import Shadow
    from pykernel.mm.page_alloc import PageAllocator

_SCALARS = {"u64": ("u64", 3), "ptr": ("u64", 3), "i64": ("i64", 3), "i32": ("i32", 2), "u32": ("u32", 2)}


def place_statics(ram: Ram, layout: Layout, base: int = KERNEL_PHYS) -> dict[str, PhysAddr]:
    """Lay the static variables out one after another from `base`, with the values that they start with.

    In the machine the linker does this; on a bare RAM nobody else would.
    """
    placed: dict[str, PhysAddr] = {}
    phys = base
    for name in layout.variables():
        variable = layout.variable(name)
        phys = -(-phys // variable.align) * variable.align
        placed[name] = PhysAddr(phys)
        ram.fill(phys, variable.size)
        ram.write(phys, variable.initial)
        phys += variable.size
    return placed


class Task:
    """What the page allocator asks of the task that runs: its name, and whether it may use the last reserves."""

    __slots__ = ("comm", "memalloc", "memdie", "reclaimed_slab")

    def __init__(self, comm: str = "swapper") -> None:
        self.comm = comm
        self.memalloc = False  # PF_MEMALLOC: it frees memory and must not wait for memory
        self.memdie = False  # TIF_MEMDIE: the OOM killer chose it
        self.reclaimed_slab = 0  # pages that came from slabs while it reclaimed


class Reclaim:
    """Whom the page allocator asks for help when memory is short. This one finds nothing to free.

    Differs: mm/vmscan.c and mm/oom_kill.c have pages and processes to choose from; here the only victim is the
    running task, which then may use the last reserves.
    """

    def wakeup_kswapd(self, zone: Zone, order: int) -> None:
        """Take note that `zone` fell below its low watermark."""

    def try_to_free_pages(self, order: int, gfp_mask: int) -> int:
        """Free pages at once; give how many."""
        return 0

    def out_of_memory(self, task: Task, order: int, gfp_mask: int) -> None:
        """Make room by killing a task."""
        task.memdie = True

    def congestion_wait(self) -> None:
        """Sleep until others have freed memory.

        Raises: KernelBug, since there are no others: the request would wait for ever.
        """
        raise KernelBug("an allocation that may not fail finds no memory, and nobody is left to free any")


class Mm:
    """One kernel's memory management over one RAM."""

    def __init__(
        self,
        ram: Ram,
        layout: Layout,
        config: KernelConfig,
        statics: Mapping[str, PhysAddr],
        *,
        printk: Callable[[str], None] | None = None,
        reclaim: Reclaim | None = None,
    ) -> None:
        struct_page.check_layout(layout)
        self.ram = ram
        self.layout = layout
        self.config = config
        self.statics = dict(statics)
        self._scalars: dict[str, tuple[memoryview, int]] = {}  # where those are that were read
        self.log: list[str] = []  # what printk said, where nobody else listens
        self.printk: Callable[[str], None] = printk or self.log.append
        self.printk_ratelimit: Callable[[], bool] = lambda: True
        self.reclaim = reclaim or Reclaim()
        self.task = Task()
        self.cpu = 0
        self.pgdat = self.statics["contig_page_data"]
        size = layout.sizeof("zone")
        nr_zones = layout.number("MAX_NR_ZONES")
        self.zones = tuple(
            Zone(layout, index, self.pgdat + index * size, config.nr_cpus, config.max_order)
            for index in range(nr_zones)
        )
        self.zones_at = {int(zone.virt): zone for zone in self.zones}
        self.mem_map: struct_page.MemMap  # of no pages before free_area_init_nodes
        self.map_word = 0  # the mem_map's index in ram.u64
        self.max_pfn = 0  # the page frame after the last
        self.vmstat = VmStat(self)
        self.pages: PageAllocator
        self.shadow: Shadow | None = None
        self.read_geometry()

    def read_geometry(self) -> None:
        """Take over from RAM what boot has decided: after free_area_init_nodes, or when a snapshot replaced RAM."""
        from pykernel.mm.page_alloc import PageAllocator

        mem_map = self.get("mem_map")
        self.max_pfn = self.get("max_pfn")
        # Boot took room for whole blocks of the largest order: the buddy system looks at the pages beyond the end.
        largest = 1 << (self.config.max_order - 1)
        pages = -(-self.max_pfn // largest) * largest if mem_map else 0
        self.mem_map = struct_page.MemMap(self.ram, virt_to_phys(mem_map) if mem_map else 0, pages)
        self.map_word = self.mem_map.phys >> 3
        for zone in self.zones:
            zone.read_geometry(self.layout, self.ram.u64)
        self.pages = PageAllocator(self)
        if self.config.kasan:
            from pykernel.mm.kasan import find_shadow  # most kernels have none

            self.shadow = find_shadow(self)
            if self.shadow is not None:
                self.shadow.follow(self.pages)

    def get(self, name: str) -> int:
        """Read a static variable that is an integer or a pointer."""
        try:
            view, index = self._scalars[name]
        except KeyError:
            view, index = self._scalars[name] = self._scalar(name)
        value: int = view[index]
        return value

    def set(self, name: str, value: int) -> None:
        """Write a static variable that is an integer or a pointer."""
        view, index = self._scalars.get(name) or self._scalar(name)
        view[index] = value

    def _scalar(self, name: str) -> tuple[memoryview, int]:
        """Find a static variable: the view of RAM that has its width, and the index."""
        view, shift = _SCALARS[self.layout.variable(name).type]
        return getattr(self.ram, view), self.statics[name] >> shift

    def address_of(self, name: str) -> VirtAddr:
        """Give a static variable's link address."""
        return image_to_virt(self.statics[name])

    def pfn_to_page(self, pfn: int) -> VirtAddr:
        """Give the address of a page's struct page. Source: asm-generic/memory_model.h: pfn_to_page"""
        return VirtAddr(self.mem_map.phys + pfn * struct_page.PAGE_BYTES + PAGE_OFFSET)

    def page_to_pfn(self, page: int) -> Pfn:
        """Give the number of the page that a struct page describes. Source: asm-generic/memory_model.h: page_to_pfn"""
        return Pfn((page - PAGE_OFFSET - self.mem_map.phys) // struct_page.PAGE_BYTES)

    def virt_to_page(self, virt: int) -> VirtAddr:
        """Give the struct page of the page that holds a byte. Source: asm-x86/page_64.h: virt_to_page"""
        return self.pfn_to_page(virt_to_phys(virt) >> PAGE_SHIFT)

    def pfn_valid(self, pfn: int) -> bool:
        """Say whether there is a struct page for `pfn`. Source: asm-x86/page_64.h: pfn_valid"""
        return 0 <= pfn < self.max_pfn

    def page_zone(self, pfn: int) -> Zone:
        """Give the zone that a page belongs to. Source: include/linux/mm.h: page_zone"""
        return self.zones[self.mem_map.flags[pfn] >> struct_page.ZONES_SHIFT]
