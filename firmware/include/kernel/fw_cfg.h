/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's files, by QEMU's fw_cfg interface: selectors, file directory, DMA. For ROM and kernel. */
#ifndef KERNEL_FW_CFG_H
#define KERNEL_FW_CFG_H

#include <kernel/types.h>

struct fw_cfg_file {
	u32 size;			/* bytes */
	u16 select;
};

/* Say whether the interface is there, with DMA. */
int fw_cfg_present(void);

/* Find a file by its whole name: 0, or -1. */
int fw_cfg_find(const char *name, struct fw_cfg_file *file);

/* Copy part of a file; the destination must be physically contiguous. 0, or -1 where the host refuses. */
int fw_cfg_read(const struct fw_cfg_file *file, u32 offset, void *to, u32 length);

#endif
