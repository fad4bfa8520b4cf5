# SPDX-License-Identifier: GPL-2.0-only
"""The bugs of the corpus that the suite leaves out, as it has others of their classes."""

import pytest

from tests import test_bugs


@pytest.mark.parametrize(
    "bug", [bug for bug in test_bugs.BUGS if bug not in test_bugs.ONE_OF_EACH], ids=lambda bug: bug.name
)
def test_a_bug_is_found_first_and_at_its_line_and_its_twin_is_not_suspected(bug):
    test_bugs.test_a_bug_is_found_first_and_at_its_line_and_its_twin_is_not_suspected(bug)
