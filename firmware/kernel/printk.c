// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's log: a ring in RAM that the Python kernel writes too, and its way to the console. kernel/printk.c
 *
 * The three positions only grow; their low bits index the ring. A line is "<level>[time] text\n".
 */
#include <linux/irqflags.h>
#include <linux/kernel.h>

#include "kernel.h"

#define __LOG_BUF_LEN (1 << 17)
#define LOG_BUF(position) __log_buf[(position) & (__LOG_BUF_LEN - 1)]
#define DEFAULT_MESSAGE_LOGLEVEL 4
#define DEFAULT_CONSOLE_LOGLEVEL 7
#define QUIET_CONSOLE_LOGLEVEL 4

char __log_buf[__LOG_BUF_LEN];
unsigned long log_start;		/* the oldest byte */
unsigned long con_start;		/* the next to go to the console */
unsigned long log_end;			/* behind the newest */
int console_loglevel = DEFAULT_CONSOLE_LOGLEVEL;	/* a line goes out if its level is below this */

static int console_ready;
static char line_level = '0' + DEFAULT_MESSAGE_LOGLEVEL;	/* of the line that the console is in */
static int console_at_line_start = 1;

static void emit_log_char(char c)
{
	LOG_BUF(log_end) = c;
	log_end++;
	if (log_end - log_start > __LOG_BUF_LEN)
		log_start = log_end - __LOG_BUF_LEN;
	if (log_end - con_start > __LOG_BUF_LEN)
		con_start = log_end - __LOG_BUF_LEN;
}

static void emit_text(const char *text)
{
	while (*text)
		emit_log_char(*text++);
}

static void start_line(char level)
{
	char stamp[32];
	u64 ns = sched_clock();

	snprintf(stamp, sizeof(stamp), "<%c>[%5lu.%06lu] ", level, ns / 1000000000, ns % 1000000000 / 1000);
	emit_text(stamp);
}

static int has_level(const char *text)
{
	return text[0] == '<' && text[1] >= '0' && text[1] <= '7' && text[2] == '>';
}

/* The ring knows, whoever wrote to it last. */
static int at_line_start(void)
{
	return !log_end || LOG_BUF(log_end - 1) == '\n';
}

int vprintk(const char *format, va_list args)
{
	char text[1024];
	unsigned long flags;
	int length = vsnprintf(text, sizeof(text), format, args);

	local_irq_save(flags);
	/* A level of its own begins a line, also where the last one was left open: so since 3.5. */
	if (has_level(text) && !at_line_start())
		emit_log_char('\n');
	for (const char *at = text; *at; at++) {
		if (at_line_start()) {
			char level = '0' + DEFAULT_MESSAGE_LOGLEVEL;

			if (has_level(at)) {
				level = at[1];
				at += 3;
			}
			start_line(level);
			if (!*at)
				break;
		}
		emit_log_char(*at);
	}
	release_console_sem();
	local_irq_restore(flags);
	return length;
}

int printk(const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vprintk(format, args);
	va_end(args);
	return length;
}

/* Skip a line's "<level>", which may have been overwritten by the ring's turn. */
static void read_level(void)
{
	line_level = '0' + DEFAULT_MESSAGE_LOGLEVEL;
	if (log_end - con_start >= 3 && LOG_BUF(con_start) == '<' && LOG_BUF(con_start + 2) == '>') {
		line_level = LOG_BUF(con_start + 1);
		con_start += 3;
	}
}

void release_console_sem(void)
{
	char chunk[128];
	size_t filled = 0;

	if (!console_ready)
		return;
	while (con_start != log_end) {
		char c;

		if (console_at_line_start)
			read_level();
		console_at_line_start = 0;
		if (con_start == log_end)
			break;
		c = LOG_BUF(con_start++);
		console_at_line_start = c == '\n';
		if (line_level - '0' >= console_loglevel)
			continue;
		if (c == '\n')
			chunk[filled++] = '\r';
		chunk[filled++] = c;
		if (filled >= sizeof(chunk) - 2) {
			uart_write(chunk, filled);
			filled = 0;
		}
	}
	uart_write(chunk, filled);
}

/* Linux's words: loglevel=N, or quiet. */
static void set_loglevel(void)
{
	int otherwise = command_line_flag("quiet") ? QUIET_CONSOLE_LOGLEVEL : DEFAULT_CONSOLE_LOGLEVEL;

	console_loglevel = command_line_number("loglevel", otherwise);
}

void console_init(void)
{
	set_loglevel();
	uart_init();
	console_ready = 1;
	release_console_sem();
}
