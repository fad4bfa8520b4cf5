# SPDX-License-Identifier: GPL-2.0-only
"""A small bench of real parts for the tests of devices: RAM, clock, trace, findings, bus and DMA fabric."""

from emulator.bus import Bus
from emulator.clock import Clock
from emulator.devices.isa_dma import REACH, Channel, IsaDma
from emulator.dma import Beyond, DmaFabric, DmaPort, Reach
from emulator.finding import Finding, Findings
from emulator.irq import IrqLine
from emulator.ram import Ram, pc_banks
from emulator.trace import Trace

MIB = 1 << 20
_PAGES = {1: 0x3, 5: 0xB}  # offset of the page register
# Bits of an 8237A's mode register.
SINGLE, TO_MEMORY, FROM_MEMORY, AUTO_INIT, DECREMENT = 0x40, 0x04, 0x08, 0x10, 0x20
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


class IsaBench(Bench):
    """A bench with the 8237A pair and a device called "dev" on channels 1 and 5."""

    def __init__(self, reach: Reach = REACH) -> None:
        super().__init__()
        self.isa = IsaDma()
        self.channels = {number: self.isa.attach(number, self.port(reach)) for number in (1, 5)}

    def poke(self, number: int, register: int, value: int) -> None:
        """Write register 0-15 of the chip that has channel `number`."""
        chip, spacing = (self.isa.low, 1) if number < 4 else (self.isa.high, 2)
        chip.write(register * spacing, 1, value)

    def peek(self, number: int, register: int) -> int:
        chip, spacing = (self.isa.low, 1) if number < 4 else (self.isa.high, 2)
        return chip.read(register * spacing, 1)

    def program(self, number: int, phys: int, length: int, mode: int) -> Channel:
        """Program a channel as drivers do."""
        unit = 1 if number < 4 else 2
        self.poke(number, 0xA, 4 | number & 3)
        self.poke(number, 0xC, 0)
        self.poke(number, 0xB, SINGLE | mode | number & 3)
        address, count = phys // unit & 0xFFFF, length // unit - 1
        for register, value in ((0, address), (1, count)):
            self.poke(number, (number & 3) * 2 + register, value & 0xFF)
            self.poke(number, (number & 3) * 2 + register, value >> 8)
        self.isa.pages.write(_PAGES[number], 1, phys >> 16)
        self.poke(number, 0xA, number & 3)
        return self.channels[number]
