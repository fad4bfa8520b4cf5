# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab bugs`: run the corpus of faulty drivers, and show what was seen, where, and who else could have seen it."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from dmalab.bug_corpus import DEFAULT_CORPUS, Bug, find_bugs
from dmalab.bug_judge import Judgement, judge
from dmalab.bug_scope import CHECKERS, scope_of
from dmalab.exit_codes import FINDINGS, OK
from dmalab.parallel import default_jobs, map_in_order
from dmalab.text import Style, count, table
from emulator.errors import ConfigError
from emulator.finding import Json

SCHEMA = "dmalab.bugs/1"
_MOST_JOBS = 1024


def command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The corpus: DEVICE/NAME.c.")] = DEFAULT_CORPUS,
    *,
    kinds: Annotated[
        list[str] | None, typer.Option("--class", metavar="CLASS", help="Only files of this class; may be repeated.")
    ] = None,
    names: Annotated[
        list[str] | None, typer.Option("--name", metavar="TEXT", help="Only files called like this; may be repeated.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object (docs/bugs.md).")] = False,
    jobs: Annotated[int, typer.Option(metavar="N", help="Processes; 0 is one for each core.")] = 0,
) -> int:
    """Run drivers with one bug each, and their twins without; 0: every bug was seen at its line, and nothing else."""
    if not 0 <= jobs <= _MOST_JOBS:
        raise ConfigError(f"--jobs: found {jobs}, expected 0 to {_MOST_JOBS}")
    bugs = find_bugs(folder, kinds=kinds or (), words=names or ())
    judgements = list(_with_progress(map_in_order(judge, bugs, jobs or default_jobs()), bugs))
    text = json.dumps(document(judgements), indent=1) if as_json else "\n".join(report(judgements, Style.of_stdout()))
    sys.stdout.write(text + "\n")
    return exit_code(judgements)


def exit_code(judgements: Iterable[Judgement]) -> int:
    """Give 0, or 1 where a bug was not seen, not where it is, or a twin was suspected."""
    return OK if all(each.ok for each in judgements) else FINDINGS


def document(judgements: Sequence[Judgement]) -> dict[str, Json]:
    """Give the JSON values, in the order of docs/bugs.md."""
    return {
        "schema": SCHEMA,
        "ok": exit_code(judgements) == OK,
        "exit_code": exit_code(judgements),
        "bugs": len(judgements),
        "detected": sum(each.detected for each in judgements),
        "lines_right": sum(each.line_right for each in judgements),
        "false_alarms": sum(bool(each.false_alarms) for each in judgements),
        "classes": [_class_json(kind, of_kind) for kind, of_kind in by_class(judgements)],
        "files": [_file_json(each) for each in judgements],
    }


def _class_json(kind: str, judgements: Sequence[Judgement]) -> dict[str, Json]:
    scope = scope_of(kind)
    return {
        "class": kind,
        "bugs": len(judgements),
        "detected": sum(each.detected for each in judgements),
        "lines_right": sum(each.line_right for each in judgements),
        "false_alarms": sum(bool(each.false_alarms) for each in judgements),
        "others": None if scope is None else dict(zip(CHECKERS, scope.answers, strict=True)),
        "rule": None if scope is None else scope.rule,
    }


def _file_json(judgement: Judgement) -> dict[str, Json]:
    bug = judgement.bug
    return {
        "name": bug.name,
        "path": str(bug.path),
        "class": bug.kind,
        "line": bug.line,
        "bug": bug.sentence,
        "found": judgement.found,
        "sentence": judgement.sentence,
        "lines": list(judgement.lines),
        "detected": judgement.detected,
        "line_right": judgement.line_right,
        "false_alarms": list(judgement.false_alarms),
    }


def by_class(judgements: Iterable[Judgement]) -> list[tuple[str, list[Judgement]]]:
    """Group by the class that is marked, in alphabetical order."""
    groups: dict[str, list[Judgement]] = {}
    for each in judgements:
        groups.setdefault(each.bug.kind, []).append(each)
    return sorted(groups.items())


def report(judgements: Sequence[Judgement], style: Style) -> list[str]:
    """Give the matrix, then what does not hold."""
    rows, unseen = [], 0
    for kind, of_kind in by_class(judgements):
        scope = scope_of(kind)
        answers = scope.answers if scope is not None else ("?",) * len(CHECKERS)
        unseen += len(of_kind) if set(answers) == {"no"} else 0
        rows.append([kind, *_numbers(of_kind), *answers])
    headers = ["class", ">bugs", ">detected", ">line right", ">false alarms", *CHECKERS]
    lines = table(headers, rows)
    lines[0] = style.paint(lines[0], "bold")
    for each in judgements:
        if not each.ok:
            lines += ["", *_complaint(each, style)]
    verdict = (
        style.paint("ok", "green", "bold") if exit_code(judgements) == OK else style.paint("FAILED", "red", "bold")
    )
    detected, right = (sum(getattr(each, name) for each in judgements) for name in ("detected", "line_right"))
    alarms = sum(bool(each.false_alarms) for each in judgements)
    said = f"{count(len(judgements), 'bug')}, {detected} detected, {right} at the right line"
    others = f"{unseen} that none of {', '.join(CHECKERS)} looks for"
    return [*lines, "", f"{verdict}: {said}, {count(alarms, 'false alarm')}; {others}"]


def _numbers(judgements: Sequence[Judgement]) -> list[str]:
    names = ("detected", "line_right", "false_alarms")
    return [str(len(judgements)), *(str(sum(bool(getattr(each, name)) for each in judgements)) for name in names)]


def _complaint(judgement: Judgement, style: Style) -> Iterator[str]:
    """Say what does not hold of one file."""
    bug = judgement.bug
    yield style.paint(f"{bug.path}:{bug.line}: {bug.kind}", "red")
    if not judgement.detected:
        found = f"{judgement.found}: " if judgement.found else "nothing"
        yield f"  found first: {found}{judgement.sentence}"
    elif not judgement.line_right:
        named = ", ".join(map(str, judgement.lines)) or "none"
        yield f"  lines that the finding blames: {named}: {judgement.sentence}"
    for alarm in judgement.false_alarms:
        yield f"  of the twin: {alarm}"


def _with_progress(judgements: Iterator[Judgement], bugs: Sequence[Bug]) -> Iterator[Judgement]:
    """Pass judgements on; show on a terminal how far we are."""
    if not sys.stderr.isatty():
        yield from judgements
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.completed} of {task.total} drivers"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(bugs))
        for judgement in judgements:
            progress.advance(task)
            yield judgement
