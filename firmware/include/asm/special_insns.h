/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ASM_SPECIAL_INSNS_H
#define ASM_SPECIAL_INSNS_H

#define nop() __asm__ volatile("nop")

#endif
