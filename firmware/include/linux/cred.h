/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_CRED_H
#define LINUX_CRED_H

#include <linux/capability.h>
#include <linux/uidgid.h>

struct cred {
	kuid_t uid, suid, euid, fsuid;
	kgid_t gid, sgid, egid, fsgid;
};

static inline const struct cred *current_cred(void)
{
	static const struct cred root;

	return &root;
}

#define current_uid() (current_cred()->uid)
#define current_euid() (current_cred()->euid)
#define current_fsuid() (current_cred()->fsuid)
#define current_gid() (current_cred()->gid)
#define current_egid() (current_cred()->egid)
#define current_fsgid() (current_cred()->fsgid)
#define current_user_ns() NULL

#endif
