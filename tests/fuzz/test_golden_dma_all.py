# SPDX-License-Identifier: GPL-2.0-only
"""All recordings of the DMA layer, line by line."""

from pathlib import Path

import pytest

from dmalab.golden import replay_file
from tests.golden_path import golden_files


@pytest.mark.parametrize("path", golden_files("dma_*/*.gz"), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_recording_is_exact(path: Path) -> None:
    result = replay_file(path)

    assert (result.difference, result.note) == (None, "")
    assert result.exact == result.operations > 0
