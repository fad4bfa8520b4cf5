# SPDX-License-Identifier: GPL-2.0-only
"""The DMA layer against recordings of the real one: every address, every call of the page allocator, every log line."""

import gzip
import json
from pathlib import Path

import pytest
from golden_path import golden_files

from dmalab.golden import replay_file

# Recordings that never leave what we have: the rest of the nommu ones goes on to DMA pools.
WHOLE = ("k01", "k04", "m01", "m02", "m03", "m05", "n01", "n02")
BEGUN = ("t03", "t05", "t07", "t16")


@pytest.mark.parametrize("path", golden_files("dma_*/[kmn]0*.jsonl.gz"), ids=lambda path: path.name)
def test_masks_coherent_memory_and_mappings_are_those_of_linux(path: Path) -> None:
    result = replay_file(path)

    assert result.difference is None
    if path.name.startswith(WHOLE):
        assert (result.note, result.exact) == ("", _operations(path))


@pytest.mark.parametrize("path", golden_files("dma_trace/t*.jsonl.gz"), ids=lambda path: path.name)
def test_workloads_are_exact_as_far_as_they_use_what_there_is(path: Path) -> None:
    result = replay_file(path)

    assert result.difference is None
    assert result.exact > 0 or not path.name.startswith(BEGUN)


def test_a_recording_with_a_wrong_address_is_not_exact(tmp_path: Path) -> None:
    (source,) = golden_files("dma_matrix/m01*.jsonl.gz")[:1] or pytest.skip("no recordings")
    lines = gzip.decompress(source.read_bytes()).decode().splitlines(keepends=True)
    number = next(index for index, line in enumerate(lines) if line.startswith('["dac"') and "-1,-1" not in line)
    operation = json.loads(lines[number])
    operation[4] += 4096
    (tmp_path / "wrong.jsonl").write_text(
        "".join([*lines[:number], json.dumps(operation) + "\n", *lines[number + 1 :]])
    )

    result = replay_file(tmp_path / "wrong.jsonl")

    assert result.difference is not None
    assert result.difference.line == number + 1


def _operations(path: Path) -> int:
    return sum(line.startswith("[") for line in gzip.decompress(path.read_bytes()).decode().splitlines())
