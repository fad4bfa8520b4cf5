# SPDX-License-Identifier: GPL-2.0-only
"""Tell a recording whose lines are not in the recorded order from one that ours truly differs from.

Asked only where ours differs. Three things prove that lines were moved: dumps that do not follow each other; addresses
handed out twice or freed too early, while the whole file frees what it allocates; and a line further down that has our
answer, such that with the lines put back everything is exact up to the next dump.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dmalab.golden import fields
from dmalab.golden.reader import Recording

_FREES = {"f": 1, "fc": 1, "kf": 1, "cf": 2, "kr": 1}  # operation -> index of the address that it frees
_ANSWER = {"a": 3, "km": 3, "ca": 3, "kr": 4}  # operation -> index of the address that it gives
_NUMBERED = {"i", "boot", "end"}  # keys of lines that may follow another dump
_LARGEST_ORDER = 13
Moved = dict[int, int]  # line -> the line that belongs there


class Restored(Recording):
    """A recording with lines put where they belong. It ends with the first dump after the last of them."""

    def __init__(self, path: Path, moved: Moved) -> None:
        super().__init__(path)
        self._moved = moved
        self._kept = {line: value for line, value in _numbered(path) if line in moved}
        self.is_over = False

    def __next__(self) -> Any:
        if self.is_over:
            raise StopIteration
        value = super().__next__()
        self.is_over = self.line > max(self._moved) and isinstance(value, dict)
        return self._kept.get(self._moved[self.line]) if self.line in self._moved else value


def contradiction(path: Path) -> str | None:
    """Say where a recording contradicts itself as only moved lines can; None where it does not.

    If somebody had changed an address instead, it would in the end be freed more often than allocated, or never.
    """
    alive: Counter[tuple[str, int]] = Counter()
    found, last, before = None, -1, None
    for line, value in _numbered(path):
        if isinstance(value, dict) and _is_second(value, before):
            return f"line {line}: found a dump after a dump, expected an operation between them"
        before = value
        if isinstance(value, dict) and isinstance(value.get("i"), int):
            if value["i"] <= last:
                return f"line {line}: found dump {value['i']} after dump {last}, expected dumps in ascending order"
            last = value["i"]
        elif isinstance(value, list) and not _account(alive, value):
            found = found or f"line {line}: found {value[0]!r} of an address that is not so allocated here"
    if found and all(count in (0, 1) for count in alive.values()):
        return f"{found}, expected lines in the recorded order"
    return None


def _is_second(dump: dict[str, Any], before: Any) -> bool:
    """Say whether a dump stands behind one of the same kind, with no operation between them."""
    return isinstance(before, dict) and dump.keys() == before.keys() and not _NUMBERED & dump.keys()


def _account(alive: Counter[tuple[str, int]], line: list[Any]) -> bool:
    """Count what an operation allocates and frees; False where it cannot be so at this place."""
    name = line[0] if line and isinstance(line[0], str) else ""
    what = "page" if name in ("a", "f", "fc", "split") else "object"
    possible = True
    if name == "split" and len(line) > 2 and fields.PFN(line[1]) and fields.ORDER(line[2]):
        alive.update((what, page) for page in range(line[1] + 1, line[1] + (1 << min(line[2], _LARGEST_ORDER))))
    moves = [(_FREES, -1), (_ANSWER, 1)]
    if name == "kr" and line[_ANSWER[name] :][:1] == [-1]:
        moves = []
    for table, step in moves:
        if name in table and len(line) > table[name] and type(address := line[table[name]]) is int and address >= 0:
            alive[what, address] += step
            possible &= alive[what, address] in (0, 1)
    return possible


def explanations(path: Path, at: int, ours: Any) -> Iterator[tuple[str, Moved]]:
    """Yield what could have been moved where line `at` is the first that we answer otherwise, with `ours`."""
    for neighbour in (at + 1, at - 1) if at > 2 else (at + 1,):
        yield f"line {min(at, neighbour)} before line {max(at, neighbour)}", {at: neighbour, neighbour: at}
    first: list[Any] | None = None
    for line, value in _numbered(path):
        if line == at:
            first = value if isinstance(value, list) else None
        elif line > at and first is not None and isinstance(value, list) and _is_answered(first, value, ours):
            yield f"line {at} in the place of line {line}", {at: line, line: at}
            yield f"line {line} too late", {at: line, **{each: each - 1 for each in range(at + 1, line + 1)}}
            return


def _is_answered(request: list[Any], other: list[Any], answer: Any) -> bool:
    """Say whether another line has a request of the same kind, and that answer."""
    index = _ANSWER.get(request[0], 0) if request and isinstance(request[0], str) else 0
    return index > 0 and other[:1] == request[:1] and other[index : index + 1] == [answer]


def _numbered(path: Path) -> Iterator[tuple[int, Any]]:
    recording = Recording(path)
    for value in recording:
        yield recording.line, value
