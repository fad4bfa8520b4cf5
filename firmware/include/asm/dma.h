/* SPDX-License-Identifier: GPL-2.0-only */
/* The 8237A pair: channels 0-3 move bytes inside 64 KiB, 5-7 words inside 128 KiB, all of it below 16 MiB. */
#ifndef ASM_DMA_H
#define ASM_DMA_H

#include <linux/compiler.h>
#include <linux/types.h>

#define MAX_DMA_CHANNELS 8
#define DMA_MODE_READ 0x44		/* device to memory, single, address going up */
#define DMA_MODE_WRITE 0x48		/* memory to device */
#define DMA_MODE_CASCADE 0xc0
#define DMA_AUTOINIT 0x10

unsigned long claim_dma_lock(void);
void release_dma_lock(unsigned long flags);

int request_dma(unsigned int channel, const char *name);
void free_dma(unsigned int channel);

/* All of these with the lock held. */
void enable_dma(unsigned int channel);
void disable_dma(unsigned int channel);
void clear_dma_ff(unsigned int channel);
void set_dma_mode(unsigned int channel, u8 mode);
void set_dma_page(unsigned int channel, u8 page);
void set_dma_addr(unsigned int channel, unsigned int phys);
void set_dma_count(unsigned int channel, unsigned int bytes);
unsigned int get_dma_residue(unsigned int channel);

#endif
