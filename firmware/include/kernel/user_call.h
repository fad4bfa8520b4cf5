/* SPDX-License-Identifier: GPL-2.0-only */
/* One call of user space, filled in by the host while the machine is stopped. */
#ifndef KERNEL_USER_CALL_H
#define KERNEL_USER_CALL_H

#include <kernel/types.h>

#define USER_TEXT_LENGTH 256

enum user_call_number {
	USER_EXIT = 0,
	USER_OPEN,		/* (flags), path in `text` -> descriptor */
	USER_CLOSE,		/* (fd) */
	USER_READ,		/* (fd, buffer, bytes) -> bytes */
	USER_WRITE,
	USER_PREAD,		/* (fd, buffer, bytes, offset) -> bytes */
	USER_PWRITE,
	USER_LSEEK,		/* (fd, offset, whence) -> offset */
	USER_IOCTL,		/* (fd, command, argument) */
	USER_POLL,		/* (fd, events, milliseconds) -> events */
	USER_MMAP,		/* (fd, length, offset, VM_READ | VM_WRITE) -> address */
	USER_MUNMAP,		/* (address) */
	USER_LOAD,		/* (address, width, value out) */
	USER_STORE,		/* (address, width, value) */
	USER_FSYNC,		/* (fd) */
	USER_SLEEP,		/* (ns) */
	USER_NAME_DEVICE,	/* (index): path in `text` */
	USER_NAME_FILE,		/* (index): path in `text` -> mode */
	USER_UNLOAD,		/* () */
};

enum user_call_state { USER_CALL_DONE = 0, USER_CALL_READY = 1 };
enum user_mode { USER_MODE_BINARY = 0x10000 };

/* What TRAP_MODULE_STATE tells of. */
enum module_stage { MODULE_LOADED = 1, MODULE_UNLOADED };

struct user_call {
	u64 number;		/* enum user_call_number */
	u64 args[6];
	s64 result;
	u64 state;		/* enum user_call_state */
	u32 timeout_ms;		/* 0: none */
	u32 interrupted;	/* how often a signal was sent because the time was up */
	char text[USER_TEXT_LENGTH];
};

/* The module that the host hands over, in the file MODULE_FILE: this, and then the bytes of its three parts. */
#define MODULE_FILE "opt/dmalab/module"
#define MODULE_MAGIC 0x4d4c4d44	/* "DMLM" */

struct module_header {
	u32 magic;
	u32 version;
	u64 start;		/* virtual address of the text; each part begins on a page of its own */
	u64 own;		/* where the driver's code begins, behind what it took from the library */
	u64 rodata;
	u64 data;
	u64 bss;		/* data that the file has no bytes for */
	u64 end;
	u64 initcalls[2];	/* start and end of tables */
	u64 exitcalls[2];
	u64 params[2];
	u64 ctors[2];		/* of the compiler's own, before all else */
	u64 init_module;	/* functions by their old, fixed names; or 0 */
	u64 cleanup_module;
	char name[56];
};

#endif
