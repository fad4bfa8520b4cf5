// SPDX-License-Identifier: GPL-2.0-only
/* Users of pages. mm/swap.c, page-writeback.c */
#include <linux/mm.h>

void get_page(struct page *page)
{
	page->_count++;
}

void put_page(struct page *page)
{
	/* Pages that nobody allocates, of a device's memory say, are never freed. */
	if (page->_count > 1 || PageReserved(page))
		page->_count--;
	else
		__free_pages(page, 0);
}

int set_page_dirty(struct page *page)
{
	int was_clean = !(page->flags >> PG_dirty & 1);

	SetPageDirty(page);
	return was_clean;
}

/* Dirty means something to memory that is written back: a user's page here never is. */
int set_page_dirty_lock(struct page *page)
{
	return 0;
}

void unpin_user_pages(struct page **pages, unsigned long count)
{
	for (unsigned long i = 0; i < count; i++)
		put_page(pages[i]);
}

void unpin_user_pages_dirty_lock(struct page **pages, unsigned long count, bool dirty)
{
	unpin_user_pages(pages, count);
}
