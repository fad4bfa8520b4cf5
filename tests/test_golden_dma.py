# SPDX-License-Identifier: GPL-2.0-only
"""The DMA layer against recordings of the real one: addresses, copies, calls of the page allocator, log lines, panics.

Small recordings only; tests/fuzz replays all.
"""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from golden_path import golden_file, golden_files

from dmalab.golden import replay_file

SMALL = ("dma_edges/[np]01*", "dma_edges/p02*", "dma_masks/k0[14]*", "dma_walk/w03*")
SOME_BOOTS = 9  # the step: each boot has its own amount of RAM and options


@pytest.mark.parametrize(
    "path", [path for pattern in SMALL for path in golden_files(pattern)], ids=lambda path: path.name
)
def test_masks_mappings_bounces_and_pools_are_those_of_linux(path: Path) -> None:
    result = replay_file(path)

    assert result.difference is None
    assert (result.note, result.exact) == ("", sum(line.startswith("[") for line in lines_of(path)))


def test_pools_have_the_geometry_that_linux_gives_them() -> None:
    assert replay_file(golden_file("dma_pool_geometry/dense.csv.gz")).difference is None


def test_boots_with_bounce_buffers_take_the_memory_that_linux_takes_or_die_as_it_does(tmp_path: Path) -> None:
    lines = lines_of(golden_file("dma_boot/b01.jsonl.gz"))[::SOME_BOOTS]
    assert any(json.loads(line)["boot"] == 0 for line in lines)
    (tmp_path / "some.jsonl").write_text("".join(lines))

    result = replay_file(tmp_path / "some.jsonl")

    assert (result.difference, result.exact) == (None, len(lines))


def move(at: int) -> Callable[[list[Any]], None]:
    def change(line: list[Any]) -> None:
        line[at] += 2048

    return change


def forget(line: list[Any]) -> None:
    line[-1]["pg"].pop()


@pytest.mark.parametrize(
    ("name", "wanted", "change"),
    [
        ("dma_walk/w03_64_soft256.jsonl.gz", lambda line: line[0] == "map" and len(line) == 9, move(5)),
        ("dma_walk/w03_64_soft256.jsonl.gz", lambda line: line[0] == "unmap" and line[-1], move(-1)),
        ("dma_edges/p02_pool_64_dbg.jsonl.gz", lambda line: line[0] == "pa" and len(line) == 6, move(-1)),
        ("dma_edges/p01_pool_64.jsonl.gz", lambda line: line[0] == "pd" and "pg" in str(line[-1]), forget),
    ],
)
def test_one_wrong_value_is_found_where_it_stands(
    name: str, wanted: Callable[[list[Any]], bool], change: Callable[[list[Any]], None], tmp_path: Path
) -> None:
    lines = lines_of(golden_file(name))
    number, line = next(
        (number, json.loads(line)) for number, line in enumerate(lines) if line[0] == "[" and is_(wanted, line)
    )
    change(line)
    (tmp_path / "wrong.jsonl").write_text("".join([*lines[:number], json.dumps(line) + "\n", *lines[number + 1 :]]))

    result = replay_file(tmp_path / "wrong.jsonl")

    assert result.difference is not None
    assert result.difference.line == number + 1


def is_(wanted: Callable[[list[Any]], bool], line: str) -> bool:
    decoded = json.loads(line)
    return bool(len(decoded) > 1 and wanted(decoded))


def lines_of(path: Path) -> list[str]:
    return gzip.decompress(path.read_bytes()).decode().splitlines(keepends=True)
