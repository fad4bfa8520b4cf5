# SPDX-License-Identifier: GPL-2.0-only
"""The audit on every state that any recording of the page and slab allocators passes through."""

import pytest

from tests.check_golden_audit import audited_replay
from tests.golden_path import golden_files

FILES = [
    path
    for folder in ("buddy_trace", "buddy_walk", "slab_trace", "slab_edges")
    for path in golden_files(f"{folder}/*.jsonl.gz")
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_audit_has_nothing_to_say_at_any_dump(path):
    states, found = audited_replay(path)

    assert found == []
    assert states > 0
