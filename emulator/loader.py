# SPDX-License-Identifier: GPL-2.0-only
"""Check that an ELF image is a kernel which this board can boot. Whoever boots it (the ROM) loads it.

Reads the program headers only; debug information is nobody's business here.
"""

import struct
from itertools import pairwise
from typing import NamedTuple

from emulator.errors import ConfigError
from emulator.ram import Ram

_IDENT = struct.Struct("<4sBBB")
_HEADER = struct.Struct("<16xHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_CLASS_64, _LITTLE_ENDIAN = 2, 1
_EXECUTABLE_FILE = 2
_X86_64 = 62
_LOAD, _EXECUTE = 1, 1

_MACHINES = {3: "i386", 8: "MIPS", 20: "PowerPC", 21: "PowerPC64", 40: "ARM", 183: "AArch64", 243: "RISC-V"}
_TYPES = {1: "a relocatable object", 3: "a shared object or PIE", 4: "a core dump"}


class Segment(NamedTuple):
    """A stretch of the image that is to lie in RAM: `file_length` bytes from the file, zeroes up to `length`."""

    phys: int
    virt: int
    length: int  # bytes
    offset: int  # in the file
    file_length: int  # bytes
    is_executable: bool

    def __str__(self) -> str:
        return f"segment {self.phys:#x}-{self.phys + self.length - 1:#x}"


class KernelImage(NamedTuple):
    """What of an image matters to a machine."""

    entry: int  # virtual
    segments: tuple[Segment, ...]  # by physical address


def check_image(image: bytes, ram: Ram, name: str) -> KernelImage:
    """Read the headers of `image` and check that it can be loaded into `ram`; `name` is for the messages.

    Raises: ConfigError, one line, with what was found and what was expected.
    """
    _check_ident(image, name)
    kind, machine, _, entry, table, sections, _, _, size, count, section_size, section_count, _ = _HEADER.unpack_from(
        image
    )
    if machine != _X86_64:
        raise ConfigError(f"{name}: found code for {_MACHINES.get(machine, f'machine {machine}')}, expected x86-64")
    if kind != _EXECUTABLE_FILE:
        raise ConfigError(f"{name}: found {_TYPES.get(kind, f'ELF type {kind}')}, expected an executable")
    if size != _SEGMENT.size or not count:
        raise ConfigError(f"{name}: found {count} program headers of {size} bytes, expected some of {_SEGMENT.size}")
    _check_inside(image, table, size * count, "program headers", name)
    _check_inside(image, sections, section_size * section_count, "section headers", name)
    segments = _segments(image, table, count, name)
    _check_places(segments, ram, name)
    if not any(each.is_executable and each.virt <= entry < each.virt + each.length for each in segments):
        raise ConfigError(f"{name}: found entry point {entry:#x}, expected one in an executable segment")
    return KernelImage(entry, segments)


def _check_ident(image: bytes, name: str) -> None:
    if image[:4] != b"\x7fELF":
        raise ConfigError(f"{name}: found a file that starts with {image[:4].hex(' ') or 'nothing'}, expected ELF")
    if len(image) < _HEADER.size:
        raise ConfigError(f"{name}: found {len(image)} bytes, expected an ELF header of {_HEADER.size}: truncated")
    _, elf_class, data, _ = _IDENT.unpack_from(image)
    if elf_class != _CLASS_64 or data != _LITTLE_ENDIAN:
        raise ConfigError(f"{name}: found ELF class {elf_class}, data {data}, expected 64-bit little-endian (2, 1)")


def _check_inside(image: bytes, offset: int, length: int, what: str, name: str) -> None:
    if offset + length > len(image):
        raise ConfigError(
            f"{name}: found a file of {len(image)} bytes, expected {what} up to byte {offset + length}: truncated"
        )


def _segments(image: bytes, table: int, count: int, name: str) -> tuple[Segment, ...]:
    segments = []
    for index in range(count):
        kind, flags, offset, virt, phys, file_length, length, _ = _SEGMENT.unpack_from(
            image, table + index * _SEGMENT.size
        )
        if kind != _LOAD or not length:
            continue
        segment = Segment(phys, virt, length, offset, file_length, bool(flags & _EXECUTE))
        if file_length > length:
            raise ConfigError(f"{name}: found {file_length} bytes for {segment}, expected {length} at most")
        _check_inside(image, offset, file_length, str(segment), name)
        segments.append(segment)
    return tuple(sorted(segments, key=lambda segment: segment.phys))


def _check_places(segments: tuple[Segment, ...], ram: Ram, name: str) -> None:
    if not segments:
        raise ConfigError(f"{name}: found nothing to load, expected PT_LOAD segments")
    for segment in segments:
        if not ram.contains(segment.phys, segment.length):
            raise ConfigError(f"{name}: found {segment} outside of RAM, expected it in {_banks(ram)}")
    for lower, upper in pairwise(segments):
        if upper.phys < lower.phys + lower.length:
            raise ConfigError(f"{name}: found {upper} over {lower}, expected disjoint segments")


def _banks(ram: Ram) -> str:
    return " or ".join(f"{bank.start:#x}-{bank.end - 1:#x}" for bank in ram.banks)
