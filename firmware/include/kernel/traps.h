/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls that the guest makes to the Python kernel. The guest fills a struct trap_frame anywhere in RAM, 16-byte
 * aligned and physically contiguous, and writes (its physical address >> TRAP_FRAME_SHIFT) to TRAP_GATE_PORT; when
 * the OUT is done, `result` holds the answer. Python reads numbers and layout from the DWARF of this file.
 *
 * Pointers in arguments and results are kernel virtual addresses; NULL is 0; errors are negative errno values.
 */
#ifndef KERNEL_TRAPS_H
#define KERNEL_TRAPS_H

#include <kernel/types.h>

struct trap_frame {
	u64 number;		/* enum trap */
	u64 args[6];
	u64 result;
	u64 caller;		/* return address of the kernel function called: the driver's line */
	u64 frame_pointer;	/* RBP of that function, from which a backtrace is walked; then the time, in ns */
} __attribute__((aligned(16)));

enum trap {
	/* boot, in the order of start_kernel() */
	TRAP_SETUP_ARCH = 1,	/* (struct boot_params *) */
	TRAP_BUILD_ALL_ZONELISTS,
	TRAP_MEM_INIT,
	TRAP_KMEM_CACHE_INIT,
	TRAP_MM_INITCALLS,	/* init_per_zone_pages_min(), then cpucache_init() */

	/* mm/page_alloc.c: addresses are direct-map virtual, of the first page */
	TRAP_GET_FREE_PAGES = 16,	/* (gfp_mask, order) -> virt or 0 */
	TRAP_FREE_PAGES,		/* (virt, order) */

	/* mm/slab.c, mm/util.c */
	TRAP_KMALLOC = 32,		/* (size, gfp_mask) -> virt, ZERO_SIZE_PTR or 0 */
	TRAP_KREALLOC,			/* (virt, size, gfp_mask) -> virt or 0 */
	TRAP_KSIZE,			/* (virt) -> bytes */
	TRAP_KFREE,			/* (virt) */
	TRAP_KMEM_CACHE_CREATE,		/* (name, size, align, flags, ctor, dtor) -> cachep or 0 */
	TRAP_KMEM_CACHE_ALLOC,		/* (cachep, gfp_mask) -> virt or 0 */
	TRAP_KMEM_CACHE_FREE,		/* (cachep, virt) */
	TRAP_KMEM_CACHE_SHRINK,		/* (cachep) -> 0 or 1 */
	TRAP_KMEM_CACHE_DESTROY,	/* (cachep) */
	TRAP_CACHE_REAP,		/* () */

	/* arch/x86/kernel/pci-dma_64.c */
	TRAP_DMA_SET_MASK = 64,		/* (struct device *, mask) -> 0 or -EIO */
	TRAP_DMA_SET_COHERENT_MASK,	/* (struct device *, mask) -> 0 or -EIO */
	TRAP_DMA_ALLOC_COHERENT,	/* (struct device *, size, dma_addr_t *, gfp_mask) -> virt or 0 */
	TRAP_DMA_FREE_COHERENT,		/* (struct device *, size, virt, dma_addr, irqs_disabled) */
	TRAP_DMA_MAP_SINGLE,		/* (struct device *, virt, size, direction, attrs) -> dma_addr */
	TRAP_DMA_UNMAP_SINGLE,		/* (struct device *, dma_addr, size, direction, attrs) */
	TRAP_DMA_MAP_PAGE,		/* (struct device *, struct page *, offset, size, direction, attrs) -> dma_addr */
	TRAP_DMA_UNMAP_PAGE,		/* (struct device *, dma_addr, size, direction, attrs) */
	TRAP_DMA_MAP_SG,		/* (struct device *, struct scatterlist *, nents, direction, attrs) -> pieces or 0 */
	TRAP_DMA_UNMAP_SG,		/* (struct device *, struct scatterlist *, nents, direction, attrs) */
	TRAP_DMA_MAPPING_ERROR,		/* (struct device * or NULL, dma_addr) -> 0 or 1 */
	TRAP_DMA_SYNC_SINGLE_FOR_CPU,	/* (struct device *, dma_addr, size, direction) */
	TRAP_DMA_SYNC_SINGLE_FOR_DEVICE,
	TRAP_DMA_SYNC_SINGLE_RANGE_FOR_CPU,	/* (struct device *, dma_addr, offset, size, direction) */
	TRAP_DMA_SYNC_SINGLE_RANGE_FOR_DEVICE,
	TRAP_DMA_SYNC_SG_FOR_CPU,	/* (struct device *, struct scatterlist *, nents, direction) */
	TRAP_DMA_SYNC_SG_FOR_DEVICE,
	TRAP_DMA_SUPPORTED,		/* (struct device *, mask) -> 0 or 1 */

	/* drivers/base/dmapool.c */
	TRAP_DMA_POOL_CREATE,		/* (name, struct device *, size, align, allocation) -> struct dma_pool * or 0 */
	TRAP_DMA_POOL_DESTROY,		/* (struct dma_pool *, in_interrupt) */
	TRAP_DMA_POOL_ALLOC,		/* (struct dma_pool *, gfp_mask, dma_addr_t *, attempt) -> virt or 0 */
	TRAP_DMA_POOL_FREE,		/* (struct dma_pool *, virt, dma_addr) */

	/* the laboratory's own */
	TRAP_CHECKPOINT = 96,		/* (name): the host may look at the machine here */
	TRAP_TRANSFER_RESULT,		/* (struct device *, dma_addr, size, direction, errno): what the driver found */
	TRAP_PANIC,			/* (message): does not return */
	TRAP_OOPS,			/* (struct pt_regs *, message): an exception nobody expected; does not return */
	TRAP_DRIVER_UNBOUND,		/* (struct device *): its driver has let go, and may have left nothing mapped */

	/* kernel/sched.c and its neighbours */
	TRAP_SCHED_BUG = 112,		/* (enum sched_bug, message, place): a primitive is used in a wrong way */
	TRAP_ALL_ASLEEP,		/* () -> when something will happen by itself, in ns; ~0 for never; 0: unknown */
	TRAP_DEADLOCK,			/* (init_task, current): nothing ever will; does not return */
	TRAP_DELAY,			/* (ns): let time pass up to then, or up to the next event */

	/* user space and the module it tests */
	TRAP_USER_WAIT = 128,		/* (struct user_call *, phys of the user's memory): the host fills the call */
	TRAP_MODULE_STATE,		/* (enum module_stage, errno, errno of probe) */
	TRAP_LEFTOVER,			/* (kind, name, caller): something the module has not given back */
	TRAP_DRIVER_UNMATCHED,		/* (bus, driver, wanted, present): no device for a driver, as texts */

	/* mm/kasan */
	TRAP_KASAN_REPORT = 192,	/* (virt, size, is_write): an access that the shadow does not allow */
};

#endif
