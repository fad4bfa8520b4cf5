# SPDX-License-Identifier: GPL-2.0-only
"""A device that does DMA as it likes: any address, any length, at any time."""

from dmalab.machine_spec import LimitsSpec, MachineSpec
from dmalab.result import Result
from dmalab.scenario import find
from dmalab.session import Session
from emulator.chance import Chance
from emulator.cpu_guard import Guards
from emulator.dma import Beyond, DmaFabric, DmaPort, Reach
from emulator.memmap import MIB, PAGE_SIZE
from pykernel.check.memory import Memory
from pykernel.mm.dma_history import DmaHistory
from pykernel.ownership import Ownership
from tests.guest_kernel import Guest

DEVICE = "0000:00:04.0"
SIZES = [512 + 300 * number for number in range(6)]
_MOST_APART_NS = 3000  # two transfers of a device in a machine that runs


class Wild:
    """A guest without a CPU that has mapped a few buffers, and a device that does not care."""

    def __init__(self) -> None:
        self.guest = Guest().boot()
        mm = self.guest.kernel.mm
        self.guards = Guards(memoryview(bytearray(1 << 18)).cast("Q"), lambda pfn, loads, stores: None)
        memory = Memory(self.guest.ram, self.guest.layout, self.guest.config, mm.statics)
        ownership = Ownership(
            memory,
            DmaHistory(mm),
            self.guards,
            self.guest.findings,
            self.guest.clock,
            [DEVICE],
            frames=lambda depth: [],
            describe=hex,
            ask_again=self.guest.trace.ask_again,
        )
        self.guest.trace.subscribe_to_traps(ownership.on_trap, ownership.follows)
        fabric = DmaFabric(self.guest.ram, self.guest.clock, self.guest.trace, self.guest.findings)
        fabric.checker = ownership
        self.port = DmaPort(fabric, DEVICE, Reach((1 << 32) - 1, Beyond.WRAP))
        self.dev = self.guest.device()
        self.mapped = [(self._map(size), size) for size in SIZES]

    def _map(self, size: int) -> int:
        page = self.guest.call("get_free_pages", 0xD0, 0)
        return self.guest.call("dma_map_single", self.dev, page, size, 0)

    def findings(self) -> int:
        """Count the findings so far."""
        return len(self.guest.findings) + self.guest.findings.dropped

    def draw(self, chance: Chance) -> tuple[int, int]:
        """Draw address and length of a transfer, a quarter of them near a mapping."""
        return _near(chance, self.mapped) if not chance.below(4) else _anywhere(chance)

    def write_and_put_back(self, dma_addr: int, length: int, chance: Chance) -> None:
        """Write random bytes, then what was there before."""
        runs = [run for run in self.port.reach.driven(dma_addr, length) if self.guest.ram.contains(*run)]
        was = [(phys, bytes(self.guest.ram.read(phys, size))) for phys, size in runs]
        self.port.write(dma_addr, (chance.bits64().to_bytes(8, "little") * (length // 8 + 1))[:length])
        for phys, data in was:
            self.guest.ram.write(phys, data)


def _anywhere(chance: Chance) -> tuple[int, int]:
    """Any address, more often one where something is; any length up to two pages."""
    bits = chance.choice((20, 24, 26, 32, 40, 64))
    return chance.below(1 << bits), 1 + chance.below(2 * PAGE_SIZE)


def _near(chance: Chance, mapped: list[tuple[int, int]]) -> tuple[int, int]:
    start, size = chance.choice(mapped)
    return start - 8 + chance.below(size + 16), 1 + chance.below(size)


def judged(count: int, seed: int) -> tuple[int, list[str]]:
    """Let a device read and write `count` times; give how often it left its mappings, and where it was misjudged.

    What it has written is put back, so that the tables by which it is judged stay what the kernel has made of them.
    """
    wild, chance, outside = Wild(), Chance(seed), 0
    misjudged: list[str] = []
    for number in range(count):
        dma_addr, length = wild.draw(chance)
        before = wild.findings()
        if number & 1:
            wild.write_and_put_back(dma_addr, length, chance)
        else:
            wild.port.read(dma_addr, length)
        inside = any(start <= dma_addr and dma_addr + length <= start + size for start, size in wild.mapped)
        outside += not inside
        if inside == (wild.findings() > before):
            misjudged.append(f"{dma_addr:#x}, {length} bytes")
    return outside, misjudged


class Raid:
    """A machine whose device begins to write and read at random as soon as the kernel has booted, `most` times."""

    def __init__(self, seed: int, scenario: str, most: int = 10_000) -> None:
        spec = MachineSpec(ram=32 * MIB, limits=LimitsSpec(max_blocks=300_000))
        self.session = Session(spec, find(scenario), {}, record=False)
        self.transfers, self._most = 0, most
        self._chance, self._machine = Chance(seed), self.session.machine
        # Nobody can turn this one off, and it drives every address.
        self._port = DmaPort(self._machine.board.fabric, DEVICE, Reach((1 << 64) - 1, Beyond.ABORT))
        self.session.kernel.on_checkpoint(lambda name: self._next() if name == "booted" else None)

    def run(self) -> Result:
        """Run to whatever end it comes to."""
        return self.session.run()

    def _next(self) -> None:
        self._machine.clock.after(1 + self._chance.below(_MOST_APART_NS), self._fire)

    def _fire(self) -> None:
        dma_addr, length = _anywhere(self._chance)
        if self._chance.below(2):
            self._port.write(dma_addr, (self._chance.bits64().to_bytes(8, "little") * (length // 8 + 1))[:length])
        else:
            self._port.read(dma_addr, length)
        self.transfers += 1
        if self.transfers < self._most:
            self._next()
        else:
            self._machine.cpu.stop("enough")
