// SPDX-License-Identifier: GPL-2.0-only
/* The 16550 as console. Asked once for room, its FIFO takes sixteen bytes: every access of a port costs time. */
#include <asm/io.h>
#include <board.h>

#include "kernel.h"

#define UART_FCR (UART_PORT + 2)
#define UART_LCR (UART_PORT + 3)
#define UART_LSR (UART_PORT + 5)
#define FCR_ENABLE_AND_CLEAR 0x07
#define LCR_8N1 0x03
#define LSR_THR_EMPTY 0x20
#define FIFO_DEPTH 16

void uart_init(void)
{
	outb(0, UART_PORT + 1);			/* no interrupts */
	outb(LCR_8N1, UART_LCR);
	outb(FCR_ENABLE_AND_CLEAR, UART_FCR);
}

void uart_write(const char *text, size_t length)
{
	while (length) {
		size_t burst = min(length, (size_t)FIFO_DEPTH);

		while (!(inb(UART_LSR) & LSR_THR_EMPTY))
			;
		length -= burst;
		while (burst--)
			outb(*text++, UART_PORT);
	}
}
