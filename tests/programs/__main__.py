# SPDX-License-Identifier: GPL-2.0-only
"""Run random driver programs that are right, and such with one mistake: `python -m tests.programs [--count N]`.

Nothing may be said of the former, and of each of the latter its class and its line, first. Exit code 1 if not so.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing import Pool
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.programs.machines import MACHINES
from tests.programs.runner import Outcome, Planted, run_planted, run_right

PER_MODULE = 40


def right(seed: int, count: int, number: int) -> Outcome:
    """Run a module of programs that are right; each has a seed of its own."""
    first = seed + number * PER_MODULE
    seeds = range(first, min(first + PER_MODULE, seed + count))
    with TemporaryDirectory() as folder:
        return run_right(MACHINES[number % len(MACHINES)], seeds, Path(folder))


def planted(seed: int, number: int) -> list[Planted]:
    """Run all mistakes on one machine."""
    machines = [each for each in MACHINES if not each.spec.faults.faults]  # a mapping that fails is no mistake
    with TemporaryDirectory() as folder:
        return run_planted(machines[number % len(machines)], seed + 101 * number, Path(folder))


def report(outcomes: Sequence[Outcome], mistakes: Sequence[Planted]) -> bool:
    """Print what came of all, and say whether it is as it has to be."""
    wrong = [each for each in outcomes if each.complaints]
    for outcome in wrong:
        print(f"{outcome.machine}:", *outcome.complaints, sep="\n")
    missed = [each for each in mistakes if not each.is_caught]
    for mistake in missed:
        print(f"{mistake.mutation}: expected {mistake.expected} at line {mistake.line}, found {mistake.first}")
    programs, transfers, given_up = (sum(getattr(each, name) for each in outcomes) for name in Outcome._fields[1:4])
    said = sum(len(each.complaints) for each in outcomes)
    print(
        f"{programs} right programs: {transfers} transfers, {given_up} refused what they asked for, {said} complaints"
    )
    print(f"{len(mistakes)} programs with a mistake: {len(mistakes) - len(missed)} named first, by class and line")
    return not wrong and not missed


def main() -> int:
    """Run as many as are asked for, on all cores."""
    parser = argparse.ArgumentParser(prog="python -m tests.programs", description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000, help="programs that are right")
    parser.add_argument("--mistakes", type=int, default=len(MACHINES), help="modules of programs with a mistake each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with TemporaryDirectory() as cache:
        os.environ["DMALAB_CACHE_DIR"] = cache  # nobody compiles these again
        return 0 if run_all(arguments) else 1


def run_all(arguments: argparse.Namespace) -> bool:
    """Run what the arguments say, and report it."""
    modules = range(-(-arguments.count // PER_MODULE))
    with Pool(arguments.jobs) as pool:
        outcomes = pool.map(partial(right, arguments.seed, arguments.count), modules, chunksize=1)
        mistakes = pool.map(partial(planted, arguments.seed), range(arguments.mistakes), chunksize=1)
    return report(outcomes, [each for some in mistakes for each in some])


if __name__ == "__main__":
    sys.exit(main())
