# SPDX-License-Identifier: GPL-2.0-only
"""The trap gate: the port through which the guest calls a kernel that lives outside it.

Owns the port only. The upper floor that has a kernel gives `call`; what a call frame looks like is its affair.
"""

from collections.abc import Callable

from emulator import memmap
from emulator.clock import Clock


class TrapGate:
    """One 32-bit port; a write of (frame's physical address >> TRAP_FRAME_SHIFT) calls `call(frame_phys)`.

    Each call costs NS_PER_TRAP. A processor with its own way to the gate (`Cpu.on_gate`) does not come here. Other
    widths, and calls while nobody has given `call`, are ignored.
    """

    def __init__(self, clock: Clock) -> None:
        self.call: Callable[[int], object] | None = None
        self._clock = clock

    def read(self, offset: int, width: int) -> int:
        """Answer as if nothing were there: the gate is write-only."""
        return (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        """Enter the kernel; when this returns, the frame holds the answer."""
        if width == 4 and self.call is not None:
            self._clock.now_ns += memmap.NS_PER_TRAP
            self.call(value << memmap.TRAP_FRAME_SHIFT)
