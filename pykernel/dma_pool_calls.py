# SPDX-License-Identifier: GPL-2.0-only
"""The guest's calls of DMA pools. Each block in use has a record on the table of mappings, and so has the memory.

Source: drivers/base/dmapool.c
"""

from collections.abc import Iterator, Mapping

from emulator.memmap import PAGE_SIZE
from pykernel.dma_report import DmaReport
from pykernel.layout.strings import read_string
from pykernel.mm.context import Mm
from pykernel.mm.dma_mappings import COHERENT, IS_POOL, POOL, Complaint, DmaMappings
from pykernel.mm.dma_mappings import Mapping as DmaMapping
from pykernel.mm.dmapool import DmaPools
from pykernel.mm.gfp import GFP_WAIT
from pykernel.pointers import checked
from pykernel.trapgate import Call

_NAME_LEN = 32


class DmaPoolCalls:
    """The calls of drivers/base/dmapool.c."""

    def __init__(self, mm: Mm, pools: DmaPools, mappings: DmaMappings, report: DmaReport) -> None:
        self._mm, self._pools, self._mappings, self._report = mm, pools, mappings, report
        self._pool_size = mm.layout.sizeof("dma_pool")

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {
            "dma_pool_create": (self.dma_pool_create, 5),
            "dma_pool_destroy": (self.dma_pool_destroy, 2),
            "dma_pool_alloc": (self.dma_pool_alloc, 4),
            "dma_pool_free": (self.dma_pool_free, 3),
        }

    def dma_pool_create(self, name: int, dev: int, size: int, align: int, allocation: int) -> int:
        """Source: drivers/base/dmapool.c: dma_pool_create"""
        if dev:
            self._report.check_device(dev)
        if name:
            checked(self._mm.ram, name, 1)
        text = read_string(self._mm.ram, name, _NAME_LEN).encode("ascii", "backslashreplace").decode("ascii")
        if align & (align - 1):
            sentence = f"dma_pool_create {text}: align {align} is no power of two, and is not kept"
            self._report.complain(dev, 0, size, (Complaint("dma-pool-align", sentence),))
        return self._pools.dma_pool_create(text, dev, size, align, allocation)

    def dma_pool_destroy(self, pool: int, in_interrupt: int) -> None:
        """Source: drivers/base/dmapool.c: dma_pool_destroy"""
        checked(self._mm.ram, pool, self._pool_size, 8)
        dev, name = self._pools.device(pool), self._pools.name(pool)
        if in_interrupt:
            sentence = f"dma_pool_destroy {name}, which may sleep, in interrupt context"
            self._report.complain(dev, 0, 0, (Complaint("dma-pool-destroy-atomic", sentence),))
        for page in self._pools.pages(pool):
            virt, dma_addr = self._pools.memory(page)
            blocks = self._blocks(dev, dma_addr, self._pools.allocation(pool))
            if blocks:
                sentence = f"dma_pool_destroy {name}, {virt:016x} busy [blocks in use={len(blocks)}]"
                complaint = Complaint("dma-pool-busy", sentence, blocks[0])
                self._report.complain(dev, blocks[0].dma_addr, blocks[0].size, (complaint,))
            for block in blocks:
                self._mappings.remove(dev, block.dma_addr, block.size, block.cpu_addr, POOL, 0)
            if not self._pools.is_page_busy(pool, page):
                self._mappings.remove(dev, dma_addr, self._pools.allocation(pool), virt, COHERENT, 0)
        self._pools.dma_pool_destroy(pool)

    def _blocks(self, dev: int, dma_addr: int, length: int) -> list[DmaMapping]:
        found = self._mappings.overlapping(dma_addr, length)
        blocks = [each for each in found if each.type == POOL and each.dev == dev]
        return sorted(blocks, key=lambda each: each.dma_addr)

    def dma_pool_alloc(self, pool: int, gfp_mask: int, handle: int, attempt: int) -> int:
        """One attempt: the guest waits and comes again, `attempt` counted up, where the caller may sleep.

        Source: drivers/base/dmapool.c: dma_pool_alloc
        """
        checked(self._mm.ram, pool, self._pool_size, 8)
        at = checked(self._mm.ram, handle, 8)
        dev, newest = self._pools.device(pool), next(self._pools.pages(pool), 0)
        found = self._pools.try_alloc(pool)
        if found is None:
            if gfp_mask & GFP_WAIT and not attempt:
                name = self._pools.name(pool)
                sentence = f"dma_pool_alloc {name} finds no memory, and waits for as long as it takes"
                self._report.complain(dev, 0, self._pools.block_size(pool), (Complaint("dma-pool-waits", sentence),))
            return 0
        page = next(self._pools.pages(pool), 0)
        if page != newest:
            self._record_memory(pool, page)
        virt, dma_addr = found
        self._mm.ram.write(at, dma_addr.to_bytes(8, "little"))
        self._report.record(dev, dma_addr, self._pools.block_size(pool), virt, POOL, 0)
        return virt

    def _record_memory(self, pool: int, page: int) -> None:
        """Put coherent memory on the table by which the pool has grown."""
        dev, allocation = self._pools.device(pool), self._pools.allocation(pool)
        virt, dma_addr = self._pools.memory(page)
        self._report.record(dev, dma_addr, allocation, virt, COHERENT, 0, IS_POOL)
        if dma_addr % PAGE_SIZE:
            where = f"[device address={dma_addr:#018x}] [size={allocation} bytes]"
            sentence = f"coherent memory of a pool is not aligned to a page {where}"
            self._report.complain(dev, dma_addr, allocation, (Complaint("dma-coherent-misaligned", sentence),))

    def dma_pool_free(self, pool: int, virt: int, dma_addr: int) -> None:
        """Source: drivers/base/dmapool.c: dma_pool_free"""
        checked(self._mm.ram, pool, self._pool_size, 8)
        dev, size = self._pools.device(pool), self._pools.block_size(pool)
        self._report.complain(dev, dma_addr, size, self._check_free(pool, virt, dma_addr))
        self._pools.dma_pool_free(pool, virt, dma_addr)
        page = self._pools.find_page(pool, dma_addr)
        if page:
            # Whatever was passed, a block may be free now.
            vaddr, first = self._pools.memory(page)
            block = (dma_addr - first) // size
            if self._mappings.find(dev, first + block * size, (POOL,)) and self._pools.is_free(pool, page, block):
                self._mappings.remove(dev, first + block * size, size, vaddr + block * size, POOL, 0)

    def _check_free(self, pool: int, virt: int, dma_addr: int) -> Iterator[Complaint]:
        """Look whether what is freed is a block in use. Without CONFIG_DEBUG_SLAB 2.6.24 asks for the page alone."""
        name, size = self._pools.name(pool), self._pools.block_size(pool)
        where = f"dma_pool_free {name}, {virt:016x}/{dma_addr:x}"
        page = self._pools.find_page(pool, dma_addr)
        if not page:
            yield Complaint("dma-pool-free-unknown", f"{where} (bad dma)")
            return
        vaddr, first = self._pools.memory(page)
        if (dma_addr - first) % size or (dma_addr - first) // size >= self._pools.blocks_per_page(pool):
            yield Complaint("dma-pool-free-inside", f"{where} (bad dma): this is inside a block of {size} bytes")
        elif vaddr + dma_addr - first != virt:
            yield Complaint("dma-pool-free-vaddr", f"{where} (bad vaddr)")
        elif self._pools.is_free(pool, page, (dma_addr - first) // size):
            yield Complaint("dma-pool-double-free", f"dma_pool_free {name}, dma {dma_addr:x} already free")
