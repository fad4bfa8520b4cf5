/* SPDX-License-Identifier: GPL-2.0-only */
/* printk and its levels, panic, and arithmetic that everybody needs. */
#ifndef LINUX_KERNEL_H
#define LINUX_KERNEL_H

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#define KERN_EMERG "<0>"
#define KERN_ALERT "<1>"
#define KERN_CRIT "<2>"
#define KERN_ERR "<3>"
#define KERN_WARNING "<4>"
#define KERN_NOTICE "<5>"
#define KERN_INFO "<6>"
#define KERN_DEBUG "<7>"

#ifndef pr_fmt
#define pr_fmt(format) format
#endif
#define pr_err(format, ...) printk(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) printk(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) printk(KERN_INFO pr_fmt(format), ##__VA_ARGS__)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define ALIGN(x, a) (((x) + (a) - 1) & ~((typeof(x))(a) - 1))
#define container_of(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#define min(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a < _b ? _a : _b; })
#define max(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b) min((type)(a), (type)(b))
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)(n))

typedef __builtin_va_list va_list;
#define va_start(list, last) __builtin_va_start(list, last)
#define va_arg(list, type) __builtin_va_arg(list, type)
#define va_end(list) __builtin_va_end(list)

int vsnprintf(char *buf, size_t size, const char *format, va_list args) __printf(3, 0);
int snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
int sprintf(char *buf, const char *format, ...) __printf(2, 3);
unsigned long simple_strtoul(const char *text, char **end, unsigned int base);

int vprintk(const char *format, va_list args) __printf(1, 0);
int printk(const char *format, ...) __printf(1, 2);
void panic(const char *format, ...) __printf(1, 2) __noreturn;
void dump_stack(void);

/* Say so, and make it a finding, where the caller's context must not sleep. */
void __might_sleep(const char *file, int line);
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#define might_sleep_if(condition) do { if (condition) might_sleep(); } while (0)

#define BUG() do {								\
	printk(KERN_EMERG "kernel BUG at %s:%d!\n", __FILE__, __LINE__);	\
	__asm__ volatile("ud2");						\
	__builtin_unreachable();						\
} while (0)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)
#define WARN_ON(condition) ({							\
	int _warn = !!(condition);						\
	if (unlikely(_warn)) {							\
		printk(KERN_WARNING "WARNING: at %s:%d %s()\n", __FILE__, __LINE__, __func__); \
		dump_stack();							\
	}									\
	unlikely(_warn);							\
})

#endif
