# SPDX-License-Identifier: GPL-2.0-only
"""The right drivers that the suite does not run with a shadow of memory."""

import pytest

from tests import test_kasan


@pytest.mark.parametrize(
    "name", [name for name in test_kasan.RIGHT if name not in list(test_kasan.RIGHT)[:: test_kasan.SHARE]]
)
def test_a_right_driver_works_as_without_and_is_left_alone(name):
    test_kasan.test_a_right_driver_works_as_without_and_is_left_alone(name)
