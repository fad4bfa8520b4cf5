# SPDX-License-Identifier: GPL-2.0-only
"""Plain text for terminals and pipes: tables, sizes, and colour where somebody looks.

Knows nothing of what it writes. Output to a pipe depends on nothing but its input: always 100 columns, no colour.
"""

import os
import sys
from collections.abc import Iterable, Sequence

PIPE_WIDTH = 100
_MIN_WIDTH = 60

_STYLES = {"bold": 1, "dim": 2, "red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


class Style:
    """How text is decorated: by ANSI sequences, or not at all."""

    def __init__(self, *, colour: bool, width: int = PIPE_WIDTH) -> None:
        self.colour = colour
        self.width = width

    @classmethod
    def of_stdout(cls) -> "Style":
        """Choose for whoever reads standard output; NO_COLOR is heeded (no-color.org)."""
        if not sys.stdout.isatty():
            return cls(colour=False)
        width = max(_MIN_WIDTH, os.get_terminal_size(sys.stdout.fileno()).columns)
        return cls(colour="NO_COLOR" not in os.environ, width=width)

    def paint(self, text: str, *names: str) -> str:
        """Decorate `text` by names of colours and weights."""
        if not self.colour or not names:
            return text
        return f"\x1b[{';'.join(str(_STYLES[name]) for name in names)}m{text}\x1b[0m"


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Set rows in columns two spaces apart; a column of numbers, by its header's leading '>', is set to the right."""
    names = [header.removeprefix(">") for header in headers]
    body = [list(row) for row in rows]
    widths = [max(len(row[column]) for row in [names, *body]) for column in range(len(names))]
    lines = []
    for row in [names, *body]:
        cells = [
            cell.rjust(width) if header.startswith(">") else cell.ljust(width)
            for cell, width, header in zip(row, widths, headers, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def mib(pages: int) -> str:
    """Write a number of pages as a size."""
    size = pages << 12
    if size >= 10 << 30:
        return f"{size / (1 << 30):.0f} GiB"
    return f"{size / (1 << 20):.0f} MiB" if size >= 10 << 20 else f"{size >> 10} KiB"


def count(number: int, noun: str) -> str:
    """Write `number` with its noun in the right number."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def wrap(items: Iterable[str], width: int, indent: str) -> list[str]:
    """Set items, separated by commas, in lines of at most `width`."""
    lines: list[str] = []
    for item in items:
        if lines and len(lines[-1]) + len(item) + 3 <= width:
            lines[-1] += f", {item}"
        else:
            if lines:
                lines[-1] += ","
            lines.append(indent + item)
    return lines
