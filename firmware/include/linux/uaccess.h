/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User memory. It is in no page table that the kernel runs on: whoever uses a user's pointer without these faults, as
 * with SMAP. What cannot be reached makes them give the number of bytes left, or -EFAULT.
 */
#ifndef LINUX_UACCESS_H
#define LINUX_UACCESS_H

#include <kernel/api.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#define TASK_SIZE_MAX 0x00007ffffffff000UL
#define TASK_SIZE TASK_SIZE_MAX
#define VERIFY_READ 0
#define VERIFY_WRITE 1

unsigned long __must_check copy_to_user(void __user *to, const void *from, unsigned long length);
unsigned long __must_check copy_from_user(void *to, const void __user *from, unsigned long length);
unsigned long __must_check clear_user(void __user *to, unsigned long length);
long strncpy_from_user(char *to, const char __user *from, long size);
long strnlen_user(const char __user *text, long size);
int __access_ok(unsigned long addr, unsigned long length);

#define __copy_to_user copy_to_user
#define __copy_from_user copy_from_user
#define raw_copy_to_user copy_to_user
#define raw_copy_from_user copy_from_user
#define __copy_to_user_inatomic copy_to_user
#define __copy_from_user_inatomic copy_from_user
#define __clear_user clear_user
#if API_BEFORE(5, 0)
#define access_ok(type, addr, length) ((void)(type), __access_ok((unsigned long)(addr), (length)))
#else
#define access_ok(addr, length) __access_ok((unsigned long)(addr), (length))
#endif

#define get_user(x, from) ({							\
	u64 _get = 0;								\
	int _get_error = copy_from_user(&_get, (from), sizeof(*(from))) ? -EFAULT : 0; \
	(x) = (typeof(*(from)))_get;						\
	_get_error;								\
})
#define put_user(x, to) ({							\
	typeof(*(to)) _put = (typeof(*(to)))(x);				\
	copy_to_user((void __user *)(to), &_put, sizeof(_put)) ? -EFAULT : 0;	\
})
#define __get_user get_user
#define __put_user put_user

static inline int __must_check copy_struct_from_user(void *to, size_t size, const void __user *from, size_t given)
{
	size_t both = size < given ? size : given;

	if (copy_from_user(to, from, both))
		return -EFAULT;
	for (size_t at = both; at < size; at++)
		((char *)to)[at] = 0;
	for (size_t at = both; at < given; at++) {
		char byte;

		if (copy_from_user(&byte, (const char __user *)from + at, 1))
			return -EFAULT;
		if (byte)
			return -E2BIG;
	}
	return 0;
}

/* A copy of a user's memory, made where it is asked for: the allocation is the driver's own. */
#include <linux/err.h>
#include <linux/slab.h>
static inline void *memdup_user(const void __user *from, size_t length)
{
	void *copy = kmalloc(length, GFP_KERNEL);

	if (!copy)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(copy, from, length))
		return copy;
	kfree(copy);
	return ERR_PTR(-EFAULT);
}

static inline void *memdup_user_nul(const void __user *from, size_t length)
{
	char *copy = kmalloc(length + 1, GFP_KERNEL);

	if (!copy)
		return ERR_PTR(-ENOMEM);
	copy[length] = 0;
	if (!copy_from_user(copy, from, length))
		return copy;
	kfree(copy);
	return ERR_PTR(-EFAULT);
}

#define vmemdup_user memdup_user

static inline char *strndup_user(const char __user *from, long most)
{
	long length = strnlen_user(from, most);
	char *copy;

	if (!length)
		return ERR_PTR(-EFAULT);
	if (length > most)
		return ERR_PTR(-EINVAL);
	copy = memdup_user(from, length);
	if (!IS_ERR(copy))
		copy[length - 1] = 0;
	return copy;
}

/* 1 where all is zero, 0 where it is not. */
static inline int check_zeroed_user(const void __user *from, size_t size)
{
	char byte;

	for (size_t i = 0; i < size; i++) {
		if (copy_from_user(&byte, from + i, 1))
			return -EFAULT;
		if (byte)
			return 0;
	}
	return 1;
}

#endif
