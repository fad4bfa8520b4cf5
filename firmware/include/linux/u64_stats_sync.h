/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters of 64 bits that are read while they change: where words have 64 bits, nothing is needed. */
#ifndef LINUX_U64_STATS_SYNC_H
#define LINUX_U64_STATS_SYNC_H

#include <linux/compiler.h>
#include <linux/types.h>

struct u64_stats_sync {
};

typedef struct {
	u64 v;
} u64_stats_t;

#define u64_stats_init(sync) ((void)(sync))
#define u64_stats_update_begin(sync) ((void)(sync))
#define u64_stats_update_end(sync) ((void)(sync))
#define u64_stats_update_begin_irqsave(sync) ({ (void)(sync); 0UL; })
#define u64_stats_update_end_irqrestore(sync, flags) ((void)(sync), (void)(flags))
#define u64_stats_fetch_begin(sync) ({ (void)(sync); 0U; })
#define u64_stats_fetch_retry(sync, start) ({ (void)(sync); (void)(start); false; })
#define u64_stats_fetch_begin_irq(sync) u64_stats_fetch_begin(sync)
#define u64_stats_fetch_retry_irq(sync, start) u64_stats_fetch_retry((sync), (start))
#define u64_stats_read(counter) READ_ONCE((counter)->v)
#define u64_stats_set(counter, value) WRITE_ONCE((counter)->v, (value))
#define u64_stats_add(counter, value) ((void)((counter)->v += (value)))
#define u64_stats_inc(counter) u64_stats_add((counter), 1)

#endif
