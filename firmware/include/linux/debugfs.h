/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of drivers under /sys/kernel/debug. */
#ifndef LINUX_DEBUGFS_H
#define LINUX_DEBUGFS_H

#include <linux/fs.h>
#include <linux/seq_file.h>

struct debugfs_blob_wrapper {
	void *data;
	unsigned long size;
};

struct dentry *debugfs_create_dir(const char *name, struct dentry *parent);
struct dentry *debugfs_create_file(const char *name, umode_t mode, struct dentry *parent, void *data,
				   const struct file_operations *fops);
struct dentry *__debugfs_create_number(const char *name, umode_t mode, struct dentry *parent, void *value,
				       unsigned int width, bool hex);
struct dentry *debugfs_create_blob(const char *name, umode_t mode, struct dentry *parent,
				   struct debugfs_blob_wrapper *blob);
void debugfs_remove(struct dentry *dentry);
#define debugfs_remove_recursive debugfs_remove
#define debugfs_create_file_unsafe debugfs_create_file
#define debugfs_create_u8(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 1, false)
#define debugfs_create_u16(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 2, false)
#define debugfs_create_u32(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 4, false)
#define debugfs_create_u64(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, false)
#define debugfs_create_x8(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 1, true)
#define debugfs_create_x16(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 2, true)
#define debugfs_create_x32(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 4, true)
#define debugfs_create_x64(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, true)
#define debugfs_create_size_t(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, false)
#define debugfs_create_bool(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 1, false)

#define debugfs_create_ulong(name, mode, parent, value) __debugfs_create_number(name, mode, parent, value, 8, false)
#define debugfs_create_atomic_t(name, mode, parent, value)			\
	__debugfs_create_number(name, mode, parent, &(value)->counter, 4, false)
#define debugfs_create_file_size(name, mode, parent, data, fops, size)		\
	((void)debugfs_create_file((name), (mode), (parent), (data), (fops)))
#define debugfs_create_symlink(name, parent, target) debugfs_create_file((name), 0444, (parent), NULL, NULL)
#define debugfs_file_get(dentry) ((void)(dentry), 0)
#define debugfs_file_put(dentry) ((void)(dentry))

struct dentry *debugfs_lookup(const char *name, struct dentry *parent);
void debugfs_lookup_and_remove(const char *name, struct dentry *parent);
void debugfs_create_str(const char *name, umode_t mode, struct dentry *parent, char **text);

struct debugfs_reg32 {
	char *name;
	unsigned long offset;
};

struct debugfs_regset32 {
	const struct debugfs_reg32 *regs;
	int nregs;
	void __iomem *base;
	struct device *dev;
};

struct debugfs_u32_array {
	u32 *array;
	u32 n_elements;
};

void debugfs_create_regset32(const char *name, umode_t mode, struct dentry *parent, struct debugfs_regset32 *regset);
void debugfs_print_regs32(struct seq_file *m, const struct debugfs_reg32 *regs, int count, void __iomem *base,
			  char *prefix);
void debugfs_create_u32_array(const char *name, umode_t mode, struct dentry *parent, struct debugfs_u32_array *array);
void debugfs_create_devm_seqfile(struct device *dev, const char *name, struct dentry *parent,
				 int (*show)(struct seq_file *m, void *data));

/* A file of one number, by functions that get and set it. */
int simple_attr_open(struct inode *inode, struct file *file, int (*get)(void *data, u64 *value),
		     int (*set)(void *data, u64 value), const char *format);
int simple_attr_release(struct inode *inode, struct file *file);
ssize_t simple_attr_read(struct file *file, char __user *buf, size_t count, loff_t *at);
ssize_t simple_attr_write(struct file *file, const char __user *buf, size_t count, loff_t *at);

#define DEFINE_SIMPLE_ATTRIBUTE(__fops, __get, __set, __format)			\
static int __fops##_open(struct inode *inode, struct file *file)		\
{										\
	return simple_attr_open(inode, file, __get, __set, __format);		\
}										\
static const struct file_operations __fops = {					\
	.owner = THIS_MODULE,							\
	.open = __fops##_open,							\
	.release = simple_attr_release,						\
	.read = simple_attr_read,						\
	.write = simple_attr_write,						\
	.llseek = generic_file_llseek,						\
}
#define DEFINE_DEBUGFS_ATTRIBUTE DEFINE_SIMPLE_ATTRIBUTE
#define DEFINE_SIMPLE_ATTRIBUTE_SIGNED DEFINE_SIMPLE_ATTRIBUTE
#define DEFINE_DEBUGFS_ATTRIBUTE_SIGNED DEFINE_SIMPLE_ATTRIBUTE
#define debugfs_attr_read simple_attr_read
#define debugfs_attr_write simple_attr_write

static inline bool debugfs_initialized(void)
{
	return true;
}

#endif
