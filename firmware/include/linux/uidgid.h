/* SPDX-License-Identifier: GPL-2.0-only */
/* Who users are. There is one, and it is root. */
#ifndef LINUX_UIDGID_H
#define LINUX_UIDGID_H

#include <kernel/api.h>
#include <linux/types.h>

#if API_BEFORE(3, 5)
typedef uid_t kuid_t;
typedef gid_t kgid_t;
#define KUIDT_INIT(value) (value)
#define KGIDT_INIT(value) (value)
#define __kuid_val(uid) (uid)
#define __kgid_val(gid) (gid)
#else
typedef struct {
	uid_t val;
} kuid_t;
typedef struct {
	gid_t val;
} kgid_t;
#define KUIDT_INIT(value) ((kuid_t) { value })
#define KGIDT_INIT(value) ((kgid_t) { value })
#define __kuid_val(uid) ((uid).val)
#define __kgid_val(gid) ((gid).val)
#endif
#define GLOBAL_ROOT_UID KUIDT_INIT(0)
#define GLOBAL_ROOT_GID KGIDT_INIT(0)
#define uid_eq(a, b) (__kuid_val(a) == __kuid_val(b))
#define gid_eq(a, b) (__kgid_val(a) == __kgid_val(b))
#define uid_valid(uid) (__kuid_val(uid) != (uid_t)-1)
#define gid_valid(gid) (__kgid_val(gid) != (gid_t)-1)
#define from_kuid(namespace, uid) __kuid_val(uid)
#define from_kgid(namespace, gid) __kgid_val(gid)
#define from_kuid_munged from_kuid
#define from_kgid_munged from_kgid
#define make_kuid(namespace, uid) KUIDT_INIT(uid)
#define make_kgid(namespace, gid) KGIDT_INIT(gid)

#endif
