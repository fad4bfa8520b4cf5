# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab golden`: replay recordings of the real allocators on all cores, and say where ours first differs."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dmalab.exit_codes import BAD_INPUT, FINDINGS, OK, STOPPED
from dmalab.golden.parallel import BadFile, Outcome, replay_all
from dmalab.golden.replay import FileResult, describe, find_recordings, summary
from dmalab.parallel import default_jobs
from emulator.errors import ConfigError, EmulatorError

SCHEMA = "dmalab.golden/1"
_MOST_JOBS = 1024


def command(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Recordings, or folders of them.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object (docs/golden.md).")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes; 0 is one for each core.")] = 0,
) -> int:
    """Replay what the paths name; 0: all exact, 1: something differs, 2: a file is no whole recording."""
    if not 0 <= jobs <= _MOST_JOBS:
        raise ConfigError(f"--jobs: found {jobs}, expected 0 to {_MOST_JOBS}")
    files = list(find_recordings(paths))
    if not files:
        raise ConfigError(f"{paths[0]}: found no recording in it, expected some")
    outcomes = []
    try:
        for outcome in _with_progress(replay_all(files, jobs or default_jobs()), files):
            outcomes.append(outcome)
            _tell(outcome, quiet=as_json)
    except EmulatorError as error:
        print(f"dmalab: {error}", file=sys.stderr)
        return STOPPED
    results = [outcome for outcome in outcomes if isinstance(outcome, FileResult)]
    code = exit_code(outcomes)
    if as_json:
        print(json.dumps(document(outcomes, code), indent=1))
    elif results:
        print(summary(results))
    return code


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """Give 0, 1 where something differs, 2 where a file could not be replayed at all."""
    codes = [BAD_INPUT if isinstance(each, BadFile) else OK if each.ok else FINDINGS for each in outcomes]
    return max(codes, default=OK)


def document(outcomes: Sequence[Outcome], code: int) -> dict[str, Any]:
    """Give the JSON values, in the order of docs/golden.md."""
    results = [outcome for outcome in outcomes if isinstance(outcome, FileResult)]
    return {
        "schema": SCHEMA,
        "ok": code == OK,
        "exit_code": code,
        "exact": sum(result.exact for result in results),
        "operations": sum(result.operations for result in results),
        "exact_files": sum(result.ok for result in results),
        "files": [_file(outcome) for outcome in outcomes],
    }


def _file(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, BadFile):
        return {"path": str(outcome.path), "error": outcome.complaint}
    difference = asdict(outcome.difference) if outcome.difference else None
    return asdict(outcome) | {"path": str(outcome.path), "difference": difference}


def _tell(outcome: Outcome, *, quiet: bool) -> None:
    if isinstance(outcome, BadFile):
        print(f"dmalab: {outcome.complaint}", file=sys.stderr, flush=True)
    elif not quiet:
        print("\n".join(describe(outcome)), flush=True)


def _with_progress(outcomes: Iterator[Outcome], files: Sequence[Path]) -> Iterator[Outcome]:
    """Pass outcomes on; show on a terminal how far we are."""
    if not sys.stdout.isatty():
        yield from outcomes
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.completed} of {task.total} files"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task("", total=len(files))
        for outcome in outcomes:
            progress.advance(task)
            yield outcome
