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
	size_t pad_until;
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
#define single_open_size(file, show, data, size) ((void)(size), single_open((file), (show), (data)))
int single_release(struct inode *inode, struct file *file);
ssize_t seq_read(struct file *file, char __user *buf, size_t count, loff_t *at);
loff_t seq_lseek(struct file *file, loff_t offset, int whence);
void seq_printf(struct seq_file *m, const char *format, ...) __printf(2, 3);
void seq_puts(struct seq_file *m, const char *text);
void seq_putc(struct seq_file *m, char c);
int seq_write(struct seq_file *m, const void *data, size_t length);
void seq_vprintf(struct seq_file *m, const char *format, va_list args) __printf(2, 0);
int seq_open_private(struct file *file, const struct seq_operations *op, int size);
int seq_release_private(struct inode *inode, struct file *file);
void seq_hex_dump(struct seq_file *m, const char *prefix, int prefix_type, int row_bytes, int group_bytes,
		  const void *data, size_t length, bool ascii);
/* The entry at a place, by walking there; the one behind. With a head first: SEQ_START_TOKEN. */
struct list_head *seq_list_start(struct list_head *head, loff_t at);
struct list_head *seq_list_start_head(struct list_head *head, loff_t at);
struct list_head *seq_list_next(void *v, struct list_head *head, loff_t *at);
struct hlist_node *seq_hlist_start(struct hlist_head *head, loff_t at);
struct hlist_node *seq_hlist_next(void *v, struct hlist_head *head, loff_t *at);

#define seq_has_overflowed(m) ((m)->count == (m)->size)
#define seq_put_decimal_ull(m, before, number)						\
	seq_printf((m), "%s%llu", (before), (unsigned long long)(number))
#define seq_put_decimal_ll(m, before, number) seq_printf((m), "%s%lld", (before), (long long)(number))

#define seq_put_hex_ll(m, before, number, width)						\
	seq_printf((m), "%s%0*llx", (before), (int)(width), (unsigned long long)(number))
#define seq_list_start_rcu(head, at) seq_list_start((head), (at))
#define seq_list_next_rcu(v, head, at) seq_list_next((v), (head), (at))
#define seq_hlist_start_rcu(head, at) seq_hlist_start((head), (at))
#define seq_hlist_next_rcu(v, head, at) seq_hlist_next((v), (head), (at))

/* What is written until seq_pad() takes that many characters at least. */
static inline void seq_setwidth(struct seq_file *m, size_t width)
{
	m->pad_until = m->count + width;
}

static inline void seq_pad(struct seq_file *m, char last)
{
	while (m->count < m->pad_until && m->count < m->size)
		seq_putc(m, ' ');
	if (last)
		seq_putc(m, last);
}

/* The room that is left; how much of it was used: -1 for too little. */
static inline size_t seq_get_buf(struct seq_file *m, char **buf)
{
	*buf = m->count < m->size ? m->buf + m->count : NULL;
	return m->size - m->count;
}

static inline void seq_commit(struct seq_file *m, int length)
{
	m->count = length < 0 ? m->size : m->count + length;
}

/* As text, with \\ooo for what is not to stand there as it is. */
static inline void seq_escape(struct seq_file *m, const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			seq_printf(m, "\\%03o", (unsigned char)*text);
		else
			seq_putc(m, *text);
	}
}

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

#define DEFINE_SHOW_STORE_ATTRIBUTE(__name)					\
static int __name##_open(struct inode *inode, struct file *file)		\
{										\
	return single_open(file, __name##_show, inode->i_private);		\
}										\
static const struct file_operations __name##_fops = {				\
	.owner = THIS_MODULE,							\
	.open = __name##_open,							\
	.read = seq_read,							\
	.write = __name##_write,						\
	.llseek = seq_lseek,							\
	.release = single_release,						\
}

#define DEFINE_SEQ_ATTRIBUTE(__name)						\
static int __name##_open(struct inode *inode, struct file *file)		\
{										\
	int error = seq_open(file, &__name##_sops);				\
										\
	if (!error && inode->i_private)						\
		((struct seq_file *)file->private_data)->private = inode->i_private;	\
	return error;								\
}										\
static const struct file_operations __name##_fops = {				\
	.owner = THIS_MODULE,							\
	.open = __name##_open,							\
	.read = seq_read,							\
	.llseek = seq_lseek,							\
	.release = seq_release,							\
}

#define DEFINE_PROC_SHOW_ATTRIBUTE(__name)					\
static int __name##_open(struct inode *inode, struct file *file)		\
{										\
	return single_open(file, __name##_show, pde_data(inode));		\
}										\
static const struct proc_ops __name##_proc_ops = {				\
	.proc_open = __name##_open,						\
	.proc_read = seq_read,							\
	.proc_lseek = seq_lseek,						\
	.proc_release = single_release,						\
}

#endif
