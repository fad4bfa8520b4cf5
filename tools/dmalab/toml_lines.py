# SPDX-License-Identifier: GPL-2.0-only
"""On which line of a TOML document a key stands: tomllib does not say. Good enough for documents that it accepts."""

import re
from collections import Counter

Location = tuple[int | str, ...]  # keys, and behind an array's its index

_HEADER = re.compile(r"\s*(\[\[?)\s*([^]\[=#]+?)\s*\]")
_KEY = re.compile(r"\s*([\w.\"' -]+?)\s*=")
_SHOWN = 60


def line_of(text: str, location: Location) -> int:
    """Find the line of a key, else that of the nearest table that would hold it, else the first."""
    best, depth = 1, 0
    table: Location = ()
    arrays: Counter[Location] = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _keys(header[2])
            if header[1] == "[[":
                arrays[table] += 1
                table = (*table, arrays[table] - 1)
            path = table
        elif key := _KEY.match(line):
            path = (*table, *_keys(key[1]))
        else:
            continue
        if len(path) > depth and path == location[: len(path)]:
            best, depth = number, len(path)
    return best


def source_line(text: str, line: int) -> str:
    """Give a line as it is shown in a complaint."""
    lines = text.splitlines()
    return lines[line - 1].strip()[:_SHOWN] if line <= len(lines) else "the end of the file"


def _keys(dotted: str) -> Location:
    return tuple(part.strip(" \t\"'") for part in dotted.split("."))
