# SPDX-License-Identifier: GPL-2.0-only
"""The guest's formatting, compiled for this machine and compared with Python's."""

import ctypes
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware import FIRMWARE_DIR

U64 = (1 << 64) - 1


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    """Compile kernel/vsprintf.c as a library, under names that the C library does not have."""
    library = tmp_path_factory.mktemp("vsprintf") / "vsprintf.so"
    source = FIRMWARE_DIR / "kernel" / "vsprintf.c"
    flags = ["-shared", "-nostdlib", "-fPIC", "-O1", "-ffreestanding", "-fno-sanitize=all"]  # needs no C library built
    command = [sys.executable, "-m", "ziglang", "cc", *flags]
    command += [
        "-Dsnprintf=guest_snprintf",
        "-Dvsnprintf=guest_vsnprintf",
        f"-I{FIRMWARE_DIR / 'include'}",
        str(source),
        "-o",
        str(library),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=library.parent)
    return ctypes.CDLL(str(library))


def formatted(kernel: ctypes.CDLL, text: str, *arguments: object, size: int = 256) -> str:
    """Call the guest's snprintf, and see that it says how long the whole would be."""
    buffer = ctypes.create_string_buffer(b"\xee" * size, size)
    length = kernel.guest_snprintf(buffer, ctypes.c_size_t(size), text.encode(), *arguments)
    result = buffer.raw.split(b"\0", 1)[0].decode("latin-1")
    assert length == len(result) or size <= length
    return result


FLAGS = st.sampled_from(["", "-", "0", "+", " ", "#"])
WIDTH = st.sampled_from(["", "1", "5", "20"])
PRECISION = st.sampled_from(["", ".0", ".3", ".12"])


@given(flags=FLAGS, width=WIDTH, precision=PRECISION, number=st.integers(-(1 << 63), (1 << 63) - 1))
def test_signed_numbers_come_out_as_pythons(kernel, flags, width, precision, number):
    spec = f"{'' if flags == '#' else flags}{width}{precision}"

    assert formatted(kernel, f"[%{spec}ld]", ctypes.c_int64(number)) == f"[%{spec}d]" % number


@given(flags=st.sampled_from(["", "-", "0", "#"]), width=WIDTH, number=st.integers(0, U64))
def test_hexadecimal_numbers_come_out_as_pythons(kernel, flags, width, number):
    assert formatted(kernel, f"%{flags}{width}lx", ctypes.c_uint64(number)) == f"%{flags}{width}x" % number


@given(number=st.integers(0, (1 << 32) - 1))
def test_an_int_takes_32_bits_of_its_argument(kernel, number):
    signed = number - (number >> 31 << 32)

    assert formatted(kernel, "%d %u %x", *[ctypes.c_uint32(number)] * 3) == f"{signed} {number} {number:x}"


@given(text=st.text("abc xyz", max_size=20), width=WIDTH, precision=PRECISION, left=st.sampled_from(["", "-"]))
def test_strings_are_cut_and_padded_as_by_python(kernel, text, width, precision, left):
    spec = f"%{left}{width}{precision}s"

    assert formatted(kernel, spec, text.encode()) == spec % text


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("%p", (ctypes.c_void_p(0xFFFF810000001000),), "ffff810000001000"),
        ("%p", (ctypes.c_void_p(0x10),), "0000000000000010"),
        ("%02x:%02X", (0xA, 0xB), "0a:0B"),
        ("%*d|%-*d|", (6, 42, 6, 42), "    42|42    |"),
        ("%.*s", (2, b"abcdef"), "ab"),
        ("%c%%%c", (ord("a"), ord("b")), "a%b"),
        ("%s", (None,), "<NULL>"),
        ("%hd %hhu", (0x12345, 0x1FF), "9029 255"),
        ("%q", (), "%q"),
        ("tail%", (), "tail"),
    ],
)
def test_what_python_spells_otherwise(kernel, text, arguments, expected):
    assert formatted(kernel, text, *arguments) == expected


@given(size=st.integers(1, 12))
def test_a_buffer_too_small_holds_the_beginning_and_its_end(kernel, size):
    assert formatted(kernel, "0123456789", size=size) == "0123456789"[: size - 1]
