# SPDX-License-Identifier: GPL-2.0-only
"""What may stand in a recording's lines: types and bounds of arguments, and layouts of RAM that a machine can have.

A recording is a file like any other: nothing in it is believed before it was looked at.
"""

import itertools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from dmalab.golden.reader import Recording
from emulator.memmap import PAGE_SHIFT, RAM_MAX

Check = Callable[[Any], bool]

MAX_PFN = (RAM_MAX >> PAGE_SHIFT) + 0x40000  # with the hole below 4 GiB
_MIN_PAGES = 0x600  # what the kernel's image and the boot allocator need
_MAX_RANGES = 32
_MAX_NAME = 200  # characters of a cache's name


def whole(low: int, high: int) -> Check:
    """Accept an integer from `low` to `high`; true and false are none."""
    return lambda value: type(value) is int and low <= value <= high


def either(check: Check, *words: str) -> Check:
    """Accept what `check` does, and some words."""
    return lambda value: value in words if isinstance(value, str) else check(value)


def name(value: Any) -> bool:
    """Accept a cache's name."""
    return isinstance(value, str) and 0 < len(value) <= _MAX_NAME and value.isprintable() and value.isascii()


def geometry(value: Any) -> bool:
    """Accept a cache's description, or null."""
    return value is None or isinstance(value, dict)


U32 = whole(0, (1 << 32) - 1)
U64 = whole(0, (1 << 64) - 1)
INT = whole(0, (1 << 31) - 1)
ORDER = whole(0, 63)
PFN = whole(0, MAX_PFN)
PHYS = whole(0, MAX_PFN << PAGE_SHIFT)
PFN_OR_NONE = whole(-1, MAX_PFN)
PHYS_OR_NULL = whole(-1, MAX_PFN << PAGE_SHIFT)
PHYS_OR_ZERO = either(PHYS_OR_NULL, "ZERO")


class Operation(NamedTuple):
    """A kind of operation: what its arguments may be, and what performs it."""

    takes: tuple[Check, ...]
    perform: Callable[..., Any]


Operations = dict[str, Operation]


def operation(recording: Recording, table: Operations, line: list[Any]) -> tuple[Operation, list[Any], dict[str, Any]]:
    """Take an operation's line apart: what performs it, its arguments, and what else the recording saw happen.

    Raises: ConfigError where it is no operation, or its arguments are none.
    """
    found = table.get(line[0]) if line and isinstance(line[0], str) else None
    size = 1 + len(found.takes) if found else 0
    extra = line[size] if len(line) == size + 1 else {}
    if found is None or not size <= len(line) <= size + 1 or not isinstance(extra, dict):
        recording.fail(f"operation {shown(line)}", f"one of {', '.join(table)}, with its arguments")
    arguments = line[1:size]
    for number, (check, value) in enumerate(zip(found.takes, arguments, strict=True), 1):
        if not check(value):
            recording.fail(f"{shown(value)} as argument {number} of {line[0]!r}", "a value of its type and range")
    if not isinstance(extra.get("ev", []), list):
        recording.fail(f"ev {shown(extra['ev'])}", "a list of events")
    return found, arguments, extra


def shown(value: Any) -> str:
    """Write a value of a recording, the beginning of a long one."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def layout_of(recording: Recording, meta: Any, builds: Sequence[str]) -> dict[str, Any]:
    """Give the layout of RAM in a first line.

    Raises: ConfigError where the line lacks something, or no machine could be so.
    """
    if not isinstance(meta, dict) or meta.get("exe") not in builds or not isinstance(meta.get("layout"), dict):
        found = shown(meta.get("exe")) if isinstance(meta, dict) else shown(meta)
        recording.fail(f"build {found}", f"one of {', '.join(builds)}, and a layout")
    layout: dict[str, Any] = meta["layout"]
    ram: Any = layout.get("ram_pfn_ranges")
    reserved: Any = layout.get("reserved_pfn_ranges")
    if not _are_ranges(ram) or not _ascending(ram) or sum(end - start for start, end in ram) < _MIN_PAGES:
        recording.fail(f"ram_pfn_ranges {shown(ram)}", "ascending ranges of page frames, 6 MiB to 64 GiB in all")
    if not _are_ranges(reserved) or not all(_inside(start, end, ram) for start, end in reserved):
        recording.fail(f"reserved_pfn_ranges {shown(reserved)}", "ranges of page frames in RAM")
    bootmap: Any = layout.get("bootmap_pfn")
    if not PFN(bootmap) or not _inside(bootmap, bootmap + 1, ram):
        recording.fail(f"bootmap_pfn {shown(bootmap)}", "a page frame in RAM")
    for key in ("stages", "consts"):
        if not isinstance(meta.get(key, {}), dict):
            recording.fail(f"{key} {shown(meta[key])}", "an object")
    return layout


def _are_ranges(value: Any) -> bool:
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_RANGES:
        return False
    return all(
        isinstance(each, list) and len(each) == 2 and all(map(PFN, each)) and each[0] < each[1] for each in value
    )


def _ascending(ranges: list[list[int]]) -> bool:
    return all(before[1] <= after[0] for before, after in itertools.pairwise(ranges))


def _inside(start: int, end: int, ranges: list[list[int]]) -> bool:
    return any(low <= start and end <= high for low, high in ranges)
