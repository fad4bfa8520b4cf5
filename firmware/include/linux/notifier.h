/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains of functions that want to know when something happens. */
#ifndef LINUX_NOTIFIER_H
#define LINUX_NOTIFIER_H

#include <linux/types.h>

#define NOTIFY_DONE 0x0000
#define NOTIFY_OK 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long action, void *data);
	struct notifier_block *next;
	int priority;
};

struct raw_notifier_head {
	struct notifier_block *head;
};

#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name = { .head = NULL }
#define BLOCKING_NOTIFIER_HEAD RAW_NOTIFIER_HEAD
#define ATOMIC_NOTIFIER_HEAD RAW_NOTIFIER_HEAD
#define blocking_notifier_head raw_notifier_head
#define atomic_notifier_head raw_notifier_head

int raw_notifier_chain_register(struct raw_notifier_head *head, struct notifier_block *nb);
int raw_notifier_chain_unregister(struct raw_notifier_head *head, struct notifier_block *nb);
int raw_notifier_call_chain(struct raw_notifier_head *head, unsigned long action, void *data);
#define blocking_notifier_chain_register raw_notifier_chain_register
#define blocking_notifier_chain_unregister raw_notifier_chain_unregister
#define blocking_notifier_call_chain raw_notifier_call_chain
#define atomic_notifier_chain_register raw_notifier_chain_register
#define atomic_notifier_chain_unregister raw_notifier_chain_unregister
#define atomic_notifier_call_chain raw_notifier_call_chain

/* Nothing here is ever rebooted in an orderly way: who waits for that waits for ever. */
static inline int register_reboot_notifier(struct notifier_block *nb) { return 0; }
static inline int unregister_reboot_notifier(struct notifier_block *nb) { return 0; }

#endif
