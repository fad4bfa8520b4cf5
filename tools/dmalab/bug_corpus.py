# SPDX-License-Identifier: GPL-2.0-only
"""The corpus of faulty drivers: which files there are, and what each says of itself. docs/bugs.md has the form."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dmalab.machine_spec import DEVICE_TYPES
from emulator.errors import ConfigError

DEFAULT_CORPUS = Path(__file__).resolve().parents[2] / "tests" / "bugs"
FIXED = "FIXED"  # the macro that makes the twin
_NEEDS = ("kasan",)
_MARK = re.compile(r"/\* BUG: ([a-z0-9-]+) \*/")
_COMMENT = re.compile(r"/\*(.*?)\*/", re.DOTALL)
_OPTION = re.compile(r"\s*\*\s*(machine|needs):\s*(.*?)\s*$")


class Bug(NamedTuple):
    """A file of the corpus: a driver with one bug, and its twin without it."""

    path: Path
    device: str
    kind: str  # the class of the finding that must come first
    line: int  # what it must name
    sentence: str  # what is wrong
    machine: str  # a machine file's text, in the same lines as in the source
    needs: tuple[str, ...]

    @property
    def name(self) -> str:
        """Give device and name, as in the matrix."""
        return f"{self.device}/{self.path.stem}"


def find_bugs(folder: Path, *, kinds: Sequence[str] = (), words: Sequence[str] = ()) -> list[Bug]:
    """Read the corpus in `folder`: all of it, or those of some classes and with one of `words` in their names.

    Raises: ConfigError where there is none, or a file is none of it.
    """
    bugs = [read_bug(path) for path in _sources(folder)]
    if not bugs:
        raise ConfigError(f"{folder}: found no DEVICE/NAME.c in it, expected a corpus of bugs")
    known = sorted({bug.kind for bug in bugs})
    for kind in kinds:
        if kind not in known:
            raise ConfigError(f"--class: found {kind!r}, expected one of {', '.join(known)}")
    chosen = [bug for bug in bugs if not kinds or bug.kind in kinds]
    chosen = [bug for bug in chosen if not words or any(word in bug.name for word in words)]
    if not chosen:
        raise ConfigError(f"{folder}: found no file called like {', '.join(words)}, expected one of {len(bugs)}")
    return chosen


def _sources(folder: Path) -> Iterator[Path]:
    for device in sorted(DEVICE_TYPES.values()):
        yield from sorted((folder / device).glob("*.c"))


def read_bug(path: Path) -> Bug:
    """Read what one file says of itself.

    Raises: ConfigError where it does not say what the corpus needs.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "bytes that are not UTF-8"
        raise ConfigError(f"{path}: found {reason!r}, expected a driver with a bug") from error
    lines = text.splitlines()
    marks = [(number, mark[1]) for number, line in enumerate(lines, 1) for mark in _MARK.finditer(line)]
    if len(marks) != 1:
        raise ConfigError(f"{path}: found {len(marks)} marks, expected one /* BUG: class */")
    if not re.search(rf"^#\s*ifn?def\s+{FIXED}\b", text, re.MULTILINE):
        raise ConfigError(f"{path}: found no #ifdef {FIXED}, expected a twin without the bug")
    comment = _COMMENT.search(text)
    body = comment[1].splitlines() if comment is not None else []
    first = text[: comment.start()].count("\n") + 1 if comment is not None else 1
    machine, needs = _options(path, body, first)
    sentence = _sentence(body)
    if not sentence:
        raise ConfigError(
            f"{path}:{first}: found no sentence in the first comment, expected one that says what is wrong"
        )
    (line, kind) = marks[0]
    return Bug(path, path.parent.name, kind, line, sentence, machine, needs)


def _options(path: Path, body: Sequence[str], first: int) -> tuple[str, tuple[str, ...]]:
    """Give the machine file that the first comment holds, in the lines that it has there, and what else is needed."""
    machine, needs = [""] * (first - 1), []
    for number, line in enumerate(body, first):
        option = _OPTION.match(line)
        machine.append(option[2] if option and option[1] == "machine" else "")
        if option and option[1] == "needs":
            if option[2] not in _NEEDS:
                raise ConfigError(f"{path}:{number}: needs: found {option[2]!r}, expected {' or '.join(_NEEDS)}")
            needs.append(option[2])
    return "\n".join(machine), tuple(needs)


def _sentence(body: Sequence[str]) -> str:
    words = [line.strip().removeprefix("*").strip() for line in body if not _OPTION.match(line)]
    return " ".join(" ".join(words).split())
