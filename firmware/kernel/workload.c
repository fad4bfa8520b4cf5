// SPDX-License-Identifier: GPL-2.0-only
/* Replaying a recorded kernel's allocations: include/kernel/workload.h says in what form the host gives them. */
#include <asm/page.h>
#include <kernel/fw_cfg.h>
#include <kernel/workload.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "kernel.h"

#define OPS_IN_CHUNK 256
#define WORKLOAD_CACHES_MAX 256

static struct workload_op ops[OPS_IN_CHUNK];
static struct workload_cache cache_table[WORKLOAD_CACHES_MAX];
static struct kmem_cache *caches[WORKLOAD_CACHES_MAX];
static void **slots;

struct workload_report workload_report;

static void allocated(const struct workload_op *op, void *objp)
{
	slots[op->slot] = objp;
	workload_report.allocations++;
	if (!objp)
		workload_report.failures++;
}

static void do_op(const struct workload_op *op, void *objp)
{
	switch (op->opcode) {
	case WORKLOAD_KMALLOC:
		allocated(op, kmalloc(op->size, op->gfp_mask));
		break;
	case WORKLOAD_KFREE:
		kfree(objp);
		break;
	case WORKLOAD_CACHE_ALLOC:
		allocated(op, kmem_cache_alloc(caches[op->cache], op->gfp_mask));
		break;
	case WORKLOAD_CACHE_FREE:
		kmem_cache_free(caches[op->cache], objp);
		break;
	case WORKLOAD_GET_PAGES:
		allocated(op, (void *)__get_free_pages(op->gfp_mask, op->order));
		break;
	case WORKLOAD_FREE_PAGES:
		free_pages((unsigned long)objp, op->order);
		break;
	}
}

static int is_allocation(const struct workload_op *op)
{
	return op->opcode == WORKLOAD_KMALLOC || op->opcode == WORKLOAD_CACHE_ALLOC ||
	       op->opcode == WORKLOAD_GET_PAGES;
}

static int uses_cache(const struct workload_op *op)
{
	return op->opcode == WORKLOAD_CACHE_ALLOC || op->opcode == WORKLOAD_CACHE_FREE;
}

/* The operation comes from a file: refuse what would corrupt the kernel rather than what a file should not say. */
static int is_refused(const struct workload_header *header, const struct workload_op *op)
{
	if (op->opcode < WORKLOAD_KMALLOC || op->opcode > WORKLOAD_FREE_PAGES || op->slot >= header->nr_slots)
		return 1;
	if (uses_cache(op) && (op->cache >= header->nr_caches || !caches[op->cache]))
		return 1;
	return is_allocation(op) && slots[op->slot];
}

static void replay(const struct workload_header *header, const struct workload_op *op)
{
	void *objp;

	if (is_refused(header, op)) {
		workload_report.refused++;
		return;
	}
	objp = slots[op->slot];
	if (!is_allocation(op)) {
		if (!objp)
			return;			/* its allocation had failed, and been counted */
		slots[op->slot] = NULL;
		workload_report.frees++;
	}
	do_op(op, objp);
}

static int replay_all(const struct fw_cfg_file *file, const struct workload_header *header, u32 offset)
{
	for (u32 left = header->nr_ops; left; ) {
		u32 count = min(left, (u32)OPS_IN_CHUNK);

		if (fw_cfg_read(file, offset, ops, count * sizeof(ops[0])))
			return -EIO;
		for (u32 i = 0; i < count; i++)
			replay(header, &ops[i]);
		offset += count * sizeof(ops[0]);
		left -= count;
		touch_softlockup_watchdog();
	}
	return 0;
}

static int create_caches(const struct fw_cfg_file *file, const struct workload_header *header)
{
	if (fw_cfg_read(file, sizeof(*header), cache_table, header->nr_caches * sizeof(cache_table[0])))
		return -EIO;
	for (u32 i = 0; i < header->nr_caches; i++) {
		cache_table[i].name[WORKLOAD_CACHE_NAME_LEN - 1] = 0;
		caches[i] = kmem_cache_create(cache_table[i].name, cache_table[i].size, cache_table[i].align, 0, NULL);
		if (!caches[i])
			return -ENOMEM;
	}
	return 0;
}

static void destroy_caches(void)
{
	for (u32 i = 0; i < WORKLOAD_CACHES_MAX; i++) {
		if (caches[i])
			kmem_cache_destroy(caches[i]);
		caches[i] = NULL;
	}
}

static unsigned int order_of(u64 bytes)
{
	unsigned int order = 0;

	while (PAGE_SIZE << order < bytes)
		order++;
	return order;
}

static int run(const struct fw_cfg_file *file, const struct workload_header *header)
{
	unsigned int order = order_of(header->nr_slots * sizeof(*slots));
	int error;

	slots = (void **)__get_free_pages(GFP_KERNEL | __GFP_ZERO, order);
	if (!slots)
		return -ENOMEM;
	error = create_caches(file, header);
	if (!error)
		error = replay_all(file, header, sizeof(*header) + header->nr_caches * sizeof(cache_table[0]));
	checkpoint("workload-done");
	destroy_caches();
	free_pages((unsigned long)slots, order);
	return error;
}

int replay_workload(void)
{
	struct workload_header header;
	struct fw_cfg_file file;
	int error;

	workload_report = (struct workload_report) { 0 };
	if (fw_cfg_find(WORKLOAD_FILE, &file) || fw_cfg_read(&file, 0, &header, sizeof(header))) {
		printk(KERN_ERR "workload: the host offers none\n");
		return -ENOENT;
	}
	if (header.magic != WORKLOAD_MAGIC || header.version != WORKLOAD_VERSION ||
	    header.nr_caches > WORKLOAD_CACHES_MAX) {
		printk(KERN_ERR "workload: not in a form that is known here\n");
		return -EINVAL;
	}
	error = run(&file, &header);
	printk(KERN_INFO "workload: %u operations, %u allocations, %u frees, %u failed, %u refused\n", header.nr_ops,
	       workload_report.allocations, workload_report.frees, workload_report.failures, workload_report.refused);
	return workload_report.refused ? -EINVAL : error;
}
