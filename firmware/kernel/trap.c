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
#include "object_users.h"
#include "trap.h"

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

noinline void mm_initcalls(void)
{
	TRAP(TRAP_MM_INITCALLS);
}

static unsigned long taken(unsigned long addr, gfp_t gfp_mask, u64 caller)
{
	if (addr)
		note_allocation((void *)addr, gfp_mask, caller);
	return addr;
}

noinline unsigned long __get_free_pages(gfp_t gfp_mask, unsigned int order)
{
	might_sleep_if(gfp_mask & __GFP_WAIT);
	return taken(TRAP(TRAP_GET_FREE_PAGES, gfp_mask, order), gfp_mask, (u64)__builtin_return_address(0));
}

noinline unsigned long get_zeroed_page(gfp_t gfp_mask)
{
	might_sleep_if(gfp_mask & __GFP_WAIT);
	gfp_mask |= __GFP_ZERO;
	return taken(TRAP(TRAP_GET_FREE_PAGES, gfp_mask, 0), gfp_mask, (u64)__builtin_return_address(0));
}

noinline void free_pages(unsigned long addr, unsigned int order)
{
	note_free((void *)addr, (u64)__builtin_return_address(0));
	TRAP(TRAP_FREE_PAGES, addr, order);
}

noinline struct page *alloc_pages(gfp_t gfp_mask, unsigned int order)
{
	u64 virt = taken(TRAP(TRAP_GET_FREE_PAGES, gfp_mask, order), gfp_mask, (u64)__builtin_return_address(0));

	return virt ? virt_to_page(virt) : NULL;
}

noinline void __free_pages(struct page *page, unsigned int order)
{
	note_free(page_address(page), (u64)__builtin_return_address(0));
	TRAP(TRAP_FREE_PAGES, (u64)page_address(page), order);
}

noinline void reap_caches(void)
{
	TRAP(TRAP_CACHE_REAP, 0);
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

noinline void trap_driver_unmatched(const char *bus, const char *driver, const char *wanted, const char *present)
{
	TRAP(TRAP_DRIVER_UNMATCHED, (u64)bus, (u64)driver, (u64)wanted, (u64)present);
}
