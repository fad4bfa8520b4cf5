/* SPDX-License-Identifier: GPL-2.0-only */
/* Files whose text is made when they are read. */
#ifndef LINUX_SEQ_FILE_H
#define LINUX_SEQ_FILE_H

#include <linux/fs.h>
#include <linux/string.h>

struct seq_operations;

struct seq_file {
	char *buf;
	size_t size;
	size_t count;
	loff_t index;
	const struct seq_operations *op;
	int (*show)(struct seq_file *m, void *v);
	struct file *file;
	void *private;
};

struct seq_operations {
	void *(*start)(struct seq_file *m, loff_t *at);
	void (*stop)(struct seq_file *m, void *v);
	void *(*next)(struct seq_file *m, void *v, loff_t *at);
	int (*show)(struct seq_file *m, void *v);
};

#define SEQ_START_TOKEN ((void *)1)
#define SEQ_SKIP 1

int seq_open(struct file *file, const struct seq_operations *op);
void *__seq_open_private(struct file *file, const struct seq_operations *op, int size);
int seq_release(struct inode *inode, struct file *file);
int single_open(struct file *file, int (*show)(struct seq_file *m, void *v), void *data);
int single_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char __user *buf, size_t count, loff_t *at);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
void seq_printf(struct seq_file *m, const char *format, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *text);
void seq_putc(struct seq_file *m, char c);
int seq_write(struct seq_file *m, const void *data, size_t length);

#define DEFINE_SHOW_ATTRIBUTE(__name)						\
static int __name##_open(struct inode *inode, struct file *file)		\
{										\
	return single_open(file, __name##_show, inode->i_private);		\
}										\
static const struct file_operations __name##_fops = {				\
	.owner = THIS_MODULE,							\
	.open = __name##_open,							\
	.read = seq_read,							\
	.llseek = seq_lseek,							\
	.release = single_release,						\
}

#endif
