# SPDX-License-Identifier: GPL-2.0-only
"""The layout of one configuration: sizes, offsets, enumerations and static variables, as the compiler saw them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from emulator.errors import ConfigError

if TYPE_CHECKING:
    from pykernel.layout.view import Struct

_StructT = TypeVar("_StructT", bound="Struct")
_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")
_ARRAY = re.compile(r"^(.*?)\[(\d+)\]((?:\[\d+\])*)$")
_WIDTHS = {"u8": 1, "i8": 1, "u16": 2, "i16": 2, "u32": 4, "i32": 4, "u64": 8, "i64": 8, "ptr": 8}


class Variable(NamedTuple):
    """A static variable: `type` as `Layout` spells types; size and alignment in bytes; the bytes it starts with."""

    type: str
    size: int
    align: int
    initial: bytes


class Layout:
    """Answer where a member lies. Mistyped names are KeyError: they are bugs in the program, not in a guest."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self.key: str = table["key"]
        self._structs: dict[str, tuple[int, dict[str, tuple[int, str]]]] = table["structs"]
        self._enums: dict[str, dict[str, int]] = table["enums"]
        self._variables: dict[str, tuple[str, int, int, str]] = table["variables"]
        self._numbers = {name: value for enum in self._enums.values() for name, value in enum.items()}

    @classmethod
    def load(cls, path: Path) -> "Layout":
        """Read what the firmware's build wrote.

        Raises: ConfigError where the file is missing or is no layout.
        """
        try:
            return cls(json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError) as error:
            raise ConfigError(f"{path}: found no kernel layout ({error}), expected what the build writes") from None

    def sizeof(self, struct: str) -> int:
        """Give the size of `struct NAME` in bytes."""
        return int(self._structs[struct][0])

    def offset(self, struct: str, path: str) -> int:
        """Give the offset of a member in bytes; `path` is as in C: `free_area[3].free_list[1].next`."""
        return int(self.member(struct, path)[0])

    def member(self, struct: str, path: str) -> tuple[int, str]:
        """Give offset and type of a member."""
        offset, word = 0, f"struct {struct}"
        for name, index in _STEP.findall(path):
            if name:
                step, word = self._structs[word.removeprefix("struct ")][1][name]
            else:
                word = element_type(word)
                step = int(index) * self.size_of_type(word)
            offset += step
        return offset, word

    def members(self, struct: str) -> Mapping[str, tuple[int, str]]:
        """List a structure's members: name, offset, type."""
        return self._structs[struct][1]

    def size_of_type(self, word: str) -> int:
        """Give the size of a type as `member` spells it."""
        array = _ARRAY.match(word)
        if array:
            return int(array[2]) * self.size_of_type(array[1] + array[3])
        if word.startswith("struct "):
            return self.sizeof(word.removeprefix("struct "))
        return _WIDTHS[word]

    def enum(self, name: str) -> Mapping[str, int]:
        """Give the names and values of `enum NAME`."""
        return self._enums[name]

    def number(self, name: str) -> int:
        """Give the value of an enumerator, whichever enum it is in."""
        return int(self._numbers[name])

    def has_number(self, name: str) -> bool:
        """Say whether this configuration has an enumerator of that name (ZONE_DMA may be compiled out)."""
        return name in self._numbers

    def variable(self, name: str) -> Variable:
        """Describe one static variable."""
        word, size, align, initial = self._variables[name]
        return Variable(word, size, align, bytes.fromhex(initial))

    def variables(self) -> tuple[str, ...]:
        """Name all static variables, in the order of their declaration."""
        return tuple(self._variables)

    def bind(self, struct: type[_StructT]) -> type[_StructT]:
        """Give the view class with its members at this layout's offsets.

        Raises: TypeError where the view declares a member that the structure lacks, or of another size or sign.
        """
        from pykernel.layout.view import bind

        return bind(self, struct)


def element_type(word: str) -> str:
    """Give the type of an array's elements: of `u64[4][8]`, `u64[8]`."""
    array = _ARRAY.match(word)
    if not array:
        raise KeyError(f"{word} is no array")
    return array[1] + array[3]
