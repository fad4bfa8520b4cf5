# SPDX-License-Identifier: GPL-2.0-only
"""DMA pools: blocks of one size out of coherent memory, which is never given back before the pool is destroyed.

Pools, pages and their bitmaps are in guest RAM, in memory of kmalloc's; a pool is named by its virtual address. The
mistakes of this code are kept (docs/dma-faults.md). With CONFIG_DEBUG_SLAB what is free holds POOL_POISON_FREED.

Source: drivers/base/dmapool.c
"""

from collections.abc import Callable, Iterator

from emulator.memmap import PAGE_SIZE
from pykernel.errors import KernelBug
from pykernel.layout.address import virt_to_phys
from pykernel.layout.lists import init_list_head, list_add, list_del, list_empty, list_for_each
from pykernel.layout.strings import read_string
from pykernel.mm.dma import Dma
from pykernel.mm.dma_ops import device_name
from pykernel.mm.gfp import GFP_ATOMIC, GFP_KERNEL, GFP_WAIT
from pykernel.mm.slab import Slab

POOL_POISON_FREED = 0xA7
POOL_POISON_ALLOCATED = 0xA9
_BITS = 64
_U32, _U64 = (1 << 32) - 1, (1 << 64) - 1
_NAME_LEN = 32


class DmaPools:
    """The DMA pools of one kernel.

    `create_file(dev)` and `remove_file(dev)` keep the sysfs file `pools`; the former gives 0 or a negative errno.
    """

    def __init__(
        self,
        dma: Dma,
        slab: Slab,
        create_file: Callable[[int], int] = lambda dev: 0,
        remove_file: Callable[[int], None] = lambda dev: None,
    ) -> None:
        mm = slab.mm
        self._mm, self._dma, self._slab = mm, dma, slab
        self._create_file, self._remove_file = create_file, remove_file
        self._u64, self._u32 = mm.ram.u64, mm.ram.u32
        self._debug = mm.config.debug_slab
        self._pool = {name: offset for name, (offset, _) in mm.layout.members("dma_pool").items()}
        self._pool_size = mm.layout.sizeof("dma_pool")
        self._page = {name: offset for name, (offset, _) in mm.layout.members("dma_page").items()}
        self._page_size = mm.layout.sizeof("dma_page")
        self._dma_pools = mm.layout.offset("device", "dma_pools")
        self._driver_name = mm.layout.offset("device", "driver_name")
        self._waiter = mm.address_of("dma_pool_waiter")
        self._task_list = mm.layout.offset("__wait_queue_head", "task_list")

    # Members.

    def _get(self, pool: int, member: str) -> int:
        return self._u64[(virt_to_phys(pool) + self._pool[member]) >> 3]

    def _page_get(self, page: int, member: str) -> int:
        return self._u64[(virt_to_phys(page) + self._page[member]) >> 3]

    def block_size(self, pool: int) -> int:
        """Give the bytes of a block."""
        return self._get(pool, "size")

    def allocation(self, pool: int) -> int:
        """Give the bytes of coherent memory that are allocated together."""
        return self._get(pool, "allocation")

    def blocks_per_page(self, pool: int) -> int:
        """Give how many blocks those bytes hold."""
        return self._get(pool, "blocks_per_page")

    def device(self, pool: int) -> int:
        """Give the device that the pool is for, 0 for none."""
        return self._get(pool, "dev")

    def name(self, pool: int) -> str:
        """Give the pool's name."""
        return read_string(self._mm.ram, pool + self._pool["name"], _NAME_LEN)

    def pages(self, pool: int) -> Iterator[int]:
        """Yield the pool's struct dma_page, the newest first."""
        yield from list_for_each(self._mm.ram, pool + self._pool["page_list"])

    def in_use(self, page: int) -> int:
        """Give how many blocks of a page are in use; a double free may have driven it below 0, to 2^32 and less."""
        return self._u32[(virt_to_phys(page) + self._page["in_use"]) >> 2]

    def memory(self, page: int) -> tuple[int, int]:
        """Give where a page's blocks are: virtual address and bus address."""
        return self._page_get(page, "vaddr"), self._page_get(page, "dma")

    def bitmap(self, pool: int, page: int) -> list[int]:
        """Give the words of a page's bitmap; a bit that is set means a free block."""
        first = (virt_to_phys(page) + self._page["bitmap"]) >> 3
        return list(self._u64[first : first + self._map_words(pool)])

    def is_free(self, pool: int, page: int, block: int) -> bool:
        """Say whether a page's block is not in use."""
        return bool(self.bitmap(pool, page)[block // _BITS] >> block % _BITS & 1)

    def _map_words(self, pool: int) -> int:
        return -(-self.blocks_per_page(pool) // _BITS)

    # Creating and destroying.

    def dma_pool_create(self, name: str, dev: int, size: int, align: int, allocation: int) -> int:
        """Create a pool; give the pointer to it, 0 for no bytes, too small an `allocation`, or without memory.

        A size that is no multiple of `align` is rounded up by one multiple too many where it can be.

        Source: drivers/base/dmapool.c: dma_pool_create
        """
        geometry = pool_geometry(size, align, allocation)
        if geometry is None:
            return 0
        pool = self._slab.kmalloc(self._pool_size, GFP_KERNEL)
        if not pool:
            return 0
        phys, ram = virt_to_phys(pool), self._mm.ram
        text = name.encode("latin-1")[: _NAME_LEN - 1] + b"\0"
        ram.write(phys + self._pool["name"], text)
        words = {"dev": dev, "size": geometry[0], "allocation": geometry[1], "blocks_per_page": geometry[2]}
        for member, value in words.items():
            self._u64[(phys + self._pool[member]) >> 3] = value
        init_list_head(ram, pool + self._pool["page_list"])
        init_list_head(ram, self._waitq(pool))
        init_list_head(ram, pool + self._pool["pools"])
        if dev and not self._join(pool, dev):
            self._slab.kfree(pool)
            return 0
        return pool

    def _join(self, pool: int, dev: int) -> bool:
        """Put a pool on its device's list; the first one comes with the file `pools`."""
        head = dev + self._dma_pools
        if not self._u64[virt_to_phys(head) >> 3]:
            init_list_head(self._mm.ram, head)  # as device_initialize() would have
        if list_empty(self._mm.ram, head) and self._create_file(dev):
            return False
        list_add(self._mm.ram, pool + self._pool["pools"], head)
        return True

    def dma_pool_destroy(self, pool: int) -> None:
        """Destroy a pool. Memory in which blocks are in use is not given back, and nobody can ever do so then.

        Source: drivers/base/dmapool.c: dma_pool_destroy
        """
        ram, dev = self._mm.ram, self.device(pool)
        list_del(ram, pool + self._pool["pools"])
        if dev and list_empty(ram, dev + self._dma_pools):
            self._remove_file(dev)
        while not list_empty(ram, pool + self._pool["page_list"]):
            page = self._get(pool, "page_list")
            if self.is_page_busy(pool, page):
                self._error(pool, f"dma_pool_destroy {self.name(pool)}, {self._page_get(page, 'vaddr'):016x} busy")
                list_del(ram, page)
                self._slab.kfree(page)
            else:
                self._pool_free_page(pool, page)
        self._slab.kfree(pool)

    def is_page_busy(self, pool: int, page: int) -> bool:
        """Say whether a block is in use. Source: drivers/base/dmapool.c: is_page_busy"""
        return any(word != _U64 for word in self.bitmap(pool, page))

    def _pool_alloc_page(self, pool: int, gfp_mask: int) -> int:
        """Get a pool more memory; give its struct dma_page, or 0. Source: drivers/base/dmapool.c: pool_alloc_page"""
        words = self._map_words(pool)
        page = self._slab.kmalloc(self._page_size + 8 * words, gfp_mask)
        if not page:
            return 0
        allocation = self.allocation(pool)
        found = self._dma.dma_alloc_coherent(self.device(pool), allocation, gfp_mask)
        if found is None:
            self._slab.kfree(page)
            return 0
        phys = virt_to_phys(page)
        for member, value in zip(("vaddr", "dma"), found, strict=True):
            self._u64[(phys + self._page[member]) >> 3] = value
        self._mm.ram.fill(phys + self._page["bitmap"], 8 * words, 0xFF)
        if self._debug:
            self._mm.ram.fill(virt_to_phys(found[0]), allocation, POOL_POISON_FREED)
        list_add(self._mm.ram, page, pool + self._pool["page_list"])
        self._u32[(phys + self._page["in_use"]) >> 2] = 0
        return page

    def _pool_free_page(self, pool: int, page: int) -> None:
        """Give a page's memory back. Source: drivers/base/dmapool.c: pool_free_page"""
        virt, dma_addr = self.memory(page)
        if self._debug:
            self._mm.ram.fill(virt_to_phys(virt), self.allocation(pool), POOL_POISON_FREED)
        self._dma.dma_free_coherent(self.device(pool), self.allocation(pool), virt, dma_addr)
        list_del(self._mm.ram, page)
        self._slab.kfree(page)

    # Blocks.

    def try_alloc(self, pool: int) -> tuple[int, int] | None:
        """Take a block: (virtual address, bus address), or None where the pool is full and there is no memory.

        Whatever the caller may do, the pool grows by GFP_ATOMIC.

        Source: drivers/base/dmapool.c: dma_pool_alloc, one turn of its loop
        """
        found = self._find_free_block(pool)
        if found is None:
            page, block = self._pool_alloc_page(pool, GFP_ATOMIC), 0
            if not page:
                return None
        else:
            page, block = found
        phys, size = virt_to_phys(page), self.block_size(pool)
        self._u64[((phys + self._page["bitmap"]) >> 3) + block // _BITS] &= ~(1 << block % _BITS) & _U64
        in_use = (phys + self._page["in_use"]) >> 2
        self._u32[in_use] = (self._u32[in_use] + 1) & _U32
        virt, dma_addr = (base + block * size for base in self.memory(page))
        if self._debug:
            self._mm.ram.fill(virt_to_phys(virt), size, POOL_POISON_ALLOCATED)
        return virt, dma_addr

    def _find_free_block(self, pool: int) -> tuple[int, int] | None:
        """Give page and number of the first free block of the newest page that has one."""
        blocks = self.blocks_per_page(pool)
        for page in self.pages(pool):
            for number, word in enumerate(self.bitmap(pool, page)):
                if word:
                    block = number * _BITS + (word & -word).bit_length() - 1
                    if block < blocks:
                        return page, block
        return None

    def dma_pool_alloc(self, pool: int, gfp_mask: int, schedule_timeout: Callable[[], None]) -> tuple[int, int] | None:
        """Take a block, waiting for memory as long as it takes where `gfp_mask` allows that.

        `schedule_timeout` lets 100 ms pass.

        Source: drivers/base/dmapool.c: dma_pool_alloc
        """
        while True:
            found = self.try_alloc(pool)
            if found is not None or not gfp_mask & GFP_WAIT:
                return found
            list_add(self._mm.ram, self._waiter, self._waitq(pool))
            try:
                schedule_timeout()
            finally:
                list_del(self._mm.ram, self._waiter)

    def _waitq(self, pool: int) -> int:
        return pool + self._pool["waitq"] + self._task_list

    def has_waiters(self, pool: int) -> bool:
        """Say whether somebody waits for a block. Source: include/linux/wait.h: waitqueue_active"""
        return not list_empty(self._mm.ram, self._waitq(pool))

    def find_page(self, pool: int, dma_addr: int) -> int:
        """Give the struct dma_page of a bus address, 0 for none. Source: drivers/base/dmapool.c: pool_find_page"""
        allocation = self.allocation(pool)
        for page in self.pages(pool):
            if 0 <= dma_addr - self._page_get(page, "dma") < allocation:
                return page
        return 0

    def dma_pool_free(self, pool: int, virt: int, dma_addr: int, wake_up: Callable[[], None] = lambda: None) -> None:
        """Give a block back, found by its bus address; `wake_up` is called where somebody waits for one.

        Only CONFIG_DEBUG_SLAB looks whether the block was in use and `virt` fits.

        Source: drivers/base/dmapool.c: dma_pool_free
        """
        page = self.find_page(pool, dma_addr)
        if not page:
            self._error(pool, f"dma_pool_free {self.name(pool)}, {_pointer(virt)}/{dma_addr:x} (bad dma)")
            return
        vaddr, first = self.memory(page)
        block = (dma_addr - first) // self.block_size(pool)
        phys = virt_to_phys(page)
        word, bit = ((phys + self._page["bitmap"]) >> 3) + block // _BITS, 1 << block % _BITS
        if self._debug:
            if (vaddr + dma_addr - first) & _U64 != virt:
                self._error(pool, f"dma_pool_free {self.name(pool)}, {_pointer(virt)} (bad vaddr)/{dma_addr:x}")
                return
            if self._u64[word] & bit:
                self._error(pool, f"dma_pool_free {self.name(pool)}, dma {dma_addr:x} already free")
                return
            self._fill_block(virt, self.block_size(pool))
        in_use = (phys + self._page["in_use"]) >> 2
        self._u32[in_use] = (self._u32[in_use] - 1) & _U32
        self._u64[word] |= bit
        if self.has_waiters(pool):
            wake_up()

    def _fill_block(self, virt: int, size: int) -> None:
        phys = virt_to_phys(virt)
        if not self._mm.ram.contains(phys, size):
            raise KernelBug(f"Unable to handle kernel paging request at {virt:016x}")
        self._mm.ram.fill(phys, size, POOL_POISON_FREED)

    # What is said.

    def show_pools(self, dev: int) -> str:
        """Give the text of a device's sysfs file `pools`. Source: drivers/base/dmapool.c: show_pools"""
        text = "poolinfo - 0.1\n"
        head = dev + self._dma_pools
        if not self._u64[virt_to_phys(head) >> 3]:
            return text
        for link in list_for_each(self._mm.ram, head):
            pool = link - self._pool["pools"]
            pages = list(self.pages(pool))
            blocks = sum(map(self.in_use, pages)) & _U32
            total = len(pages) * self.blocks_per_page(pool)
            text += f"{self.name(pool):<16} {blocks:4} {total:4} {self.block_size(pool):4} {len(pages):2}\n"
        return text[: PAGE_SIZE - 1]

    def _error(self, pool: int, text: str) -> None:
        """Say what is wrong, with driver and device in front where there is one. Source: include/linux/device.h"""
        dev = self.device(pool)
        if dev:
            driver = self._u64[(virt_to_phys(dev) + self._driver_name) >> 3]
            name = read_string(self._mm.ram, driver, 64) if driver else ""
            text = f"{name} {device_name(self._mm, dev)}: {text}"
        self._mm.printk(text)


def pool_geometry(size: int, align: int, allocation: int) -> tuple[int, int, int] | None:
    """Give size of a block, bytes allocated together and blocks in them; None where there can be no pool.

    Source: drivers/base/dmapool.c: dma_pool_create
    """
    align = align or 1
    if not size:
        return None
    if size < align:
        size = align
    elif size % align:
        size = (size + align + 1) & ~(align - 1) & _U64
    if not allocation:
        allocation = max(size, PAGE_SIZE)
    elif allocation < size:
        return None
    if not size:
        raise KernelBug("divide error: 0000: dma_pool_create(): a block of no bytes")
    return size, allocation, allocation // size


def _pointer(virt: int) -> str:
    return f"{virt:016x}"
