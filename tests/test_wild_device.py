# SPDX-License-Identifier: GPL-2.0-only
"""A device that does what it wants: nothing of it hurts the host, and each transfer that nobody allowed is told."""

from emulator.chance import Chance
from emulator.cpu_guard import Guards
from emulator.dma import Beyond, DmaFabric, DmaPort, Reach
from emulator.memmap import PAGE_OFFSET, PAGE_SIZE
from pykernel.check.memory import Memory
from pykernel.mm.dma_history import DmaHistory
from pykernel.ownership import Ownership
from tests.guest_kernel import Guest
from tests.test_dma_debug import SGL, make_list

TRANSFERS = 100_000
DEVICE = "0000:00:04.0"
SIZES = [512 + 300 * number for number in range(6)]


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


def test_each_of_100_000_random_reads_is_judged() -> None:
    wild, chance, wrong = Wild(), Chance(11), 0

    for _ in range(TRANSFERS):
        dma_addr, length = wild.draw(chance)
        before = wild.findings()
        wild.port.read(dma_addr, length)
        inside = any(start <= dma_addr and dma_addr + length <= start + size for start, size in wild.mapped)
        found = wild.findings() > before
        assert found != inside
        wrong += found

    assert TRANSFERS > wrong > TRANSFERS // 2


def test_random_writes_over_the_kernels_own_tables_do_not_hurt_the_host() -> None:
    wild, chance = Wild(), Chance(12)

    for _ in range(TRANSFERS // 20):
        dma_addr, length = wild.draw(chance)
        wild.port.write(dma_addr, chance.bits64().to_bytes(8, "little") * (length // 8))

    assert wild.findings() > TRANSFERS // 40


def _anywhere(chance: Chance) -> tuple[int, int]:
    """Any address, more often one where something is; any length up to two pages."""
    bits = chance.choice((20, 24, 26, 32, 40, 64))
    return chance.below(1 << bits), 1 + chance.below(2 * PAGE_SIZE)


def _near(chance: Chance, mapped: list[tuple[int, int]]) -> tuple[int, int]:
    start, size = chance.choice(mapped)
    return start - 8 + chance.below(size + 16), 1 + chance.below(size)


def test_what_a_sync_gave_to_the_cpu_is_the_cpus_until_it_is_given_back() -> None:
    wild = Wild()
    dma_addr, size = wild.mapped[1]
    guards = len(wild.guards)

    wild.guest.call("dma_sync_single_range_for_cpu", wild.dev, dma_addr, 64, 64, 0)
    wild.guards.called(dma_addr + 64, 8, 1)
    assert wild.findings() == 0
    wild.port.write(dma_addr, bytes(64))
    assert wild.findings() == 0
    wild.port.write(dma_addr + 60, bytes(8))
    assert wild.guest.kinds() == ["dma-while-cpu-owns"]
    wild.guest.call("dma_sync_single_for_device", wild.dev, dma_addr, size, 0)
    wild.port.write(dma_addr, bytes(size))
    wild.guards.called(dma_addr + 64, 8, 1)

    assert wild.guest.kinds() == ["dma-while-cpu-owns", "dma-cpu-write"]
    assert len(wild.guards) == guards


def test_a_sync_of_one_list_does_not_hand_over_another() -> None:
    wild = Wild()
    lists = []
    for number in range(2):
        page = wild.guest.call("get_free_pages", 0xD0, 0)
        sgl = make_list(wild.guest, (page, 256), at=SGL + 64 * number)
        assert wild.guest.call("dma_map_sg", wild.dev, sgl, 1, 2, 0) == 1
        lists.append((sgl, page - PAGE_OFFSET))

    wild.guest.call("dma_sync_sg_for_cpu", wild.dev, lists[0][0], 1, 2)
    wild.port.write(lists[1][1], bytes(256))
    assert wild.guest.kinds() == []
    wild.port.write(lists[0][1], bytes(256))

    assert wild.guest.kinds() == ["dma-while-cpu-owns"]


def test_a_sync_of_what_is_not_mapped_gives_the_cpu_nothing_of_what_is_mapped_there_later() -> None:
    wild = Wild()
    dma_addr, size = wild.mapped[0]
    wild.guest.call("dma_unmap_single", wild.dev, dma_addr, size, 0)

    wild.guest.call("dma_sync_single_for_cpu", wild.dev, dma_addr, size, 0)
    wild.guest.call("dma_map_single", wild.dev, dma_addr + PAGE_OFFSET, size, 0)
    wild.port.write(dma_addr, bytes(size))

    assert [kind for kind in wild.guest.kinds() if kind != "dma-map-error-unchecked"] == ["dma-sync-unknown"]


def test_a_descriptor_is_the_devices_from_the_doorbell_to_the_write_back() -> None:
    wild = Wild()
    dma_addr, guards = wild.mapped[0][0], len(wild.guards)
    wild.guest.call("dma_sync_single_for_cpu", wild.dev, dma_addr, 64, 0)

    wild.port.own(dma_addr, 16)
    wild.port.own(dma_addr + 16, 16)
    wild.guards.called(dma_addr + 24, 4, 1)
    wild.port.disown(dma_addr + 16, 16)
    wild.guards.called(dma_addr + 24, 4, 1)

    assert wild.guest.kinds() == ["dma-descriptor-write"]
    assert f"descriptor at {dma_addr + 16:#x}" in wild.guest.findings[0].sentence
    wild.port.disown_all()
    wild.guest.call("dma_sync_single_for_device", wild.dev, dma_addr, 64, 0)
    assert len(wild.guards) == guards
