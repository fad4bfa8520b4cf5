# SPDX-License-Identifier: GPL-2.0-only
"""What an audit has to say: rules broken, each in one sentence, and never more of them than anyone would read."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from pykernel.check.memory import Unreadable


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that does not hold; `phys` is the physical address of what shows it."""

    rule: str
    sentence: str
    phys: int | None = None
    expected: str | None = None
    found: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give a form that JSON can hold."""
        return asdict(self)


class TooMany(Exception):
    """As many violations are collected as were asked for."""


class Violations:
    """Collects at most `limit` violations."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.found: list[Violation] = []

    def add(
        self, rule: str, sentence: str, phys: int | None = None, expected: object = None, found: object = None
    ) -> None:
        """Take note of one.

        Raises: TooMany when that was the last that is wanted.
        """
        shown = [None if value is None else str(value) for value in (expected, found)]
        self.found.append(Violation(rule, sentence, phys, *shown))
        if len(self.found) >= self.limit:
            raise TooMany

    def expect(self, rule: str, sentence: str, phys: int, expected: int, found: int) -> bool:
        """Compare two numbers, and say whether they are equal."""
        if expected != found:
            self.add(rule, sentence, phys, expected, found)
        return expected == found

    @contextmanager
    def reading(self, rule: str) -> Iterator[None]:
        """Make a violation of `rule` of whatever cannot be read inside."""
        try:
            yield
        except Unreadable as damage:
            self.add(rule, damage.sentence, damage.phys, damage.expected, damage.found)
