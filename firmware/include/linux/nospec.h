/* SPDX-License-Identifier: GPL-2.0-only */
/* Nothing is speculated here. */
#ifndef LINUX_NOSPEC_H
#define LINUX_NOSPEC_H

#define array_index_nospec(index, size) ({						\
	typeof(index) _index = (index);							\
	(typeof(index))(_index < (size) ? _index : 0);					\
})
#define barrier_nospec() barrier()

#endif
