# SPDX-License-Identifier: GPL-2.0-only
"""Which code came from a header's inline functions, and who called them: the line that a driver's author knows.

Knows nothing of line programs; reads the entries of inlined subroutines only.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.die import DIE
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.ranges import BaseAddressEntry

Row = tuple[int, str, int]  # address, file, line


class Inlined(NamedTuple):
    """A stretch of code that a call in `file` at `line` brought in; `depth` counts the calls around it."""

    start: int
    end: int
    depth: int
    file: str
    line: int


def inlined_calls(dwarf: DWARFInfo, unit: CompileUnit, file_name: Callable[[int], str]) -> Iterator[Inlined]:
    """Yield what was inlined in a unit; `file_name` gives the name of a file of its line program."""
    base = unit.get_top_DIE().attributes.get("DW_AT_low_pc")
    yield from _Reader(dwarf, unit, file_name, base.value if base is not None else 0).below(unit.get_top_DIE(), 0)


class _Reader:
    """Walks the functions of one unit. `base` is what its lists of ranges count from."""

    def __init__(self, dwarf: DWARFInfo, unit: CompileUnit, file_name: Callable[[int], str], base: int) -> None:
        self._lists = dwarf.range_lists()
        self._unit, self._file_name, self._base = unit, file_name, base

    def below(self, die: DIE, depth: int) -> Iterator[Inlined]:
        """Yield what was inlined below an entry."""
        for child in die.iter_children():
            if child.tag == "DW_TAG_inlined_subroutine":
                called = child.attributes
                if "DW_AT_call_file" in called and "DW_AT_call_line" in called:
                    place = self._file_name(called["DW_AT_call_file"].value), called["DW_AT_call_line"].value
                    yield from (Inlined(start, end, depth, *place) for start, end in self._ranges(child))
                yield from self.below(child, depth + 1)
            elif child.tag in ("DW_TAG_subprogram", "DW_TAG_lexical_block"):
                yield from self.below(child, depth)

    def _ranges(self, die: DIE) -> Iterator[tuple[int, int]]:
        attributes, base = die.attributes, self._base
        if "DW_AT_ranges" in attributes and self._lists is not None:
            for entry in self._lists.get_range_list_at_offset(attributes["DW_AT_ranges"].value, self._unit):
                if isinstance(entry, BaseAddressEntry):
                    base = entry.base_address
                else:
                    yield base + entry.begin_offset, base + entry.end_offset
        elif "DW_AT_low_pc" in attributes and "DW_AT_high_pc" in attributes:
            start, end = attributes["DW_AT_low_pc"].value, attributes["DW_AT_high_pc"]
            yield start, (end.value if end.form == "DW_FORM_addr" else start + end.value)


def see_through(rows: Sequence[Row], calls: Sequence[Inlined], headers: str) -> list[Row]:
    """Give code of files below `headers` the line outside of them that called it, where there is one."""
    outside = [call for call in calls if call.start < call.end and not call.file.startswith(headers)]
    edges = sorted({edge for call in outside for edge in (call.start, call.end)})
    seen: list[Row] = []
    for row, following in zip(rows, [*rows[1:], None], strict=False):
        address, name, line = row
        if not name.startswith(headers):
            seen.append(row)
            continue
        end = following[0] if following is not None else address + 1
        inner = edges[bisect_right(edges, address) : bisect_right(edges, end - 1)]
        seen += [(at, *(_caller(outside, at) or (name, line))) for at in (address, *inner)]
    return seen


def _caller(calls: Sequence[Inlined], address: int) -> tuple[str, int] | None:
    """Find the innermost call whose code holds `address`."""
    around = [call for call in calls if call.start <= address < call.end]
    innermost = max(around, key=lambda call: call.depth, default=None)
    return None if innermost is None else (innermost.file, innermost.line)
