/* SPDX-License-Identifier: GPL-2.0-only */
/* What a mapping allows, and how it is cached. */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <linux/mm_types.h>

#define __pgprot(x) ((pgprot_t) { (x) })
#define pgprot_val(x) ((x).pgprot)
#define pgprot_noncached(protection) __pgprot(pgprot_val(protection) | 0x18UL)
#define pgprot_writecombine(protection) __pgprot(pgprot_val(protection) | 0x08UL)
#define pgprot_device pgprot_noncached
#define pgprot_dmacoherent pgprot_writecombine
#define PAGE_SHARED __pgprot(0x8000000000000067UL)
#define PAGE_READONLY __pgprot(0x8000000000000025UL)

#endif
