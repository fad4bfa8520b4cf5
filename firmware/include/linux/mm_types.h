/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process has mapped. */
#ifndef LINUX_MM_TYPES_H
#define LINUX_MM_TYPES_H

#include <kernel/api.h>
#include <kernel/page.h>
#include <linux/rwsem.h>
#include <linux/types.h>

struct file;
struct vm_area_struct;
struct vm_fault;

typedef unsigned long vm_flags_t;
typedef struct { unsigned long pgprot; } pgprot_t;
typedef unsigned int vm_fault_t;

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);
	void (*close)(struct vm_area_struct *vma);
#if API_BEFORE(4, 11)
	vm_fault_t (*fault)(struct vm_area_struct *vma, struct vm_fault *fault);
#else
	vm_fault_t (*fault)(struct vm_fault *fault);
#endif
	int (*access)(struct vm_area_struct *vma, unsigned long addr, void *buf, int length, int write);
};

struct mm_struct {
	int map_count;
#if API_BEFORE(5, 8)
	struct rw_semaphore mmap_sem;
#else
	struct rw_semaphore mmap_lock;
#endif
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;		/* exclusive */
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
#if API_BEFORE(6, 3)
	unsigned long vm_flags;
#else
	union {
		const vm_flags_t vm_flags;
		vm_flags_t __vm_flags;
	};
#endif
	const struct vm_operations_struct *vm_ops;
	unsigned long vm_pgoff;		/* pages */
	struct file *vm_file;
	void *vm_private_data;
	struct list_head list;
};

struct vm_fault {
	struct vm_area_struct *vma;
	unsigned int flags;
	gfp_t gfp_mask;
	pgoff_t pgoff;
	unsigned long address;
	void *virtual_address;
	struct page *page;
};

#endif
