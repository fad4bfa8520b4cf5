# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab explain CLASS`: print the page on a class of findings; without a class, list them all.

The pages are those of docs/findings in a checkout, and a copy of them beside this module in an installed package. A
page is named after its class, or after the beginning of a family's: leftover.md, headed `leftover-*`.
"""

import difflib
import json as json_module
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from dmalab.text import Style
from emulator.errors import ConfigError

SCHEMA = "dmalab.explain/1"
_INSTALLED = Path(__file__).parent / "data" / "findings"
_CHECKOUT = Path(__file__).parents[2] / "docs" / "findings"
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_SHOWN_NAMES = 5
_WIDEST = 100  # columns; longer lines are hard to read


class Page(NamedTuple):
    """What there is to say on a class of findings. `kind` ends in `-*` where the page is on a family."""

    kind: str
    title: str
    text: str  # Markdown, without the heading
    related: tuple[str, ...]

    def section(self, heading: str) -> str:
        """Give the Markdown under a heading; that before the first heading for the empty string."""
        parts = re.split(r"^## (.*)\n", self.text, flags=re.MULTILINE)
        sections = dict(zip(["", *parts[1::2]], parts[0::2], strict=True))
        return sections[heading].partition("\nSee also: ")[0].strip()

    @property
    def kinds(self) -> tuple[str, ...]:
        """List the classes that the page is on."""
        if not self.kind.endswith("-*"):
            return (self.kind,)
        return tuple(dict.fromkeys(re.findall(f"`({self.kind[:-1]}[a-z0-9-]+)`", self.text)))


def command(
    *,
    kind: Annotated[
        str | None, typer.Argument(metavar="[CLASS]", help="The class in brackets at a finding's first line.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON (docs/findings.md) instead of text.")] = False,
) -> int:
    """Print a page, or the list of all."""
    if kind is None:
        found = [read_page(path) for path in page_paths()]
        sys.stdout.write(_json_list(found) if json else _list(found))
    else:
        page = find_page(kind)
        sys.stdout.write(_json(kind, page) if json else "\n".join(_lines(page, Style.of_stdout())) + "\n")
    return 0


def page_paths() -> list[Path]:
    """List the pages' files, by name."""
    folder = _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT
    return sorted(folder.glob("*.md"), key=lambda path: path.stem)


def find_page(kind: str) -> Page:
    """Give the page on a class.

    Raises: ConfigError where there is none.
    """
    paths = {path.stem: path for path in page_paths()}
    if kind in paths:
        return read_page(paths[kind])
    names = list(paths)
    words = kind.split("-")
    for length in range(len(words) - 1, 0, -1):
        family = paths.get("-".join(words[:length]))
        page = None if family is None else read_page(family)
        if page is not None and kind in page.kinds:
            return page
        names += [] if page is None else page.kinds
    near = difflib.get_close_matches(kind, dict.fromkeys(names), _SHOWN_NAMES, 0.5)
    expected = f"one of {', '.join(near)}" if near else "a class that `dmalab explain` lists"
    raise ConfigError(f"class: found {kind!r}, expected {expected}")


def is_class(kind: str) -> bool:
    """Say whether there is a page on a class."""
    try:
        find_page(kind)
    except ConfigError:
        return False
    return True


def read_page(path: Path) -> Page:
    """Read one page."""
    heading, _, text = path.read_text(encoding="utf-8").partition("\n")
    kind, _, title = heading.removeprefix("# ").partition(": ")
    related = [name for name, _ in _LINK.findall(text.partition("\nSee also: ")[2])]
    return Page(kind, title, text.strip(), tuple(related))


def _list(pages: list[Page]) -> str:
    width = max(len(page.kind) for page in pages)
    return "".join(f"{page.kind:{width}}  {page.title}\n" for page in pages)


def _lines(page: Page, style: Style) -> Iterator[str]:
    """Set a page for a terminal: headings bold, links by their names, code indented, paragraphs to the width."""
    yield style.paint(page.kind, "bold", "red") + f": {page.title}"
    width = min(style.width, _WIDEST)
    for number, block in enumerate(page.text.split("```")):
        if number % 2:
            yield ""
            yield from (f"    {line.expandtabs()}".rstrip() for line in block.split("\n")[1:-1])
            continue
        for paragraph in filter(None, block.strip().split("\n\n")):
            yield ""
            if paragraph.startswith("## "):
                yield style.paint(paragraph[3:], "bold")
            else:
                plain = " ".join(_LINK.sub(r"\1", paragraph).split())
                yield from textwrap.wrap(plain, width, break_long_words=False, break_on_hyphens=False)


def _json(kind: str, page: Page) -> str:
    """Give a page as one object; `kind` is what was asked for, `family` the page's where it is on more than that."""
    meaning, hardware, fix = (
        _unwrapped(page.section(heading)) for heading in ("", "On real hardware", "How to fix it")
    )
    document = {
        "schema": SCHEMA,
        "kind": kind,
        "family": page.kind if page.kind != kind else None,
        "title": page.title,
        "meaning": meaning,
        "hardware": hardware,
        "fix": fix,
        "example": page.section("Example").removeprefix("```c\n").removesuffix("\n```"),
        "related": page.related,
        "text": page.text,
    }
    return json_module.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _json_list(pages: list[Page]) -> str:
    classes = [{"kind": page.kind, "title": page.title} for page in pages]
    return json_module.dumps({"schema": SCHEMA, "classes": classes}, indent=1, ensure_ascii=False) + "\n"


def _unwrapped(text: str) -> str:
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)
