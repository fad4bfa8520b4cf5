// SPDX-License-Identifier: GPL-2.0-only
/*
 * What code that was compiled with -fsanitize=kernel-address calls: where its own look at the shadow says no, and where
 * it lays out its stack and its variables. mm/kasan/generic.c, report_generic.c
 */
#include <asm/page.h>
#include <kernel/traps.h>
#include <linux/string.h>

#include "kasan.h"
#include "kernel.h"
#include "sched.h"
#include "trap.h"

#define CALLER ((u64)__builtin_return_address(0))
#define FRAME ((u64)__builtin_frame_address(0))
#define KASAN_ALLOCA_REDZONE 32UL

static u8 *shadow_of(u64 virt)
{
	return (u8 *)((virt >> 3) + KASAN_SHADOW_OFFSET);
}

void kasan_poison(const void *start, size_t size, u8 value)
{
	if (kasan_shadow)
		memset(shadow_of((u64)start), value, size / KASAN_GRANULE_SIZE);
}

/* Let `size` bytes be touched; those up to the next granule keep what they have unless the last one is cut. */
void kasan_unpoison(const void *start, size_t size)
{
	kasan_poison(start, size & ~(KASAN_GRANULE_SIZE - 1), 0);
	if (kasan_shadow && size % KASAN_GRANULE_SIZE)
		*shadow_of((u64)start + size) = size % KASAN_GRANULE_SIZE;
}

static void report(u64 start, u64 size, int is_write, u64 caller, u64 frame_pointer)
{
	struct trap_frame frame = {
		.number = TRAP_KASAN_REPORT,
		.args = { start, size, is_write },
		.caller = caller,
		.frame_pointer = frame_pointer,
	};

	trap(&frame);
}

/* Whether any byte of [start, start + size) may not be touched. Addresses that have no shadow fault by themselves. */
static int is_poisoned(u64 start, u64 size)
{
	u64 end = start + size;

	if (end < start)
		return 1;
	if ((s64)start >> 47 != -1)
		return 0;
	for (u64 at = start; at < end; at = (at | (KASAN_GRANULE_SIZE - 1)) + 1) {
		u64 last = at | (KASAN_GRANULE_SIZE - 1);
		s8 shadow = *shadow_of(at);

		if (last >= end)
			last = end - 1;
		if (shadow && (s8)(last & (KASAN_GRANULE_SIZE - 1)) >= shadow)
			return 1;
	}
	return 0;
}

void kasan_check(const void *start, size_t size, int is_write, u64 caller, u64 frame_pointer)
{
	if (kasan_shadow && size && is_poisoned((u64)start, size))
		report((u64)start, size, is_write, caller, frame_pointer);
}

/* `__asan_report_*` are for code that has looked itself, the others for code that has not. */
#define ACCESS(kind, size, is_write)						\
	noinline void __asan_report_##kind##size##_noabort(u64 start)		\
	{									\
		report(start, size, is_write, CALLER, FRAME);			\
	}									\
	noinline void __asan_##kind##size##_noabort(u64 start)			\
	{									\
		kasan_check((void *)start, size, is_write, CALLER, FRAME);	\
	}

#define ACCESSES(kind, is_write)						\
	ACCESS(kind, 1, is_write)						\
	ACCESS(kind, 2, is_write)						\
	ACCESS(kind, 4, is_write)						\
	ACCESS(kind, 8, is_write)						\
	ACCESS(kind, 16, is_write)						\
	noinline void __asan_report_##kind##_n_noabort(u64 start, u64 size)	\
	{									\
		report(start, size, is_write, CALLER, FRAME);			\
	}									\
	noinline void __asan_##kind##N_noabort(u64 start, u64 size)		\
	{									\
		kasan_check((void *)start, size, is_write, CALLER, FRAME);	\
	}

ACCESSES(load, 0)
ACCESSES(store, 1)

/* The frame of a function that does not return stays poisoned; nobody uses it before its stack is given back. */
void __asan_handle_no_return(void)
{
}

#define SET_SHADOW(value)							\
	void __asan_set_shadow_##value(u8 *shadow, size_t count)		\
	{									\
		memset(shadow, 0x##value, count);				\
	}

SET_SHADOW(00)
SET_SHADOW(f1)
SET_SHADOW(f2)
SET_SHADOW(f3)
SET_SHADOW(f5)
SET_SHADOW(f8)

/* Variables leave their scope, and come into it again. */
void __asan_poison_stack_memory(const void *start, size_t size)
{
	kasan_poison(start, (size + KASAN_GRANULE_SIZE - 1) & ~(KASAN_GRANULE_SIZE - 1), KASAN_USE_AFTER_SCOPE);
}

void __asan_unpoison_stack_memory(const void *start, size_t size)
{
	kasan_unpoison(start, size);
}

void __asan_alloca_poison(u64 start, size_t size)
{
	u64 end = (start + size + KASAN_GRANULE_SIZE - 1) & ~(KASAN_GRANULE_SIZE - 1);
	u64 padded = (start + size + KASAN_ALLOCA_REDZONE - 1) & ~(KASAN_ALLOCA_REDZONE - 1);

	kasan_unpoison((void *)start, size);
	kasan_poison((void *)(start - KASAN_ALLOCA_REDZONE), KASAN_ALLOCA_REDZONE, KASAN_ALLOCA_LEFT);
	kasan_poison((void *)end, padded - end + KASAN_ALLOCA_REDZONE, KASAN_ALLOCA_RIGHT);
}

void __asan_allocas_unpoison(const void *top, const void *bottom)
{
	if (top && top < bottom)
		kasan_unpoison(top, bottom - top);
}

static void register_global(const struct kasan_global *global)
{
	size_t whole = (global->size + KASAN_GRANULE_SIZE - 1) & ~(KASAN_GRANULE_SIZE - 1);

	kasan_unpoison(global->beg, global->size);
	kasan_poison((const char *)global->beg + whole, global->size_with_redzone - whole, KASAN_GLOBAL_REDZONE);
}

void __asan_register_globals(const struct kasan_global *globals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		register_global(&globals[i]);
}

void __asan_unregister_globals(const struct kasan_global *globals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		kasan_unpoison(globals[i].beg, globals[i].size_with_redzone);
}

/* In a task that ends: what its last functions left poisoned. */
void kasan_unpoison_task_stack(struct task_struct *task)
{
	kasan_unpoison(task->stack, THREAD_SIZE);
}
