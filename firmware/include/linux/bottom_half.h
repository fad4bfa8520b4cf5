/* SPDX-License-Identifier: GPL-2.0-only */
/* Holding softirqs off. */
#ifndef LINUX_BOTTOM_HALF_H
#define LINUX_BOTTOM_HALF_H

void local_bh_disable(void);
void local_bh_enable(void);

#endif
