/* SPDX-License-Identifier: GPL-2.0-only */
#include <asm/barrier.h>
#include <linux/irqflags.h>
