// SPDX-License-Identifier: GPL-2.0-only
/* Lists of pieces: walking, allocating, copying. lib/scatterlist.c */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

void sg_init_table(struct scatterlist *sgl, unsigned int nents)
{
	memset(sgl, 0, sizeof(*sgl) * nents);
	sg_mark_end(&sgl[nents - 1]);
}

void sg_init_one(struct scatterlist *sg, const void *buffer, unsigned int length)
{
	sg_init_table(sg, 1);
	sg_set_buf(sg, buffer, length);
}

struct scatterlist *sg_next(struct scatterlist *sg)
{
	if (sg_is_last(sg))
		return NULL;
	sg++;
	return sg_is_chain(sg) ? sg_chain_ptr(sg) : sg;
}

struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents)
{
	struct scatterlist *sg, *last = NULL;
	unsigned int i;

	for_each_sg(sgl, sg, nents, i)
		last = sg;
	return last;
}

int sg_nents(struct scatterlist *sg)
{
	int nents = 0;

	for (; sg; sg = sg_next(sg))
		nents++;
	return nents;
}

/* Entries that an array needs for `left` pieces, the way to the next array included. */
static unsigned int array_entries(unsigned int left)
{
	return left > SG_MAX_SINGLE_ALLOC ? SG_MAX_SINGLE_ALLOC : left;
}

void sg_free_table(struct sg_table *table)
{
	struct scatterlist *sgl = table->sgl;

	for (unsigned int left = table->orig_nents; sgl;) {
		unsigned int entries = array_entries(left);
		struct scatterlist *next = NULL;

		if (sg_is_chain(&sgl[entries - 1]))
			next = sg_chain_ptr(&sgl[entries - 1]);
		kfree(sgl);
		left -= next ? entries - 1 : entries;
		sgl = next;
	}
	table->sgl = NULL;
	table->nents = table->orig_nents = 0;
}

int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask)
{
	struct scatterlist *previous = NULL;

	memset(table, 0, sizeof(*table));
	if (!nents)
		return -EINVAL;
	table->orig_nents = nents;
	for (unsigned int left = nents, entries; left; previous += entries - 1) {
		struct scatterlist *sgl;

		entries = array_entries(left);
		sgl = kmalloc(entries * sizeof(*sgl), gfp_mask);
		if (!sgl) {
			sg_free_table(table);
			return -ENOMEM;
		}
		sg_init_table(sgl, entries);
		if (previous)
			sg_chain(previous, 1, sgl);
		else
			table->sgl = sgl;
		previous = sgl;
		left -= left > SG_MAX_SINGLE_ALLOC ? entries - 1 : entries;
	}
	table->nents = nents;
	return 0;
}

static size_t sg_copy(struct scatterlist *sg, unsigned int nents, char *buffer, size_t length, int to_buffer)
{
	size_t done = 0;

	for (; sg && nents && done < length; sg = sg_next(sg), nents--) {
		size_t size = length - done < sg->length ? length - done : sg->length;

		if (to_buffer)
			memcpy(buffer + done, sg_virt(sg), size);
		else
			memcpy(sg_virt(sg), buffer + done, size);
		done += size;
	}
	return done;
}

size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buffer, size_t length)
{
	return sg_copy(sgl, nents, (char *)buffer, length, 0);
}

size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buffer, size_t length)
{
	return sg_copy(sgl, nents, buffer, length, 1);
}
