/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LINUX_BUILD_BUG_H
#define LINUX_BUILD_BUG_H

#define BUILD_BUG_ON_ZERO(e) ((int)sizeof(struct { int : (-!!(e)); }))
#define BUILD_BUG_ON_MSG(condition, message) _Static_assert(!(condition), message)
#define BUILD_BUG_ON(condition) ((void)sizeof(char[1 - 2 * !!(condition)]))
#define BUILD_BUG() BUILD_BUG_ON_MSG(1, "BUILD_BUG failed")
#define static_assert_2(e, message, ...) _Static_assert(e, message)
#define static_assert(e, ...) static_assert_2(e, ##__VA_ARGS__, #e)

#endif
