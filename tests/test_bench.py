# SPDX-License-Identifier: GPL-2.0-only
"""The benchmarks: what they say of a figure, and that each subject can be measured. No test looks at a clock."""

import importlib
import inspect

import pytest

from tests.bench.__main__ import SUBJECTS, line
from tests.bench.figure import Figure, quickest


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("x", 5.0, "", 5.0), "ok"),
        (Figure("x", 5.1, "", 5.0), "over"),
        (Figure("x", 0.9, "", 0.9, at_least=True), "ok"),
        (Figure("x", 0.8, "", 0.9, at_least=True), "under"),
        (Figure("x", 1e9, ""), ""),
    ],
)
def test_a_figure_is_judged_by_its_limit(figure: Figure, verdict: str) -> None:
    assert figure.verdict == verdict
    assert line(figure).endswith(verdict)


def test_rivals_take_turns() -> None:
    calls: list[str] = []

    best = quickest([lambda: calls.append("a"), lambda: calls.append("b")], rounds=3)

    assert calls == ["a", "b"] * 3
    assert len(best) == 2


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_yields_figures(subject: str) -> None:
    measure = importlib.import_module(f"tests.bench.bench_{subject}").measure

    assert inspect.isgeneratorfunction(measure)
    assert inspect.signature(measure).parameters == {}
