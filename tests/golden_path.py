# SPDX-License-Identifier: GPL-2.0-only
"""Where the recordings of the real allocators are, which the project does not hold: $DMALAB_GOLDEN, else beside it."""

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "golden"
GOLDEN = Path(os.environ.get("DMALAB_GOLDEN", _DEFAULT))
WORKLOADS = GOLDEN.parent / "workloads"


def golden_files(pattern: str) -> list[Path]:
    """Give the recordings that `pattern` names, in order; none where there are no recordings."""
    return sorted(GOLDEN.glob(pattern))


def golden_file(name: str) -> Path:
    """Give one recording; the test is skipped where it is missing."""
    path = GOLDEN / name
    if not path.exists():
        pytest.skip(f"no recording {path}")
    return path
