/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may do what: the one user there is may do everything. */
#ifndef LINUX_CAPABILITY_H
#define LINUX_CAPABILITY_H

#include <linux/types.h>

#define CAP_DAC_OVERRIDE 1
#define CAP_SYS_RAWIO 17
#define CAP_NET_ADMIN 12
#define CAP_SYS_TIME 25
#define CAP_SYS_ADMIN 21
#define ns_capable(space, capability) capable(capability)
#define perfmon_capable() true

static inline bool capable(int capability)
{
	return true;
}

#endif
