/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's own part in the shadow; include/kernel/kasan.h describes it. */
#ifndef KASAN_H
#define KASAN_H

#include <kernel/boot_params.h>
#include <kernel/kasan.h>

extern u64 kasan_shadow, kasan_area;

/* kasan_init.c: with the option kasan=1, set memory aside, and give it its place in the page tables. */
void kasan_reserve(struct boot_params *params);
void kasan_map_shadow(void);

/* kasan.c */
void kasan_poison(const void *start, size_t size, u8 value);
void kasan_unpoison(const void *start, size_t size);
struct task_struct;
void kasan_unpoison_task_stack(struct task_struct *task);
void kasan_check(const void *start, size_t size, int is_write, u64 caller, u64 frame_pointer);

#endif
