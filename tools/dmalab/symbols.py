# SPDX-License-Identifier: GPL-2.0-only
"""Names and source lines for the guest's addresses, from the tables that the firmware's build wrote beside the kernel.

Lines are read only when somebody asks: a run without findings never does.
"""

import json
import re
from bisect import bisect_right
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from emulator.errors import ConfigError

_LOGGED_ADDRESS = re.compile(r"\[<([0-9a-f]{16})>\](?= *$)", re.MULTILINE)


class Symbols:
    """The symbols of one kernel image."""

    def __init__(self, kernel: Path) -> None:
        self._kernel = kernel
        table = self._read(".symbols.json")
        self._functions: list[tuple[int, int, str]] = table["functions"]
        self.addresses: dict[str, int] = {name: address for address, _, name in self._functions}
        self.addresses |= {name: address for name, (address, _) in table["objects"].items()}
        self._module: Symbols | None = None

    def add_module(self, module: Path) -> None:
        """Know the functions and lines of a module too. Its names do not join `addresses`."""
        self._module = Symbols(module)

    def address(self, name: str) -> int:
        """Give the address of what has to be there.

        Raises: ConfigError where it is not.
        """
        if name not in self.addresses:
            raise ConfigError(f"{self._kernel}: found no {name}, expected a kernel of this version")
        return self.addresses[name]

    @cached_property
    def _starts(self) -> list[int]:
        return [address for address, _, _ in self._functions]

    @cached_property
    def _lines(self) -> dict[str, list[Any]]:
        table: dict[str, list[Any]] = self._read(".lines.json")
        table["addresses"] = list(accumulate(table["addresses"]))
        return table

    def function(self, address: int) -> str | None:
        """Name the function that holds `address`, with the distance from its start: `edu_probe+0x1c`."""
        known = self._function_at(address)
        if known is not None:
            return f"{known[2]}+{address - known[0]:#x}"
        return None if self._module is None else self._module.function(address)

    def start_of(self, address: int) -> int | None:
        """Give the address of the function that holds `address`."""
        known = self._function_at(address)
        if known is not None:
            return known[0]
        return None if self._module is None else self._module.start_of(address)

    def _function_at(self, address: int) -> tuple[int, int, str] | None:
        index = bisect_right(self._starts, address) - 1
        if index < 0:
            return None
        start, size, name = self._functions[index]
        return (start, size, name) if address < start + size else None

    def variable(self, address: int) -> str | None:
        """Name the variable at or before `address`, with the distance from its start and its size: `name+0xd/0x20`."""
        tables = [self] if self._module is None else [self, self._module]
        variables = [
            (start, size, name)
            for table in tables
            for name, (start, size) in table._read(".symbols.json")["objects"].items()
            if size and start <= address
        ]
        start, size, name = max(variables, default=(0, 0, ""))
        return f"{name}+{address - start:#x}/{size:#x}" if name else None

    def line(self, address: int) -> str | None:
        """Give file and line of the code at `address`."""
        table = self._lines
        index = bisect_right(table["addresses"], address) - 1
        if index < 0 or not table["line"][index]:
            return None if self._module is None else self._module.line(address)
        return f"{table['files'][table['file'][index]]}:{table['line'][index]}"

    def describe(self, return_address: int) -> str:
        """Say where a call was made: function and line of the instruction before `return_address`."""
        name = self.function(return_address)
        if name is None:
            return f"{return_address:#018x}"
        place = self.line(return_address - 1)
        return f"{name} ({place})" if place else name

    def annotate(self, console: str) -> str:
        """Add names to the addresses that the guest's kernel, knowing none, has logged at the end of lines."""
        return _LOGGED_ADDRESS.sub(lambda found: f"{found[0]} {self.describe(int(found[1], 16))}", console)

    def _read(self, suffix: str) -> dict[str, Any]:
        path = self._kernel.with_suffix(suffix)
        try:
            table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"{path}: found no symbol table ({error}), expected what `make firmware` writes"
            ) from None
        return table
