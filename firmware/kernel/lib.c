// SPDX-License-Identifier: GPL-2.0-only
/* Small things that drivers use: hex dumps, random numbers, numbers for things, chains, registers as memory. */
#include <asm/page.h>
#include <linux/idr.h>
#include <linux/io.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/string.h>

#define RATELIMIT_INTERVAL (5 * HZ)
#define RATELIMIT_BURST 10

const char hex_asc[] = "0123456789abcdef";

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

static int dump_row(char *line, int size, const u8 *data, int count, int row, int group, bool ascii)
{
	int length = 0;

	for (int i = 0; i < row; i += group) {
		for (int byte = group - 1; byte >= 0; byte--)
			length += i + byte < count ? scnprintf(line + length, size - length, "%02x", data[i + byte]) :
				scnprintf(line + length, size - length, "  ");
		length += scnprintf(line + length, size - length, " ");
	}
	if (!ascii)
		return length;
	length += scnprintf(line + length, size - length, " ");
	for (int i = 0; i < count; i++)
		length += scnprintf(line + length, size - length, "%c", data[i] >= 32 && data[i] < 127 ? data[i] : '.');
	return length;
}

void print_hex_dump(const char *level, const char *prefix, int prefix_type, int row_bytes, int group_bytes,
		    const void *data, size_t length, bool ascii)
{
	int row = row_bytes == 32 ? 32 : 16;
	char line[160];

	if (group_bytes != 2 && group_bytes != 4 && group_bytes != 8)
		group_bytes = 1;
	for (size_t at = 0; at < length; at += row) {
		const u8 *bytes = (const u8 *)data + at;

		dump_row(line, sizeof(line), bytes, min_t(size_t, row, length - at), row, group_bytes, ascii);
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

void idr_init(struct idr *idr)
{
	memset(idr, 0, sizeof(*idr));
}

int idr_alloc(struct idr *idr, void *pointer, int start, int end, gfp_t gfp_mask)
{
	if (start < 0)
		return -EINVAL;
	for (int id = start; id < IDR_MOST && (end <= 0 || id < end); id++) {
		if (idr->slots[id])
			continue;
		idr->slots[id] = pointer;
		return id;
	}
	return -ENOSPC;
}

void *idr_find(const struct idr *idr, unsigned long id)
{
	return id < IDR_MOST ? idr->slots[id] : NULL;
}

void *idr_replace(struct idr *idr, void *pointer, unsigned long id)
{
	void *old = idr_find(idr, id);

	if (!old)
		return (void *)(long)-ENOENT;
	idr->slots[id] = pointer;
	return old;
}

void *idr_remove(struct idr *idr, unsigned long id)
{
	void *old = idr_find(idr, id);

	if (old)
		idr->slots[id] = NULL;
	return old;
}

void *idr_get_next(struct idr *idr, int *next)
{
	for (int id = *next; id < IDR_MOST; id++) {
		if (!idr->slots[id])
			continue;
		*next = id;
		return idr->slots[id];
	}
	return NULL;
}

int idr_for_each(const struct idr *idr, int (*function)(int id, void *pointer, void *data), void *data)
{
	int result = 0;

	for (int id = 0; id < IDR_MOST && !result; id++)
		if (idr->slots[id])
			result = function(id, idr->slots[id], data);
	return result;
}

bool idr_is_empty(const struct idr *idr)
{
	int id = 0;

	return !idr_get_next((struct idr *)idr, &id);
}

void idr_destroy(struct idr *idr)
{
	memset(idr, 0, sizeof(*idr));
}

void ida_init(struct ida *ida)
{
	memset(ida, 0, sizeof(*ida));
}

int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp_mask)
{
	for (unsigned int id = min; id < IDR_MOST && id <= max; id++)
		if (!test_and_set_bit(id, ida->taken))
			return id;
	return -ENOSPC;
}

void ida_free(struct ida *ida, unsigned int id)
{
	if (WARN(id >= IDR_MOST || !test_and_clear_bit(id, ida->taken), "ida_free called for id=%u which is not allocated.\n",
		 id))
		return;
}

void ida_destroy(struct ida *ida)
{
	ida_init(ida);
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
