/* SPDX-License-Identifier: GPL-2.0-only */
/* The end of the machine: a driver that asks for it gets it at once, and without the notifiers' turn. */
#ifndef LINUX_REBOOT_H
#define LINUX_REBOOT_H

#include <linux/kernel.h>
#include <linux/notifier.h>

#define SYS_DOWN 0x0001
#define SYS_RESTART SYS_DOWN
#define SYS_HALT 0x0002
#define SYS_POWER_OFF 0x0003

#define kernel_restart(command) panic("restart: %s", (command) ? : "")
#define emergency_restart() panic("emergency restart")
#define machine_restart(command) kernel_restart(command)
#define kernel_halt() panic("halt")
#define kernel_power_off() panic("power off")
#define orderly_poweroff(force) ((void)(force), pr_crit("orderly power off\n"))
#define orderly_reboot() pr_crit("orderly reboot\n")

static inline int register_restart_handler(struct notifier_block *nb) { return 0; }
static inline int unregister_restart_handler(struct notifier_block *nb) { return 0; }

#endif
