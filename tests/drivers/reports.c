// SPDX-License-Identifier: GPL-2.0-only
/* Text made when it is read: /proc by one function and by an iterator, debugfs files and numbers. */
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

struct entry {
	int number;
	struct list_head list;
};

static LIST_HEAD(entries);
static struct proc_dir_entry *folder;
static struct dentry *debug;
static u32 knob = 7;
static bool flag = true;

static int sum_show(struct seq_file *m, void *v)
{
	struct entry *entry;
	int sum = 0;

	list_for_each_entry(entry, &entries, list)
		sum += entry->number;
	seq_printf(m, "sum %d\n", sum);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sum);

static void *entries_start(struct seq_file *m, loff_t *pos)
{
	loff_t skip = *pos;
	struct entry *entry;

	list_for_each_entry(entry, &entries, list)
		if (!skip--)
			return entry;
	return NULL;
}

static void *entries_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return entries_start(m, pos);
}

static void entries_stop(struct seq_file *m, void *v)
{
}

static int entries_show(struct seq_file *m, void *v)
{
	struct entry *entry = v;

	seq_printf(m, "%d\n", entry->number);
	return 0;
}

static const struct seq_operations entries_ops = {
	.start = entries_start, .next = entries_next, .stop = entries_stop, .show = entries_show,
};

static int entries_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &entries_ops);
}

static const struct proc_ops entries_proc = {
	.proc_open = entries_open, .proc_read = seq_read, .proc_lseek = seq_lseek, .proc_release = seq_release,
};

static void free_entries(void)
{
	struct entry *entry, *next;

	list_for_each_entry_safe(entry, next, &entries, list) {
		list_del(&entry->list);
		kfree(entry);
	}
}

static int __init reports_init(void)
{
	for (int i = 1; i <= 3; i++) {
		struct entry *entry = kmalloc(sizeof(*entry), GFP_KERNEL);

		if (!entry) {
			free_entries();
			return -ENOMEM;
		}
		entry->number = i * 10;
		list_add_tail(&entry->list, &entries);
	}
	folder = proc_mkdir("reports", NULL);
	proc_create_single("sum", 0444, folder, sum_show);
	proc_create("entries", 0, folder, &entries_proc);
	debug = debugfs_create_dir("reports", NULL);
	debugfs_create_u32("knob", 0644, debug, &knob);
	debugfs_create_bool("flag", 0444, debug, &flag);
	debugfs_create_file("sum", 0444, debug, NULL, &sum_fops);
	return 0;
}

static void __exit reports_exit(void)
{
	debugfs_remove_recursive(debug);
	proc_remove(folder);
	free_entries();
}

module_init(reports_init);
module_exit(reports_exit);
MODULE_LICENSE("GPL");
