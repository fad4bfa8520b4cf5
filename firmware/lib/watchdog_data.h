/* SPDX-License-Identifier: GPL-2.0-only */
/* Between the files that make watchdogs: what is kept of each, and how it is fed. */
#ifndef WATCHDOG_DATA_H
#define WATCHDOG_DATA_H

#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/watchdog.h>
#include <linux/workqueue.h>

enum { IS_OPEN, MAY_STOP, WAS_PINGED };	/* bits of watchdog_core_data.flags */

struct watchdog_core_data {
	struct list_head list;
	struct watchdog_device *wdd;
	struct device *dev;
	struct cdev cdev;
	struct mutex lock;
	struct delayed_work work;
	unsigned long last_keepalive;	/* of user space, in ticks */
	unsigned long last_hw_keepalive;
	unsigned long flags;
};

/* Those who call hold the lock. */
void __watchdog_update_worker(struct watchdog_core_data *wd);
int __watchdog_ping_hw(struct watchdog_core_data *wd);
int __watchdog_ping(struct watchdog_core_data *wd);
int __watchdog_start(struct watchdog_core_data *wd);
int __watchdog_stop(struct watchdog_core_data *wd);
void __watchdog_keep_alive(struct work_struct *work);

#endif
