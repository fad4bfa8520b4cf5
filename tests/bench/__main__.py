# SPDX-License-Identifier: GPL-2.0-only
"""Measure what the documentation promises, and print one table: `python -m tests.bench [--json] [SUBJECT...]`.

Each module `bench_SUBJECT.py` here has a generator `measure()` of figures. The exit code is 0 whatever comes out: how
fast a machine is, is no fault of the program. docs/bench.md says what the lines mean.
"""

import argparse
import importlib
import json
import pkgutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.figure import Figure

SUBJECTS = sorted(
    module.name.removeprefix("bench_")
    for module in pkgutil.iter_modules([str(Path(__file__).parent)])
    if module.name.startswith("bench_")
)
SCHEMA = "dmalab.bench/1"


def figures(subjects: Sequence[str]) -> Iterator[Figure]:
    """Measure all of `subjects`, one after the other."""
    for subject in subjects:
        yield from importlib.import_module(f"tests.bench.bench_{subject}").measure()


def line(figure: Figure) -> str:
    """Write one line of the table."""
    measured = f"{figure.measured:8.2f} {figure.unit}"
    if figure.limit is None:
        return f"{figure.what:56} {measured}"
    bound = f"{'>=' if figure.at_least else '<='} {figure.limit:g}"
    return f"{figure.what:56} {measured:18} {bound:8} {figure.verdict}"


def main() -> None:
    """Measure and print, line by line as the figures come."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=f"some of {', '.join(SUBJECTS)}; all without")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.subjects if name not in SUBJECTS]
    if unknown:
        parser.error(f"subject: found {unknown[0]!r}, expected one of {', '.join(SUBJECTS)}")
    measured = figures(arguments.subjects or SUBJECTS)
    if arguments.json:
        rows = [{**figure._asdict(), "verdict": figure.verdict} for figure in measured]
        print(json.dumps({"schema": SCHEMA, "figures": rows}, indent=2))
        return
    print(f"{'what':56} {'measured':>8}{'limit':>15}", flush=True)
    for figure in measured:
        print(line(figure), flush=True)


if __name__ == "__main__":
    main()
