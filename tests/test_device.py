# SPDX-License-Identifier: GPL-2.0-only
"""Registers declared as data: access rules, widths, hooks."""

from enum import IntFlag

from hypothesis import given
from hypothesis import strategies as st

from emulator.device import Device, Register


class Stat(IntFlag):
    BUSY = 0x1
    DONE = 0x2
    FAULT = 0x4


class Sample(Device):
    widths = (4, 8)

    plain = Register(0x00, reset=0x1234)
    narrow = Register(0x04, writable=0x00FF_FFFF)
    stat = Register(0x08, Stat, write_1_to_clear=Stat.DONE | Stat.FAULT, writable=0)
    fixed = Register(0x0C, reset=7, read_only=True)
    complement = Register(0x10)
    heard = Register(0x14, read_only=True)
    door = Register(0x14, write_only=True)
    wide = Register(0x18, width=8, widths=(4, 8))

    @complement.store
    def _complement(self, value: int) -> int:
        return ~value

    @door.on_write
    def _ring(self) -> None:
        self.heard += self.door

    @wide.on_read
    def _read_wide(self) -> int:
        return self.wide + 1


class Narrow(Device):
    widths = (1,)
    splits = True

    first = Register(0, width=1, reset=0x11)
    second = Register(1, width=1, reset=0x22)


def test_registers_start_at_their_reset_values() -> None:
    device = Sample()

    assert device.read(0x00, 4) == 0x1234
    assert device.stat == Stat(0)


def test_a_write_changes_the_writable_bits_only() -> None:
    device = Sample()

    device.write(0x04, 4, 0xFFFF_FFFF)
    device.write(0x0C, 4, 99)

    assert device.narrow == 0x00FF_FFFF
    assert device.fixed == 7


@given(before=st.integers(0, 7), value=st.integers(0, 0xFFFF_FFFF))
def test_ones_clear_what_is_declared_so_and_nothing_else_changes(before: int, value: int) -> None:
    device = Sample()
    device.stat = Stat(before)

    device.write(0x08, 4, value)

    assert device.stat == before & ~(value & (Stat.DONE | Stat.FAULT))
    assert isinstance(device.stat, Stat)


def test_a_store_hook_decides_what_is_kept_within_the_width() -> None:
    device = Sample()

    device.write(0x10, 4, 0x0000_FFFF)

    assert device.read(0x10, 4) == 0xFFFF_0000


def test_a_reader_and_a_writer_can_share_an_offset() -> None:
    device = Sample()

    device.write(0x14, 4, 5)
    device.write(0x14, 4, 6)

    assert device.read(0x14, 4) == 11


def test_a_narrow_write_of_a_wide_register_zero_extends() -> None:
    device = Sample()
    device.write(0x18, 8, 0xFFFF_FFFF_FFFF_FFFF)

    assert device.read(0x18, 8) == 0

    device.write(0x18, 4, 0x1000)

    assert device.read(0x18, 8) == 0x1001


def test_refused_widths_and_unaligned_accesses_read_zero_and_write_nothing() -> None:
    device = Sample()

    device.write(0x00, 1, 0xFF)
    device.write(0x02, 4, 0xFFFF_FFFF)

    assert (device.read(0x00, 1), device.read(0x00, 2), device.read(0x02, 4)) == (0, 0, 0)
    assert device.plain == 0x1234


def test_offsets_without_a_register_float_high() -> None:
    device = Sample()

    device.write(0x40, 4, 1)

    assert device.read(0x40, 4) == 0xFFFF_FFFF
    assert device.read(0x1C, 4) == 0xFFFF_FFFF  # the high half of `wide` has no name of its own
    assert device.read(0x00, 8) == 0xFFFF_FFFF_FFFF_FFFF  # decoded, but `plain` is 4 bytes wide


def test_a_wide_access_of_an_8_bit_part_is_several_accesses() -> None:
    device = Narrow()

    assert device.read(0, 4) == 0xFFFF_2211
    device.write(0, 2, 0x6655)

    assert (device.first, device.second) == (0x55, 0x66)


def test_two_devices_of_a_class_share_nothing() -> None:
    first, second = Sample(), Sample()

    first.write(0x00, 4, 1)

    assert second.plain == 0x1234
