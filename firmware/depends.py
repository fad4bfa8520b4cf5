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
        path = waiting.pop()
        for name in _includes(path):
            for folder in (path.parent, *folders):
                if (folder / name).is_file():
                    included = (folder / name).resolve()
                    if included not in found:
                        found.add(included)
                        waiting.append(included)
                    break
    return sorted(found)


def content(paths: Sequence[Path]) -> bytes:
    """Join the names and texts of files, for a hash or a search."""
    return b"\0".join(part for path in paths for part in (path.name.encode(), _read(path)))


@cache
def _includes(path: Path) -> tuple[str, ...]:
    return tuple(match.decode() for match in _INCLUDE.findall(_read(path)))


@cache
def _read(path: Path) -> bytes:
    return path.read_bytes()
