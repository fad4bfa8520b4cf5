# SPDX-License-Identifier: GPL-2.0-only
"""The page that lists the driver API: it is made from the headers, and says what they say."""

from pathlib import Path

from dmalab.linux_api import document, names

PAGE = Path(__file__).parent.parent / "docs" / "linux-api.md"


def test_the_page_is_what_the_headers_give_now():
    assert PAGE.read_text(encoding="utf-8") == document(), "run: python -m dmalab.linux_api > docs/linux-api.md"


def test_functions_macros_and_types_are_told_apart():
    header = """
#ifndef X_H
#define X_H
#define LIMIT 3
#define twice(x) (2 * (x))
#define DEFINE_READ(suffix, type) static inline type read##suffix(void *at) { return *(type *)at; }
DEFINE_READ(b, u8)
struct thing {
	int (*call)(void);
};
/* int hidden(void); */
int __must_check take(struct thing *thing, int count);
static inline void drop(struct thing *thing)
{
	take(thing, 1);
}
#endif
"""

    functions, macros, types = names(header)

    assert functions == ["drop", "readb", "take"]
    assert macros == ["DEFINE_READ", "LIMIT", "twice"]
    assert types == ["thing"]
