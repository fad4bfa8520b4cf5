/* SPDX-License-Identifier: GPL-2.0-only */
/* Words of options, as in "size=%d". */
#ifndef LINUX_PARSER_H
#define LINUX_PARSER_H

#include <linux/kasprintf.h>
#include <linux/types.h>

#define MAX_OPT_ARGS 3

struct match_token {
	int token;
	const char *pattern;		/* NULL in the last */
};

typedef struct match_token match_table_t[];

typedef struct {
	char *from, *to;
} substring_t;

int match_token(char *text, const match_table_t table, substring_t args[]);
int match_int(substring_t *sub, int *result);
size_t match_strlcpy(char *to, const substring_t *sub, size_t size);
#define match_strdup(sub) kmemdup_nul((sub)->from, (sub)->to - (sub)->from, GFP_KERNEL)

#endif
