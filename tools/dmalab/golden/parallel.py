# SPDX-License-Identifier: GPL-2.0-only
"""Replay many recordings on all cores; results come in the order of the files, whoever is done first."""

import multiprocessing
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from dmalab.golden.replay import FileResult, replay_file
from emulator.errors import ConfigError, EmulatorError

_CSV_WEIGHT = 3  # a packed byte of a table takes longer than one of a trace


@dataclass(frozen=True, slots=True)
class BadFile:
    """A file that is no whole recording, and the line that says so."""

    path: Path
    complaint: str


Outcome = FileResult | BadFile


def default_jobs() -> int:
    """Give the number of processors that we may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
    if min(jobs, len(paths)) <= 1:
        yield from map(replay_one, paths)
        return
    # The longest first: who begins it last would keep all others waiting.
    longest_first = sorted(range(len(paths)), key=lambda index: -weight(paths[index]))
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    with ProcessPoolExecutor(min(jobs, len(paths)), context, _leave_ctrl_c_to_parent) as pool:
        futures: dict[int, Future[Outcome]] = {index: pool.submit(replay_one, paths[index]) for index in longest_first}
        try:
            for index in range(len(paths)):
                yield futures[index].result()
        except BrokenProcessPool:
            raise EmulatorError("a process that replayed was killed: is there enough memory?") from None
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _leave_ctrl_c_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
