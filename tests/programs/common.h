/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What programs of tests/programs share: data that a seed decides, a digest to compare it by, and the account of what
 * failed. A program is a function; it has a device to itself, and gives everything back before it returns.
 */
#ifndef PROGRAMS_COMMON_H
#define PROGRAMS_COMMON_H

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/dma-mapping.h>
#include <linux/dmapool.h>
#include <linux/gfp.h>
#include <linux/interrupt.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>
#include <linux/string.h>

#define TIMEOUT_MS 2000

struct part;

struct context {
	struct device *dev;
	struct part *part;
	const char *name;	/* of the program that runs */
	unsigned int wrong, given_up;
};

struct program {
	const char *name;
	int (*run)(struct context *c);
};

/* In the generated file. */
extern const struct program programs[];
extern const unsigned int nr_programs;

static inline u32 mixed(u32 number)
{
	number *= 0x9e3779b1;
	number ^= number >> 15;
	return number * 0x85ebca77;
}

/* Write `length` bytes of the data that `seed` stands for. */
static noinline void fill(void *at, size_t length, u32 seed)
{
	u8 *bytes = at;

	for (size_t i = 0; i < length; i++)
		bytes[i] = mixed(seed + i / 4) >> 8 * (i & 3);
}

static inline u8 *address_of(struct page *page)
{
	return page ? page_address(page) : NULL;
}

/* CRC-32, as zlib computes it. */
static noinline u32 digest(const void *at, size_t length)
{
	static const u32 table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const u8 *bytes = at;
	u32 crc = ~0u;

	for (size_t i = 0; i < length; i++) {
		u8 byte = bytes[i];

		crc = table[(crc ^ byte) & 15] ^ crc >> 4;
		crc = table[(crc ^ byte >> 4) & 15] ^ crc >> 4;
	}
	return ~crc;
}

/* Compare data with what it has to be; a macro, so that a finding about the reading names the program's line. */
#define expect(c, at, length, wanted) do {						\
	if (digest((at), (length)) != (wanted)) {					\
		printk(KERN_ERR "%s: line %d: wrong data\n", (c)->name, __LINE__);	\
		(c)->wrong++;								\
	}										\
} while (0)

/* Say what could not be had, and go where all is given back. */
#define give_up(c) do {									\
	(c)->given_up++;								\
	goto out;									\
} while (0)

static int run_programs(struct context *c)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < nr_programs; i++) {
		int error;

		c->name = programs[i].name;
		printk("%s begins\n", c->name);
		error = programs[i].run(c);
		if (error) {
			printk(KERN_ERR "%s: error %d\n", c->name, error);
			failed++;
		}
	}
	printk("programs: %u, failed %u, wrong data %u, given up %u\n", nr_programs, failed, c->wrong, c->given_up);
	return 0;
}

#endif
