# SPDX-License-Identifier: GPL-2.0-only
"""The audit on the states that all recordings of the page and slab allocators pass through."""

import pytest

from tests.check_golden_audit import audited_replay
from tests.golden_path import golden_files

FILES = [
    path
    for folder in ("buddy_trace", "buddy_walk", "slab_trace", "slab_edges")
    for path in golden_files(f"{folder}/*.jsonl.gz")
]


# Prime, so that no period of a recording hides states; edges are short, and a walk has a dump after each operation.
STRIDES = {"buddy_trace": 29, "slab_trace": 97, "slab_edges": 1}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_audit_has_nothing_to_say_at_any_dump_nor_between_them(path):
    states, found = audited_replay(path, STRIDES.get(path.parent.name))

    assert found == []
    assert states > 0
