// SPDX-License-Identifier: GPL-2.0-only
/* The table of what modules have taken. */
#include <asm/page.h>
#include <kernel/track.h>
#include <linux/string.h>

#include "kernel.h"

#define TRACE_DEPTH 32
#define NAME_LENGTH 40

struct tracked {
	const char *kind;		/* NULL: free */
	unsigned long key;
	unsigned long caller;
	char name[NAME_LENGTH];
};

static struct tracked tracked[TRACK_MOST];

int in_module(unsigned long addr)
{
	return addr >= KERNEL_MAP_BASE + MODULE_PHYS && addr < KERNEL_MAP_BASE + MODULE_PHYS_END;
}

unsigned long module_caller(void)
{
	unsigned long *frame = __builtin_frame_address(0);

	for (int depth = 0; depth < TRACE_DEPTH && kernel_address_readable((unsigned long)frame) &&
	     !((unsigned long)frame & 7); depth++) {
		if (in_driver(frame[1]))
			return frame[1];
		frame = (unsigned long *)frame[0];
	}
	return 0;
}

/* The line that a call is to be told by: the module's, where one is on the way that led to it. */
unsigned long driver_line(unsigned long caller)
{
	return in_module(caller) ? caller : module_caller();
}

static struct tracked *find(const char *kind, unsigned long key)
{
	for (int i = 0; i < TRACK_MOST; i++)
		if (tracked[i].kind && tracked[i].key == key && !strcmp(tracked[i].kind, kind))
			return &tracked[i];
	return NULL;
}

void track(const char *kind, unsigned long key, const char *name)
{
	unsigned long caller = module_caller();

	for (int i = 0; caller && i < TRACK_MOST; i++) {
		if (tracked[i].kind)
			continue;
		tracked[i] = (struct tracked) { kind, key, caller, "" };
		strlcpy(tracked[i].name, name ? name : "", NAME_LENGTH);
		return;
	}
}

void untrack(const char *kind, unsigned long key)
{
	struct tracked *found = find(kind, key);

	if (found)
		found->kind = NULL;
}

void report_leftovers(void)
{
	for (int i = 0; i < TRACK_MOST; i++) {
		if (!tracked[i].kind)
			continue;
		trap_leftover(tracked[i].kind, tracked[i].name, tracked[i].caller);
		tracked[i].kind = NULL;
	}
}
