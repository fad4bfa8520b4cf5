// SPDX-License-Identifier: GPL-2.0-only
/* The ROM's own words, on the first serial port. */
#include <asm/io.h>
#include <board.h>

#include "rom.h"

#define UART_LCR (UART_PORT + 3)
#define UART_LSR (UART_PORT + 5)
#define LCR_8N1 0x03
#define LCR_DIVISOR 0x83
#define LSR_THR_EMPTY 0x20

void uart_init(void)
{
	outb(LCR_DIVISOR, UART_LCR);
	outb(1, UART_PORT);			/* 115200 baud */
	outb(0, UART_PORT + 1);
	outb(LCR_8N1, UART_LCR);
}

static void uart_putchar(char c)
{
	while (!(inb(UART_LSR) & LSR_THR_EMPTY))
		;
	outb(c, UART_PORT);
}

void uart_puts(const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			uart_putchar('\r');
		uart_putchar(*text);
	}
}

void uart_put_hex(u64 number)
{
	char digits[19] = "0x";
	int length = 1;

	while (length < 16 && number >> (4 * length))
		length++;
	for (int i = 0; i < length; i++)
		digits[2 + i] = "0123456789abcdef"[(number >> (4 * (length - 1 - i))) & 15];
	digits[2 + length] = 0;
	uart_puts(digits);
}
