// SPDX-License-Identifier: GPL-2.0-only
/* Small things that drivers use: hex dumps, random numbers, numbers for things, chains, registers as memory. */
#include <asm/page.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/string.h>

#define RATELIMIT_INTERVAL (5 * HZ)
#define RATELIMIT_BURST 10

const char hex_asc[] = "0123456789abcdef";
const char hex_asc_upper[] = "0123456789ABCDEF";

int hex_to_bin(unsigned char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	digit |= 0x20;
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

void add_taint(unsigned int flag, int lockdep_ok)
{
}

/* `state` is the start of the interval, in ticks, and the lines in it. */
int printk_ratelimited_ok(unsigned long *state)
{
	if (!state[1] || time_after(jiffies, state[0] + RATELIMIT_INTERVAL)) {
		state[0] = jiffies;
		state[1] = 0;
	}
	return state[1]++ < RATELIMIT_BURST;
}

#define MOST_PER_ROW 32
#define ROW_LENGTH (MOST_PER_ROW * 3 + 2 + MOST_PER_ROW + 1)

/* A group's bytes as a number: the first one is the lowest. */
static int put_group(char *line, const u8 *group, int group_bytes)
{
	for (int byte = group_bytes - 1; byte >= 0; byte--) {
		*line++ = hex_asc_hi(group[byte]);
		*line++ = hex_asc_lo(group[byte]);
	}
	return 2 * group_bytes;
}

static int make_row(char *line, const u8 *data, int count, int row_bytes, int group_bytes, bool ascii)
{
	int column = row_bytes * 2 + row_bytes / group_bytes + 1, length = 0;

	for (int at = 0; at < count; at += group_bytes) {
		if (at)
			line[length++] = ' ';
		length += put_group(line + length, data + at, group_bytes);
	}
	if (!ascii)
		return length;
	while (length < column)
		line[length++] = ' ';
	for (int at = 0; at < count; at++)
		line[length++] = data[at] >= 32 && data[at] < 127 ? data[at] : '.';
	return length;
}

int hex_dump_to_buffer(const void *data, size_t length, int row_bytes, int group_bytes, char *line, size_t size,
		       bool ascii)
{
	char row[ROW_LENGTH];
	int made = 0, kept;

	row_bytes = row_bytes == 32 ? 32 : 16;
	length = min_t(size_t, length, row_bytes);
	if ((group_bytes != 2 && group_bytes != 4 && group_bytes != 8) || length % group_bytes)
		group_bytes = 1;
	if (length)
		made = make_row(row, data, length, row_bytes, group_bytes, ascii);
	kept = min_t(int, made, (int)size - 1);
	if (size) {
		memcpy(line, row, kept);
		line[kept] = 0;
	}
	return made;
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int row_bytes, int group_bytes,
		    const void *data, size_t length, bool ascii)
{
	int row = row_bytes == 32 ? 32 : 16;
	char line[ROW_LENGTH];

	for (size_t at = 0; at < length; at += row) {
		const u8 *bytes = (const u8 *)data + at;

		hex_dump_to_buffer(bytes, length - at, row, group_bytes, line, sizeof(line), ascii);
		if (prefix_type == DUMP_PREFIX_ADDRESS)
			printk("%s%s%p: %s\n", level, prefix, bytes, line);
		else if (prefix_type == DUMP_PREFIX_OFFSET)
			printk("%s%s%.8lx: %s\n", level, prefix, at, line);
		else
			printk("%s%s%s\n", level, prefix, line);
	}
}

/* xorshift64*, from one seed: the same numbers in every run. */
u64 get_random_u64(void)
{
	static u64 state = 0x9e3779b97f4a7c15;

	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

u32 get_random_u32(void)
{
	return get_random_u64() >> 32;
}

void get_random_bytes(void *to, size_t length)
{
	for (u8 *at = to; length; length--)
		*at++ = get_random_u64() >> 56;
}

int raw_notifier_chain_register(struct raw_notifier_head *head, struct notifier_block *nb)
{
	struct notifier_block **link = &head->head;

	while (*link && (*link)->priority >= nb->priority)
		link = &(*link)->next;
	nb->next = *link;
	*link = nb;
	return 0;
}

int raw_notifier_chain_unregister(struct raw_notifier_head *head, struct notifier_block *nb)
{
	for (struct notifier_block **link = &head->head; *link; link = &(*link)->next) {
		if (*link != nb)
			continue;
		*link = nb->next;
		return 0;
	}
	return -ENOENT;
}

int raw_notifier_call_chain(struct raw_notifier_head *head, unsigned long action, void *data)
{
	int result = NOTIFY_DONE;

	for (struct notifier_block *at = head->head; at && !(result & NOTIFY_STOP_MASK); at = at->next)
		result = at->notifier_call(at, action, data);
	return result;
}

/* By words as far as they are aligned, as registers may be no narrower. */
void memcpy_fromio(void *to, const volatile void __iomem *from, size_t length)
{
	const volatile char *at = from;
	char *out = to;

	for (; length >= 4 && !((unsigned long)at & 3); at += 4, out += 4, length -= 4)
		*(u32 *)out = readl(at);
	for (; length; length--)
		*out++ = readb(at++);
}

void memcpy_toio(volatile void __iomem *to, const void *from, size_t length)
{
	volatile char *at = to;
	const char *in = from;

	for (; length >= 4 && !((unsigned long)at & 3); at += 4, in += 4, length -= 4)
		writel(*(const u32 *)in, at);
	for (; length; length--)
		writeb(*in++, at++);
}

void memset_io(volatile void __iomem *to, int byte, size_t length)
{
	volatile char *at = to;

	for (; length >= 4 && !((unsigned long)at & 3); at += 4, length -= 4)
		writel((u8)byte * 0x01010101U, at);
	for (; length; length--)
		writeb(byte, at++);
}

void __iowrite32_copy(void __iomem *to, const void *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		writel(((const u32 *)from)[i], (u32 __iomem *)to + i);
}

void __ioread32_copy(void *to, const void __iomem *from, size_t count)
{
	for (size_t i = 0; i < count; i++)
		((u32 *)to)[i] = readl((const u32 __iomem *)from + i);
}
