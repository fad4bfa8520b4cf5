/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_UTSNAME_H
#define LINUX_UTSNAME_H

#include <generated/utsrelease.h>

struct new_utsname {
	char sysname[65];
	char release[65];
};

#define utsname() (&(struct new_utsname) { "Linux", UTS_RELEASE })

#endif
