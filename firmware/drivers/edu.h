/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers of QEMU's educational device. */
#ifndef DRIVERS_EDU_H
#define DRIVERS_EDU_H

#define EDU_VENDOR 0x1234
#define EDU_DEVICE 0x11e8

#define EDU_ID 0x00
#define EDU_LIVENESS 0x04
#define EDU_FACTORIAL 0x08
#define EDU_STATUS 0x20
#define EDU_IRQ_STATUS 0x24
#define EDU_IRQ_RAISE 0x60
#define EDU_IRQ_ACK 0x64
#define EDU_DMA_SRC 0x80
#define EDU_DMA_DST 0x88
#define EDU_DMA_COUNT 0x90
#define EDU_DMA_COMMAND 0x98

#define EDU_STATUS_COMPUTING 0x01
#define EDU_STATUS_IRQ 0x80
#define EDU_IRQ_FACTORIAL 0x001
#define EDU_IRQ_DMA 0x100

#define EDU_DMA_RUN 0x1
#define EDU_DMA_FROM_RAM 0x0
#define EDU_DMA_TO_RAM 0x2
#define EDU_DMA_IRQ 0x4

#define EDU_BUFFER 0x40000	/* 4096 bytes, seen by DMA only */

#endif
