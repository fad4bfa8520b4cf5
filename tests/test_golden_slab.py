# SPDX-License-Identifier: GPL-2.0-only
"""The slab allocator against recordings of the real one: every address, geometry, dump, log line and BUG."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from golden_path import golden_file, golden_files

from dmalab.golden import replay_file

SWEEP_STEP = 80  # rows of the large sweeps; `dmalab golden` replays all
# Long recordings of what others have too, on machines of another size: tests/fuzz/test_golden_audit_all.py replays all.
LEFT_TO_FUZZ = ("s02", "s03", "s04", "s09", "s13")


@pytest.mark.parametrize(
    "path",
    [*golden_files("malloc_sizes/*"), *golden_files("kmalloc_size_map/*"), *golden_files("slab_edges/*")],
    ids=lambda path: f"{path.parent.name}/{path.name}",
)
def test_general_caches_sizes_and_edges_are_those_of_linux(path: Path) -> None:
    assert replay_file(path).difference is None


@pytest.mark.parametrize(
    "path",
    [path for path in golden_files("slab_trace/*") if path.name[:3] not in LEFT_TO_FUZZ],
    ids=lambda path: path.name,
)
def test_workloads_get_the_addresses_that_linux_gave_them(path: Path) -> None:
    assert replay_file(path).difference is None


@pytest.mark.parametrize("path", golden_files("cache_geometry/*"), ids=lambda path: path.name)
def test_caches_are_created_as_in_the_sweep(path: Path, tmp_path: Path) -> None:
    with gzip.open(path, "rt") as stream:
        lines = stream.readlines()
    some = tmp_path / path.name.removesuffix(".gz")
    some.write_text("".join([lines[0], *lines[1::SWEEP_STEP]]))

    result = replay_file(some)

    assert result.difference is None
    assert result.exact == len(lines[1::SWEEP_STEP])


def change(line: list[Any]) -> list[Any]:
    return [*line[:3], line[3] + 64, *line[4:]]


def change_log(line: list[Any]) -> list[Any]:
    return [*line[:-1], {"log": ["nothing of the kind"]}]


@pytest.mark.parametrize(
    ("name", "wanted", "changed"),
    [
        ("slab_edges/walk_100.jsonl.gz", lambda line: line[0] == "ca", change),
        (
            "slab_edges/errors_up64.jsonl.gz",
            lambda line: line[0] == "cc" and line[-1] and "log" in line[-1],
            change_log,
        ),
    ],
)
def test_a_recording_of_something_else_is_not_exact(
    name: str, wanted: Callable[[list[Any]], bool], changed: Callable[[list[Any]], list[Any]], tmp_path: Path
) -> None:
    lines = [json.loads(line) for line in gzip.decompress(golden_file(name).read_bytes()).splitlines()]
    number = next(index for index, line in enumerate(lines) if isinstance(line, list) and wanted(line))
    lines[number] = changed(lines[number])
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))

    difference = replay_file(other).difference

    assert difference is not None
    assert difference.line == number + 1


@pytest.mark.parametrize(
    ("key", "value"), [("ac_avail", 3), ("colour_next", 4), ("l_full", []), ("next_reap", 1), ("free_objects", 7)]
)
def test_a_dump_of_another_state_is_not_exact(key: str, value: Any, tmp_path: Path) -> None:
    source = golden_file("slab_edges/walk_520_colour.jsonl.gz")
    lines = [json.loads(line) for line in gzip.decompress(source.read_bytes()).splitlines()]
    number = next(index for index, line in enumerate(lines) if "cache" in line and line["cache"]["full"] == 2)
    lines[number]["cache"][key] = value
    other = tmp_path / "other.jsonl"
    other.write_text("".join(json.dumps(line) + "\n" for line in lines))

    difference = replay_file(other).difference

    assert difference is not None
    assert key in difference.what
