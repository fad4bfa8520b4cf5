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
		error = m->op->show(m, v);
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

void seq_printf(struct seq_file *m, const char *format, ...)
{
	size_t room = m->size - m->count;
	va_list args;
	size_t length;

	va_start(args, format);
	length = vsnprintf(m->buf + m->count, room, format, args);
	va_end(args);
	m->count = length < room ? m->count + length : m->size;
}
