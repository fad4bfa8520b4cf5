/* SPDX-License-Identifier: GPL-2.0-only */
/* Places in arrays, for those who hold the lock themselves and do several things there; linux/xarray.h includes this. */
#ifndef LINUX_XA_STATE_H
#define LINUX_XA_STATE_H

#include <linux/xarray.h>

struct xa_node;

enum __xa_place {
	XAS_RESTART,			/* nothing has been looked at: xa_index is where to begin */
	XAS_AT,				/* at the entry of xa_index */
	XAS_BOUNDS,			/* beyond the array's last entry */
};

struct xa_state {
	struct xarray *xa;
	unsigned long xa_index;
	enum __xa_place xa_place;
	int xa_error;			/* a negative errno: nothing more is done */
	struct xa_node *xa_alloc;	/* nodes from xas_nomem() */
};

/* Entries of one index each, as without CONFIG_XARRAY_MULTI. */
#define XA_STATE(name, array, index) struct xa_state name = { .xa = (array), .xa_index = (index) }

void *xas_load(struct xa_state *xas);
void *xas_store(struct xa_state *xas, void *entry);
/* Where xas_store() lacked memory: get it, without the lock, and say that it is to be tried again. */
bool xas_nomem(struct xa_state *xas, gfp_t gfp_mask);
void xas_destroy(struct xa_state *xas);
void *xas_find(struct xa_state *xas, unsigned long max);
void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark);
void *xas_find_conflict(struct xa_state *xas);
void *xas_next(struct xa_state *xas);
void *xas_prev(struct xa_state *xas);
/* Let the lock go in the middle of a loop: it goes on behind the entry. */
void xas_pause(struct xa_state *xas);

static inline void xas_set(struct xa_state *xas, unsigned long index)
{
	xas->xa_index = index;
	xas->xa_place = XAS_RESTART;
	xas->xa_error = 0;
}

static inline void xas_set_err(struct xa_state *xas, long error)
{
	xas->xa_error = error;
}

static inline bool xas_retry(struct xa_state *xas, const void *entry)
{
	return xa_is_zero(entry);
}

static inline void xas_advance(struct xa_state *xas, unsigned long index)
{
	xas->xa_index = index;
}

#define xas_error(xas) ((xas)->xa_error)
#define xas_invalid(xas) ((xas)->xa_error || (xas)->xa_place != XAS_AT)
#define xas_valid(xas) (!xas_invalid(xas))
#define xas_reset(xas) xas_set((xas), (xas)->xa_index)
#define xas_reload(xas) xas_load(xas)
#define xas_next_entry(xas, max) xas_find((xas), (max))
#define xas_next_marked(xas, max, mark) xas_find_marked((xas), (max), (mark))
#define xas_get_mark(xas, mark) xa_get_mark((xas)->xa, (xas)->xa_index, (mark))
#define xas_set_mark(xas, mark) xa_set_mark((xas)->xa, (xas)->xa_index, (mark))
#define xas_clear_mark(xas, mark) xa_clear_mark((xas)->xa, (xas)->xa_index, (mark))
#define xas_init_marks(xas) do {								\
	for (xa_mark_t _mark = 0; _mark < XA_MAX_MARKS; _mark++)				\
		xas_clear_mark((xas), _mark);							\
} while (0)

#define xas_for_each(xas, entry, max)								\
	for (entry = xas_find((xas), (max)); entry; entry = xas_next_entry((xas), (max)))
#define xas_for_each_marked(xas, entry, max, mark)						\
	for (entry = xas_find_marked((xas), (max), (mark)); entry;				\
	     entry = xas_next_marked((xas), (max), (mark)))
#define xas_for_each_conflict(xas, entry) while ((entry = xas_find_conflict(xas)))

#define xas_trylock(xas) xa_trylock((xas)->xa)
#define xas_lock(xas) xa_lock((xas)->xa)
#define xas_unlock(xas) xa_unlock((xas)->xa)
#define xas_lock_bh(xas) xa_lock_bh((xas)->xa)
#define xas_unlock_bh(xas) xa_unlock_bh((xas)->xa)
#define xas_lock_irq(xas) xa_lock_irq((xas)->xa)
#define xas_unlock_irq(xas) xa_unlock_irq((xas)->xa)
#define xas_lock_irqsave(xas, flags) xa_lock_irqsave((xas)->xa, flags)
#define xas_unlock_irqrestore(xas, flags) xa_unlock_irqrestore((xas)->xa, flags)

#endif
