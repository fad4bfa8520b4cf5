# SPDX-License-Identifier: GPL-2.0-only
"""The long form of the state machine: hundreds of histories."""

from hypothesis import settings

from tests.test_check_audit import Allocators

TestManyHistories = Allocators.TestCase
TestManyHistories.settings = settings(max_examples=150, stateful_step_count=60, deadline=None)
