# SPDX-License-Identifier: GPL-2.0-only
"""List what Linux's headers offer to drivers here: `python -m dmalab.linux_api` prints docs/linux-api.md.

The headers are read as text: functions and macros, header by header. Names that begin with an underscore, and those of
headers that only stand for another, are left out.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from firmware import FIRMWARE_DIR

_INCLUDE = FIRMWARE_DIR / "include"
_FOLDERS = ("linux", "asm", "asm-generic")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_CONTINUED = re.compile(r"\\\n")
_MACRO = re.compile(r"^#define[ \t]+([A-Za-z]\w*)(\(?)", re.MULTILINE)
_MAKER = re.compile(r"^#define[ \t]+((?:DEFINE_)\w+)\(([^)]*)\)([^\n]*)$", re.MULTILINE)
_DIRECTIVE = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)
_FUNCTION = re.compile(r"\b([a-z]\w*)\s*\([^()]*(?:\([^()]*\)[^()]*)*\)\s*(?:__\w+\s*(?:\([^()]*\))?\s*)*$")
_TYPE = re.compile(r"^(?:struct|union|enum)\s+([a-z]\w*)\s*$")
_TEXT = """# Linux's API for drivers

What a driver finds here, header by header; generated from the headers by `python -m dmalab.linux_api`. A function that
is missing ends the compilation or the link with a line that names it. Which spelling of a call is there depends on
`--kernel-api` (docs/run.md).
"""


def document() -> str:
    """Give the page."""
    parts = [_TEXT]
    for path in _headers():
        functions, macros, types = names(path.read_text(encoding="utf-8"))
        lines = [
            f"{what}: {', '.join(f'`{name}`' for name in found)}"
            for what, found in (("functions", functions), ("macros", macros), ("types", types))
            if found
        ]
        if lines:
            parts.append(f"## {path.relative_to(_INCLUDE)}\n\n" + "\n\n".join(lines) + "\n")
    return "\n".join(parts)


def _headers() -> list[Path]:
    return [path for folder in _FOLDERS for path in sorted((_INCLUDE / folder).rglob("*.h"))]


def names(text: str) -> tuple[list[str], list[str], list[str]]:
    """List the functions, macros and types that a header's text declares."""
    text = _CONTINUED.sub(" ", _COMMENT.sub(" ", text))
    guard = re.search(r"#ifndef (\w+_H)\n", text)
    text = _expand(text)
    macros = {found[1] for found in _MACRO.finditer(text)} - ({guard[1]} if guard else set())
    functions, types = set(), set()
    for statement in _statements(_DIRECTIVE.sub("", text)):
        head = statement.strip()
        found = _FUNCTION.search(head)
        if found and not head.startswith("typedef"):
            functions.add(found[1])
        kind = _TYPE.match(head)
        if kind:
            types.add(kind[1])
    return sorted(functions), sorted(macros), sorted(types)


def _expand(text: str) -> str:
    """Add what the macros make that define functions: `DEFINE_MMIO(l, ...)` gives readl() and writel()."""
    made = []
    for macro in _MAKER.finditer(text):
        parameters = [each.strip() for each in macro[2].split(",")]
        for use in re.finditer(rf"^{macro[1]}\(([^()]*)\)\s*$", text, re.MULTILINE):
            body = macro[3]
            for parameter, value in zip(parameters, use[1].split(","), strict=False):
                body = re.sub(rf"\b{parameter}\b", value.strip(), body)
            made.append(body.replace("##", ""))
    rest = re.sub(r"^DEFINE_\w+\([^()]*\)\s*$", "", text, flags=re.MULTILINE)
    return "\n".join([rest, *made])


def _statements(text: str) -> Iterator[str]:
    """Give what stands before each semicolon or body at file level."""
    depth, start = 0, 0
    for at, c in enumerate(text):
        if c == "{":
            if depth == 0:
                yield text[start:at]
            depth += 1
        elif c == "}":
            depth -= 1
            start = at + 1
        elif c == ";" and depth == 0:
            yield text[start:at]
            start = at + 1


if __name__ == "__main__":
    sys.stdout.write(document())
