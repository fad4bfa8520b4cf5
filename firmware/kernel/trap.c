// SPDX-License-Identifier: GPL-2.0-only
/*
 * The way into the Python kernel: Linux's memory functions, each a call frame on the stack and one write to the trap
 * gate. None of them is inlined, so that its caller is the driver's line. Those for DMA are in dma_traps.c.
 */
#include <asm/io.h>
#include <asm/page.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"
#include "trap.h"

u64 trap(struct trap_frame *frame)
{
	outl(__pa(frame) >> TRAP_FRAME_SHIFT, TRAP_GATE_PORT);
	barrier();
	if (unlikely(con_start != log_end))
		release_console_sem();
	return frame->result;
}

noinline void setup_arch(struct boot_params *params)
{
	TRAP(TRAP_SETUP_ARCH, (u64)params);
}

noinline void build_all_zonelists(void)
{
	TRAP(TRAP_BUILD_ALL_ZONELISTS);
}

noinline void mem_init(void)
{
	TRAP(TRAP_MEM_INIT);
}

noinline void kmem_cache_init(void)
{
	TRAP(TRAP_KMEM_CACHE_INIT);
}

noinline void mm_initcalls(void)
{
	TRAP(TRAP_MM_INITCALLS);
}

noinline unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)
{
	return TRAP(TRAP_GET_FREE_PAGES, gfp_mask, order);
}

noinline unsigned long get_zeroed_page(gfp_t gfp_mask)
{
	return TRAP(TRAP_GET_FREE_PAGES, gfp_mask | __GFP_ZERO, 0);
}

noinline void free_pages(unsigned long addr, unsigned int order)
{
	TRAP(TRAP_FREE_PAGES, addr, order);
}

noinline struct page *alloc_pages(gfp_t gfp_mask, unsigned int order)
{
	u64 virt = TRAP(TRAP_GET_FREE_PAGES, gfp_mask, order);

	return virt ? virt_to_page(virt) : NULL;
}

noinline void __free_pages(struct page *page, unsigned int order)
{
	TRAP(TRAP_FREE_PAGES, (u64)page_address(page), order);
}

noinline void *kmalloc(size_t size, gfp_t gfp_mask)
{
	return (void *)TRAP(TRAP_KMALLOC, size, gfp_mask);
}

noinline void *kzalloc(size_t size, gfp_t gfp_mask)
{
	return (void *)TRAP(TRAP_KMALLOC, size, gfp_mask | __GFP_ZERO);
}

noinline void *kcalloc(size_t n, size_t size, gfp_t gfp_mask)
{
	if (size && n > ~0UL / size)
		return NULL;
	return (void *)TRAP(TRAP_KMALLOC, n * size, gfp_mask | __GFP_ZERO);
}

noinline void *krealloc(const void *objp, size_t size, gfp_t gfp_mask)
{
	return (void *)TRAP(TRAP_KREALLOC, (u64)objp, size, gfp_mask);
}

noinline size_t ksize(const void *objp)
{
	return TRAP(TRAP_KSIZE, (u64)objp);
}

noinline void kfree(const void *objp)
{
	TRAP(TRAP_KFREE, (u64)objp);
}

noinline struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align, unsigned long flags,
					      kmem_cache_ctor_t ctor)
{
	return (void *)TRAP(TRAP_KMEM_CACHE_CREATE, (u64)name, size, align, flags, (u64)ctor, 0);
}

noinline struct kmem_cache *kmem_cache_create_dtor(const char *name, size_t size, size_t align, unsigned long flags,
						   kmem_cache_ctor_t ctor, kmem_cache_dtor_t dtor)
{
	return (void *)TRAP(TRAP_KMEM_CACHE_CREATE, (u64)name, size, align, flags, (u64)ctor, (u64)dtor);
}

noinline void *kmem_cache_alloc(struct kmem_cache *cachep, gfp_t gfp_mask)
{
	return (void *)TRAP(TRAP_KMEM_CACHE_ALLOC, (u64)cachep, gfp_mask);
}

noinline void *kmem_cache_zalloc(struct kmem_cache *cachep, gfp_t gfp_mask)
{
	return (void *)TRAP(TRAP_KMEM_CACHE_ALLOC, (u64)cachep, gfp_mask | __GFP_ZERO);
}

noinline void kmem_cache_free(struct kmem_cache *cachep, void *objp)
{
	TRAP(TRAP_KMEM_CACHE_FREE, (u64)cachep, (u64)objp);
}

noinline void reap_caches(void)
{
	TRAP(TRAP_CACHE_REAP, 0);
}

noinline int kmem_cache_shrink(struct kmem_cache *cachep)
{
	return TRAP(TRAP_KMEM_CACHE_SHRINK, (u64)cachep);
}

noinline void kmem_cache_destroy(struct kmem_cache *cachep)
{
	TRAP(TRAP_KMEM_CACHE_DESTROY, (u64)cachep);
}

noinline void checkpoint(const char *name)
{
	TRAP(TRAP_CHECKPOINT, (u64)name);
}

noinline void transfer_result(struct device *dev, dma_addr_t dma_addr, size_t size,
			      enum dma_data_direction direction, int error)
{
	TRAP(TRAP_TRANSFER_RESULT, (u64)dev, dma_addr, size, direction, (u64)(s64)error);
}

noinline void driver_unbound(struct device *dev)
{
	TRAP(TRAP_DRIVER_UNBOUND, (u64)dev);
}

noinline void trap_panic(const char *message)
{
	TRAP(TRAP_PANIC, (u64)message);
}

noinline void trap_oops(const struct pt_regs *regs, const char *message)
{
	TRAP(TRAP_OOPS, (u64)regs, (u64)message);
}

noinline void trap_user_wait(struct user_call *call, unsigned long user_phys)
{
	TRAP(TRAP_USER_WAIT, (u64)call, user_phys);
}

noinline void trap_module_state(int stage, int error, int probe_error)
{
	TRAP(TRAP_MODULE_STATE, stage, (u64)(s64)error, (u64)(s64)probe_error);
}

noinline void trap_leftover(const char *kind, const char *name, unsigned long caller)
{
	TRAP(TRAP_LEFTOVER, (u64)kind, (u64)name, caller);
}
