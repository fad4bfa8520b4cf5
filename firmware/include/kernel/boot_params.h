/* SPDX-License-Identifier: GPL-2.0-only */
/* What the ROM tells the kernel, and the kernel, after moving it into its own data, TRAP_SETUP_ARCH. */
#ifndef KERNEL_BOOT_PARAMS_H
#define KERNEL_BOOT_PARAMS_H

#include <kernel/types.h>

enum e820_type { E820_RAM = 1, E820_RESERVED = 2, E820_ACPI = 3, E820_NVS = 4 };

#define E820MAX 32
#define COMMAND_LINE_SIZE 2048

struct e820entry {
	u64 addr;			/* physical */
	u64 size;			/* bytes */
	u32 type;			/* enum e820_type */
} __attribute__((packed));

struct boot_params {
	u64 kernel_start;		/* physical: the image, and behind it the page tables that the kernel has built */
	u64 kernel_end;			/* physical, exclusive, a whole page */
	u64 command_line;		/* virtual address, ends in NUL */
	u32 e820_entries;
	u32 reserved;
	struct e820entry e820_map[E820MAX];
};

#endif
