# SPDX-License-Identifier: GPL-2.0-only
"""Which of a finding's details name the culprit: the lines of the driver that are wrong, and not merely concerned.

The rows of one detail are one way that the guest came along, the innermost first. The mistake may be in any of them: a
helper that does what it is told is not to blame for it.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from emulator.finding import Finding

_PLACE = re.compile(r"\(([^()]+):(\d+)\)")

# Who called: where the mistake is in the call itself. It holds for every class that is not listed.
_CALLER = ("backtrace",)
# Two calls do not agree, and the finding cannot know which of them is meant.
_BOTH = ("backtrace", "mapped_at")
_CULPRITS: dict[str, tuple[str, ...]] = {
    "dma-unmapped": ("started_at",),
    "dma-after-unmap": ("unmapped_at",),
    "dma-past-mapping": ("mapped_at", "started_at"),
    "dma-other-device": ("mapped_at", "started_at"),
    "dma-pool-block": ("unmapped_at", "started_at"),
    "dma-pool-busy": ("mapped_at",),
    "dma-against-direction": ("mapped_at", "started_at"),
    "dma-while-cpu-owns": ("started_at",),
    "dma-freed-memory": ("freed_at",),
    "dma-map-freed": ("mapped_at",),
    "dma-unsynced-write": ("written_at",),
    "dma-uninitialized": ("allocated_at",),
    "dma-shared-line": _BOTH,
    "dma-unmap-size": _BOTH,
    "dma-unmap-function": _BOTH,
    "dma-unmap-direction": _BOTH,
    "dma-unmap-cpu-address": _BOTH,
    "dma-map-error-unchecked": _BOTH,
    "dma-pending-at-release": ("mapped_at",),
    "dma-beyond-reach": ("allocated_at", "mapped_at", "started_at"),
    "dma-crosses-boundary": ("allocated_at", "mapped_at", "started_at"),
    "dma-bus-master-off": ("started_at",),
    "dma-unassigned": ("started_at",),
    "dma-device-range": ("started_at",),
    "dma-direction": ("started_at",),
    "iommu-fault": ("started_at",),
    "iommu-exposes-own-data": ("mapped_at",),
    "iommu-exposes-os-data": ("mapped_at",),
    "iommu-exposes-mapping": ("mapped_at",),
    "iommu-exposes-neighbours": ("mapped_at",),
    "kasan-slab-use-after-free": ("backtrace", "freed_at"),  # used too late, or freed too early
    "kasan-use-after-free": ("backtrace", "freed_at"),
    "kasan-double-free": ("backtrace", "freed_at"),
    "active-object": ("started_at",),
    "preempt-imbalance": ("taken_at",),
    "module-busy": ("taken_at",),
    "slab-double-free": ("backtrace", "freed_at"),
    "slab-redzone": ("backtrace", "allocated_at", "freed_at"),  # who had it; who wrote is gone
    "slab-poison": ("freed_at", "backtrace"),
    "msi-lost": ("programmed_at",),
    "memory-leak": ("allocated_at",),
    "module-leak": ("allocated_at",),
    "slab-destroy-refused": ("destroyed_at", "objects"),
}


def culprit_rows(finding: Finding) -> Iterator[str]:
    """Yield the rows of a finding's details that name the culprit."""
    for key in _keys(finding):
        value = finding.details.get(key, ())
        yield from (str(row) for row in (value if isinstance(value, list) else [value]))


def _keys(finding: Finding) -> tuple[str, ...]:
    if finding.kind.startswith("leftover-"):
        return ("taken_at",)
    if finding.kind == "deadlock":
        return tuple(finding.details)  # each is a task, and how it came to wait
    return _CULPRITS.get(finding.kind, _CALLER)


def culprit_lines(finding: Finding, source: Path) -> list[int]:
    """List the lines of `source` that a finding blames."""
    places = [_PLACE.search(row) for row in culprit_rows(finding)]
    return [int(place[2]) for place in places if place is not None and Path(place[1]).name == source.name]
