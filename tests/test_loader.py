# SPDX-License-Identifier: GPL-2.0-only
"""Kernel images: a right one is read, a wrong one is refused in one line."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.errors import ConfigError
from emulator.loader import check_image
from emulator.ram import Ram, pc_banks
from tests.tiny_elf import TEXT, VIRT, Part, tiny_elf

RAM = Ram(pc_banks(16 << 20))


def test_a_right_image_is_read() -> None:
    image = check_image(tiny_elf(), RAM, "kernel")

    assert image.entry == VIRT + 0x20_0000
    assert [(each.phys, each.length, each.is_executable) for each in image.segments] == [
        (0x20_0000, 0x1000, True),
        (0x20_1000, 0x800, False),
    ]


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (b"", "found a file that starts with nothing, expected ELF"),
        (b"MZ\x90\0", "found a file that starts with 4d 5a 90 00, expected ELF"),
        (tiny_elf()[:40], "found 40 bytes, expected an ELF header of 64: truncated"),
        (tiny_elf()[:100], "found a file of 100 bytes, expected program headers up to byte 176: truncated"),
        (tiny_elf()[:-1], "found a file of 4287 bytes, expected segment 0x201000-0x2017ff up to byte 4288: truncated"),
        (b"\x7fELF\x01" + tiny_elf()[5:], "found ELF class 1, data 1, expected 64-bit little-endian (2, 1)"),
        (tiny_elf(machine=183), "found code for AArch64, expected x86-64"),
        (tiny_elf(machine=9999), "found code for machine 9999, expected x86-64"),
        (tiny_elf(kind=1), "found a relocatable object, expected an executable"),
        (tiny_elf(Part(5, 0x9_F000, 16, 0x2000)), "found segment 0x9f000-0xa0fff outside of RAM, expected it in"),
        (tiny_elf(Part(5, 0x100_0000, 16, 16)), "expected it in 0x0-0x9ffff or 0x100000-0xffffff"),
        (tiny_elf(TEXT, Part(6, 0x20_0FFF, 1, 1)), "found segment 0x200fff-0x200fff over segment 0x200000-0x200fff"),
        (tiny_elf(Part(5, 0x20_0000, 16, 8)), "found 16 bytes for segment 0x200000-0x200007, expected 8 at most"),
        (tiny_elf(entry=VIRT + 0x20_1000), "found entry point 0xffffffff80201000, expected one in an executable"),
        (tiny_elf(Part(5, 0x20_0000, 0, 0)), "found nothing to load"),
    ],
)  # fmt: skip
def test_a_wrong_image_is_refused_in_one_line(image: bytes, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_image(image, RAM, "kernel.elf")

    assert str(refused.value).startswith("kernel.elf: found ")
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@given(cut=st.integers(0, 4287), position=st.integers(0, 175), byte=st.integers(0, 255))
def test_no_file_does_more_harm_than_a_refusal(cut: int, position: int, byte: int) -> None:
    whole = bytearray(tiny_elf())
    whole[position] = byte

    for image in (bytes(whole), bytes(whole[:cut])):
        with contextlib.suppress(ConfigError):
            check_image(image, RAM, "kernel")
