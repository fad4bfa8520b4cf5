/* SPDX-License-Identifier: GPL-2.0-only */
/* Values written to DEBUG_EXIT_PORT: how a run ended, for a host that listens to nothing else. */
#ifndef KERNEL_EXIT_CODES_H
#define KERNEL_EXIT_CODES_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_STEP = 1,			/* plus the index of the failing step of run=, from 0 */
	EXIT_PANIC = 64,
	EXIT_NO_FW_CFG = 96,		/* from here on the ROM's */
	EXIT_NO_KERNEL,
	EXIT_BAD_IMAGE,
	EXIT_EXCEPTION,
};

#endif
