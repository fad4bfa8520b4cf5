// SPDX-License-Identifier: GPL-2.0-only
/* Numbers for things, in an array of what has them. lib/idr.c */
#include <linux/idr.h>
#include <linux/slab.h>

#include "xa_node.h"

int idr_alloc_u32(struct idr *idr, void *pointer, u32 *id, unsigned long max, gfp_t gfp_mask)
{
	unsigned int base = idr->idr_base;
	struct xa_limit limit = { .min = *id < base ? 0 : *id - base, .max = max - base };
	int error = __xa_alloc(&idr->idr_rt, id, pointer, limit, gfp_mask);

	*id += base;
	return error == -EBUSY ? -ENOSPC : error;
}

int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp_mask)
{
	u32 id = start;
	int error;

	if (WARN_ON_ONCE(start < 0))
		return -EINVAL;
	error = idr_alloc_u32(idr, pointer, &id, end > 0 ? end - 1 : INT_MAX, gfp_mask);
	return error ? error : (int)id;
}

int idr_alloc_cyclic(struct idr *idr, void *pointer, int start, int end, gfp_t gfp_mask)
{
	u32 id = max_t(u32, start, idr->idr_next);
	int error, max = end > 0 ? end - 1 : INT_MAX;

	error = idr_alloc_u32(idr, pointer, &id, max, gfp_mask);
	if (error == -ENOSPC && id > start) {
		id = start;
		error = idr_alloc_u32(idr, pointer, &id, max, gfp_mask);
	}
	if (error)
		return error;
	idr->idr_next = id + 1;
	return id;
}

int __idr_get_new(struct idr *idr, void *pointer, int start, int *id)
{
	int found = idr_alloc(idr, pointer, start, 0, GFP_ATOMIC);

	if (found >= 0)
		*id = found;
	return found < 0 ? found : 0;
}

void *idr_find(const struct idr *idr, unsigned long id)
{
	return xa_load((struct xarray *)&idr->idr_rt, id - idr->idr_base);
}

void *idr_remove(struct idr *idr, unsigned long id)
{
	return __xa_erase(&idr->idr_rt, id - idr->idr_base);
}

void *idr_replace(struct idr *idr, void *pointer, unsigned long id)
{
	void *old = idr_find(idr, id);

	if (!old)
		return ERR_PTR(-ENOENT);
	__xa_store(&idr->idr_rt, id - idr->idr_base, pointer ? pointer : XA_ZERO_ENTRY, GFP_ATOMIC);
	return old;
}

void *idr_get_next(struct idr *idr, int *next)
{
	unsigned int base = idr->idr_base;
	unsigned long index = *next < base ? 0 : *next - base;
	void *entry = xa_find(&idr->idr_rt, &index, INT_MAX, XA_PRESENT);

	if (entry)
		*next = index + base;
	return entry;
}

void *idr_get_next_ul(struct idr *idr, unsigned long *next)
{
	unsigned int base = idr->idr_base;
	unsigned long index = *next < base ? 0 : *next - base;
	void *entry = xa_find(&idr->idr_rt, &index, ULONG_MAX, XA_PRESENT);

	if (entry)
		*next = index + base;
	return entry;
}

int idr_for_each(const struct idr *idr, int (*function)(int id, void *pointer, void *data), void *data)
{
	void *entry;
	int id, result = 0;

	idr_for_each_entry((struct idr *)idr, entry, id) {
		result = function(id, entry, data);
		if (result)
			break;
	}
	return result;
}

bool idr_is_empty(const struct idr *idr)
{
	return xa_empty(&idr->idr_rt);
}

void idr_destroy(struct idr *idr)
{
	xa_destroy(&idr->idr_rt);
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp_mask)
{
	if ((int)min < 0)
		return -ENOSPC;
	if ((int)max < 0)
		max = INT_MAX;
	for (unsigned long index = min / IDA_BITS; ; index++) {
		unsigned long first, bits, bit;
		void *entry;

		index = __xa_find_free(&ida->xa, index, max / IDA_BITS);
		if (index > max / IDA_BITS)
			return -ENOSPC;
		entry = xa_load(&ida->xa, index);
		bits = entry ? xa_to_value(entry) : 0;
		first = index == min / IDA_BITS ? min % IDA_BITS : 0;
		bit = find_next_zero_bit(&bits, IDA_BITS, first);
		if (bit == IDA_BITS)
			continue;
		if (index * IDA_BITS + bit > max)
			return -ENOSPC;
		entry = xa_store(&ida->xa, index, xa_mk_value(bits | 1UL << bit), gfp_mask);
		return xa_is_err(entry) ? xa_err(entry) : index * IDA_BITS + bit;
	}
}

int ida_find_first_range(struct ida *ida, unsigned int min, unsigned int max)
{
	unsigned long index = min / IDA_BITS, first = min % IDA_BITS;

	if ((int)min < 0)
		return -EINVAL;
	for (void *entry = xa_find(&ida->xa, &index, max / IDA_BITS, XA_PRESENT); entry;
	     entry = xa_find_after(&ida->xa, &index, max / IDA_BITS, XA_PRESENT)) {
		unsigned long bits = xa_to_value(entry);
		unsigned long bit = find_next_bit(&bits, IDA_BITS, index == min / IDA_BITS ? first : 0);

		if (bit < IDA_BITS)
			return index * IDA_BITS + bit <= max ? (int)(index * IDA_BITS + bit) : -ENOENT;
	}
	return -ENOENT;
}

void ida_free(struct ida *ida, unsigned int id)
{
	void *entry = xa_load(&ida->xa, id / IDA_BITS);
	unsigned long bits = entry ? xa_to_value(entry) : 0, bit = 1UL << id % IDA_BITS;

	if ((int)id < 0)
		return;
	if (WARN(!(bits & bit), "ida_free called for id=%u which is not allocated.\n", id))
		return;
	bits &= ~bit;
	__xa_store(&ida->xa, id / IDA_BITS, bits ? xa_mk_value(bits) : NULL, GFP_ATOMIC);
}

void ida_destroy(struct ida *ida)
{
	xa_destroy(&ida->xa);
}
