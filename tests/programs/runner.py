# SPDX-License-Identifier: GPL-2.0-only
"""Compile programs into modules, run these, and say what came of each."""

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from dmalab.lab import Lab, LabStopped
from emulator.chance import Chance
from emulator.finding import Finding
from tests.programs.generator import write_program
from tests.programs.machines import Bench
from tests.programs.module import MARK, function, module
from tests.programs.mutations import LASTING, MUTATIONS, Mutant, Search, uninitialized

HERE = Path(__file__).parent
# Nobody reads the code, and without optimization it is made three times faster.
_FLAGS = (f"-I{HERE}", "-O0")
_BEGINS = re.compile(r"^\[ *(\d+)\.(\d{6})\] (program_\d+) begins$")
_WRONG = re.compile(r"program_\d+: (line \d+: wrong data|error -?\d+)$")
_SUMMARY = re.compile(r"programs: (\d+), failed 0, wrong data 0, given up (\d+)$")
_ATTEMPTS = 50  # programs that are looked through for a place for a mistake


class Outcome(NamedTuple):
    """What came of a module of programs that are right."""

    machine: str
    programs: int
    transfers: int
    given_up: int  # programs that could not have what they asked for
    complaints: list[str]  # findings, wrong data, an end that was none, what the auditors say


class Planted(NamedTuple):
    """A mistake, and what was said first of the program that has it."""

    mutation: str
    expected: str
    line: int
    first: Finding | None

    @property
    def is_caught(self) -> bool:
        """Say whether class and line are right."""
        if self.first is None or self.first.kind not in self.expected.split("|"):
            return False
        return f"programs.c:{self.line})" in str(self.first)


def run_right(bench: Bench, seeds: Sequence[int], folder: Path) -> Outcome:
    """Run the programs of some seeds on a machine."""
    texts = [(f"program_{seed}", function(f"program_{seed}", write_program(bench.rules, seed))) for seed in seeds]
    lab = _run(bench, module(bench.rules.device, texts), folder)
    result = lab.result
    complaints = [str(finding) for finding in lab.findings]
    complaints += [line for line in lab.log if _WRONG.search(line)]
    complaints += [f"{check.name}: {check.sentence}" for check in result.checks if not check.ok]
    complaints += [] if result.stop is None else [result.stop.reason]
    ends = [found for found in map(_SUMMARY.search, lab.log) if found]
    if not complaints and (len(ends) != 1 or int(ends[0][1]) != len(seeds)):
        complaints.append("the programs did not come to their end")
    given_up = int(ends[0][2]) if ends else 0
    return Outcome(bench.name, len(seeds), len(result.transfers), given_up, complaints)


def run_planted(bench: Bench, seed: int, folder: Path) -> list[Planted]:
    """Run programs with a mistake each, all kinds of them that the machine sees, one after the other."""
    mutants: dict[str, tuple[str, Mutant]] = {}
    for number, mutation in enumerate((*MUTATIONS, LASTING[seed % len(LASTING)])):
        mutant = None if mutation is uninitialized and not bench.spec.uninitialized else plant(bench, seed, mutation)
        if mutant is not None:
            mutants[f"program_{number}"] = mutation.__name__, mutant
    texts = [(name, function(name, mutant.steps, mutant.marked)) for name, (_, mutant) in mutants.items()]
    text = module(bench.rules.device, texts)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if MARK in line]
    first = _first_of_each(_run(bench, text, folder))
    return [
        Planted(mutation, mutant.kind, line, first.get(f"programs.c:{line})" if mutant.kind == "module-leak" else name))
        for (name, (mutation, mutant)), line in zip(mutants.items(), lines, strict=True)
    ]


def plant(bench: Bench, seed: int, mutation: Callable[[Search], Mutant | None]) -> Mutant | None:
    """Find a program that has a place for a mistake."""
    for number in range(_ATTEMPTS):
        chance = Chance(seed + number)
        steps = write_program(bench.rules, seed + number)
        found = mutation(Search(steps, chance, has_part=bench.rules.device != "ring_nic"))
        if found is not None:
            return found
    return None


def _run(bench: Bench, text: str, folder: Path) -> Lab:
    source = folder / "programs.c"
    source.write_text(text, encoding="utf-8")
    lab = Lab(source, spec=bench.spec, extra_flags=_FLAGS)
    try:
        lab.boot()
        lab.close()
    except LabStopped:
        pass  # the result says where and why
    return lab


def _first_of_each(lab: Lab) -> dict[str, Finding]:
    """Give the first finding of each program, by name; what is leaked is told in the end only, and goes by its line."""
    found = [match for match in map(_BEGINS.match, lab.log) if match]
    begins = [int(match[1]) * 1_000_000 + int(match[2]) for match in found]
    first: dict[str, Finding] = {}
    for finding in lab.findings:
        at = bisect_left(begins, finding.now_ns // 1000) - 1
        if finding.kind == "module-leak":
            first[str(finding.details["allocated_at"]).rpartition("/")[2]] = finding
        elif at >= 0:
            first.setdefault(found[at][3], finding)
    return first
