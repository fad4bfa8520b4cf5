# SPDX-License-Identifier: GPL-2.0-only
"""The exit port."""

import pytest

from emulator.devices.debug_exit import DebugExit


@pytest.mark.parametrize(("value", "code"), [(0, 1), (1, 3), (0x7F, 0xFF), (0xFFFF_FFFF, 0x1_FFFF_FFFF)])
def test_a_write_ends_the_run_with_an_odd_code(value: int, code: int) -> None:
    codes: list[int] = []

    DebugExit(codes.append).write(0, 4, value)

    assert codes == [code]


def test_reads_are_harmless() -> None:
    codes: list[int] = []

    assert DebugExit(codes.append).read(0, 1) == 0

    assert codes == []
