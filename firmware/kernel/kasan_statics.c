// SPDX-License-Identifier: GPL-2.0-only
/* Where the shadow is, for C and Python. */
#include <kernel/kasan.h>

u64 kasan_shadow;			/* physical address of the shadow of physical address 0; 0: there is none */
u64 kasan_area;				/* physical: struct kasan_area */

/* The quarantine is a ring: of all that ever went in, those from `first` to `next` are in it. */
u64 kasan_quarantine_first;
u64 kasan_quarantine_next;
u64 kasan_quarantine_bytes;
