// SPDX-License-Identifier: GPL-2.0-only
/* The list of those who can give memory back. Python walks it when an allocation finds no memory. mm/vmscan.c */
#include <linux/irqflags.h>
#include <linux/list.h>
#include <linux/shrinker.h>
#include <linux/slab.h>

extern struct list_head shrinker_list;

void register_shrinker(struct shrinker *shrinker)
{
	unsigned long flags;

	local_irq_save(flags);
	if (!shrinker_list.next)
		INIT_LIST_HEAD(&shrinker_list);
	shrinker->nr = 0;
	list_add_tail(&shrinker->list, &shrinker_list);
	local_irq_restore(flags);
}

void unregister_shrinker(struct shrinker *shrinker)
{
	unsigned long flags;

	local_irq_save(flags);
	list_del(&shrinker->list);
	local_irq_restore(flags);
}

struct shrinker *set_shrinker(int seeks, shrinker_t shrink)
{
	struct shrinker *shrinker = kmalloc(sizeof(*shrinker), GFP_KERNEL);

	if (!shrinker)
		return NULL;
	shrinker->shrink = shrink;
	shrinker->seeks = seeks;
	register_shrinker(shrinker);
	return shrinker;
}

void remove_shrinker(struct shrinker *shrinker)
{
	unregister_shrinker(shrinker);
	kfree(shrinker);
}
