# SPDX-License-Identifier: GPL-2.0-only
"""A picture of physical memory: each zone as rows of cells, each cell the kind of owner that has most of it."""

from collections.abc import Sequence
from itertools import groupby

from dmalab.text import Style, mib, wrap
from pykernel.check.census import ZoneCensus

ROWS = 3  # to a zone
_MARGIN = 22  # zone name and address
_NAMED_CACHES = 3
_INDENT = " " * 9

# kind -> (sign, what it is, style)
_SIGNS = {
    "dma": ("D", "slabs of DMA caches", ("magenta", "bold")),
    "slab": ("s", "other slabs", ("cyan",)),
    "pages": ("p", "pages given out", ("yellow",)),
    "pcp": ("c", "per-CPU lists", ("green",)),
    "free": (".", "free", ("dim",)),
    "kernel": ("K", "kernel", ("blue", "bold")),
    "mem_map": ("M", "mem_map", ("blue",)),
    "reserved": ("r", "reserved", ("red",)),
    "hole": (" ", "no RAM", ()),
}


def cells_for(width: int) -> int:
    """Say how many cells of a zone fit into lines of `width`."""
    return ROWS * (width - _MARGIN)


def draw(zones: Sequence[ZoneCensus], style: Style) -> list[str]:
    """Draw all zones, each with the signs that it has and how much each stands for."""
    return [line for zone in zones for line in _draw_zone(zone, style)]


def _draw_zone(zone: ZoneCensus, style: Style) -> list[str]:
    span = zone.end - zone.start
    per_row = max(1, min(-(-len(zone.cells) // ROWS), style.width - _MARGIN))
    lines = []
    for first in range(0, len(zone.cells), per_row):
        start = zone.start + span * first // len(zone.cells) << 12
        name = zone.zone if not first else ""
        row = zone.cells[first : first + per_row]
        runs = ((_SIGNS[kind], len(list(same))) for kind, same in groupby(row))
        cells = "".join(style.paint(sign * length, *paint) for (sign, _, paint), length in runs)
        lines.append(f"{name:8} {start:#011x} |{cells}".rstrip())
    owned = [
        f"{sign} {mib(zone.pages[kind])} {what}".strip() for kind, (sign, what, _) in _SIGNS.items() if zone.pages[kind]
    ]
    return [*lines, *wrap(owned, style.width, _INDENT), *wrap(_largest_caches(zone), style.width, _INDENT)]


def _largest_caches(zone: ZoneCensus) -> list[str]:
    most = [f"{name} {mib(pages)}" for name, pages in zone.caches[:_NAMED_CACHES]]
    more = len(zone.caches) - len(most)
    return [f"largest caches: {most[0]}", *most[1:], *([f"{more} more"] if more else [])] if most else []
