/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the log about a device: its driver, or else its bus or class, and its name in front. */
#ifndef LINUX_DEV_PRINTK_H
#define LINUX_DEV_PRINTK_H

#include <kernel/device.h>
#include <linux/printk.h>

#ifndef dev_fmt
#define dev_fmt(format) format
#endif

const char *dev_driver_string(const struct device *dev);
const char *dev_log_name(const struct device *dev);

#define dev_printk(level, dev, format, ...)					\
	printk(level "%s %s: " format, dev_driver_string(dev), dev_log_name(dev), ##__VA_ARGS__)
#define dev_emerg(dev, format, ...) dev_printk(KERN_EMERG, dev, dev_fmt(format), ##__VA_ARGS__)
#define dev_alert(dev, format, ...) dev_printk(KERN_ALERT, dev, dev_fmt(format), ##__VA_ARGS__)
#define dev_crit(dev, format, ...) dev_printk(KERN_CRIT, dev, dev_fmt(format), ##__VA_ARGS__)
#define dev_err(dev, format, ...) dev_printk(KERN_ERR, dev, dev_fmt(format), ##__VA_ARGS__)
#define dev_warn(dev, format, ...) dev_printk(KERN_WARNING, dev, dev_fmt(format), ##__VA_ARGS__)
#define dev_notice(dev, format, ...) dev_printk(KERN_NOTICE, dev, dev_fmt(format), ##__VA_ARGS__)
#define dev_info(dev, format, ...) dev_printk(KERN_INFO, dev, dev_fmt(format), ##__VA_ARGS__)
#ifdef DEBUG
#define dev_dbg(dev, format, ...) dev_printk(KERN_DEBUG, dev, dev_fmt(format), ##__VA_ARGS__)
#else
#define dev_dbg(dev, format, ...) ({						\
	if (0)									\
		dev_printk(KERN_DEBUG, dev, dev_fmt(format), ##__VA_ARGS__);	\
})
#endif
#define dev_vdbg(dev, format, ...) ({						\
	if (0)									\
		dev_printk(KERN_DEBUG, dev, dev_fmt(format), ##__VA_ARGS__);	\
})
#define dev_level_once(level, dev, format, ...) do {				\
	static bool _printed;							\
	if (!_printed) {							\
		_printed = true;						\
		dev_printk(level, dev, format, ##__VA_ARGS__);			\
	}									\
} while (0)
#define dev_err_once(dev, format, ...) dev_level_once(KERN_ERR, dev, format, ##__VA_ARGS__)
#define dev_warn_once(dev, format, ...) dev_level_once(KERN_WARNING, dev, format, ##__VA_ARGS__)
#define dev_info_once(dev, format, ...) dev_level_once(KERN_INFO, dev, format, ##__VA_ARGS__)
#define dev_level_ratelimited(level, dev, format, ...) do {			\
	static unsigned long _state[2];						\
	if (printk_ratelimited_ok(_state))					\
		dev_printk(level, dev, format, ##__VA_ARGS__);			\
} while (0)
#define dev_err_ratelimited(dev, format, ...) dev_level_ratelimited(KERN_ERR, dev, format, ##__VA_ARGS__)
#define dev_warn_ratelimited(dev, format, ...) dev_level_ratelimited(KERN_WARNING, dev, format, ##__VA_ARGS__)
#define dev_info_ratelimited(dev, format, ...) dev_level_ratelimited(KERN_INFO, dev, format, ##__VA_ARGS__)
#define dev_dbg_ratelimited dev_dbg
#define dev_WARN(dev, format, ...) WARN(1, "%s %s: " format, dev_driver_string(dev), dev_log_name(dev), ##__VA_ARGS__)

#define dev_warn_probe(dev, error, format, ...) ({ dev_warn((dev), format, ##__VA_ARGS__); (error); })
int dev_err_probe(const struct device *dev, int error, const char *format, ...) __printf(3, 4);

#endif
