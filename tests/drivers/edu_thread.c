// SPDX-License-Identifier: GPL-2.0-only
/* A kernel thread that polls the device and can be parked, one that does works, and waits of all kinds. */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/wait_bit.h>

static void __iomem *mmio;
static struct task_struct *poller;
static unsigned int turns;

static int poll_device(void *data)
{
	while (!kthread_should_stop()) {
		if (kthread_should_park())
			kthread_parkme();
		if (ioread32(mmio) == 0x010000ed)
			turns++;
		usleep_range(500, 1000);
	}
	return 0;
}

static ssize_t turns_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sprintf(buf, "%u\n", turns);
}
static DEVICE_ATTR_RO(turns);

static DECLARE_WAIT_QUEUE_HEAD(queue);
static struct kthread_worker *worker;
static unsigned long busy;
static int done;

static void do_work(struct kthread_work *work)
{
	done++;
	clear_and_wake_up_bit(3, &busy);
	spin_lock_irq(&queue.lock);
	wake_up_locked(&queue);
	spin_unlock_irq(&queue.lock);
}

static DEFINE_KTHREAD_WORK(work, do_work);
static DEFINE_KTHREAD_DELAYED_WORK(late, do_work);

static int try_works(void)
{
	int bad = 0;

	set_bit(3, &busy);
	bad |= !kthread_queue_work(worker, &work) << 0 | kthread_queue_work(worker, &work) << 1;
	bad |= (wait_on_bit(&busy, 3, TASK_UNINTERRUPTIBLE) != 0) << 2 | (done != 1) << 3;
	kthread_flush_work(&work);
	bad |= !kthread_queue_delayed_work(worker, &late, 10 * HZ) << 4 | !kthread_mod_delayed_work(worker, &late, 2) << 5;
	spin_lock_irq(&queue.lock);
	bad |= (wait_event_interruptible_locked_irq(queue, done == 2) != 0) << 6;
	spin_unlock_irq(&queue.lock);
	kthread_queue_delayed_work(worker, &late, HZ);
	bad |= !kthread_cancel_delayed_work_sync(&late) << 7 | kthread_cancel_work_sync(&work) << 8;
	kthread_flush_worker(worker);
	return bad | (done != 2) << 9;
}

static int try_waits(void)
{
	ktime_t before = ktime_get(), limit = us_to_ktime(300);
	DEFINE_WAIT_FUNC(entry, woken_wake_function);
	int bad = 0;

	bad |= (wait_event_hrtimeout(queue, false, limit) != -ETIME) << 0;
	bad |= (ktime_us_delta(ktime_get(), before) / 100 != 3) << 1;
	bad |= (wait_event_interruptible_hrtimeout(queue, true, limit) != 0) << 2;
	set_current_state(TASK_INTERRUPTIBLE);
	bad |= (schedule_hrtimeout(&limit, HRTIMER_MODE_REL) != 0) << 3;
	bad |= (wait_event_idle_timeout(queue, done < 0, 1) != 0) << 4;
	set_bit(5, &busy);
	bad |= (wait_on_bit_timeout(&busy, 5, TASK_INTERRUPTIBLE, 1) != -EAGAIN) << 5;
	clear_bit(5, &busy);
	bad |= (wait_on_bit_lock(&busy, 5, TASK_INTERRUPTIBLE) != 0 || !test_bit(5, &busy)) << 6;
	add_wait_queue(&queue, &entry);
	wake_up(&queue);
	bad |= (wait_woken(&entry, TASK_INTERRUPTIBLE, 100) != 100 || wait_woken(&entry, TASK_INTERRUPTIBLE, 1) != 0) << 7;
	remove_wait_queue(&queue, &entry);
	return bad;
}

static ssize_t works_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	int works = try_works(), waits = try_waits();
	unsigned int rested;

	kthread_park(poller);
	rested = turns;
	msleep(10);
	rested -= turns;
	kthread_unpark(poller);
	msleep(10);
	return sysfs_emit(buf, "%#x %#x %u\n", works, waits, rested);
}
static DEVICE_ATTR_RO(works);

static struct attribute *edu_attrs[] = { &dev_attr_turns.attr, &dev_attr_works.attr, NULL };
ATTRIBUTE_GROUPS(edu);

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	mmio = pci_iomap(pdev, 0, 0);
	if (!mmio) {
		err = -ENOMEM;
		goto disable;
	}
	worker = kthread_create_worker(0, "edu_work/%d", 0);
	if (IS_ERR(worker)) {
		err = PTR_ERR(worker);
		goto unmap;
	}
	poller = kthread_run(poll_device, NULL, "edu_poll/%d", 0);
	if (!IS_ERR(poller))
		return 0;
	err = PTR_ERR(poller);
	kthread_destroy_worker(worker);
unmap:
	pci_iounmap(pdev, mmio);
disable:
	pci_disable_device(pdev);
	return err;
}

static void edu_remove(struct pci_dev *pdev)
{
	kthread_stop(poller);
	kthread_destroy_worker(worker);
	pci_iounmap(pdev, mmio);
	pci_disable_device(pdev);
}

static const struct pci_device_id ids[] = { { PCI_DEVICE(0x1234, 0x11e8) }, {} };
MODULE_DEVICE_TABLE(pci, ids);
static struct pci_driver driver = {
	.name = "edu_thread", .id_table = ids, .probe = edu_probe, .remove = edu_remove, .dev_groups = edu_groups,
};
module_pci_driver(driver);
MODULE_LICENSE("GPL");
