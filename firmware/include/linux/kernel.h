/* SPDX-License-Identifier: GPL-2.0-only */
/* What nearly every file of a kernel needs. */
#ifndef LINUX_KERNEL_H
#define LINUX_KERNEL_H

#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/errno.h>
#include <linux/kconfig.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/printk.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <asm/byteorder.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD_SIZEOF(type, member) sizeof(((type *)0)->member)
#define VERIFY_OCTAL_PERMISSIONS(mode) (mode)
#define upper_32_bits(n) ((u32)((u64)(n) >> 32))
#define lower_32_bits(n) ((u32)((u64)(n) & 0xffffffff))
#define upper_16_bits(n) ((u16)((n) >> 16))
#define lower_16_bits(n) ((u16)((n) & 0xffff))
#define PTR_IF(condition, pointer) ((condition) ? (pointer) : NULL)
#define REPEAT_BYTE(x) ((~0UL / 0xff) * (x))
#define u64_to_user_ptr(x) ((void __user *)(uintptr_t)(u64)(x))
#define typecheck(type, x) ({ type _dummy; typeof(x) _other; (void)(&_dummy == &_other); 1; })

int vsnprintf(char *buf, size_t size, const char *format, va_list args) __printf(3, 0);
int vscnprintf(char *buf, size_t size, const char *format, va_list args) __printf(3, 0);
int vsprintf(char *buf, const char *format, va_list args) __printf(2, 0);
int snprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
int scnprintf(char *buf, size_t size, const char *format, ...) __printf(3, 4);
int sprintf(char *buf, const char *format, ...) __printf(2, 3);
int sscanf(const char *text, const char *format, ...) __attribute__((format(scanf, 2, 3)));
int vsscanf(const char *text, const char *format, va_list args) __attribute__((format(scanf, 2, 0)));
int hex_to_bin(unsigned char digit);
int __must_check hex2bin(u8 *to, const char *from, size_t count);
char *bin2hex(char *to, const void *from, size_t count);
unsigned long long memparse(const char *text, char **end);
int get_option(char **text, int *value);
char *get_options(const char *text, int most, int *values);
extern const char hex_asc[], hex_asc_upper[];
#define hex_asc_lo(x) hex_asc[(x) & 0xf]
#define hex_asc_hi(x) hex_asc[((x) & 0xf0) >> 4]

/* Defined inline, so that whoever allocates is the caller of kmalloc(). */
#include <linux/kasprintf.h>

/* Into the log, as there is no trace of functions: Linux prints it there, too, where nobody reads the trace. */
#define trace_printk(format, ...) printk(format, ##__VA_ARGS__)
#define trace_puts(text) printk(KERN_INFO "%s", (text))
#define trace_dump_stack(skip) dump_stack()
#define tracing_on() do {} while (0)
#define tracing_off() do {} while (0)
#define tracing_is_on() 0

enum system_states { SYSTEM_BOOTING, SYSTEM_SCHEDULING, SYSTEM_RUNNING, SYSTEM_HALT, SYSTEM_POWER_OFF, SYSTEM_RESTART };
#define system_state SYSTEM_RUNNING
#define oops_in_progress 0

enum { TAINT_PROPRIETARY_MODULE, TAINT_CRAP = 10, TAINT_USER = 6 };
enum lockdep_ok { LOCKDEP_STILL_OK, LOCKDEP_NOW_UNRELIABLE };

void panic(const char *format, ...) __printf(1, 2) __noreturn;
void add_taint(unsigned int flag, int lockdep_ok);

/* Say so, and make it a finding, where the caller's context must not sleep. */
void __might_sleep(const char *file, int line);
#define might_sleep() __might_sleep(__FILE__, __LINE__)
#define might_sleep_if(condition) do { if (condition) might_sleep(); } while (0)

#endif
