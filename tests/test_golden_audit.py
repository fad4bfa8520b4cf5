# SPDX-License-Identifier: GPL-2.0-only
"""The audit says nothing on any state that recordings of the real allocators pass through; `make fuzz` asks all."""

import pytest

from tests.check_golden_audit import audited_replay
from tests.golden_path import golden_file


@pytest.mark.parametrize(
    "name",
    [
        "buddy_trace/b04_up16_mix.jsonl.gz",
        "slab_trace/s06_up64_dma.jsonl.gz",
        "slab_edges/errors_dbg64.jsonl.gz",
    ],
)
def test_the_audit_has_nothing_to_say_at_the_dumps_of_a_recording(name: str) -> None:
    states, found = audited_replay(golden_file(name))

    assert found == []
    assert states > 10
