/* SPDX-License-Identifier: GPL-2.0-only */
/* Words that tell the compiler, or the reader, more than C can. */
#ifndef LINUX_COMPILER_H
#define LINUX_COMPILER_H

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)
#define barrier() __asm__ volatile("" : : : "memory")
#define barrier_data(pointer) __asm__ volatile("" : : "r"(pointer) : "memory")
#define OPTIMIZER_HIDE_VAR(var) __asm__("" : "+r"(var))
#define unreachable() __builtin_unreachable()

/* One access of the whole object, neither torn nor repeated. */
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))
#define WRITE_ONCE(x, value) do { *(volatile typeof(x) *)&(x) = (value); } while (0)
#define ACCESS_ONCE(x) (*(volatile typeof(x) *)&(x))

#define inline inline __attribute__((unused))
#define noinline __attribute__((noinline))
#define noinline_for_stack noinline
#define __always_inline inline __attribute__((always_inline))
#define __noreturn __attribute__((noreturn))
#define __used __attribute__((used))
#define __maybe_unused __attribute__((unused))
#define __always_unused __attribute__((unused))
#define __must_check __attribute__((warn_unused_result))
#define __malloc __attribute__((malloc))
#define __packed __attribute__((packed))
#define __aligned(bytes) __attribute__((aligned(bytes)))
#define __printf(text, first) __attribute__((format(printf, text, first)))
#define __scanf(text, first) __attribute__((format(scanf, text, first)))
#define __section(name) __attribute__((section(name)))
#define __weak __attribute__((weak))
#define __pure __attribute__((pure))
#define __cold __attribute__((cold))
#define __hot
#define __deprecated
#define __visible
#define __nonstring
#define __no_sanitize_address __attribute__((no_sanitize("address")))
#define __page_aligned_bss __attribute__((section(".bss.page_aligned"), aligned(4096)))
#define __attribute_const__ __attribute__((const))
#define __counted_by(member)
#define __cleanup(function) __attribute__((cleanup(function), unused))	/* which is what clang takes it for */

#if __has_attribute(fallthrough)
#define fallthrough __attribute__((fallthrough))
#else
#define fallthrough do {} while (0)
#endif

#define __same_type(a, b) __builtin_types_compatible_p(typeof(a), typeof(b))
#define __UNIQUE_ID(prefix) __PASTE(__PASTE(__UNIQUE_ID_, prefix), __COUNTER__)
#define __PASTE_1(a, b) a##b
#define __PASTE(a, b) __PASTE_1(a, b)

/* Address spaces and lifetimes that only a checker would tell apart. */
#define __iomem
#define __user
#define __kernel
#define __force
#define __percpu
#define __rcu
#define __bitwise
#define __nocast
#define __safe
#define __chk_user_ptr(x) (void)0
#define __acquires(x)
#define __releases(x)
#define __must_hold(x)
#define __acquire(x) (void)0
#define __release(x) (void)0
#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __devinit
#define __devexit
#define __devinitdata
#define __devinitconst
#define __devexit_p(function) (function)
#define __ro_after_init
#define __read_mostly
#define __cacheline_aligned __attribute__((aligned(64)))
#define ____cacheline_aligned __attribute__((aligned(64)))
#define asmlinkage
#define notrace

#endif
