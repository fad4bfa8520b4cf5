/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers and descriptors of the laboratory's network-card-like device: docs/ring_nic.md. */
#ifndef DRIVERS_RING_NIC_H
#define DRIVERS_RING_NIC_H

#include <linux/types.h>

#define RING_NIC_VENDOR 0x1234
#define RING_NIC_DEVICE 0xda7a

#define RING_NIC_ID 0x00
#define RING_NIC_CONTROL 0x04
#define RING_NIC_STATUS 0x08
#define RING_NIC_IRQ_STATUS 0x10
#define RING_NIC_IRQ_MASK 0x14
#define RING_NIC_TX 0x20		/* a ring's registers, from its first */
#define RING_NIC_RX 0x40
#define RING_BASE_LOW 0x00
#define RING_BASE_HIGH 0x04
#define RING_SIZE 0x08
#define RING_HEAD 0x0c
#define RING_TAIL 0x10
#define RING_NIC_TX_PACKETS 0x60
#define RING_NIC_RX_PACKETS 0x64
#define RING_NIC_RX_DROPPED 0x68

#define RING_NIC_ID_VALUE 0x524e0001

#define RING_NIC_TX_ENABLE 0x1
#define RING_NIC_RX_ENABLE 0x2
#define RING_NIC_LOOPBACK 0x4
#define RING_NIC_RESET 0x80000000

#define RING_NIC_ADDR64 0x10

#define RING_NIC_TX_DONE 0x01
#define RING_NIC_RX_DONE 0x02
#define RING_NIC_RX_DROP 0x04
#define RING_NIC_TX_STALLED 0x08
#define RING_NIC_BUS_ERROR 0x10
#define RING_NIC_RING_ERROR 0x20

#define DESC_EOP 0x0001
#define DESC_IRQ 0x0002
#define DESC_CHECK 0x0004
#define DESC_DONE 0x0100
#define DESC_ERROR 0x0200
#define DESC_CHECKSUM_BAD 0x0400
#define DESC_TRUNCATED 0x0800
#define DESC_OWN 0x80000000

struct ring_desc {
	u64 addr;		/* bus address of the piece */
	u32 status;
	u16 length;		/* bytes */
	u16 checksum;
};

#endif
