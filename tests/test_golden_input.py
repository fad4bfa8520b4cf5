# SPDX-License-Identifier: GPL-2.0-only
"""Recordings that are cut, mixed up, foreign or of impossible values: one line says so, soon."""

import json
import os
import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from golden_recorder import Recorder

from dmalab.golden import replay_file
from emulator.errors import ConfigError

SEED = 20080124
LINE = re.compile(r"[^\n]+: line \d+: found [^\n]+, expected [^\n]+")
STRANGE: list[Any] = [
    None,
    True,
    -1,
    0,
    1 << 31,
    1 << 63,
    1 << 64,
    10**40,
    1.5,
    float("nan"),
    "x",
    [],
    {},
    [[]],
    "ZERO",
]


@pytest.fixture(scope="module")
def recorded() -> list[Any]:
    return Recorder(seed=SEED).run(220).finish().lines


def write(lines: list[Any], path: Path) -> Path:
    path.write_text("".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines))
    return path


def complaint(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        replay_file(path)
    assert LINE.fullmatch(str(caught.value)), str(caught.value)
    return str(caught.value)


def test_an_untouched_recording_is_exact(recorded: list[Any], tmp_path: Path) -> None:
    result = replay_file(write(recorded, tmp_path / "r.jsonl"))

    assert result.difference is None
    assert result.exact == sum(isinstance(line, list) for line in recorded) > 200


def test_a_recording_cut_anywhere_is_truncated(recorded: list[Any], tmp_path: Path) -> None:
    whole = write(recorded, tmp_path / "whole.jsonl").read_bytes()
    packed = Recorder(seed=SEED).run(60).finish().write(tmp_path / "whole.jsonl.gz").read_bytes()
    rng = random.Random(SEED)

    for data, name in ((whole, "cut.jsonl"), (packed, "cut.jsonl.gz")):
        for length in [0, 1, 2, 9, 10, 11, len(data) - 1, *(rng.randrange(len(data)) for _ in range(12))]:
            (tmp_path / name).write_bytes(data[:length])
            complaint(tmp_path / name)


def test_a_recording_cut_between_two_lines_is_truncated(recorded: list[Any], tmp_path: Path) -> None:
    for length in (1, 2, len(recorded) // 2, len(recorded) - 2, len(recorded) - 1):
        assert "truncated" in complaint(write(recorded[:length], tmp_path / "cut.jsonl"))


def swapped(lines: list[Any], one: int, other: int) -> list[Any]:
    lines = list(lines)
    lines[one], lines[other] = lines[other], lines[one]
    return lines


def test_swapped_allocations_are_out_of_order_not_different(recorded: list[Any], tmp_path: Path) -> None:
    """Of the same request; of two others nobody could tell which the allocator should have answered."""
    last: dict[str, int] = {}
    pairs = []
    for index, line in enumerate(recorded):
        if isinstance(line, list) and line[0] in ("a", "km") and line[3] not in (-1, "ZERO"):
            request = str(line[:3])
            if request in last and recorded[last[request]] != line:
                pairs.append((last[request], index))
            last[request] = index
    pairs = pairs[::2]

    for one, other in pairs:
        assert "order" in complaint(write(swapped(recorded, one, other), tmp_path / "swapped.jsonl"))
    assert len(pairs) > 4


def test_moved_dumps_and_shuffled_lines_are_out_of_order(recorded: list[Any], tmp_path: Path) -> None:
    dumps = [index for index, line in enumerate(recorded) if isinstance(line, dict) and isinstance(line.get("i"), int)]
    shuffled = recorded[1:]
    random.Random(SEED).shuffle(shuffled)

    complaint(write(swapped(recorded, dumps[0], dumps[2]), tmp_path / "dumps.jsonl"))
    complaint(write([recorded[0], *shuffled], tmp_path / "shuffled.jsonl"))
    complaint(write([recorded[0], *recorded[:0:-1]], tmp_path / "backwards.jsonl"))
    complaint(write(recorded[1:], tmp_path / "no_meta.jsonl"))


def test_a_changed_address_is_a_difference_at_its_line(recorded: list[Any], tmp_path: Path) -> None:
    changed = next(index for index, line in enumerate(recorded) if isinstance(line, list) and line[0] == "km")
    lines = list(recorded)
    lines[changed] = [*lines[changed][:3], lines[changed][3] + 64, *lines[changed][4:]]

    difference = replay_file(write(lines, tmp_path / "changed.jsonl")).difference

    assert difference is not None
    assert (difference.line, difference.expected) == (changed + 1, str(lines[changed][3]))
    assert any(line.startswith("here:") for line in difference.around)


def refused(path: Path) -> bool:
    """Replay; say whether the file was refused, in one line."""
    try:
        replay_file(path)
    except ConfigError as caught:
        error = str(caught)
    else:
        return False
    assert LINE.fullmatch(error), error
    return True


def changed_somewhere(value: Any, rng: random.Random) -> Any:
    """Put something strange in the place of some part of a value."""
    if isinstance(value, (dict, list)) and value and rng.random() < 0.85:
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        copy = value.copy()
        if rng.random() < 0.2:
            del copy[key]
        else:
            copy[key] = changed_somewhere(value[key], rng)
        return copy
    return rng.choice(STRANGE)


@pytest.mark.parametrize("place", ["first", "any"])
def test_strange_values_are_differences_or_one_line(place: str, recorded: list[Any], tmp_path: Path) -> None:
    rng = random.Random(SEED)
    bad = 0

    for _ in range(40):
        at = 0 if place == "first" else rng.randrange(1, len(recorded))
        lines = [*recorded[:at], changed_somewhere(recorded[at], rng), *recorded[at + 1 :]]
        bad += refused(write(lines, tmp_path / "strange.jsonl"))
    assert bad > 12, f"seed {SEED}"


def huge_ram(meta: dict[str, Any]) -> dict[str, Any]:
    return meta | {"layout": meta["layout"] | {"ram_pfn_ranges": [[0, 1 << 40]]}}


def no_ram(meta: dict[str, Any]) -> dict[str, Any]:
    return meta | {"layout": meta["layout"] | {"ram_pfn_ranges": [[0, 0x9F]]}}


def other_build(meta: dict[str, Any]) -> dict[str, Any]:
    return meta | {"exe": "orc_sparc"}


@pytest.mark.parametrize("change", [huge_ram, no_ram, other_build])
def test_machines_that_cannot_be_are_refused(
    change: Callable[[dict[str, Any]], dict[str, Any]], recorded: list[Any], tmp_path: Path
) -> None:
    complaint(write([change(recorded[0]), *recorded[1:]], tmp_path / "machine.jsonl"))


@pytest.mark.parametrize(
    "text", ["", "\n", "[]\n", "7\n", "nonsense\n", "\0\n", "[" * 100_000 + "\n", '{"boot": 1}\n', '{"a": 1e999}\n']
)
def test_foreign_files_are_refused(text: str, tmp_path: Path) -> None:
    complaint(write([text], tmp_path / "foreign.jsonl"))


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")

    complaint(tmp_path / "pipe.jsonl")
    complaint(Path("/dev/zero"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("up_256M.csv", "dma,size_lo,size_hi,cache\n0,1,9\n"),
        ("up_256M.csv", "dma,size_lo,size_hi,cache\n0,9,1,size-32\n"),
        ("up_256M.csv", "dma,size_lo,size_hi,cache\n0,1,9,size-32\n0,0,0,ZERO\n"),
        ("up_256M.csv", "dma,size_lo,size_hi,cache\n0,1,99999999999999999999999,size-32\n"),
        ("up_256M.csv", "dma,size_lo,size_hi,cache\n0,1,32,size-32\n"),
        ("up_99999M.csv", "dma,size_lo,size_hi,cache\n0,1,32,size-32\n"),
        ("up.csv", "dma,size_lo,size_hi,cache\n0,1,32,size-32\n"),
        ("up_32M.csv", "size,align,flags,result,buffer_size\n8,0,0,OK\n"),
        ("up_32M.jsonl", '{"meta": 1, "cache_chain": 3}\n{"name": "size-32"}\n'),
    ],
)
def test_tables_that_are_none_are_refused(name: str, text: str, tmp_path: Path) -> None:
    path = write([text], tmp_path / name)

    assert refused(path) or ("cache_chain" in text and replay_file(path).difference is not None)
