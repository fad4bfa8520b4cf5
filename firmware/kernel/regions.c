// SPDX-License-Identifier: GPL-2.0-only
/* Who has which addresses, where a driver asks for them by number. kernel/resource.c */
#include <kernel/track.h>
#include <linux/ioport.h>
#include <linux/kernel.h>

#include "kernel.h"
#include "sched.h"

#define REGIONS 64

static struct resource regions[REGIONS];

static struct resource *find(unsigned long type, resource_size_t start, resource_size_t end)
{
	for (int i = 0; i < REGIONS; i++)
		if (regions[i].flags == type && start <= regions[i].end && regions[i].start <= end)
			return &regions[i];
	return NULL;
}

struct resource *__request_region(unsigned long type, resource_size_t start, resource_size_t length, const char *name)
{
	if (!length || find(type, start, start + length - 1))
		return NULL;
	for (int i = 0; i < REGIONS; i++) {
		if (regions[i].flags)
			continue;
		regions[i] = (struct resource) {
			.start = start, .end = start + length - 1, .name = name, .flags = type,
		};
		track("region", (unsigned long)&regions[i], name);
		return &regions[i];
	}
	return NULL;
}

void __release_region(unsigned long type, resource_size_t start, resource_size_t length)
{
	struct resource *found = find(type, start, start + length - 1);

	if (!found || found->start != start || found->end != start + length - 1) {
		sched_bug(SCHED_BUG_WARNING, "Trying to free nonexistent resource <%016lx-%016lx>", start,
			  start + length - 1);
		return;
	}
	untrack("region", (unsigned long)found);
	found->flags = 0;
}
