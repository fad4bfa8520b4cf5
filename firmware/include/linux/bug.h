/* SPDX-License-Identifier: GPL-2.0-only */
/* What must not be, said at run time. */
#ifndef LINUX_BUG_H
#define LINUX_BUG_H

#include <linux/build_bug.h>
#include <linux/printk.h>

#define BUG() do {								\
	printk(KERN_EMERG "kernel BUG at %s:%d!\n", __FILE__, __LINE__);	\
	__asm__ volatile("ud2");						\
	__builtin_unreachable();						\
} while (0)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)

/* Say it on the console, with a backtrace, and to the host. */
void warn_slowpath(const char *file, int line, const char *function, const char *format, ...) __printf(4, 5);
#define __WARN_printf(...) warn_slowpath(__FILE__, __LINE__, __func__, __VA_ARGS__)
#define WARN_ON(condition) ({							\
	int _warn = !!(condition);						\
	if (unlikely(_warn))							\
		__WARN_printf("%s", "");					\
	unlikely(_warn);							\
})
#define WARN(condition, format, ...) ({						\
	int _warn = !!(condition);						\
	if (unlikely(_warn))							\
		__WARN_printf(format, ##__VA_ARGS__);				\
	unlikely(_warn);							\
})
#define WARN_ON_ONCE(condition) ({						\
	static bool _warned;							\
	int _warn_once = !!(condition);						\
	if (unlikely(_warn_once && !_warned)) {					\
		_warned = true;							\
		WARN_ON(1);							\
	}									\
	unlikely(_warn_once);							\
})
#define WARN_ONCE(condition, format, ...) ({					\
	static bool _warned;							\
	int _warn_once = !!(condition);						\
	if (unlikely(_warn_once && !_warned)) {					\
		_warned = true;							\
		WARN(1, format, ##__VA_ARGS__);					\
	}									\
	unlikely(_warn_once);							\
})

#endif
