/* SPDX-License-Identifier: GPL-2.0-only */
/* Between open files, what they are of, and the user's memory. */
#ifndef KERNEL_FILES_H
#define KERNEL_FILES_H

#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/mm_types.h>

extern struct list_head cdevs;

/* char_dev.c */
struct cdev *cdev_find(dev_t devt);
int find_node(const char *path, dev_t *devt);
int device_node_name(struct device *dev, char *name, size_t size);

/* files.c */
long sys_open(const char *path, unsigned int flags);
long sys_close(unsigned int fd);
struct file *fget(unsigned int fd);
void close_all_files(void);

/* sysfs_file.c, proc_fs.c: the operations of a file that is no device's, and what its inode carries; or NULL. */
const struct file_operations *sysfs_open_path(const char *path, void **private);
const struct file_operations *proc_open_path(const char *path, void **private);
long proc_name_file(u64 index, char *name, size_t size);

/* eventfd.c */
const struct file_operations *eventfd_open_path(const char *path);

/* user_memory.c */
int user_memory_init(unsigned int order);
void user_memory_exit(void);
unsigned long user_memory_phys(void);
long user_map(struct file *file, unsigned long length, unsigned long offset, unsigned long protection);
long user_unmap(unsigned long start);
void user_unmap_all(void);
long user_access(unsigned long virt, unsigned int width, u64 *value, int write);

#endif
