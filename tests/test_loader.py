# SPDX-License-Identifier: GPL-2.0-only
"""Kernel images: a right one is read, a wrong one is refused in one line."""

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator.errors import ConfigError
from emulator.loader import check_image
from emulator.ram import Ram, pc_banks

RAM = Ram(pc_banks(16 << 20))
VIRT = 0xFFFF_FFFF_8000_0000
TEXT = (5, 0x20_0000, 0x1000, 0x1000)  # flags, phys, bytes in the file, bytes in memory
DATA = (6, 0x20_1000, 0x10, 0x800)


def _image(
    *segments: tuple[int, int, int, int], entry: int = VIRT + 0x20_0000, kind: int = 2, machine: int = 62
) -> bytes:
    """Build an ELF file with nothing but segments."""
    segments = segments or (TEXT, DATA)
    headers, body, offset = b"", b"", 64 + 56 * len(segments)
    for flags, phys, file_length, length in segments:
        headers += struct.pack("<IIQQQQQQ", 1, flags, offset + len(body), VIRT + phys, phys, file_length, length, 16)
        body += bytes(file_length)
    ident = b"\x7fELF\x02\x01\x01" + bytes(9)
    header = struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, len(segments), 64, 0, 0)
    return ident + header + headers + body


def test_a_right_image_is_read() -> None:
    image = check_image(_image(), RAM, "kernel")

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
        (_image()[:40], "found 40 bytes, expected an ELF header of 64: truncated"),
        (_image()[:100], "found a file of 100 bytes, expected program headers up to byte 176: truncated"),
        (_image()[:-1], "found a file of 4287 bytes, expected segment 0x201000-0x2017ff up to byte 4288: truncated"),
        (b"\x7fELF\x01" + _image()[5:], "found ELF class 1, data 1, expected 64-bit little-endian (2, 1)"),
        (_image(machine=183), "found code for AArch64, expected x86-64"),
        (_image(machine=9999), "found code for machine 9999, expected x86-64"),
        (_image(kind=1), "found a relocatable object, expected an executable"),
        (_image((5, 0x9_F000, 16, 0x2000)), "found segment 0x9f000-0xa0fff outside of RAM, expected it in"),
        (_image((5, 0x100_0000, 16, 16)), "expected it in 0x0-0x9ffff or 0x100000-0xffffff"),
        (_image(TEXT, (6, 0x20_0FFF, 1, 1)), "found segment 0x200fff-0x200fff over segment 0x200000-0x200fff"),
        (_image((5, 0x20_0000, 16, 8)), "found 16 bytes for segment 0x200000-0x200007, expected 8 at most"),
        (_image(entry=VIRT + 0x20_1000), "found entry point 0xffffffff80201000, expected one in an executable"),
        (_image((5, 0x20_0000, 0, 0)), "found nothing to load"),
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
    whole = bytearray(_image())
    whole[position] = byte

    for image in (bytes(whole), bytes(whole[:cut])):
        with contextlib.suppress(ConfigError):
            check_image(image, RAM, "kernel")
