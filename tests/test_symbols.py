# SPDX-License-Identifier: GPL-2.0-only
"""Names and lines of guest addresses."""

import json
from pathlib import Path

import pytest

from dmalab.symbols import Symbols
from emulator.errors import ConfigError

TEXT = 0xFFFF_FFFF_8020_0000


@pytest.fixture
def symbols(tmp_path: Path) -> Symbols:
    """Give the symbols of a kernel with two functions and a hole between them."""
    tables = {
        "symbols": {
            "build_id": "00",
            "functions": [[TEXT, 0x20, "first"], [TEXT + 0x40, 0x10, "second"]],
            "objects": {"mem_map": [TEXT + 0x1000, 8]},
        },
        "lines": {
            "files": ["a.c", "b.c"],
            "addresses": [TEXT, 8, 0x18, 0x20],
            "file": [0, 0, 0, 1],
            "line": [3, 4, 0, 9],
        },
    }
    for name, table in tables.items():
        (tmp_path / f"kernel.{name}.json").write_text(json.dumps(table))
    return Symbols(tmp_path / "kernel.elf")


def test_an_address_has_a_function_only_inside_one(symbols: Symbols) -> None:
    names = [symbols.function(TEXT + offset) for offset in (-1, 0, 0x1F, 0x20, 0x40, 0x50)]

    assert names == [None, "first+0x0", "first+0x1f", None, "second+0x0", None]


def test_a_return_address_is_described_by_the_line_of_the_call(symbols: Symbols) -> None:
    # The instruction behind a call may belong to the next line already.
    assert symbols.describe(TEXT + 8) == "first+0x8 (a.c:3)"
    assert symbols.describe(TEXT + 9) == "first+0x9 (a.c:4)"
    assert symbols.describe(TEXT + 0x41) == "second+0x1 (b.c:9)"
    assert symbols.describe(0x1234) == "0x0000000000001234"


def test_an_address_without_a_line_keeps_its_name(symbols: Symbols) -> None:
    assert symbols.line(TEXT + 0x30) is None
    assert symbols.line(TEXT - 1) is None


def test_logged_addresses_get_names_at_the_end_of_lines_only(symbols: Symbols) -> None:
    log = f"Call Trace:\n [<{TEXT + 9:016x}>]\n [<{TEXT + 9:016x}>] there\nRIP: 0010:[<{TEXT + 0x41:016x}>] \n"

    annotated = symbols.annotate(log)

    assert f" [<{TEXT + 9:016x}>] first+0x9 (a.c:4)\n [<{TEXT + 9:016x}>] there\n" in annotated
    assert annotated.endswith("second+0x1 (b.c:9) \n")


def test_functions_and_variables_are_found_by_name(symbols: Symbols) -> None:
    assert symbols.addresses == {"first": TEXT, "second": TEXT + 0x40, "mem_map": TEXT + 0x1000}


def test_a_kernel_without_tables_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"kernel\.symbols\.json: found no symbol table"):
        Symbols(tmp_path / "kernel.elf")


def test_a_kernel_that_lacks_what_has_to_be_there_is_refused(symbols: Symbols) -> None:
    assert symbols.address("second") == TEXT + 0x40
    with pytest.raises(ConfigError, match=r"kernel\.elf: found no third, expected a kernel of this version"):
        symbols.address("third")
