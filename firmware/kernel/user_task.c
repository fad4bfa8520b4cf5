// SPDX-License-Identifier: GPL-2.0-only
/*
 * User space: the step `module` of run=. It loads the module that the host has handed over, does what the host asks for
 * until there is no more, unloads the module, and tells what that has left behind. Each call stands in a structure that
 * the host fills while the machine is stopped; here it becomes an ordinary call in an ordinary context.
 */
#include <asm/processor.h>
#include <kernel/track.h>
#include <kernel/user_call.h>
#include <linux/delay.h>
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/signal.h>
#include <linux/string.h>
#include <linux/timer.h>

#include "device_core.h"
#include "files.h"
#include "kernel.h"
#include "sysfs.h"
#include "syscalls.h"

#define USER_PAGES_ORDER 6

#define KILL_AFTER HZ
#define STRAY_MS 200		/* how long an unloaded module is watched */

struct user_call user_call;

static struct task_struct *user_task;

int user_signal_pending(void)
{
	return signal_pending(current);
}

/* A call that has not returned in time is interrupted, as by the user's Ctrl-C; and then, if need be, killed. */
static void interrupt_call(struct timer_list *timer)
{
	user_call.interrupted++;
	send_sig(user_call.interrupted == 1 ? SIGINT : SIGKILL, user_task, 0);
	if (user_call.interrupted == 1)
		mod_timer(timer, jiffies + KILL_AFTER);
}

void user_tick(void)
{
	msleep(1);
}

/* Name the `index`th file that a driver has made under /sys or /proc, and give its mode. */
static long name_sysfs_file(u64 index)
{
	struct sysfs_node *node;

	list_for_each_entry(node, &sysfs_nodes, list) {
		if (index--)
			continue;
		sysfs_path(node, user_call.text, sizeof(user_call.text));
		return node->mode | (node->is_binary ? USER_MODE_BINARY : 0);
	}
	return proc_name_file(index, user_call.text, sizeof(user_call.text));
}

static bool has_node(dev_t devt)
{
	struct device *dev;

	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->devt == devt)
			return true;
	return false;
}

static long name_device(u64 index)
{
	struct device *dev;
	struct cdev *cdev;

	list_for_each_entry(dev, &class_devices, class_node)
		if (dev->devt && !index--)
			return device_node_name(dev, user_call.text, sizeof(user_call.text));
	list_for_each_entry(cdev, &cdevs, list) {
		if (has_node(cdev->dev) || MAJOR(cdev->dev) == 10 || index--)
			continue;
		snprintf(user_call.text, sizeof(user_call.text), "/dev/char/%u:%u", MAJOR(cdev->dev), MINOR(cdev->dev));
		return 0;
	}
	return -ENOENT;
}

static long sleep_for(u64 ns)
{
	u64 end = sched_clock() + ns;

	while (sched_clock() < end && !signal_pending(current))
		if (end - sched_clock() > 4000000)
			msleep(1);
		else
			udelay(1);
	return 0;
}

static long do_call(u64 number, const u64 *args)
{
	switch (number) {
	case USER_OPEN:
		return sys_open(user_call.text, args[0]);
	case USER_CLOSE:
		return sys_close(args[0]);
	case USER_READ:
	case USER_WRITE:
		return sys_transfer(args[0], args[1], args[2], NULL, number == USER_WRITE);
	case USER_PREAD:
	case USER_PWRITE:
		return sys_transfer(args[0], args[1], args[2], (const loff_t *)&args[3], number == USER_PWRITE);
	case USER_LSEEK:
		return sys_lseek(args[0], args[1], args[2]);
	case USER_IOCTL:
		return sys_ioctl(args[0], args[1], args[2]);
	case USER_POLL:
		return sys_poll(args[0], args[1], args[2]);
	case USER_MMAP:
		return sys_mmap(args[0], args[1], args[2], args[3]);
	case USER_MUNMAP:
		return user_unmap(args[0]);
	case USER_LOAD:
	case USER_STORE:
		return user_access(args[0], args[1], &user_call.args[2], number == USER_STORE);
	case USER_FSYNC:
		return sys_fsync(args[0]);
	case USER_SLEEP:
		return sleep_for(args[0]);
	case USER_NAME_DEVICE:
		return name_device(args[0]);
	case USER_NAME_FILE:
		return name_sysfs_file(args[0]);
	case USER_UNLOAD:
		user_unmap_all();
		close_all_files();
		user_call.args[0] = module_pinned_at();
		return unload_module(loaded_module_name());
	}
	return -ENOSYS;
}

static DEFINE_TIMER(call_timer, interrupt_call);

static void call(void)
{
	user_call.interrupted = 0;
	touch_softlockup_watchdog();
	if (user_call.timeout_ms)
		mod_timer(&call_timer, jiffies + msecs_to_jiffies(user_call.timeout_ms));
	user_call.result = do_call(user_call.number, user_call.args);
	del_timer_sync(&call_timer);
	flush_signals(current);
}

/* Ask the host for calls until it has no more. */
static void serve(void)
{
	user_task = current;
	for (;;) {
		user_call.state = USER_CALL_DONE;
		trap_user_wait(&user_call, user_memory_phys());
		while (READ_ONCE(user_call.state) != USER_CALL_READY)
			cpu_relax();
		if (user_call.number == USER_EXIT)
			return;
		call();
	}
}

int run_user_module(void)
{
	int error, probe_error;

	if (user_memory_init(USER_PAGES_ORDER))
		return -ENOMEM;
	error = insert_module();
	probe_error = take_probe_error();
	trap_module_state(MODULE_LOADED, error, probe_error);
	if (!error) {
		report_unmatched_pci_drivers();
		report_unmatched_drivers();
	}
	checkpoint("module-loaded");
	serve();
	user_unmap_all();
	close_all_files();
	if (!error)
		unload_module(loaded_module_name());
	report_leftovers();
	/* Whatever may still call into the module does so now, and faults. */
	forget_module();
	msleep(STRAY_MS);
	user_memory_exit();
	trap_module_state(MODULE_UNLOADED, 0, 0);
	checkpoint("module-unloaded");
	return error ? error : probe_error;
}
