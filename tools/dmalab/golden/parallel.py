# SPDX-License-Identifier: GPL-2.0-only
"""Replay many recordings on all cores; results come in the order of the files, whoever is done first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dmalab.golden.replay import FileResult, replay_file
from dmalab.parallel import map_in_order
from emulator.errors import ConfigError

_CSV_WEIGHT = 3  # a packed byte of a table takes longer than one of a trace


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that is no whole recording, and the line that says so."""

    path: Path
    complaint: str


Outcome = FileResult | BadFile


def weight(path: Path) -> int:
    """Guess how much work a file is, in units of its own."""
    try:
        return path.stat().st_size * (_CSV_WEIGHT if ".csv" in path.suffixes else 1)
    except OSError:
        return 0


def replay_one(path: Path) -> Outcome:
    """Replay one recording; a bad one is an outcome too."""
    try:
        return replay_file(path)
    except ConfigError as error:
        return BadFile(path, str(error))


def replay_all(paths: Sequence[Path], jobs: int) -> Iterator[Outcome]:
    """Replay recordings, `jobs` at a time, and give their outcomes in order.

    Raises: EmulatorError where a process was killed.
    """
    return map_in_order(replay_one, paths, jobs, weight)
