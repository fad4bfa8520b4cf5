/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a module has taken and must give back: registered where it is taken, with the module's line, and struck off where
 * it is given back. What is left when the module has been unloaded is told to the laboratory. Nobody else's are kept.
 */
#ifndef KERNEL_TRACK_H
#define KERNEL_TRACK_H

#include <kernel/types.h>

#define TRACK_MOST 512

/* `kind` is a word for people, compared by its text; `key` tells things of one kind apart. */
void track(const char *kind, unsigned long key, const char *name);
void untrack(const char *kind, unsigned long key);

/* Find the driver's line that led here: 0 where none did. A module is the driver, and what of the library it needs. */
unsigned long module_caller(void);
unsigned long driver_line(unsigned long caller);
int in_module(unsigned long addr);
int in_driver(unsigned long addr);

/* Tell the laboratory what is left, and forget it. */
void report_leftovers(void);

#endif
