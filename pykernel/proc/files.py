# SPDX-License-Identifier: GPL-2.0-only
"""The files of /proc by their names. Each is written from guest RAM at the moment when it is asked for."""

from collections.abc import Callable, Iterable, Mapping

from pykernel.mm.context import Mm
from pykernel.proc.iomem import iomem
from pykernel.proc.meminfo import meminfo
from pykernel.proc.slabinfo import slabinfo
from pykernel.proc.vmstat import buddyinfo, pagetypeinfo, zoneinfo

NAMES = ("buddyinfo", "iomem", "meminfo", "pagetypeinfo", "slabinfo", "zoneinfo")


def read_all(
    mm: Mm, symbols: Mapping[str, int], devices: Iterable[tuple[int, int, str]], names: Iterable[str] = NAMES
) -> dict[str, str]:
    """Write the files called `names`. What else `iomem` wants is `symbols` and `devices`."""
    writers: dict[str, Callable[[], str]] = {
        "buddyinfo": lambda: buddyinfo(mm),
        "iomem": lambda: iomem(mm, symbols, devices),
        "meminfo": lambda: meminfo(mm),
        "pagetypeinfo": lambda: pagetypeinfo(mm),
        "slabinfo": lambda: slabinfo(mm),
        "zoneinfo": lambda: zoneinfo(mm),
    }
    return {name: writers[name]() for name in names}
