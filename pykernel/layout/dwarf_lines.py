# SPDX-License-Identifier: GPL-2.0-only
"""What a debugger would ask an ELF for, as two compact JSON tables: symbols by name and address, and source lines.

Used when firmware is built; a boot reads the tables and needs neither this module nor pyelftools.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from elftools.common.exceptions import DWARFError, ELFError
from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.lineprogram import LineProgram
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import NoteSection, SymbolTableSection

from emulator.errors import ConfigError
from pykernel.layout.dwarf_inlines import Inlined, Row, inlined_calls, see_through

# What the parser comes upon in a file that says of itself what is not so.
_BROKEN = (ELFError, DWARFError, LookupError, ValueError, TypeError, AttributeError, AssertionError, OverflowError)


@contextmanager
def _reading(what: str) -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        reason = f"{type(error).__name__} {error}".strip()
        raise ConfigError(f"found {what} that cannot be read ({reason}), expected what compilers write") from error


def symbol_table(path: Path) -> bytes:
    """Give symbols by name and address, as JSON.

    `{"build_id", "functions": [[address, size, name], ...], "objects": {name: [address, size]}, "globals": [name]}`
    Functions are sorted by address. Assembly's labels count as functions, up to the next one where they have no size.
    Globals are what a module can be linked to.

    Raises: ConfigError where the file is broken.
    """
    with path.open("rb") as file, _reading("symbols"):
        elf = ELFFile(file)
        symbols = list(_symbols(elf))
        build_id = _build_id(elf)
        exported = _globals(elf)
    functions = _sized(sorted(entry for kind, entry in symbols if kind == "function"))
    objects = {name: [address, size] for address, size, name in sorted(e for kind, e in symbols if kind == "object")}
    return _json({"build_id": build_id, "functions": functions, "objects": objects, "globals": exported})


def line_table(path: Path, headers: str | None = None) -> bytes:
    """Give `{"files": [...], "addresses": [...], "file": [...], "line": [...]}` as JSON.

    Three columns of equal length: from an address to the next, the code is that of one line; `addresses` holds each
    as its distance from the one before, `file` indexes `files`, and a line of 0 says that nothing is known. What was
    inlined from files below `headers` is given the line that called it.

    Raises: ConfigError where the debug information is broken.
    """
    with _reading("debug information"):
        rows = _rows(path, headers)
    files = sorted({name for _, name, _ in rows})
    number = {name: index for index, name in enumerate(files)}
    addresses = [row[0] for row in rows]
    deltas = [address - before for address, before in zip(addresses, [0, *addresses], strict=False)]
    columns = {"addresses": deltas, "file": [number[name] for _, name, _ in rows], "line": [line for *_, line in rows]}
    return _json({"files": files, **columns})


def _json(table: dict[str, Any]) -> bytes:
    return json.dumps(table, separators=(",", ":")).encode() + b"\n"


def _globals(elf: ELFFile) -> list[str]:
    """Name the symbols that other objects may refer to."""
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        return []
    found = (symbol for symbol in table.iter_symbols() if symbol["st_info"]["bind"] == "STB_GLOBAL")
    return sorted(symbol.name for symbol in found if symbol.name and symbol["st_shndx"] != "SHN_UNDEF")


def _symbols(elf: ELFFile) -> Iterator[tuple[str, tuple[int, int, str]]]:
    """Yield ("function" | "object", (address, size, name)) of every symbol that lies in a section."""
    kinds = {"STT_FUNC": "function", "STT_OBJECT": "object", "STT_NOTYPE": None}
    table = elf.get_section_by_name(".symtab")
    text = elf.get_section_by_name(".text")
    if text is None or not isinstance(table, SymbolTableSection):
        return
    start, end = text["sh_addr"], text["sh_addr"] + text["sh_size"]
    for symbol in table.iter_symbols():
        section, kind = symbol["st_shndx"], symbol["st_info"]["type"]
        if not symbol.name or kind not in kinds or not isinstance(section, int):
            continue
        found = kinds[kind] or ("function" if start <= symbol["st_value"] < end else "object")
        yield found, (symbol["st_value"], symbol["st_size"], symbol.name)


def _sized(functions: list[tuple[int, int, str]]) -> list[list[int | str]]:
    """Let each function without a size reach to the next; of several at one address keep the one with a size."""
    by_address = {address: (size, name) for address, size, name in functions if size} | {}
    for address, _, name in functions:
        by_address.setdefault(address, (0, name))
    addresses = sorted(by_address)
    sized: list[list[int | str]] = []
    for address, after in zip(addresses, [*addresses[1:], *addresses[-1:]], strict=True):
        size, name = by_address[address]
        sized.append([address, size or after - address, name])
    return sized


def _build_id(elf: ELFFile) -> str:
    for section in elf.iter_sections():
        if isinstance(section, NoteSection):
            for note in section.iter_notes():
                if note["n_type"] == "NT_GNU_BUILD_ID":
                    return str(note["n_desc"])
    return ""


def _rows(path: Path, headers: str | None) -> list[Row]:
    """List (address, file, line) by address, without those that say what the one before says."""
    with path.open("rb") as file:
        dwarf = ELFFile(file).get_dwarf_info()
        units = [(unit, dwarf.line_program_for_CU(unit)) for unit in dwarf.iter_CUs()]
        # Rows of one address keep the order of their program: the last is the one that holds.
        raw = sorted((row for _, program in units if program for row in _program_rows(program)), key=_order)
        rows = list({row[0]: row for row in raw}.values())
        if headers is not None:
            calls = [call for unit, program in units if program for call in _inlined(dwarf, unit, program)]
            rows = see_through(rows, calls, headers)
    return [row for row, before in zip(rows, [None, *rows], strict=False) if before is None or row[1:] != before[1:]]


def _inlined(dwarf: DWARFInfo, unit: CompileUnit, program: LineProgram) -> Iterator[Inlined]:
    return inlined_calls(dwarf, unit, lambda index: _file_name(program, index))


def _order(row: Row) -> tuple[int, bool]:
    # The end of one sequence may be the start of the next, whose line is what counts.
    return row[0], row[2] != 0


def _program_rows(program: LineProgram) -> Iterator[Row]:
    names = [_file_name(program, index) for index in range(len(program["file_entry"]) + 1)]
    for entry in program.get_entries():
        state = entry.state
        if state is None or state.address == 0 or (state.line == 0 and not state.end_sequence):
            continue  # line 0 is code that the compiler merged from several lines: let it count to the one before
        yield (state.address, "", 0) if state.end_sequence else (state.address, names[state.file], state.line)


def _file_name(program: LineProgram, index: int) -> str:
    """Give a file's path relative to the project's root; files count from 1 up to DWARF 4."""
    if program["version"] < 5:
        if index == 0:
            return ""
        index -= 1
    elif index == len(program["file_entry"]):
        return ""
    entry = program["file_entry"][index]
    directory = entry.dir_index if program["version"] >= 5 else entry.dir_index - 1
    folder = program["include_directory"][directory].decode() if directory >= 0 else ""
    return f"{folder}/{entry.name.decode()}".removeprefix("./").lstrip("/")
