// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timer by which caches give back what they do not use, every two seconds. mm/slab.c: cache_reap, start_cpu_timer
 *
 * Its timer is deferrable: it alone does not keep a machine on which all tasks sleep from being seen as dead.
 */
#include <linux/jiffies.h>
#include <linux/workqueue.h>

#include "kernel.h"

#define REAPTIMEOUT_CPUC (2 * HZ)

static void cache_reap(struct work_struct *work);
static DECLARE_DELAYED_WORK(reap_work, cache_reap);

static void cache_reap(struct work_struct *work)
{
	reap_caches();
	schedule_delayed_work(&reap_work, round_jiffies_relative(REAPTIMEOUT_CPUC));
}

void cpucache_init(void)
{
	reap_work.timer.flags |= TIMER_DEFERRABLE;
	schedule_delayed_work(&reap_work, round_jiffies_relative(HZ));
}
