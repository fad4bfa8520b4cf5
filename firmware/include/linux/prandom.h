/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that look random and come from a seed: L'Ecuyer's combined Tausworthe generator of four parts. */
#ifndef LINUX_PRANDOM_H
#define LINUX_PRANDOM_H

#include <linux/random.h>
#include <linux/types.h>

struct rnd_state {
	u32 s1, s2, s3, s4;
};

static inline u32 prandom_u32_state(struct rnd_state *state)
{
	state->s1 = (state->s1 & ~1U) << 18 ^ (state->s1 << 6 ^ state->s1) >> 13;
	state->s2 = (state->s2 & ~7U) << 2 ^ (state->s2 << 2 ^ state->s2) >> 27;
	state->s3 = (state->s3 & ~15U) << 7 ^ (state->s3 << 13 ^ state->s3) >> 21;
	state->s4 = (state->s4 & ~127U) << 13 ^ (state->s4 << 3 ^ state->s4) >> 12;
	return state->s1 ^ state->s2 ^ state->s3 ^ state->s4;
}

static inline void prandom_seed_state(struct rnd_state *state, u64 seed)
{
	u32 start = seed >> 32 ^ seed << 10 ^ seed;

	/* Each part has a least state. */
	state->s1 = start < 2 ? start + 2 : start;
	state->s2 = start < 8 ? start + 8 : start;
	state->s3 = start < 16 ? start + 16 : start;
	state->s4 = start < 128 ? start + 128 : start;
}

static inline void prandom_bytes_state(struct rnd_state *state, void *to, size_t length)
{
	u8 *at = to;

	for (u32 word = 0, i = 0; i < length; i++, word >>= 8) {
		if (!(i & 3))
			word = prandom_u32_state(state);
		at[i] = word;
	}
}

#endif
