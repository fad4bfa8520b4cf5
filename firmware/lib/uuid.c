// SPDX-License-Identifier: GPL-2.0-only
/* lib/uuid.c */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/random.h>
#include <linux/uuid.h>

/* Of each byte of a guid_t, where its digits stand in the text; a uuid_t has them in order. */
static const u8 guid_at[16] = { 6, 4, 2, 0, 11, 9, 16, 14, 19, 21, 24, 26, 28, 30, 32, 34 };
static const u8 uuid_at[16] = { 0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34 };

void generate_random_uuid(unsigned char uuid[16])
{
	get_random_bytes(uuid, 16);
	uuid[6] = (uuid[6] & 0x0f) | 0x40;
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

void uuid_gen(uuid_t *uuid)
{
	generate_random_uuid(uuid->b);
}

void guid_gen(guid_t *guid)
{
	get_random_bytes(guid->b, 16);
	guid->b[7] = (guid->b[7] & 0x0f) | 0x40;
	guid->b[8] = (guid->b[8] & 0x3f) | 0x80;
}

bool uuid_is_valid(const char *text)
{
	for (int i = 0; i < UUID_STRING_LEN; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? text[i] != '-' : !isxdigit(text[i]))
			return false;
	}
	return true;
}

static int parse(const char *text, u8 bytes[16], const u8 at[16])
{
	if (!uuid_is_valid(text))
		return -EINVAL;
	for (int i = 0; i < 16; i++)
		bytes[i] = hex_to_bin(text[at[i]]) << 4 | hex_to_bin(text[at[i] + 1]);
	return 0;
}

int uuid_parse(const char *text, uuid_t *uuid)
{
	return parse(text, uuid->b, uuid_at);
}

int guid_parse(const char *text, guid_t *guid)
{
	return parse(text, guid->b, guid_at);
}
