/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory in one piece to the CPU, and in single pages to everybody else. */
#ifndef LINUX_VMALLOC_H
#define LINUX_VMALLOC_H

#include <asm/page.h>
#include <linux/types.h>

struct vm_area_struct;

void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
#define vmalloc_user vzalloc
#define vmalloc_32 vmalloc
void vfree(const void *virt);
unsigned long vmalloc_to_pfn(const void *virt);
struct page *vmalloc_to_page(const void *virt);
int remap_vmalloc_range(struct vm_area_struct *vma, void *virt, unsigned long first_page);

#endif
