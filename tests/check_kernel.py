# SPDX-License-Identifier: GPL-2.0-only
"""Bare kernels for the auditors to look at: the real allocators over a RAM of their own, without a CPU."""

from random import Random

from emulator.ram import Bank, Ram
from firmware import layouts
from pykernel.check.memory import Memory
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.mm.boot import MemoryMap, setup_memory
from pykernel.mm.context import Mm, place_statics
from pykernel.mm.dma import Dma
from pykernel.mm.free_bootmem import free_all_bootmem
from pykernel.mm.slab import Slab
from pykernel.mm.swiotlb import pci_swiotlb_init, setup_io_tlb_npages
from pykernel.mm.watermarks import init_per_zone_pages_min
from pykernel.mm.zonelist import build_all_zonelists

GFP_KERNEL, GFP_ATOMIC, GFP_DMA, GFP_COMP = 0xD0, 0x20, 0x01, 0x4000
GFP_MOVABLE, GFP_RECLAIMABLE = 0x10_0000, 0x8_0000
NOWARN_NORETRY = 0x1200
RECLAIM_ACCOUNT, CACHE_DMA, HWCACHE_ALIGN = 0x2_0000, 0x4000, 0x2000


class BareKernel:
    """One booted kernel; `has_slab` False leaves kmem_cache_init() out, as some recordings do.

    `swiotlb` is the option of that name.
    """

    def __init__(
        self, mib: int, config: KernelConfig | None = None, *, has_slab: bool = True, swiotlb: str = ""
    ) -> None:
        config = config or KernelConfig()
        layout = Layout.load(layouts.path(config.key))
        self.ram = Ram(banks(mib))
        self.mm = Mm(self.ram, layout, config, place_statics(self.ram, layout))
        frames = [(bank.start >> 12, bank.end >> 12) for bank in self.ram.banks]
        bootmem = setup_memory(self.mm, MemoryMap(frames, [(0, 1), (0x200, 0x600)], 0x600))
        build_all_zonelists(self.mm)
        setup_io_tlb_npages(self.mm, swiotlb)
        pci_swiotlb_init(self.mm, bootmem)
        free_all_bootmem(self.mm, bootmem)
        self.slab = Slab(self.mm)
        if has_slab:
            self.slab.kmem_cache_init()
            for cpu in range(1, config.nr_cpus):
                assert self.slab.cpu_up(cpu)
        init_per_zone_pages_min(self.mm)
        self.dma = Dma(self.mm)
        self.dma.pci_iommu_init()
        self.memory = Memory(self.ram, layout, config, self.mm.statics)
        self.blocks: list[tuple[int, int]] = []
        self.objects: list[int] = []
        self.caches: list[tuple[int, int, list[int]]] = []
        self.names = 0

    def churn(self, rng: Random, steps: int) -> None:
        """Allocate and free at random, in waves, so that slabs and blocks fill and empty."""
        for step in range(steps):
            self.mm.cpu = rng.randrange(self.mm.config.nr_cpus)
            filling = (step // 400) % 3 != 2
            self._step(rng, filling)
        self.mm.cpu = 0

    def _step(self, rng: Random, filling: bool) -> None:
        kind = rng.random()
        if kind < 0.30:
            self._pages(rng, filling)
        elif kind < 0.65:
            self._general(rng, filling)
        elif kind < 0.985:
            self._own(rng, filling)
        elif kind < 0.995:
            self._new_cache(rng)
        else:
            self.slab.cache_reap()

    def _pages(self, rng: Random, filling: bool) -> None:
        if self.blocks and rng.random() > (0.65 if filling else 0.2):
            pfn, order = self.blocks.pop(rng.randrange(len(self.blocks)))
            self.mm.pages.free_pages(pfn, order)
            return
        order = min(int(rng.expovariate(0.8)), 6)
        gfp = rng.choice((GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | GFP_DMA, GFP_KERNEL | GFP_MOVABLE)) | NOWARN_NORETRY
        gfp |= rng.choice((0, 0, GFP_COMP, GFP_RECLAIMABLE if not gfp & GFP_MOVABLE else 0))
        found = self.mm.pages.alloc_pages(gfp, order)
        if found is not None:
            self.blocks.append((found, order))

    def _general(self, rng: Random, filling: bool) -> None:
        if self.objects and rng.random() > (0.65 if filling else 0.2):
            self.slab.kfree(self.objects.pop(rng.randrange(len(self.objects))))
            return
        size = rng.choice((16, 32, 50, 100, 180, 250, 500, 700, 1500, 4000, 5000, 20000))
        objp = self.slab.kmalloc(size, rng.choice((GFP_KERNEL, GFP_ATOMIC, GFP_KERNEL | GFP_DMA)) | NOWARN_NORETRY)
        if objp:
            self.objects.append(objp)

    def _own(self, rng: Random, filling: bool) -> None:
        if not self.caches:
            self._new_cache(rng)
        cachep, gfp, objects = self.caches[rng.randrange(len(self.caches))]
        if objects and rng.random() > (0.65 if filling else 0.15):
            self.slab.kmem_cache_free(cachep, objects.pop(rng.randrange(len(objects))))
            return
        objp = self.slab.kmem_cache_alloc(cachep, gfp | NOWARN_NORETRY)
        if objp:
            objects.append(objp)

    def _new_cache(self, rng: Random) -> None:
        if len(self.caches) > 8:
            cachep, _, objects = self.caches.pop(rng.randrange(len(self.caches)))
            for objp in objects:
                self.slab.kmem_cache_free(cachep, objp)
            assert self.slab.kmem_cache_destroy(cachep)
        flags = rng.choice((0, HWCACHE_ALIGN, RECLAIM_ACCOUNT, CACHE_DMA, CACHE_DMA | HWCACHE_ALIGN))
        self.names += 1
        size = rng.choice((8, 24, 40, 100, 136, 200, 520, 600, 1000, 1300, 3000, 9000))
        cachep = self.slab.kmem_cache_create(f"own-{self.names}", size, rng.choice((0, 0, 16, 64, 256)), flags)
        assert cachep
        gfp = GFP_KERNEL | (GFP_DMA if flags & CACHE_DMA else 0)
        self.caches.append((cachep, gfp, []))


def banks(mib: int) -> tuple[Bank, ...]:
    """Give the RAM that the recordings have: [0, 0x9f), [0x100, ...) and, beyond 3 GiB, [4 GiB, ...)."""
    end = mib << 20
    low = [Bank(0, 0x9F000), Bank(0x10_0000, min(end, 0xC000_0000))]
    return (*low, Bank(1 << 32, end + (1 << 30))) if end > 0xC000_0000 else tuple(low)
