# SPDX-License-Identifier: GPL-2.0-only
"""Interrupt lines: changes are told, and a shared line is high while anybody holds it."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from emulator.irq import IrqLine, WiredOr


def test_the_sink_hears_of_changes_only() -> None:
    heard: list[bool] = []
    line = IrqLine(heard.append)

    for level in (False, True, True, False, False, True):
        line.level = level

    assert heard == [True, False, True]
    assert line.level


@given(changes=st.lists(st.tuples(st.integers(0, 2), st.booleans())))
def test_a_shared_line_is_high_while_any_driver_holds_it(changes: list[tuple[int, bool]]) -> None:
    heard: list[bool] = [False]
    shared = WiredOr(heard.append)
    drivers = [shared.driver() for _ in range(3)]

    for number, level in changes:
        drivers[number].level = level

        assert heard[-1] == any(driver.level for driver in drivers)
    assert all(before != after for before, after in itertools.pairwise(heard))
