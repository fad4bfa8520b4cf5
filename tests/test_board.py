# SPDX-License-Identifier: GPL-2.0-only
"""The board without a CPU: what is where, and a transfer driven by hand from register to vector."""

import itertools
import struct

import pytest

from emulator import memmap
from emulator.board import Board
from emulator.config import EduConfig, IsaPatternConfig, MachineConfig
from emulator.devices.edu import TRANSFER_NS
from emulator.dma import Beyond, Reach
from emulator.errors import ConfigError
from emulator.trace import Dma, Irq

MIB, GIB = memmap.MIB, memmap.GIB
ROM = bytes(range(256)) * 256
BAR = memmap.PCI_MEM_BASE
SMALL = MachineConfig(ram=16 * MIB)


class Driven(Board):
    """A board of 16 MiB, with the accesses of a driver. `stops` is what has asked to end the run."""

    def __init__(self, config: MachineConfig = SMALL, files: dict[str, bytes] | None = None) -> None:
        self.stops: list[tuple[str, int]] = []
        super().__init__(config, ROM, files or {}, lambda reason, code: self.stops.append((reason, code)))

    def outb(self, port: int, *values: int) -> None:
        for value in values:
            self.bus.ports.write(port, 1, value)

    def config(self, devfn: int, offset: int, value: int) -> None:
        self.bus.ports.write(memmap.PCI_CONFIG_ADDRESS_PORT, 4, 1 << 31 | devfn << 8 | offset)
        self.bus.ports.write(memmap.PCI_CONFIG_DATA_PORT, 4, value)

    def start_edu(self, source: int, destination: int, count: int, command: int) -> None:
        for offset, value in ((0x80, source), (0x88, destination), (0x90, count), (0x98, command)):
            self.bus.memory.write(BAR + offset, 8, value)
        self.clock.advance(TRANSFER_NS)
        self.clock.run_due()

    def open_interrupts(self) -> None:
        self.outb(memmap.PIC1_PORT, 0x11)
        self.outb(memmap.PIC1_PORT + 1, 0x30, 4, 1, 0)
        self.outb(memmap.PIC2_PORT, 0x11)
        self.outb(memmap.PIC2_PORT + 1, 0x38, 2, 1, 0)


@pytest.mark.parametrize("size", [16 * MIB, 128 * MIB, 3 * GIB, 5 * GIB, 64 * GIB])
def test_the_ram_map_names_all_ram_once_and_reserves_what_is_not_free(size: int) -> None:
    board = Driven(MachineConfig(ram=size))

    entries = board.e820()

    assert entries[0] == (0, 0x9_F000, 1)
    assert entries[1] == (0x9_F000, 0x1000, 2)
    assert (0xF_0000, 0x1_0000, 2) in entries
    assert (memmap.ROM_BASE, memmap.ROM_SIZE, 2) in entries
    assert all(start + length <= after for (start, length, _), (after, _, _) in itertools.pairwise(entries))
    low_hole = memmap.LOW_HOLE_END - memmap.EBDA_BASE
    assert sum(length for _, length, kind in entries if kind == 1) == size - low_hole
    assert all(board.ram.contains(start, length) for start, length, kind in entries if kind == 1)


def test_rom_lies_at_the_top_of_4_gib_and_below_1_mib() -> None:
    board = Driven()

    assert board.bus.memory.read(0xFFFF_FFF0, 8) == int.from_bytes(ROM[-16:-8], "little")
    assert board.bus.memory.read(0xF_0010, 8) == int.from_bytes(ROM[16:24], "little")


def test_the_guest_finds_the_ram_map_and_the_files_it_was_given() -> None:
    board = Driven(files={"opt/dmalab/cmdline": b"quiet"})
    board.bus.ports.write(memmap.FW_CFG_PORT, 2, 0x20)

    table = bytes(board.bus.ports.read(memmap.FW_CFG_PORT + 1, 1) for _ in range(20 * len(board.e820())))
    board.bus.ports.write(memmap.FW_CFG_PORT, 2, 0x21)

    assert [struct.unpack_from("<QQI", table, at) for at in range(0, len(table), 20)] == board.e820()
    assert bytes(board.bus.ports.read(memmap.FW_CFG_PORT + 1, 1) for _ in range(5)) == b"quiet"


def test_characters_reach_the_console() -> None:
    board = Driven()

    board.outb(memmap.UART_PORT, *b"hello")

    assert board.console == b"hello"


def test_the_exit_port_ends_the_run() -> None:
    board = Driven()

    board.outb(memmap.DEBUG_EXIT_PORT, 0x10)

    assert board.stops == [("exit port", 0x21)]


def test_an_edu_transfer_from_configuration_to_vector() -> None:
    board = Driven()
    board.open_interrupts()
    board.config(memmap.EDU_DEVFN, 0x10, BAR)
    board.config(memmap.EDU_DEVFN, 0x04, 0x6)
    board.ram.write(0x10_0000, b"payload!")

    board.start_edu(0x10_0000, 0x40000, 8, 0x5)
    assert board.pics.acknowledge() == 0x30 + memmap.PCI_INTD_IRQ
    board.bus.memory.write(BAR + 0x64, 4, 0x100)
    board.start_edu(0x40000, 0x20_0000, 8, 0x3)

    assert board.ram.read(0x20_0000, 8) == b"payload!"
    assert not board.pics.pending()
    events = board.trace.last()
    assert [event[1:] for event in events if isinstance(event, Irq)] == [
        (memmap.PCI_INTD_IRQ, True),
        (memmap.PCI_INTD_IRQ, False),
    ]
    assert [event.device for event in events if isinstance(event, Dma)] == ["0000:00:04.0"] * 2
    assert len(board.findings) == 0


def test_an_edu_that_is_not_bus_master_moves_nothing() -> None:
    board = Driven()
    board.config(memmap.EDU_DEVFN, 0x10, BAR)
    board.config(memmap.EDU_DEVFN, 0x04, 0x2)
    board.ram.write(0x20_0000, b"as it was")

    board.start_edu(0x40000, 0x20_0000, 9, 0x3)

    assert board.ram.read(0x20_0000, 9) == b"as it was"
    assert [finding.kind for finding in board.findings] == ["dma-bus-master-off"]
    assert board.stops == []


def test_a_strict_board_stops_at_the_finding() -> None:
    board = Driven(MachineConfig(ram=16 * MIB, strict=True))

    board.bus.memory.write(0xF_0000, 1, 0)

    assert board.stops == [("rom-write", 1)]


def test_the_dma_ports_of_the_guests_devices_are_known_with_their_reach() -> None:
    ports = Driven().dma_ports

    assert [(port.name, port.reach.mask) for port in ports] == [
        ("0000:00:04.0", 0x0FFF_FFFF),
        ("isa_pattern", 0xFF_FFFF),
    ]


def test_an_isa_transfer_interrupts_by_an_edge() -> None:
    board = Driven()
    board.open_interrupts()
    board.outb(memmap.ISA_PATTERN_PORT, 0x80)
    board.outb(memmap.DMA1_PORT + 0xB, 0x45)
    board.outb(memmap.DMA1_PORT + 2, 0x00, 0x80)
    board.outb(memmap.DMA1_PORT + 3, 0xFF, 0x00)
    board.outb(memmap.DMA_PAGE_PORT + 3, 0x12)
    board.outb(memmap.DMA1_PORT + 0xA, 0x01)

    board.bus.ports.write(memmap.ISA_PATTERN_PORT + 2, 2, 0x100)
    board.outb(memmap.ISA_PATTERN_PORT, 0x01 | 0x02 | 0x08)
    board.clock.advance(1_000_000)
    board.clock.run_due()

    assert board.ram.read(0x12_8000, 0x100) == bytes(range(256))
    assert board.pics.acknowledge() == 0x30 + memmap.ISA_PATTERN_IRQ


def test_two_edus_in_two_slots_have_their_own_reach() -> None:
    near = EduConfig(slot=5, reach=Reach(0xFFFFF, Beyond.ABORT))
    board = Driven(MachineConfig(ram=16 * MIB, devices=(EduConfig(), near)))
    for devfn, start in ((4 << 3, BAR + MIB), (5 << 3, BAR)):
        board.config(devfn, 0x10, start)
        board.config(devfn, 0x04, 0x6)

    board.start_edu(0x10_0000, 0x40000, 8, 0x1)

    assert [(finding.kind, finding.device) for finding in board.findings] == [("dma-beyond-reach", "0000:00:05.0")]


@pytest.mark.parametrize(
    ("devices", "sentence"),
    [
        ((EduConfig(), EduConfig()), "two functions at 0000:00:04.0"),
        ((EduConfig(slot=0),), "two functions at 0000:00:00.0"),
        (
            (IsaPatternConfig(port=memmap.UART_PORT - 4),),
            "ports: isa_pattern at 0x3f4-0x3fb overlaps uart at 0x3f8-0x3ff",
        ),
        ((IsaPatternConfig(irq=memmap.UART_IRQ),), "isa_pattern wants 4, which the UART has"),
        ((IsaPatternConfig(irq=2),), "isa_pattern wants 2, which the second 8259A has"),
        ((IsaPatternConfig(irq=10),), "isa_pattern wants 10, which the PCI bus has"),
        (
            (IsaPatternConfig(), IsaPatternConfig(port=0x340, irq=7)),
            "isa_pattern wants DMA channel 1, which isa_pattern has",
        ),
    ],
)
def test_two_parts_cannot_have_the_same_thing(devices: tuple[EduConfig | IsaPatternConfig, ...], sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Driven(MachineConfig(ram=16 * MIB, devices=devices))

    assert sentence in str(refused.value)


@pytest.mark.parametrize("ram", [0, MIB, 16 * MIB + 1, 1 << 40])
def test_a_board_has_16_mib_to_64_gib(ram: int) -> None:
    with pytest.raises(ConfigError, match="expected 16 MiB to 64 GiB"):
        Driven(MachineConfig(ram=ram))


def test_equal_boards_do_equal_things() -> None:
    digests = set()
    for _ in range(2):
        board = Driven()
        board.open_interrupts()
        board.outb(memmap.PIT_PORT + 3, 0x34)
        board.outb(memmap.PIT_PORT, 0x10, 0x27)
        for _ in range(100):
            board.clock.advance(1_000_000)
            board.clock.run_due()
            board.outb(memmap.UART_PORT, 65)
        digests.add(board.trace.sha256())

    assert len(digests) == 1
