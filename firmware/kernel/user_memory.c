// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of the one user process there is. None of it is in a page table: what is mapped is a table of ranges, which
 * only these functions read. So a kernel that follows a user's pointer by itself faults, as it does under SMAP.
 * arch/x86/lib/usercopy_64.c, mm/memory.c, mm/mmap.c
 */
#include <asm/processor.h>
#include <kernel/track.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

#include "files.h"
#include "kernel.h"
#include "syscalls.h"

#define USER_BASE 0x00005555000000UL	/* the buffers of the calls; a page before and after is not mapped */
#define USER_MMAP_BASE 0x00007f0000000000UL
#define RANGES 256

struct user_range {
	unsigned long start, end;	/* virtual; end 0: free */
	unsigned long phys;
	struct vm_area_struct *vma;	/* NULL: the process's own memory */
	bool writable;
};

static struct user_range ranges[RANGES];
static unsigned long own_memory;		/* its address in the direct map */
static unsigned int own_order;
static unsigned long next_mmap = USER_MMAP_BASE;
static struct mm_struct user_mm;
static LIST_HEAD(vmas);

static struct user_range *find_range(unsigned long virt)
{
	for (int i = 0; i < RANGES; i++)
		if (virt >= ranges[i].start && virt < ranges[i].end)
			return &ranges[i];
	return NULL;
}

static int add_range(unsigned long start, unsigned long length, unsigned long phys, struct vm_area_struct *vma)
{
	for (int i = 0; i < RANGES; i++) {
		if (ranges[i].end)
			continue;
		ranges[i] = (struct user_range) { start, start + length, phys, vma, !vma || (vma->vm_flags & VM_WRITE) };
		return 0;
	}
	return -ENOMEM;
}

/* Take the process's own memory: 2^order pages. */
int user_memory_init(unsigned int order)
{
	unsigned long virt = __get_free_pages(GFP_KERNEL | __GFP_ZERO, order);

	if (!virt)
		return -ENOMEM;
	own_memory = virt;
	own_order = order;
	/* A process's pages are pages of their own: a driver may hold one of them. mm/page_alloc.c: split_page */
	for (unsigned long i = 1; i < 1UL << order; i++)
		virt_to_page(virt + i * PAGE_SIZE)->_count = 1;
	init_rwsem(&user_mm.mmap_lock);
	current->mm = &user_mm;
	return add_range(USER_BASE, PAGE_SIZE << order, __pa(virt), NULL);
}

/* The process has ended. */
void user_memory_exit(void)
{
	memset(ranges, 0, sizeof(ranges));
	for (unsigned long i = 0; i < 1UL << own_order; i++)
		free_page(own_memory + i * PAGE_SIZE);
	own_memory = 0;
	current->mm = NULL;
}

unsigned long user_memory_phys(void)
{
	return __pa(own_memory);
}

/* Find what is mapped at an address, by a driver's fault handler where nothing is yet. */
static struct user_range *fault_in(unsigned long virt, int write)
{
	struct user_range *range = find_range(virt);
	struct vm_area_struct *vma;

	if (range)
		return write && !range->writable ? NULL : range;
	list_for_each_entry(vma, &vmas, list) {
		struct vm_fault fault = {
			.vma = vma, .flags = write ? FAULT_FLAG_WRITE : 0, .address = virt & PAGE_MASK,
			.pgoff = vma->vm_pgoff + ((virt - vma->vm_start) >> PAGE_SHIFT), .gfp_mask = GFP_KERNEL,
		};
		unsigned int got;

		if (virt < vma->vm_start || virt >= vma->vm_end || !vma->vm_ops || !vma->vm_ops->fault)
			continue;
		got = vma->vm_ops->fault(&fault);
		if (!(got & (VM_FAULT_OOM | VM_FAULT_SIGBUS | VM_FAULT_NOPAGE)) && fault.page)
			add_range(fault.address, PAGE_SIZE, page_to_phys(fault.page), vma);
		return find_range(virt);
	}
	return NULL;
}

int __access_ok(unsigned long addr, unsigned long length)
{
	return addr < TASK_SIZE_MAX && length <= TASK_SIZE_MAX - addr;
}

/* Move bytes between the kernel and RAM that the user has mapped; give what could not be moved. */
static unsigned long copy(unsigned long user, void *kernel, unsigned long length, int write)
{
	while (length) {
		struct user_range *range = __access_ok(user, length) ? fault_in(user, write) : NULL;
		unsigned long chunk, phys;

		if (!range || !pfn_valid((range->phys + user - range->start) >> PAGE_SHIFT))
			break;
		chunk = min(length, range->end - user);
		phys = range->phys + user - range->start;
		if (write && kernel)
			memcpy(__va(phys), kernel, chunk);
		else if (write)
			memset(__va(phys), 0, chunk);
		else
			memcpy(kernel, __va(phys), chunk);
		user += chunk;
		kernel = kernel ? (char *)kernel + chunk : NULL;
		length -= chunk;
	}
	return length;
}

unsigned long copy_to_user(void __user *to, const void *from, unsigned long length)
{
	might_sleep();
	return copy((unsigned long)to, (void *)from, length, 1);
}

unsigned long copy_from_user(void *to, const void __user *from, unsigned long length)
{
	unsigned long left;

	might_sleep();
	left = copy((unsigned long)from, to, length, 0);
	/* What did not come is zero, so that nothing of the kernel's shows through. */
	memset((char *)to + (length - left), 0, left);
	return left;
}

unsigned long clear_user(void __user *to, unsigned long length)
{
	return copy((unsigned long)to, NULL, length, 1);
}

long strncpy_from_user(char *to, const char __user *from, long size)
{
	for (long length = 0; length < size; length++) {
		if (copy((unsigned long)from + length, &to[length], 1, 0))
			return -EFAULT;
		if (!to[length])
			return length;
	}
	return size;
}

long strnlen_user(const char __user *text, long size)
{
	char c;

	for (long length = 0; length < size; length++) {
		if (copy((unsigned long)text + length, &c, 1, 0))
			return 0;
		if (!c)
			return length + 1;
	}
	return size + 1;
}

int __get_user_pages_fast(unsigned long start, int count, int write, struct page **pages)
{
	for (int i = 0; i < count; i++) {
		unsigned long virt = (start & PAGE_MASK) + i * PAGE_SIZE;
		struct user_range *range = fault_in(virt, write);

		if (!range)
			return i ? i : -EFAULT;
		pages[i] = phys_to_page(range->phys + virt - range->start);
		get_page(pages[i]);
	}
	return count;
}

pgprot_t vm_get_page_prot(unsigned long flags)
{
	return flags & VM_WRITE ? PAGE_SHARED : PAGE_READONLY;
}

long user_map(struct file *file, unsigned long length, unsigned long offset, unsigned long protection)
{
	unsigned long flags = protection & (VM_READ | VM_WRITE);
	struct vm_area_struct *vma;
	int error;

	if (!length || offset & ~PAGE_MASK)
		return -EINVAL;
	if (!file->f_op->mmap)
		return -ENODEV;
	if (!(file->f_mode & FMODE_READ) || ((flags & VM_WRITE) && !(file->f_mode & FMODE_WRITE)))
		return -EACCES;
	vma = kzalloc(sizeof(*vma), GFP_KERNEL);
	if (!vma)
		return -ENOMEM;
	vma->vm_start = next_mmap;
	vma->vm_end = next_mmap + PAGE_ALIGN(length);
	vma->vm_mm = &user_mm;
	vma->vm_flags = flags | VM_SHARED | VM_MAYREAD | VM_MAYSHARE | (file->f_mode & FMODE_WRITE ? VM_MAYWRITE : 0);
	vma->vm_page_prot = vm_get_page_prot(flags);
	vma->vm_pgoff = offset >> PAGE_SHIFT;
	vma->vm_file = file;
	error = file->f_op->mmap(file, vma);
	if (error) {
		kfree(vma);
		return error;
	}
	file->f_count++;
	next_mmap = vma->vm_end + PAGE_SIZE;
	list_add_tail(&vma->list, &vmas);
	return vma->vm_start;
}

static void unmap(struct vm_area_struct *vma)
{
	for (int i = 0; i < RANGES; i++)
		if (ranges[i].end && ranges[i].vma == vma)
			ranges[i].end = 0;
	if (vma->vm_ops && vma->vm_ops->close)
		vma->vm_ops->close(vma);
	list_del(&vma->list);
	fput(vma->vm_file);
	kfree(vma);
}

long user_unmap(unsigned long start)
{
	struct vm_area_struct *vma;

	list_for_each_entry(vma, &vmas, list) {
		if (vma->vm_start != start)
			continue;
		unmap(vma);
		return 0;
	}
	return -EINVAL;
}

void user_unmap_all(void)
{
	while (!list_empty(&vmas))
		unmap(list_first_entry(&vmas, struct vm_area_struct, list));
}

int remap_pfn_range(struct vm_area_struct *vma, unsigned long start, unsigned long pfn, unsigned long length,
		    pgprot_t protection)
{
	length = PAGE_ALIGN(length);
	if (start < vma->vm_start || start + length > vma->vm_end || start & ~PAGE_MASK || !length)
		return -EINVAL;
	if (find_range(start))
		return -EBUSY;
	vma->vm_flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
	return add_range(start, length, pfn << PAGE_SHIFT, vma);
}

int vm_iomap_memory(struct vm_area_struct *vma, phys_addr_t start, unsigned long length)
{
	unsigned long pages = ((start & ~PAGE_MASK) + length + PAGE_SIZE - 1) >> PAGE_SHIFT;
	unsigned long pfn = start >> PAGE_SHIFT;

	if (start + length < start || vma->vm_pgoff > pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -EINVAL;
	return io_remap_pfn_range(vma, vma->vm_start, pfn + vma->vm_pgoff, vma->vm_end - vma->vm_start,
				  vma->vm_page_prot);
}

int dma_mmap_attrs(struct device *dev, struct vm_area_struct *vma, void *virt, dma_addr_t dma_addr, size_t size,
		   unsigned long attrs)
{
	unsigned long pages = PAGE_ALIGN(size) >> PAGE_SHIFT;

	if (vma->vm_pgoff >= pages || vma_pages(vma) > pages - vma->vm_pgoff)
		return -ENXIO;
	return remap_pfn_range(vma, vma->vm_start, (virt_to_phys(virt) >> PAGE_SHIFT) + vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

int vm_insert_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	if (addr < vma->vm_start || addr >= vma->vm_end || !page_count(page))
		return addr < vma->vm_start || addr >= vma->vm_end ? -EFAULT : -EINVAL;
	if (find_range(addr))
		return -EBUSY;
	return add_range(addr, PAGE_SIZE, page_to_phys(page), vma);
}

vm_fault_t vmf_insert_pfn(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn)
{
	return add_range(addr, PAGE_SIZE, pfn << PAGE_SHIFT, vma) ? VM_FAULT_OOM : VM_FAULT_NOPAGE;
}

int remap_vmalloc_range(struct vm_area_struct *vma, void *virt, unsigned long first_page)
{
	for (unsigned long at = vma->vm_start; at < vma->vm_end; at += PAGE_SIZE) {
		void *page = (char *)virt + (first_page << PAGE_SHIFT) + (at - vma->vm_start);
		int error = add_range(at, PAGE_SIZE, vmalloc_to_pfn(page) << PAGE_SHIFT, vma);

		if (error)
			return error;
	}
	return 0;
}

/* One load or store of the process, of 1, 2, 4 or 8 bytes, to memory or to a device. */
long user_access(unsigned long virt, unsigned int width, u64 *value, int write)
{
	struct user_range *range = fault_in(virt, write);
	void __iomem *at;
	void *window;

	if (!range || virt + width > range->end)
		return -EFAULT;
	window = ioremap(range->phys + virt - range->start, width);
	if (!window)
		return -ENOMEM;
	at = window;
	if (width == 1)
		write ? writeb(*value, at) : (void)(*value = readb(at));
	else if (width == 2)
		write ? writew(*value, at) : (void)(*value = readw(at));
	else if (width == 4)
		write ? writel(*value, at) : (void)(*value = readl(at));
	else
		write ? writeq(*value, at) : (void)(*value = readq(at));
	iounmap(window);
	return 0;
}
