# SPDX-License-Identifier: GPL-2.0-only
"""PCI: configuration space, sizing and moving BARs, the command register, interrupt routing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import memmap
from emulator.devices.pci import Bar, Identity, PciFunction, PciHost, bus_id, route
from emulator.irq import IrqLine, WiredOr
from tests.machine_parts import MIB, Bench

ADDRESS, DATA = memmap.PCI_CONFIG_ADDRESS_PORT, memmap.PCI_CONFIG_DATA_PORT
DEVFN = 4 << 3
TABLE = memmap.PCI_MEM_BASE
MEMORY, MASTER, INTX_DISABLE = 2, 4, 0x400


class Window:
    """What lies behind the BAR."""

    def read(self, offset: int, width: int) -> int:
        return offset & 0xFF

    def write(self, offset: int, width: int, value: int) -> None:
        """Nothing to change."""


class Plugged(Bench):
    """A bench with a host bridge and one function with a memory BAR of 1 MiB and an I/O BAR of 16 ports."""

    def __init__(self) -> None:
        super().__init__()
        self.host = PciHost(self.bus)
        self.bus.ports.map(ADDRESS, 8, self.host, "pci")
        self.function = PciFunction(DEVFN, Identity(0x1234, 0x11E8, 0x00FF00, 0x10, interrupt_pin=1), self.line)
        self.function.add_bar(Bar(MIB, Window()))
        self.function.add_bar(Bar(16, Window(), is_io=True))
        self.host.add(self.function)

    def get(self, offset: int, width: int = 4, devfn: int = DEVFN) -> int:
        self.bus.ports.write(ADDRESS, 4, 1 << 31 | devfn << 8 | offset & 0xFC)
        return self.bus.ports.read(DATA + (offset & 3), width)

    def set(self, offset: int, value: int, width: int = 4) -> None:
        self.bus.ports.write(ADDRESS, 4, 1 << 31 | DEVFN << 8 | offset & 0xFC)
        self.bus.ports.write(DATA + (offset & 3), width, value)


def test_the_bus_holds_the_host_bridge_and_what_was_plugged() -> None:
    bench = Plugged()

    found = {devfn: bench.get(0, devfn=devfn) for devfn in range(256)}

    assert {devfn: word for devfn, word in found.items() if word != 0xFFFF_FFFF} == {0: 0x1237_8086, DEVFN: 0x11E8_1234}
    assert bench.get(8) == 0x00FF_0010
    assert bench.get(8, devfn=0) >> 16 == 0x0600
    assert bench.get(0x3D, 1) == 1


def test_the_address_port_takes_whole_words_only_and_needs_its_enable_bit() -> None:
    bench = Plugged()
    bench.bus.ports.write(ADDRESS, 4, 1 << 31 | DEVFN << 8)
    bench.bus.ports.write(ADDRESS, 1, 0x55)

    assert bench.bus.ports.read(ADDRESS, 4) == 1 << 31 | DEVFN << 8
    bench.bus.ports.write(ADDRESS, 4, DEVFN << 8)

    assert bench.bus.ports.read(DATA, 4) == 0xFFFF_FFFF


def test_other_buses_are_empty() -> None:
    bench = Plugged()
    bench.bus.ports.write(ADDRESS, 4, 1 << 31 | 1 << 16 | DEVFN << 8)

    assert bench.bus.ports.read(DATA, 4) == 0xFFFF_FFFF


@given(offset=st.integers(0, 252), width=st.sampled_from([1, 2, 4]))
def test_every_width_reads_the_same_bytes(offset: int, width: int) -> None:
    bench = Plugged()
    offset -= offset % width
    word = bench.get(offset & 0xFC)

    assert bench.get(offset, width) == word >> 8 * (offset & 3) & (1 << 8 * width) - 1


@given(offset=st.integers(0, 255), value=st.integers(0, 255))
def test_identity_cannot_be_overwritten(offset: int, value: int) -> None:
    bench = Plugged()

    bench.set(offset, value, 1)

    assert bench.get(0) == 0x11E8_1234
    assert bench.get(8) == 0x00FF_0010
    assert bench.get(0x3D, 1) == 1


def test_all_ones_read_back_the_size_and_decode_nowhere() -> None:
    bench = Plugged()
    bench.set(4, MEMORY | 1, 2)

    bench.set(0x10, 0xFFFF_FFFF)
    bench.set(0x14, 0xFFFF_FFFF)

    assert bench.get(0x10) == 0xFFF0_0000
    assert bench.get(0x14) == 0xFFFF_FFF1
    assert bench.get(0x18) == 0
    assert len(bench.findings) == 0
    assert bench.bus.memory.read(0xFFF0_0010, 1) == 0xFF


def test_a_bar_answers_where_it_is_placed_while_decoding_is_on() -> None:
    bench = Plugged()
    bench.set(0x10, 0xE000_0000)
    assert bench.bus.memory.read(0xE000_0042, 1) == 0xFF

    bench.set(4, MEMORY, 2)
    assert bench.bus.memory.read(0xE000_0042, 1) == 0x42
    bench.set(0x10, 0xE010_0000)
    assert bench.bus.memory.read(0xE010_0042, 1) == 0x42
    assert bench.bus.memory.read(0xE000_1042, 1) == 0xFF
    bench.set(4, 0, 2)

    assert bench.bus.memory.read(0xE010_0042, 1) == 0xFF


def test_io_bars_answer_in_the_port_space() -> None:
    bench = Plugged()
    bench.set(0x14, 0xC040)
    bench.set(4, 1, 2)

    assert bench.bus.ports.read(0xC045, 1) == 5


def test_a_bar_over_ram_loses_and_is_a_finding_and_moving_it_away_repairs_that() -> None:
    bench = Plugged()
    bench.set(4, MEMORY, 2)

    bench.set(0x10, 8 * MIB)

    assert bench.finding().kind == "bar-over-ram"
    assert bench.finding().device == "0000:00:04.0"
    assert bench.bus.memory.read(8 * MIB + 0x42, 1) == 0
    bench.set(0x10, 0xE000_0000)
    assert bench.bus.memory.read(0xE000_0042, 1) == 0x42


def test_bus_mastering_follows_the_command_register() -> None:
    bench = Plugged()
    assert not bench.function.is_bus_master()

    bench.set(4, MASTER, 2)

    assert bench.function.is_bus_master()


def test_intx_shows_in_status_and_reaches_the_line_unless_disabled() -> None:
    bench = Plugged()

    bench.function.interrupt.level = True
    assert bench.get(6, 2) & 8
    assert bench.line.level
    bench.set(4, INTX_DISABLE, 2)
    assert bench.get(6, 2) & 8
    assert not bench.line.level
    bench.set(4, 0, 2)
    assert bench.line.level
    bench.function.interrupt.level = False

    assert not bench.get(6, 2) & 8
    assert bench.levels == [True, False, True, False]


@pytest.mark.parametrize(
    ("slot", "pin", "irq"), [(1, 1, "A"), (2, 1, "B"), (4, 1, "D"), (4, 2, "A"), (5, 1, "A"), (31, 4, "B")]
)
def test_pins_turn_by_one_with_each_slot(slot: int, pin: int, irq: str) -> None:
    assert route(slot << 3, pin) == getattr(memmap, f"PCI_INT{irq}_IRQ")


def test_functions_share_a_line_as_wired_or() -> None:
    levels: list[bool] = []
    shared = WiredOr(levels.append)
    identity = Identity(1, 2, 3, 4, interrupt_pin=1)
    first, second = (PciFunction(devfn, identity, shared.driver()) for devfn in (0x20, 0x40))

    first.interrupt.level = second.interrupt.level = True
    first.interrupt.level = False
    assert levels == [True]
    second.interrupt.level = False

    assert levels == [True, False]


def test_functions_are_named_as_linux_names_them() -> None:
    assert bus_id(0x20) == "0000:00:04.0"
    assert bus_id(0xFF) == "0000:00:1f.7"


class Messages:
    """A function with messages, and what it has sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, int]] = []
        self.levels: list[bool] = []
        line = IrqLine(self.levels.append)
        identity = Identity(0x1234, 0x11E8, 0x00FF00, 0x10, interrupt_pin=1)
        self.function = PciFunction(
            DEVFN, identity, line, lambda name, address, data: self.sent.append((address, data))
        )
        self.function.add_msi()
        for offset, width, value in ((0x04, 2, 0x4), (0x44, 4, 0xFEE0_0000), (0x48, 4, 0x1), (0x4C, 2, 0x4051)):
            self.function.write_config(offset, width, value)

    def enable(self, *, enable: bool = True) -> None:
        self.function.write_config(0x42, 2, int(enable))


def test_the_capability_is_found_by_its_pointer_and_keeps_what_a_64_bit_message_needs() -> None:
    function = Messages().function

    assert function.read_config(0x06, 2) & 0x10
    at = function.read_config(0x34, 1)
    assert function.read_config(at, 2) == 0x0005
    assert function.read_config(at + 2, 2) == 0x0080
    assert function.read_config(at + 4, 8) == 0x1_FEE0_0000
    assert function.read_config(at + 12, 2) == 0x4051


def test_enabled_messages_take_the_place_of_the_wire_one_for_each_request() -> None:
    bench = Messages()
    bench.function.interrupt.request()
    assert (bench.sent, bench.levels) == ([], [True])

    bench.enable()
    assert bench.levels == [True, False]
    bench.function.interrupt.request()
    bench.function.interrupt.request()
    bench.function.interrupt.level = False
    bench.function.interrupt.level = True

    assert bench.sent == [(0x1_FEE0_0000, 0x4051)] * 3
    assert bench.levels == [True, False]
    bench.enable(enable=False)
    assert bench.levels == [True, False, True]


def test_a_function_that_is_not_bus_master_sends_no_message() -> None:
    bench = Messages()
    bench.enable()
    bench.function.write_config(0x04, 2, 0)

    bench.function.interrupt.request()

    assert not bench.sent


class Vectors(Bench):
    """A bus master with a table of four messages behind its first BAR, vector 1 of it set up; what it has sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[int, int]] = []
        identity = Identity(0x1234, 0x11E8, 0x00FF00, 0x10, interrupt_pin=1)
        self.function = PciFunction(
            DEVFN, identity, self.line, lambda name, address, data: self.sent.append((address, data))
        )
        self.function.add_msi()
        self.function.add_msix(4)
        self.function.connect(self.bus)
        for offset, width, value in ((0x10, 4, TABLE), (0x04, 2, 0x6), (0x52, 2, 0x8000)):
            self.function.write_config(offset, width, value)
        self.table(1, 0, 0xFEE0_0000)
        self.table(1, 8, 0x4051)

    def table(self, vector: int, offset: int, value: int) -> None:
        self.bus.memory.write(TABLE + 16 * vector + offset, 4, value)

    def pending(self) -> int:
        return self.bus.memory.read(TABLE + 0x800, 4)


def test_both_kinds_of_messages_are_in_the_list_of_capabilities_and_the_table_is_in_a_bar() -> None:
    function = Vectors().function

    first = function.read_config(0x34, 1)
    second = function.read_config(first + 1, 1)
    assert [function.read_config(at, 1) for at in (first, second)] == [0x11, 0x05]
    assert function.read_config(second + 1, 1) == 0
    assert function.read_config(first + 2, 2) == 0x8003
    assert (function.read_config(first + 4, 4), function.read_config(first + 8, 4)) == (0x0, 0x800)


def test_a_message_waits_behind_its_mask_and_behind_the_mask_of_all() -> None:
    bench = Vectors()
    bench.function.interrupt.request(1)
    bench.function.interrupt.request(1)
    bench.function.interrupt.request(2)
    assert (bench.sent, bench.pending(), bench.levels) == ([], 0b110, [])

    bench.function.write_config(0x52, 2, 0xC000)
    bench.table(1, 12, 0)
    assert bench.sent == []
    bench.function.write_config(0x52, 2, 0x8000)

    assert (bench.sent, bench.pending()) == ([(0xFEE0_0000, 0x4051)], 0b100)
    bench.function.interrupt.request(1)
    bench.function.interrupt.request(9)
    assert len(bench.sent) == 2
    bench.function.write_config(0x52, 2, 0)
    assert bench.levels == [True]
