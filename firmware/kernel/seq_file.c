// SPDX-License-Identifier: GPL-2.0-only
/* Files whose text is made when they are read: all of it, once, at the first read. fs/seq_file.c */
#include <asm/page.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define FIRST_SIZE PAGE_SIZE
#define MOST_SIZE (1UL << 20)

int seq_open(struct file *file, const struct seq_operations *op)
{
	struct seq_file *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return -ENOMEM;
	m->op = op;
	m->file = file;
	file->private_data = m;
	return 0;
}

void *__seq_open_private(struct file *file, const struct seq_operations *op, int size)
{
	void *private = kzalloc(size, GFP_KERNEL);

	if (!private)
		return NULL;
	if (seq_open(file, op)) {
		kfree(private);
		return NULL;
	}
	((struct seq_file *)file->private_data)->private = private;
	return private;
}

int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data)
{
	int error = seq_open(file, NULL);
	struct seq_file *m = file->private_data;

	if (error)
		return error;
	m->show = show;
	m->private = data;
	return 0;
}

int seq_release(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->buf);
	kfree(m);
	return 0;
}

int single_release(struct inode *inode, struct file *file)
{
	return seq_release(inode, file);
}

int seq_open_private(struct file *file, const struct seq_operations *op, int size)
{
	return __seq_open_private(file, op, size) ? 0 : -ENOMEM;
}

int seq_release_private(struct inode *inode, struct file *file)
{
	struct seq_file *m = file->private_data;

	kfree(m->private);
	m->private = NULL;
	return seq_release(inode, file);
}

static int show_all(struct seq_file *m)
{
	loff_t at = 0;
	void *v;
	int error = 0;

	m->count = 0;
	if (m->show)
		return m->show(m, NULL);
	v = m->op->start(m, &at);
	while (!IS_ERR_OR_NULL(v) && error >= 0) {
		size_t before = m->count;

		error = m->op->show(m, v);
		if (error == SEQ_SKIP)
			m->count = before;
		m->index = at;
		v = m->op->next(m, v, &at);
	}
	m->op->stop(m, v);
	return IS_ERR(v) ? PTR_ERR(v) : error < 0 ? error : 0;
}

static int make_text(struct seq_file *m)
{
	for (size_t size = FIRST_SIZE; size <= MOST_SIZE; size *= 2) {
		int error;

		m->buf = kmalloc(size, GFP_KERNEL);
		if (!m->buf)
			return -ENOMEM;
		m->size = size;
		error = show_all(m);
		if (!error && m->count < m->size)
			return 0;
		kfree(m->buf);
		m->buf = NULL;
		if (error)
			return error;
	}
	return -ENOMEM;
}

ssize_t seq_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	struct seq_file *m = file->private_data;
	int error = 0;

	if (!*at) {
		kfree(m->buf);
		m->buf = NULL;
	}
	if (!m->buf)
		error = make_text(m);
	return error ? error : simple_read_from_buffer(buf, count, at, m->buf, m->count);
}

loff_t seq_lseek(struct file *file, loff_t offset, int whence)
{
	return generic_file_llseek(file, offset, whence);
}

int seq_write(struct seq_file *m, const void *data, size_t length)
{
	if (m->count + length >= m->size) {
		m->count = m->size;
		return -1;
	}
	memcpy(m->buf + m->count, data, length);
	m->count += length;
	return 0;
}

void seq_puts(struct seq_file *m, const char *text)
{
	seq_write(m, text, strlen(text));
}

void seq_putc(struct seq_file *m, char c)
{
	seq_write(m, &c, 1);
}

void seq_vprintf(struct seq_file *m, const char *format, va_list args)
{
	size_t room = m->size - m->count;
	size_t length = vsnprintf(m->buf + m->count, room, format, args);

	m->count = length < room ? m->count + length : m->size;
}

void seq_printf(struct seq_file *m, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	seq_vprintf(m, format, args);
	va_end(args);
}

void seq_hex_dump(struct seq_file *m, const char *prefix, int prefix_type, int row_bytes, int group_bytes,
		  const void *data, size_t length, bool ascii)
{
	int row = row_bytes == 32 ? 32 : 16;
	char line[132];

	for (size_t at = 0; at < length; at += row) {
		hex_dump_to_buffer(data + at, length - at, row, group_bytes, line, sizeof(line), ascii);
		seq_puts(m, prefix);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			seq_printf(m, "%p: ", data + at);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			seq_printf(m, "%.8lx: ", at);
		seq_printf(m, "%s\n", line);
	}
}

struct list_head *seq_list_start(struct list_head *head, loff_t at)
{
	struct list_head *entry;

	list_for_each(entry, head)
		if (!at--)
			return entry;
	return NULL;
}

struct list_head *seq_list_start_head(struct list_head *head, loff_t at)
{
	return at ? seq_list_start(head, at - 1) : head;
}

struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *at)
{
	struct list_head *next = ((struct list_head *)v)->next;

	++*at;
	return next == head ? NULL : next;
}

struct hlist_node *seq_hlist_start(struct hlist_head *head, loff_t at)
{
	struct hlist_node *node;

	hlist_for_each(node, head)
		if (!at--)
			return node;
	return NULL;
}

struct hlist_node *seq_hlist_next(void *v, struct hlist_head *head, loff_t *at)
{
	++*at;
	return v == SEQ_START_TOKEN ? head->first : ((struct hlist_node *)v)->next;
}
