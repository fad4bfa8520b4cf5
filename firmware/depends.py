# SPDX-License-Identifier: GPL-2.0-only
"""Which files a C source is made of, so that only what may have changed is compiled again.

Every #include counts, also one that a macro may skip: too many is safe. It knows no compiler.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]+[<"]([^>"\n]+)[>"]', re.MULTILINE)


def closure(source: Path, folders: Sequence[Path]) -> list[Path]:
    """Give `source` and all that it includes from `folders` or from beside it, in a fixed order.

    What is found nowhere is the compiler's to complain of, or its own.
    """
    found, waiting = {source}, [source]
    while waiting:
        new = _included(waiting.pop(), tuple(folders)) - found
        found |= new
        waiting += new
    return sorted(found)


def content(paths: Sequence[Path]) -> bytes:
    """Join the names and texts of files, for a hash or a search."""
    return b"\0".join(part for path in paths for part in (path.name.encode(), _read(path)))


@cache
def _included(path: Path, folders: tuple[Path, ...]) -> frozenset[Path]:
    """Find what a file names in its own #include lines. Many units share a header: it is looked through once."""
    found = set()
    for match in _INCLUDE.findall(_read(path)):
        places = (folder / match.decode() for folder in (path.parent, *folders))
        included = next(filter(Path.is_file, places), None)
        if included is not None:
            found.add(included.resolve())
    return frozenset(found)


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()
