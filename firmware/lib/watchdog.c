// SPDX-License-Identifier: GPL-2.0-only
/* When a watchdog is fed: by user space, and by the core where the part cannot wait as long. watchdog_dev.c */
#include "watchdog_data.h"

int watchdog_init_timeout(struct watchdog_device *wdd, unsigned int timeout, struct device *dev)
{
	if (!wdd->max_hw_heartbeat_ms && wdd->min_timeout > wdd->max_timeout) {
		pr_info("watchdog: Invalid min and max timeout values, resetting to 0!\n");
		wdd->min_timeout = 0;
		wdd->max_timeout = 0;
	}
	if (!timeout)
		return 0;
	if (watchdog_timeout_invalid(wdd, timeout))
		return -EINVAL;
	wdd->timeout = timeout;
	return 0;
}

static bool needs_worker(struct watchdog_device *wdd)
{
	unsigned int most = wdd->max_hw_heartbeat_ms;

	return watchdog_active(wdd) ? most && wdd->timeout * 1000UL > most : wdd->timeout && watchdog_hw_running(wdd);
}

static unsigned int hw_heartbeat_ms(struct watchdog_device *wdd)
{
	unsigned int wanted = wdd->timeout * 1000;

	return wdd->max_hw_heartbeat_ms ? min(wanted, wdd->max_hw_heartbeat_ms) : wanted;
}

/* Half of what the part waits, or, near the end, so that the part's time ends when the user's does. */
static long next_keepalive(struct watchdog_core_data *wd)
{
	struct watchdog_device *wdd = wd->wdd;
	unsigned int hw_ms = hw_heartbeat_ms(wdd);
	long half = msecs_to_jiffies(hw_ms / 2), last;

	if (!watchdog_active(wdd))
		return half;
	last = wd->last_keepalive + msecs_to_jiffies(wdd->timeout * 1000) - msecs_to_jiffies(hw_ms) - jiffies;
	return last <= 0 ? half : min(half, last);
}

void __watchdog_update_worker(struct watchdog_core_data *wd)
{
	if (needs_worker(wd->wdd))
		mod_delayed_work(system_highpri_wq, &wd->work, next_keepalive(wd));
	else
		cancel_delayed_work(&wd->work);
}

int __watchdog_ping_hw(struct watchdog_core_data *wd)
{
	struct watchdog_device *wdd = wd->wdd;
	unsigned long earliest = wd->last_hw_keepalive + msecs_to_jiffies(wdd->min_hw_heartbeat_ms);
	int error;

	if (wdd->min_hw_heartbeat_ms && time_before(jiffies, earliest)) {
		mod_delayed_work(system_highpri_wq, &wd->work, earliest - jiffies);
		return 0;
	}
	wd->last_hw_keepalive = jiffies;
	error = wdd->ops->ping ? wdd->ops->ping(wdd) : wdd->ops->start(wdd);
	if (!error)
		__watchdog_update_worker(wd);
	return error;
}

/* Source: drivers/watchdog/watchdog_dev.c: watchdog_worker_should_ping */
void __watchdog_keep_alive(struct work_struct *work)
{
	struct watchdog_core_data *wd = container_of(to_delayed_work(work), struct watchdog_core_data, work);
	struct watchdog_device *wdd;

	mutex_lock(&wd->lock);
	wdd = wd->wdd;
	if (wdd && watchdog_active(wdd) &&
	    time_before(jiffies, wd->last_keepalive + msecs_to_jiffies(wdd->timeout * 1000)))
		__watchdog_ping_hw(wd);
	else if (wdd && !watchdog_active(wdd) && watchdog_hw_running(wdd))
		__watchdog_ping_hw(wd);
	mutex_unlock(&wd->lock);
}

int __watchdog_ping(struct watchdog_core_data *wd)
{
	if (!watchdog_active(wd->wdd) && !watchdog_hw_running(wd->wdd))
		return 0;
	set_bit(WAS_PINGED, &wd->flags);
	wd->last_keepalive = jiffies;
	return __watchdog_ping_hw(wd);
}

int __watchdog_start(struct watchdog_core_data *wd)
{
	struct watchdog_device *wdd = wd->wdd;
	int error;

	if (watchdog_active(wdd))
		return 0;
	set_bit(WAS_PINGED, &wd->flags);
	wd->last_keepalive = jiffies;
	if (watchdog_hw_running(wdd) && wdd->ops->ping) {
		error = __watchdog_ping_hw(wd);
	} else {
		wd->last_hw_keepalive = jiffies;
		error = wdd->ops->start(wdd);
	}
	if (error)
		return error;
	set_bit(WDOG_ACTIVE, &wdd->status);
	__watchdog_update_worker(wd);
	return 0;
}

int __watchdog_stop(struct watchdog_core_data *wd)
{
	struct watchdog_device *wdd = wd->wdd;
	int error = 0;

	if (!watchdog_active(wdd))
		return 0;
	if (test_bit(WDOG_NO_WAY_OUT, &wdd->status)) {
		pr_info("watchdog%d: nowayout prevents watchdog being stopped!\n", wdd->id);
		return -EBUSY;
	}
	if (wdd->ops->stop) {
		clear_bit(WDOG_HW_RUNNING, &wdd->status);
		error = wdd->ops->stop(wdd);
	} else {
		set_bit(WDOG_HW_RUNNING, &wdd->status);
	}
	if (error)
		return error;
	clear_bit(WDOG_ACTIVE, &wdd->status);
	__watchdog_update_worker(wd);
	return 0;
}
