/* SPDX-License-Identifier: GPL-2.0-only */
/* Power management: drivers may offer it; nothing here ever suspends. */
#ifndef LINUX_PM_H
#define LINUX_PM_H

#include <linux/types.h>

struct device;

typedef struct pm_message {
	int event;
} pm_message_t;

#define PM_EVENT_ON 0
#define PM_EVENT_FREEZE 1
#define PM_EVENT_SUSPEND 2
#define PM_EVENT_HIBERNATE 4
#define PMSG_ON ((struct pm_message) { .event = PM_EVENT_ON })
#define PMSG_SUSPEND ((struct pm_message) { .event = PM_EVENT_SUSPEND })

struct dev_pm_ops {
	int (*prepare)(struct device *dev);
	void (*complete)(struct device *dev);
	int (*suspend)(struct device *dev);
	int (*resume)(struct device *dev);
	int (*freeze)(struct device *dev);
	int (*thaw)(struct device *dev);
	int (*poweroff)(struct device *dev);
	int (*restore)(struct device *dev);
	int (*suspend_late)(struct device *dev);
	int (*resume_early)(struct device *dev);
	int (*freeze_late)(struct device *dev);
	int (*thaw_early)(struct device *dev);
	int (*poweroff_late)(struct device *dev);
	int (*restore_early)(struct device *dev);
	int (*suspend_noirq)(struct device *dev);
	int (*resume_noirq)(struct device *dev);
	int (*freeze_noirq)(struct device *dev);
	int (*thaw_noirq)(struct device *dev);
	int (*poweroff_noirq)(struct device *dev);
	int (*restore_noirq)(struct device *dev);
	int (*runtime_suspend)(struct device *dev);
	int (*runtime_resume)(struct device *dev);
	int (*runtime_idle)(struct device *dev);
};

#define SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)				\
	.suspend = suspend_fn, .resume = resume_fn, .freeze = suspend_fn,	\
	.thaw = resume_fn, .poweroff = suspend_fn, .restore = resume_fn,
#define SET_RUNTIME_PM_OPS(suspend_fn, resume_fn, idle_fn)			\
	.runtime_suspend = suspend_fn, .runtime_resume = resume_fn, .runtime_idle = idle_fn,
#define SET_LATE_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)			\
	.suspend_late = suspend_fn, .resume_early = resume_fn, .freeze_late = suspend_fn,	\
	.thaw_early = resume_fn, .poweroff_late = suspend_fn, .restore_early = resume_fn,
#define SET_NOIRQ_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn)			\
	.suspend_noirq = suspend_fn, .resume_noirq = resume_fn, .freeze_noirq = suspend_fn,	\
	.thaw_noirq = resume_fn, .poweroff_noirq = suspend_fn, .restore_noirq = resume_fn,
#define LATE_SYSTEM_SLEEP_PM_OPS SET_LATE_SYSTEM_SLEEP_PM_OPS
#define NOIRQ_SYSTEM_SLEEP_PM_OPS SET_NOIRQ_SYSTEM_SLEEP_PM_OPS
#define SYSTEM_SLEEP_PM_OPS SET_SYSTEM_SLEEP_PM_OPS
#define RUNTIME_PM_OPS SET_RUNTIME_PM_OPS
#define SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn)				\
	const struct dev_pm_ops __maybe_unused name = { SET_SYSTEM_SLEEP_PM_OPS(suspend_fn, resume_fn) }
#define DEFINE_SIMPLE_DEV_PM_OPS SIMPLE_DEV_PM_OPS
#define UNIVERSAL_DEV_PM_OPS(name, suspend_fn, resume_fn, idle_fn) SIMPLE_DEV_PM_OPS(name, suspend_fn, resume_fn)
#define pm_ptr(pointer) (pointer)
#define pm_sleep_ptr(pointer) (pointer)

#endif
