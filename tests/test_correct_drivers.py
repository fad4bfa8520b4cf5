# SPDX-License-Identifier: GPL-2.0-only
"""Random drivers that keep to the rules hear nothing; with one mistake each, they hear of just that.

`python -m tests.programs` runs 1,000 of them, as does `make fuzz`.
"""

from pathlib import Path

import pytest

from tests.programs.generator import write_program
from tests.programs.machines import MACHINES
from tests.programs.module import function
from tests.programs.runner import run_planted, run_right

BY_NAME = {machine.name: machine for machine in MACHINES}
SHARE = 12  # programs
SEED = 11
CHOSEN = (
    "edu, bouncing",
    "isa_pattern, not coherent, unwritten bytes",
    "ring_nic, not coherent",
)


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what nobody compiles again out of the user's cache."""
    monkeypatch.setenv("DMALAB_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize("name", CHOSEN)
def test_programs_that_keep_to_the_rules_hear_nothing_and_get_their_data(name: str, tmp_path: Path) -> None:
    outcome = run_right(BY_NAME[name], range(SEED, SEED + SHARE), tmp_path)

    assert outcome.complaints == []
    assert outcome.transfers > SHARE


def test_one_mistake_in_such_a_program_is_named_first_by_class_and_line(tmp_path: Path) -> None:
    planted = run_planted(BY_NAME["isa_pattern, unwritten bytes"], SEED, tmp_path)

    assert [each for each in planted if not each.is_caught] == []
    assert len(planted) >= 20


def test_a_seed_decides_a_program() -> None:
    rules = MACHINES[0].rules

    assert function("p", write_program(rules, 3)) == function("p", write_program(rules, 3))
    assert function("p", write_program(rules, 3)) != function("p", write_program(rules, 4))
