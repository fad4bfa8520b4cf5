# SPDX-License-Identifier: GPL-2.0-only
"""Which ELF files can become part of a module, and what is said of those that cannot.

The linker refuses most of them too, in words that name neither what was found nor what to do.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from emulator.errors import ConfigError

_MAGIC = b"\x7fELF"
_HEADER = struct.Struct("<4sBB10xHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_CLASS_64, _LITTLE_ENDIAN = 2, 1
_X86_64 = 62
_MACHINES = {
    3: "i386",
    8: "MIPS",
    20: "PowerPC",
    21: "PowerPC64",
    22: "S/390",
    40: "ARM",
    183: "AArch64",
    243: "RISC-V",
}
_RELOCATABLE = 1
_KINDS = {2: "a program", 3: "a shared library or a program", 4: "a core dump"}
_THREAD_LOCAL = 0x400
_OF_KBUILD = ".gnu.linkonce.this_module"
_OF_LTO = ".gnu.lto_"


def is_elf(path: Path) -> bool:
    """Say whether a file is to be linked, rather than compiled."""
    with path.open("rb") as file:
        return file.read(len(_MAGIC)) == _MAGIC


def check_object(path: Path) -> None:
    """See that an ELF file is a relocatable object for this machine.

    Raises: ConfigError where it is not.
    """
    data = path.read_bytes()
    wanted = "expected a relocatable object for x86-64, as cc -c makes"
    if len(data) < _HEADER.size:
        raise ConfigError(f"{path}: found an ELF file of {len(data)} bytes, {wanted}")
    _, width, order, kind, machine, *_ = _HEADER.unpack_from(data)
    if (width, order, machine) != (_CLASS_64, _LITTLE_ENDIAN, _X86_64):
        raise ConfigError(f"{path}: found an object for {_MACHINES.get(machine, f'machine {machine}')}, {wanted}")
    if kind != _RELOCATABLE:
        raise ConfigError(f"{path}: found {_KINDS.get(kind, f'an ELF file of type {kind}')}, {wanted}")
    for name, flags in _sections(path, data):
        if name == _OF_KBUILD:
            raise ConfigError(
                f"{path}: found a module for another kernel, expected C source, or an object of dmalab's headers"
            )
        if name.startswith(_OF_LTO):
            raise ConfigError(f"{path}: found an object for link time optimisation, expected one without -flto")
        if flags & _THREAD_LOCAL:
            raise thread_local(path.name)


def thread_local(name: str) -> ConfigError:
    """Say that there is no thread-local storage in a kernel."""
    return ConfigError(
        f"{name}: found variables of each thread (__thread), expected none: a kernel has no such storage"
    )


def _sections(path: Path, data: bytes) -> Iterator[tuple[str, int]]:
    """Give the name and the flags of each section."""
    fields = _HEADER.unpack_from(data)
    table, count, of_names = fields[8], fields[14], fields[15]
    try:
        names = _SECTION.unpack_from(data, table + of_names * _SECTION.size)[4]
        for index in range(count):
            at, _, flags, *_ = _SECTION.unpack_from(data, table + index * _SECTION.size)
            end = data.index(b"\0", names + at)
            yield data[names + at : end].decode("ascii", "replace"), flags
    except (struct.error, ValueError):
        raise ConfigError(f"{path}: found sections beyond the file's end, expected a whole object") from None
