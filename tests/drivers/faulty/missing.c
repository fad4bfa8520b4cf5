// SPDX-License-Identifier: GPL-2.0-only
/* Calls what dmalab does not provide: one function that nobody declares, one that is only declared. */
#include <linux/module.h>

void only_declared(void);

static int __init missing_init(void)
{
#ifdef IMPLICIT
	snd_card_register(NULL);
#endif
	only_declared();
	return 0;
}

module_init(missing_init);
MODULE_LICENSE("GPL");
