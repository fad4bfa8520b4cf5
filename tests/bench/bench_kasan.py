# SPDX-License-Identifier: GPL-2.0-only
"""What it costs to look at the shadow of memory: loops that do little but touch memory, in the driver or the processor.

All is measured in one run, in turn; of many rounds of each loop the quickest counts.
"""

import time
from collections.abc import Iterator
from pathlib import Path

from dmalab.lab import Lab
from dmalab.machine_spec import MachineSpec
from tests.bench.figure import Figure

_LOOPS = Path(__file__).parent.parent / "kasan" / "loops.c"
_RUNS = 3
_RIVALS = MachineSpec(), MachineSpec(kasan=True), MachineSpec(heap_check=True)
_NAMES = {"words": "64-bit words", "bytes": "bytes", "chain": "words that tell where the next is"}


def loop_times(spec: MachineSpec) -> dict[str, float]:
    """Run the loops; give the seconds of the quickest round of each."""
    lab = Lab(_LOOPS, spec=spec)
    begun: dict[str, float] = {}
    best = dict.fromkeys(_NAMES, float("inf"))

    def checkpoint(name: str) -> None:
        now = time.perf_counter()
        if name in begun:
            best[name] = min(best[name], now - begun.pop(name))
        elif name in best:
            begun[name] = now

    lab.kernel.on_checkpoint(checkpoint)
    with lab:
        pass
    return best


def measure() -> Iterator[Figure]:
    """Yield the figures."""
    runs = [tuple(map(loop_times, _RIVALS)) for _ in range(_RUNS)]
    plain, compiled, watched = (
        {name: min(run[rival][name] for run in runs) for name in _NAMES} for rival in range(len(_RIVALS))
    )
    for name, what in _NAMES.items():
        yield Figure(f"driver with --kasan, {what}: in plain ones", compiled[name] / plain[name], "x", 4)
    for name, what in _NAMES.items():
        yield Figure(f"heap_check, {what}: in plain ones", watched[name] / plain[name], "x", 30)
