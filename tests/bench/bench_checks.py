# SPDX-License-Identifier: GPL-2.0-only
"""What the checks that are always on cost code that has nothing mapped: the same guest, watched and not, in turn.

Not watched means: nobody follows who owns which byte, nobody annotates findings. Of many rounds the quickest counts.
"""

from collections.abc import Iterator
from pathlib import Path

from dmalab import lab
from dmalab.machine_spec import MachineSpec
from dmalab.scenario import Scenario
from dmalab.session import Session
from emulator.memmap import KERNEL_MAP_BASE, MIB
from pykernel.check.users import Users
from tests.bench.figure import Figure, Stopwatch

MOST = 1.1  # what is asked for
_LOOPS = Path(__file__).parent.parent / "kasan" / "loops.c"
_LOOP_NAMES = {"words": "64-bit words", "bytes": "bytes", "chain": "words that tell where the next is"}
_OPTIONS = ("alloc_bench=8000", "rounds=10")
_ALLOCATIONS = Scenario("bench", "", ("alloc_bench",), _OPTIONS, finds_leaks=False)
_ALLOCATION_NAMES = {
    "pairs": "kmalloc(64) + kfree",
    "own": "kmem_cache_alloc + free",
    "stack": "an array stack",
    "trapped": "kmalloc + kfree by traps",
}
_RUNS = 30


class Unwatched(Session):
    """A session whose machine just runs."""

    def _observe(self) -> None:
        self._users = Users(self.memory, self.symbols.addresses["object_users"] - KERNEL_MAP_BASE)
        self.kernel.on_transfer_result(self._transfers.on_result)
        self.kernel.on_checkpoint(self._checkpoint)


def loop_times(session: type[Session]) -> dict[str, float]:
    """Run a driver's loops over memory."""
    watch, usual = Stopwatch(), lab.Session
    lab.Session = session  # type: ignore[misc]
    try:
        laboratory = lab.Lab(_LOOPS, spec=MachineSpec())
    finally:
        lab.Session = usual  # type: ignore[misc]
    laboratory.kernel.on_checkpoint(watch.checkpoint)
    with laboratory:
        pass
    return watch.best


def allocation_times(session: type[Session]) -> dict[str, float]:
    """Run the guest's allocators in their fast paths."""
    watch = Stopwatch()
    running = session(MachineSpec(ram=16 * MIB), _ALLOCATIONS, {}, record=False)
    running.kernel.on_checkpoint(watch.checkpoint)
    running.run()
    return watch.best


def measure() -> Iterator[Figure]:
    """Yield the figures."""
    for times, names in ((loop_times, _LOOP_NAMES), (allocation_times, _ALLOCATION_NAMES)):
        runs: dict[type[Session], list[dict[str, float]]] = {Session: [], Unwatched: []}
        for number in range(_RUNS):
            # Who comes first gets other memory of the host's: both do in turn.
            for rival in (Session, Unwatched) if number % 2 else (Unwatched, Session):
                runs[rival].append(times(rival))
        for name, what in names.items():
            watched, free = (min(run[name] for run in runs[rival]) for rival in (Session, Unwatched))
            yield Figure(f"checks without mappings, {what}", watched / free, "x", MOST)
