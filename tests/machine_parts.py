# SPDX-License-Identifier: GPL-2.0-only
"""A small bench of real parts for the tests of devices: RAM, clock, trace, findings, bus and DMA fabric."""

from emulator.bus import Bus
from emulator.clock import Clock
from emulator.dma import Beyond, DmaFabric, DmaPort, Reach
from emulator.finding import Finding, Findings
from emulator.irq import IrqLine
from emulator.ram import Ram, pc_banks
from emulator.trace import Trace

MIB = 1 << 20
FULL_REACH = Reach((1 << 64) - 1, Beyond.ABORT)


class Bench:
    """Parts without a CPU. `levels` is what `line` has been told, oldest first."""

    def __init__(self, ram_mib: int = 16) -> None:
        self.ram = Ram(pc_banks(ram_mib * MIB))
        self.clock = Clock()
        self.trace = Trace(recording=True)
        self.findings = Findings()
        self.bus = Bus(self.ram, self.clock, self.trace, self.findings)
        self.fabric = DmaFabric(self.ram, self.clock, self.trace, self.findings)
        self.levels: list[bool] = []
        self.line = IrqLine(self.levels.append)

    def port(self, reach: Reach = FULL_REACH) -> DmaPort:
        """Connect a device called "dev"."""
        return DmaPort(self.fabric, "dev", reach)

    def kinds(self) -> list[str]:
        """List the kinds of all findings."""
        return [finding.kind for finding in self.findings]

    def finding(self) -> Finding:
        """Give the one finding that there is."""
        assert len(self.findings) == 1
        return self.findings[0]

    def sleep(self, ns: int) -> None:
        """Let `ns` pass and events happen, each at its time."""
        end = self.clock.now_ns + ns
        while (deadline := self.clock.next_deadline()) is not None and deadline <= end:
            self.clock.now_ns = max(deadline, self.clock.now_ns)
            self.clock.run_due()
        self.clock.now_ns = max(end, self.clock.now_ns)
