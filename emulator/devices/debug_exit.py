# SPDX-License-Identifier: GPL-2.0-only
"""The exit port: a write ends the run, as QEMU's isa-debug-exit does."""

from collections.abc import Callable


class DebugExit:
    """One port; a write of `value` calls `stop((value << 1) | 1)`, which becomes the exit code."""

    def __init__(self, stop: Callable[[int], None]) -> None:
        self._stop = stop

    def read(self, offset: int, width: int) -> int:
        """Answer 0, as QEMU's does."""
        return 0

    def write(self, offset: int, width: int, value: int) -> None:
        """End the run."""
        self._stop(value << 1 | 1)
