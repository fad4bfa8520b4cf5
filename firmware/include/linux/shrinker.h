/* SPDX-License-Identifier: GPL-2.0-only */
/* Giving memory back when it is short. */
#ifndef LINUX_SHRINKER_H
#define LINUX_SHRINKER_H

#include <kernel/shrinker.h>
#include <linux/types.h>

void register_shrinker(struct shrinker *shrinker);
void unregister_shrinker(struct shrinker *shrinker);

/* As the kernel had it up to 2.6.22: NULL where there is no memory. */
typedef int (*shrinker_t)(int nr_to_scan, gfp_t gfp_mask);
struct shrinker *set_shrinker(int seeks, shrinker_t shrink);
void remove_shrinker(struct shrinker *shrinker);

#endif
