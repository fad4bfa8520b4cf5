/* SPDX-License-Identifier: GPL-2.0-only */
/* The few of the board's numbers that Linux's headers give a driver. kernel/module.c sees to it that they are the same. */
#ifndef KERNEL_ADDRESSES_H
#define KERNEL_ADDRESSES_H

#define PAGE_SHIFT 12
#define PAGE_SIZE (1UL << PAGE_SHIFT)
#define PAGE_OFFSET 0xffff810000000000UL
#define KERNEL_MAP_BASE 0xffffffff80000000UL
#define VMALLOC_BASE 0xffffc20000000000UL

#endif
