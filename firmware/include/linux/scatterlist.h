/* SPDX-License-Identifier: GPL-2.0-only */
/* Buffers in pieces. An array may go on in another: its last entry is then no piece, but the way there. */
#ifndef LINUX_SCATTERLIST_H
#define LINUX_SCATTERLIST_H

#include <asm/page.h>
#include <kernel/dma.h>
#include <kernel/page.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/types.h>

struct sg_table {
	struct scatterlist *sgl;
	unsigned int nents;		/* pieces that mapping has made of it */
	unsigned int orig_nents;
};

#define SG_MAX_SINGLE_ALLOC (PAGE_SIZE / sizeof(struct scatterlist))

#define sg_is_chain(sg) ((sg)->page_link & SG_CHAIN)
#define sg_is_last(sg) ((sg)->page_link & SG_LAST)
#define sg_chain_ptr(sg) ((struct scatterlist *)((sg)->page_link & ~(unsigned long)SG_LINK_BITS))
#define sg_dma_address(sg) ((sg)->dma_address)
#define sg_dma_len(sg) ((sg)->dma_length)
#define for_each_sg(sgl, sg, nents, i) for ((i) = 0, (sg) = (sgl); (i) < (nents); (i)++, (sg) = sg_next(sg))
#define for_each_sgtable_sg(table, sg, i) for_each_sg((table)->sgl, sg, (table)->orig_nents, i)
#define for_each_sgtable_dma_sg(table, sg, i) for_each_sg((table)->sgl, sg, (table)->nents, i)

static inline struct page *sg_page(const struct scatterlist *sg)
{
	return (struct page *)(sg->page_link & ~(unsigned long)SG_LINK_BITS);
}

static inline void sg_assign_page(struct scatterlist *sg, struct page *page)
{
	sg->page_link = (sg->page_link & SG_LINK_BITS) | (unsigned long)page;
}

static inline void sg_set_page(struct scatterlist *sg, struct page *page, unsigned int length, unsigned int offset)
{
	sg_assign_page(sg, page);
	sg->offset = offset;
	sg->length = length;
}

static inline void sg_set_buf(struct scatterlist *sg, const void *buffer, unsigned int length)
{
	u64 phys = __pa(buffer);

	sg_set_page(sg, mem_map + phys / PAGE_SIZE, length, phys % PAGE_SIZE);
}

static inline u64 sg_phys(const struct scatterlist *sg)
{
	return (u64)(sg_page(sg) - mem_map) * PAGE_SIZE + sg->offset;
}

static inline void *sg_virt(const struct scatterlist *sg)
{
	return __va(sg_phys(sg));
}

static inline void sg_mark_end(struct scatterlist *sg)
{
	sg->page_link = (sg->page_link | SG_LAST) & ~(unsigned long)SG_CHAIN;
}

static inline void sg_unmark_end(struct scatterlist *sg)
{
	sg->page_link &= ~(unsigned long)SG_LAST;
}

/* Let the last of `nents` entries lead to another array. */
static inline void sg_chain(struct scatterlist *sgl, unsigned int nents, struct scatterlist *next)
{
	struct scatterlist *link = &sgl[nents - 1];

	link->offset = 0;
	link->length = 0;
	link->page_link = ((unsigned long)next | SG_CHAIN) & ~(unsigned long)SG_LAST;
}

void sg_init_table(struct scatterlist *sgl, unsigned int nents);
void sg_init_one(struct scatterlist *sg, const void *buffer, unsigned int length);
struct scatterlist *sg_next(struct scatterlist *sg);	/* NULL after the last */
struct scatterlist *sg_last(struct scatterlist *sgl, unsigned int nents);
int sg_nents(struct scatterlist *sg);
int sg_alloc_table(struct sg_table *table, unsigned int nents, gfp_t gfp_mask);
void sg_free_table(struct sg_table *table);
/* Give the bytes that were copied. */
size_t sg_copy_from_buffer(struct scatterlist *sgl, unsigned int nents, const void *buffer, size_t length);
size_t sg_copy_to_buffer(struct scatterlist *sgl, unsigned int nents, void *buffer, size_t length);

#endif
