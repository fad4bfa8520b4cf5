/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_UUID_H
#define LINUX_UUID_H

#include <linux/string.h>
#include <linux/types.h>

#define UUID_SIZE 16
#define UUID_STRING_LEN 36

/* A guid_t has its first three parts with the low byte first. */
typedef struct {
	__u8 b[UUID_SIZE];
} uuid_t, guid_t;

#define UUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) ((uuid_t) { {				\
	((a) >> 24) & 0xff, ((a) >> 16) & 0xff, ((a) >> 8) & 0xff, (a) & 0xff,				\
	((b) >> 8) & 0xff, (b) & 0xff, ((c) >> 8) & 0xff, (c) & 0xff, d0, d1, d2, d3, d4, d5, d6, d7 } })
#define GUID_INIT(a, b, c, d0, d1, d2, d3, d4, d5, d6, d7) ((guid_t) { {				\
	(a) & 0xff, ((a) >> 8) & 0xff, ((a) >> 16) & 0xff, ((a) >> 24) & 0xff,				\
	(b) & 0xff, ((b) >> 8) & 0xff, (c) & 0xff, ((c) >> 8) & 0xff, d0, d1, d2, d3, d4, d5, d6, d7 } })

static inline bool uuid_equal(const uuid_t *a, const uuid_t *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool uuid_is_null(const uuid_t *uuid)
{
	return !memchr_inv(uuid, 0, sizeof(*uuid));
}

#define guid_equal uuid_equal
#define guid_is_null uuid_is_null
#define uuid_copy(to, from) ((void)memcpy((to), (from), sizeof(uuid_t)))
#define guid_copy uuid_copy
#define import_uuid(to, bytes) ((void)memcpy((to), (bytes), sizeof(uuid_t)))
#define export_uuid(bytes, from) ((void)memcpy((bytes), (from), sizeof(uuid_t)))

void uuid_gen(uuid_t *uuid);
void guid_gen(guid_t *guid);
void generate_random_uuid(unsigned char uuid[16]);
bool uuid_is_valid(const char *text);
int uuid_parse(const char *text, uuid_t *uuid);
int guid_parse(const char *text, guid_t *guid);

#endif
