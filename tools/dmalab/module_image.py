# SPDX-License-Identifier: GPL-2.0-only
"""A linked module as the guest takes it: a header (firmware/include/kernel/user_call.h) and the bytes of its parts.

Owns the linker script and the form of the blob. It reads program headers and symbols of ELF, and no debug information.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dmalab.object_file import thread_local
from emulator.errors import ConfigError
from emulator.memmap import KERNEL_MAP_BASE, MODULE_PHYS, MODULE_PHYS_END, PAGE_SIZE

MODULE_FILE = "opt/dmalab/module"
CHECKING = "kasan_"  # before the name of a function that looks at the shadow first
LONGEST_NAME = 55  # of a module; one more byte ends it
_START = KERNEL_MAP_BASE + MODULE_PHYS
_ROOM = MODULE_PHYS_END - MODULE_PHYS
_MAGIC, _VERSION, _NAME_BYTES = 0x4D4C4D44, 3, LONGEST_NAME + 1
_HEADER = struct.Struct(f"<II 6Q 2Q2Q2Q2Q 2Q {_NAME_BYTES}s")
_ELF_HEADER = struct.Struct("<16xHHIQQQIHHHHHH")
_SEGMENT = struct.Struct("<IIQQQQQQ")
_LOAD, _THREAD_LOCAL = 1, 7
_CALL = struct.Struct("<QQ")  # struct initcall and exitcall
_TABLES = ("initcalls", "exitcalls", "params", "ctors")  # in the order of struct module_header

LINK_SCRIPT_END = f"""
SECTIONS
{{
    . = {_START:#x};
    .text : {{ *module_lib.a:*(.text .text.*) __module_own = .; *(.text .text.*) *(.init.text) *(.exit.text) }}
    . = ALIGN({PAGE_SIZE});
    __module_rodata = .;
    .rodata : {{
        *(.rodata .rodata.*)
        . = ALIGN(8);
        __module_initcalls = .; KEEP(*(.initcalls)) __module_initcalls_end = .;
        __module_exitcalls = .; KEEP(*(.exitcalls)) __module_exitcalls_end = .;
        __module_params = .; KEEP(*(.params)) __module_params_end = .;
        __module_ctors = .; KEEP(*(.ctors.* .ctors .init_array.* .init_array)) __module_ctors_end = .;
        QUAD(0)
    }}
    .notes : {{ *(.note.gnu.build-id) }}
    . = ALIGN({PAGE_SIZE});
    __module_data = .;
    .data : {{ *(.data .data.*) QUAD(0) }}
    . = ALIGN(16);
    __module_bss = .;
    .bss : {{ *(.bss.page_aligned) *(.bss .bss.* COMMON) }}
    . = ALIGN({PAGE_SIZE});
    __module_end = .;
    /DISCARD/ : {{ *(.comment) *(.eh_frame) *(.note.GNU-stack) *(.note.gnu.property) *(.llvm_addrsig) }}
    /DISCARD/ : {{ *(.fini_array .fini_array.* .dtors .dtors.*) }}
}}
"""


class ModuleImage(NamedTuple):
    """What the guest is handed, and where the module will lie."""

    blob: bytes
    start: int
    end: int


def link_script_start(kernel_symbols: Path, *, kasan: bool = False) -> str:
    """Offer every global symbol of the kernel to whoever needs it and has none of that name himself.

    With `kasan`, functions that touch memory are those that look at its shadow first: firmware/kernel/kasan_strings.c.
    """
    table = json.loads(kernel_symbols.read_text(encoding="utf-8"))
    places = {name: address for address, _, name in table["functions"]}
    places |= {name: address for name, (address, _) in table["objects"].items()}
    offered = {name: places[name] for name in table["globals"] if name in places}
    if kasan:
        offered |= {name: places[f"{CHECKING}{name}"] for name in offered if f"{CHECKING}{name}" in offered}
    return "".join(f"PROVIDE({name} = {place:#x});\n" for name, place in offered.items())


def read_image(elf: Path, name: str) -> ModuleImage:
    """Make the blob of a module that was linked by the script above.

    Raises: ConfigError where it does not fit into its place, or nothing can start it.
    """
    data = elf.read_bytes()
    table = json.loads(elf.with_suffix(".symbols.json").read_text(encoding="utf-8"))
    places = {found: address for found, (address, _) in table["objects"].items()}
    places |= {found: address for address, _, found in table["functions"]}
    if not any(_START <= address < _START + _ROOM for address, _, _ in table["functions"]):
        raise ConfigError(f"{name}: found no function in the module, expected at least one, as module_init() names it")
    segments = list(_segments(name, data))
    # Linkers put sections of other names where they like, even behind what the script calls the end.
    end = max(places["__module_end"], *(virt + memory_bytes for _, virt, _, memory_bytes in segments))
    end = -(-end // PAGE_SIZE) * PAGE_SIZE
    if end - _START > _ROOM:
        raise ConfigError(f"{name}: found a module of {end - _START} bytes, expected {_ROOM} at most")
    bss = max(places["__module_bss"], *(virt + file_bytes for _, virt, file_bytes, _ in segments))
    body = bytearray(bss - _START)
    for offset, virt, file_bytes, _ in segments:
        body[virt - _START : virt - _START + file_bytes] = data[offset : offset + file_bytes]
    _check_starts(name, table["functions"], places, body)
    own = places.get("__module_own", _START)  # a function at the same place hides it: then the library gave nothing
    header = _HEADER.pack(
        *(_MAGIC, _VERSION, _START, own, places["__module_rodata"], places["__module_data"], bss, end),
        *(places[f"__module_{table}{side}"] for table in _TABLES for side in ("", "_end")),
        *_old_style(places),
        name.encode(),
    )
    return ModuleImage(header + bytes(body), _START, end)


def _old_style(places: dict[str, int]) -> tuple[int, int]:
    """Find init_module() and cleanup_module(), where a module names its functions so."""
    return places.get("init_module", 0), places.get("cleanup_module", 0)


def _check_starts(name: str, functions: list[tuple[int, int, str]], places: dict[str, int], body: bytearray) -> None:
    """See that there is one function that starts the module, and at most one that ends it."""
    for macro, table, old_name in (
        ("module_init", "initcalls", "init_module"),
        ("module_exit", "exitcalls", "cleanup_module"),
    ):
        first, end = places[f"__module_{table}"] - _START, places[f"__module_{table}_end"] - _START
        starts = [address for _, address in _CALL.iter_unpack(body[first:end])]
        starts += [places[old_name]] if old_name in places else []
        if len(starts) > 1:
            known = {address: found for address, _, found in functions}
            found = " and ".join(known.get(address, f"{address:#x}") for address in sorted(starts))
            raise ConfigError(f"{name}: found {macro}() of {found}, expected one: Linux links no module that has two")
        if not starts and macro == "module_init":
            raise ConfigError(f"{name}: found no module_init(), expected one: nothing would call the driver")


def _segments(name: str, data: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield of each segment of the module's: where it is in the file and in memory, and its bytes in each."""
    fields = _ELF_HEADER.unpack_from(data)
    table, count = fields[4], fields[9]
    for index in range(count):
        kind, _, offset, virt, _, file_bytes, memory_bytes, _ = _SEGMENT.unpack_from(
            data, table + index * _SEGMENT.size
        )
        if kind == _THREAD_LOCAL:
            raise thread_local(name)
        if kind == _LOAD and virt >= _START:
            yield offset, virt, file_bytes, memory_bytes
