// SPDX-License-Identifier: GPL-2.0-only
/* A pipe without a device: a ring, blocking reads and writes, O_NONBLOCK, one user at a time, FIONREAD by ioctl. */
#include <linux/cdev.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/poll.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#define SIZE 16
#define FIFO_USED _IOR('f', 1, int)

static char *ring;
static unsigned int head, tail;
static DEFINE_MUTEX(lock);
static DECLARE_WAIT_QUEUE_HEAD(not_empty);
static DECLARE_WAIT_QUEUE_HEAD(not_full);
static atomic_t available = ATOMIC_INIT(1);
static dev_t first;
static struct cdev fifo_cdev;

static ssize_t fifo_read(struct file *file, char __user *buf, size_t count, loff_t *at)
{
	size_t done = 0;

	if (mutex_lock_interruptible(&lock))
		return -ERESTARTSYS;
	while (head == tail) {
		mutex_unlock(&lock);
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(not_empty, head != tail))
			return -ERESTARTSYS;
		if (mutex_lock_interruptible(&lock))
			return -ERESTARTSYS;
	}
	for (; done < count && head != tail; done++, tail++) {
		if (put_user(ring[tail % SIZE], buf + done)) {
			mutex_unlock(&lock);
			return done ? done : -EFAULT;
		}
	}
	mutex_unlock(&lock);
	wake_up_interruptible(&not_full);
	return done;
}

static ssize_t fifo_write(struct file *file, const char __user *buf, size_t count, loff_t *at)
{
	size_t done = 0;

	mutex_lock(&lock);
	for (; done < count && head - tail < SIZE; done++, head++) {
		if (get_user(ring[head % SIZE], buf + done))
			break;
	}
	mutex_unlock(&lock);
	wake_up_interruptible(&not_empty);
	return done ? done : -EAGAIN;
}

static long fifo_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	int used = head - tail;

	switch (cmd) {
	case FIFO_USED:
		return copy_to_user((int __user *)arg, &used, sizeof(used)) ? -EFAULT : 0;
	default:
		return -ENOTTY;
	}
}

static __poll_t fifo_poll(struct file *file, struct poll_table_struct *table)
{
	poll_wait(file, &not_empty, table);
	poll_wait(file, &not_full, table);
	return (head != tail ? POLLIN | POLLRDNORM : 0) | (head - tail < SIZE ? POLLOUT | POLLWRNORM : 0);
}

static int fifo_open(struct inode *inode, struct file *file)
{
	if (!atomic_dec_and_test(&available)) {
		atomic_inc(&available);
		return -EBUSY;
	}
	pr_debug("%s: minor %u\n", __func__, iminor(inode));
	return 0;
}

static int fifo_release(struct inode *inode, struct file *file)
{
	atomic_inc(&available);
	return 0;
}

static const struct file_operations fifo_fops = {
	.owner		= THIS_MODULE,
	.llseek		= noop_llseek,
	.read		= fifo_read,
	.write		= fifo_write,
	.unlocked_ioctl	= fifo_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.poll		= fifo_poll,
	.open		= fifo_open,
	.release	= fifo_release,
};

static int __init fifo_init(void)
{
	int err;

	first = MKDEV(240, 0);
	err = register_chrdev_region(first, 1, "fifo");
	if (err)
		return err;
	ring = kcalloc(SIZE, 1, GFP_KERNEL);
	if (!ring) {
		unregister_chrdev_region(first, 1);
		return -ENOMEM;
	}
	cdev_init(&fifo_cdev, &fifo_fops);
	fifo_cdev.owner = THIS_MODULE;
	err = cdev_add(&fifo_cdev, first, 1);
	if (err) {
		kfree(ring);
		unregister_chrdev_region(first, 1);
	}
	return err;
}

static void __exit fifo_exit(void)
{
	cdev_del(&fifo_cdev);
	unregister_chrdev_region(first, 1);
	kfree(ring);
}

module_init(fifo_init);
module_exit(fifo_exit);
MODULE_LICENSE("GPL");
