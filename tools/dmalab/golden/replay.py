# SPDX-License-Identifier: GPL-2.0-only
"""Replay one recording: find its kind, run it, and report how far it was exact.

A kind is added by a module of this package that has a `KINDS` tuple, and a line in MODULES.
"""

import importlib
import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dmalab.golden import order
from dmalab.golden.reader import Recording
from emulator.errors import ConfigError
from pykernel.errors import KernelBug

MODULES = ("buddy", "watermarks", "slab", "slab_tables", "dma", "dma_pools")
_SHAPES = (AttributeError, LookupError, OverflowError, RecursionError, TypeError, ValueError)
SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")


class Mismatch(Exception):
    """Ours differs from the recording: in `what`, with `around` to show the state."""

    def __init__(self, what: str, expected: Any, got: Any, around: Iterable[str] = ()) -> None:
        super().__init__(f"{what}: expected {expected!r}, got {got!r}")
        self.what = what
        self.expected = expected
        self.got = got
        self.around = list(around)


class EndsHere(Exception):
    """What follows in this recording is not to be compared; the message says why."""


@dataclass(slots=True)
class Tally:
    """How many operations of a recording were exact so far; a kind adds to it."""

    exact: int = 0


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of recording: what its first line looks like, how to replay it, and which lines count as operations."""

    name: str
    matches: Callable[[Any], bool]
    replay: Callable[[Recording, Tally], None]
    is_operation: Callable[[Any], bool]
    # Whether allocations and frees follow each other by the names that `order` knows.
    is_trace: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place where ours differs."""

    line: int
    operation: int  # from 0, as the dumps count them
    what: str
    expected: str
    got: str
    around: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one recording."""

    path: Path
    kind: str
    operations: int
    exact: int
    difference: Difference | None = None
    note: str = ""

    @property
    def ok(self) -> bool:
        """Say whether all that counts was exact."""
        return self.difference is None


def kinds() -> tuple[Kind, ...]:
    """Give all kinds that this package knows."""
    found: tuple[Kind, ...] = ()
    for name in MODULES:
        if importlib.util.find_spec(f"{__package__}.{name}"):
            found += importlib.import_module(f"{__package__}.{name}").KINDS
    return found


def replay_file(path: Path) -> FileResult:
    """Replay one recording.

    Raises: ConfigError where the file is truncated, out of order, or no recording.
    """
    recording = Recording(path)
    first = recording.peek()
    kind = next((kind for kind in kinds() if kind.matches(first)), None)
    if kind is None:
        recording.fail("something else", "the first line of a recording: " + ", ".join(each.name for each in kinds()))
    tally = Tally()
    note, difference = "", None
    try:
        kind.replay(recording, tally)
    except EndsHere as end:
        note = str(end)
    except Mismatch as wrong:
        if kind.is_trace:
            _demand_order(recording, kind, wrong)
        difference = Difference(
            recording.line, tally.exact, wrong.what, repr(wrong.expected), repr(wrong.got), wrong.around
        )
    except KernelBug as bug:
        difference = Difference(recording.line, tally.exact, "an operation", "no error", str(bug))
    except _SHAPES as error:
        # Lines of the right kind whose values are of another shape than any recording's.
        raise ConfigError(
            f"{path}: line {recording.line}: found values that fit no recording of kind {kind.name} "
            f"({type(error).__name__}: {error}), expected those of one"
        ) from error
    rest = 0 if difference is None else 1 + sum(1 for value in recording if kind.is_operation(value))
    return FileResult(path, kind.name, tally.exact + rest, tally.exact, difference, note)


def _demand_order(recording: Recording, kind: Kind, wrong: Mismatch) -> None:
    """Make sure that a difference is not the recording's: that its lines are in the recorded order.

    Raises: ConfigError where they are not.
    """
    path = recording.path
    complaint = order.contradiction(path)
    if complaint:
        raise ConfigError(f"{path}: {complaint}")
    for sentence, moved in order.explanations(path, recording.line, wrong.got):
        restored = order.Restored(path, moved)
        try:
            kind.replay(restored, Tally())
        except ConfigError:
            if not restored.is_over:
                continue
        except (Mismatch, KernelBug, EndsHere, *_SHAPES):
            continue
        raise ConfigError(f"{path}: line {recording.line}: found {sentence}, expected lines in the recorded order")


def find_recordings(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files named, and in folders those that look like recordings, in the order of their names.

    Raises: ConfigError where a path does not exist.
    """
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.name.endswith(SUFFIXES) and file.is_file():
                    yield file
        elif path.exists():
            yield path
        else:
            raise ConfigError(f"{path}: found nothing, expected a recording or a folder of recordings")


def equal(what: str, expected: Any, got: Any) -> None:
    """Compare one thing.

    Raises: Mismatch
    """
    if expected != got:
        raise Mismatch(what, expected, got)


def describe(result: FileResult) -> list[str]:
    """Say in lines what became of a recording: one if it was exact, else also the first difference."""
    head = f"{result.path}: {result.kind}: exact {result.exact} of {result.operations} operations"
    if result.note:
        head += f" ({result.note})"
    if result.difference is None:
        return [head]
    at = result.difference
    lines = [head, f"  line {at.line}, operation {at.operation}: {at.what}"]
    lines += [f"    expected {at.expected}", f"    got      {at.got}"]
    return lines + [f"    {line}" for line in at.around]


def summary(results: Iterable[FileResult]) -> str:
    """Say in one line how exact all recordings were together."""
    done = list(results)
    exact, total = sum(result.exact for result in done), sum(result.operations for result in done)
    return f"exact {exact} of {total} operations, {sum(result.ok for result in done)} of {len(done)} files"
