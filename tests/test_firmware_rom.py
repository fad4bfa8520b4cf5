# SPDX-License-Identifier: GPL-2.0-only
"""What the ROM does with what the host offers. On a Machine the host's loader refuses most of this first."""

import struct

import pytest

from emulator import memmap
from tests.guest import Guest, kernel_image

NO_KERNEL, BAD_IMAGE = 97, 98  # enum exit_code; the port makes (code << 1) | 1 of it
FIRST_SEGMENT = 64  # offset of the first program header
VADDR, PADDR, FILE_LENGTH, LENGTH = 16, 24, 32, 40  # offsets in a program header


@pytest.fixture(scope="module")
def kernel() -> bytes:
    """The kernel's image."""
    return kernel_image()


def patched(image: bytes, offset: int, form: str, value: int) -> bytes:
    """Give the image with one field changed."""
    data = bytearray(image)
    struct.pack_into(form, data, offset, value)
    return bytes(data)


def moved(image: bytes, phys: int) -> bytes:
    """Give the image with its first segment linked for another physical address."""
    image = patched(image, FIRST_SEGMENT + PADDR, "<Q", phys)
    return patched(image, FIRST_SEGMENT + VADDR, "<Q", memmap.KERNEL_MAP_BASE + phys)


def test_without_a_kernel_one_line_says_so():
    guest = Guest(None)

    stop = guest.run()

    assert stop.code == NO_KERNEL << 1 | 1
    assert guest.console == "rom: no kernel: the host offers no opt/dmalab/kernel\n"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda image: image[:40], "kernel: shorter than an ELF header"),
        (lambda image: b"#!/bin/sh\n" * 10, "kernel: no ELF file"),
        (lambda image: patched(image, 4, "<B", 1), "kernel: an ELF file, but not for x86-64"),
        (lambda image: patched(image, 18, "<H", 40), "kernel: an ELF file, but not for x86-64"),
        (lambda image: patched(image, 16, "<H", 3), "kernel: an ELF file, but no executable at a fixed address"),
        (lambda image: patched(image, 56, "<H", 0), "kernel: no usable program headers"),
        (lambda image: patched(image, 32, "<Q", 1 << 40), "kernel: truncated in its program headers"),
        (lambda image: image[:8192], "kernel: truncated in a segment"),
        (lambda image: patched(image, FIRST_SEGMENT + LENGTH, "<Q", 16), "kernel: truncated in a segment"),
        (
            lambda image: patched(image, FIRST_SEGMENT + VADDR, "<Q", 0x200000),
            "0x200000: kernel: a segment that is not",
        ),
        (lambda image: moved(image, 0), "0x0: kernel: a segment outside the kernel's place"),
        (lambda image: moved(image, memmap.KERNEL_PHYS_END), "0x600000: kernel: a segment outside the kernel's place"),
        (lambda image: patched(image, FIRST_SEGMENT + LENGTH, "<Q", 1 << 62), "kernel: a segment outside"),
        (
            lambda image: patched(image, 24, "<Q", 0xFFFFFFFF80000000),
            "0xffffffff80000000: kernel: an entry point in no",
        ),
    ],
)
def test_a_bad_image_is_refused_in_one_line_that_says_what_is_wrong(kernel, change, line):
    guest = Guest(change(kernel))

    stop = guest.run()

    assert stop.code == BAD_IMAGE << 1 | 1
    assert line in guest.console.splitlines()[0]


def test_the_kernels_uninitialised_data_is_zero_whatever_ram_held(kernel):
    guest = Guest(kernel)
    first = memmap.KERNEL_PHYS
    guest.board.ram.fill(first, memmap.KERNEL_PHYS_END - first, 0xA5)

    stop = guest.run()

    assert stop.code == 1
    assert guest.console.count("\n") > 3
