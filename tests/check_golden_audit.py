# SPDX-License-Identifier: GPL-2.0-only
"""Replay a recording of the real allocators, and audit at every dump in it, and between them."""

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


def audited_replay(path: Path, stride: int | None = None) -> tuple[int, list[Violation]]:
    """Give how many states were audited, those at dumps and those after each `stride` operations, and what the audit
    said of any of them.

    Raises: Mismatch where ours differs from the recording.
    """
    base: Any = BuddyReplay if path.parent.name.startswith("buddy") else SlabReplay
    states, found, operations = 0, [], 0

    class Audited(base):  # type: ignore[misc]
        def operation(self, line: list[Any]) -> None:
            nonlocal operations
            super().operation(line)
            operations += 1
            if stride is not None and operations % stride == 0:
                self.audit()

        def dump(self, line: dict[str, Any]) -> None:
            super().dump(line)
            self.audit()

        def audit(self) -> None:
            nonlocal states
            mm = self.kernel.mm
            found.extend(audit(Memory(mm.ram, mm.layout, mm.config, mm.statics)))
            states += 1

    with suppress(EndsHere):
        Audited(Recording(path), Tally()).run()
    return states, found
