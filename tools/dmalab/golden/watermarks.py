# SPDX-License-Identifier: GPL-2.0-only
"""Replay recordings of boots: each line is one machine, and what its zones look like afterwards."""

from typing import Any

from dmalab.golden.buddy import boot, compare_zones
from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Tally


def _matches(first: Any) -> bool:
    return isinstance(first, dict) and "boot" not in first and {"exe", "layout", "zones"} <= first.keys()


def _replay(recording: Recording, tally: Tally) -> None:
    for line in recording:
        if not _matches(line):
            recording.fail("something else", "a boot with exe, layout and zones")
        kernel = boot(recording, line)
        compare_zones(kernel, recording, line["zones"], f"boot of {line['layout'].get('mb')} MiB")
        tally.exact += 1


KINDS = (Kind("watermarks", _matches, _replay, _matches),)
