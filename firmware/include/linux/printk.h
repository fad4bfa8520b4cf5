/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log. */
#ifndef LINUX_PRINTK_H
#define LINUX_PRINTK_H

#include <linux/compiler.h>
#include <linux/kern_levels.h>
#include <linux/stdarg.h>
#include <linux/types.h>

int vprintk(const char *format, va_list args) __printf(1, 0);
int printk(const char *format, ...) __printf(1, 2);
int printk_ratelimited_ok(unsigned long *last);
void dump_stack(void);
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int row_bytes, int group_bytes,
		    const void *data, size_t length, bool ascii);

/* One row; give the length that it would have. */
int hex_dump_to_buffer(const void *data, size_t length, int row_bytes, int group_bytes, char *line, size_t size,
		       bool ascii);

enum { DUMP_PREFIX_NONE, DUMP_PREFIX_ADDRESS, DUMP_PREFIX_OFFSET };

#ifndef pr_fmt
#define pr_fmt(format) format
#endif

/* Compiled, for its types, and never run. */
#define no_printk(format, ...) ({ if (0) printk(format, ##__VA_ARGS__); 0; })

#define pr_emerg(format, ...) printk(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert(format, ...) printk(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit(format, ...) printk(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define pr_err(format, ...) printk(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) printk(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_warning pr_warn
#define pr_notice(format, ...) printk(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) printk(KERN_INFO pr_fmt(format), ##__VA_ARGS__)
#define pr_cont(format, ...) printk(KERN_CONT format, ##__VA_ARGS__)
#ifdef DEBUG
#define pr_debug(format, ...) printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#define pr_devel(format, ...) printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#else
#define pr_debug(format, ...) no_printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#define pr_devel(format, ...) no_printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#endif

#define printk_once(format, ...) ({						\
	static bool _printed;							\
	if (!_printed) {							\
		_printed = true;						\
		printk(format, ##__VA_ARGS__);					\
	}									\
})
#define pr_err_once(format, ...) printk_once(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn_once(format, ...) printk_once(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_notice_once(format, ...) printk_once(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_debug_once(format, ...) pr_debug(format, ##__VA_ARGS__)
#define pr_info_once(format, ...) printk_once(KERN_INFO pr_fmt(format), ##__VA_ARGS__)

/* Ten lines in five seconds, as Linux has it by default. */
#define printk_ratelimited(format, ...) ({					\
	static unsigned long _state[2];						\
	if (printk_ratelimited_ok(_state))					\
		printk(format, ##__VA_ARGS__);					\
})
#define pr_err_ratelimited(format, ...) printk_ratelimited(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn_ratelimited(format, ...) printk_ratelimited(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_notice_ratelimited(format, ...) printk_ratelimited(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_debug_ratelimited(format, ...) pr_debug(format, ##__VA_ARGS__)
#define pr_emerg_ratelimited(format, ...) printk_ratelimited(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert_ratelimited(format, ...) printk_ratelimited(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit_ratelimited(format, ...) printk_ratelimited(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define printk_deferred printk
#define pr_info_ratelimited(format, ...) printk_ratelimited(KERN_INFO pr_fmt(format), ##__VA_ARGS__)
#define printk_ratelimit() ({ static unsigned long _state[2]; printk_ratelimited_ok(_state); })

#define print_hex_dump_bytes(prefix, type, data, length)			\
	print_hex_dump(KERN_DEBUG, prefix, type, 16, 1, data, length, true)
#define print_hex_dump_debug(prefix, type, row, group, data, length, ascii)	\
	print_hex_dump(KERN_DEBUG, prefix, type, row, group, data, length, ascii)

#endif
