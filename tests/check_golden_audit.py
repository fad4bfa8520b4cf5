# SPDX-License-Identifier: GPL-2.0-only
"""Replay a recording of the real allocators, and audit at every dump in it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

from dmalab.golden.buddy import BuddyReplay
from dmalab.golden.reader import Recording
from dmalab.golden.replay import EndsHere, Tally
from dmalab.golden.slab import SlabReplay
from pykernel.check.audit import audit
from pykernel.check.memory import Memory
from pykernel.check.violations import Violation


def audited_replay(path: Path) -> tuple[int, list[Violation]]:
    """Give how many states were audited, and what the audit said of any of them.

    Raises: Mismatch where ours differs from the recording.
    """
    base: Any = BuddyReplay if path.parent.name.startswith("buddy") else SlabReplay
    states, found = 0, []

    class Audited(base):  # type: ignore[misc]
        def dump(self, line: dict[str, Any]) -> None:
            nonlocal states
            super().dump(line)
            mm = self.kernel.mm
            found.extend(audit(Memory(mm.ram, mm.layout, mm.config, mm.statics)))
            states += 1

    with suppress(EndsHere):
        Audited(Recording(path), Tally()).run()
    return states, found
