/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done by itself where a variable goes out of scope: __free() for memory, guard() for locks. Since 6.5. */
#ifndef LINUX_CLEANUP_H
#define LINUX_CLEANUP_H

#include <kernel/api.h>
#include <linux/compiler.h>

#if !API_BEFORE(6, 5)

/* `free` is a statement about `_T`, which is what the variable holds then. */
#define DEFINE_FREE(name, type, free)								\
static inline void __free_##name(void *p)							\
{												\
	type _T = *(type *)p;									\
												\
	free;											\
}
#define __free(name) __cleanup(__free_##name)
/* Take what a variable holds away from it. */
#define no_free_ptr(p) ({ typeof(p) _taken = (p); (p) = NULL; _taken; })
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)no_free_ptr(p))

/* A type whose variables are made by `init`, an expression of the arguments, and unmade by `exit`, about `_T`. */
#define DEFINE_CLASS(name, type, exit, init, args...)						\
typedef type class_##name##_t;									\
static inline void class_##name##_destructor(type *p)						\
{												\
	type _T = *p;										\
												\
	exit;											\
}												\
static inline type class_##name##_constructor(args)						\
{												\
	type _made = init;									\
												\
	return _made;										\
}
#define EXTEND_CLASS(name, ext, init, args...)							\
typedef class_##name##_t class_##name##ext##_t;							\
static inline void class_##name##ext##_destructor(class_##name##_t *p)				\
{												\
	class_##name##_destructor(p);								\
}												\
static inline class_##name##_t class_##name##ext##_constructor(args)				\
{												\
	class_##name##_t _made = init;								\
												\
	return _made;										\
}
#define CLASS(name, variable)									\
	class_##name##_t variable __cleanup(class_##name##_destructor) = class_##name##_constructor

/* Locks, named by a pointer to them. */
#define DEFINE_GUARD(name, type, lock, unlock)							\
DEFINE_CLASS(name, type, if (_T) { unlock; }, ({ lock; _T; }), type _T)				\
static inline void *class_##name##_lock_ptr(class_##name##_t *_T)				\
{												\
	return (void *)*_T;									\
}
/* `condition` tries to take the lock, and is true where it has. */
#define DEFINE_GUARD_COND(name, ext, condition)							\
EXTEND_CLASS(name, ext, ({ void *_held = _T; if (_T && !(condition)) _held = NULL; _held; }), class_##name##_t _T)	\
static inline void *class_##name##ext##_lock_ptr(class_##name##_t *_T)				\
{												\
	return class_##name##_lock_ptr(_T);							\
}
/* Locks that need more than their address, or have none: `_T` is then a structure that holds both. */
#define __DEFINE_LOCK_GUARD(name, type, unlock, members...)					\
typedef struct {										\
	type *lock;										\
	members;										\
} class_##name##_t;										\
static inline void class_##name##_destructor(class_##name##_t *_T)				\
{												\
	if (_T->lock) { unlock; }								\
}												\
static inline void *class_##name##_lock_ptr(class_##name##_t *_T)				\
{												\
	return _T->lock;									\
}
#define DEFINE_LOCK_GUARD_1(name, type, take, unlock, members...)				\
__DEFINE_LOCK_GUARD(name, type, unlock, members)						\
static inline class_##name##_t class_##name##_constructor(type *which)				\
{												\
	class_##name##_t _held = { .lock = which }, *_T __maybe_unused = &_held;		\
												\
	take;											\
	return _held;										\
}
#define DEFINE_LOCK_GUARD_0(name, take, unlock, members...)					\
__DEFINE_LOCK_GUARD(name, void, unlock, members)						\
static inline class_##name##_t class_##name##_constructor(void)					\
{												\
	class_##name##_t _held = { .lock = (void *)1 }, *_T __maybe_unused = &_held;		\
												\
	take;											\
	return _held;										\
}
#define DEFINE_LOCK_GUARD_1_COND(name, ext, condition)						\
EXTEND_CLASS(name, ext,										\
	     ({ class_##name##_t _held = { .lock = which }, *_T = &_held;			\
		if (_T->lock && !(condition)) _T->lock = NULL;					\
		_held; }),									\
	     typeof(((class_##name##_t *)0)->lock) which)					\
static inline void *class_##name##ext##_lock_ptr(class_##name##_t *_T)				\
{												\
	return class_##name##_lock_ptr(_T);							\
}

/* Until the end of the block; for one statement; for one, or else `fail`. */
#define guard(name) CLASS(name, __UNIQUE_ID(guard))
#define __guard_ptr(name) class_##name##_lock_ptr
#define scoped_guard(name, args...)								\
	for (CLASS(name, scope)(args), *_done = NULL; __guard_ptr(name)(&scope) && !_done; _done = (void *)1)
#define scoped_cond_guard(name, fail, args...)							\
	for (CLASS(name, scope)(args), *_done = NULL; !_done; _done = (void *)1)		\
		if (!__guard_ptr(name)(&scope))							\
			fail;									\
		else

#endif

#endif
