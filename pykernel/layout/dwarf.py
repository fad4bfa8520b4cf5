# SPDX-License-Identifier: GPL-2.0-only
"""Read structures, enumerations and static variables out of an object file's debug information.

The result is plain data that JSON can hold; `Layout` gives it meaning. A type is written as a word: `u64`, `i32`,
`ptr`, `struct page`, `struct free_area[11]`, `i8[4][8]`. Members of unnamed structs and unions count as the outer's.
"""

from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile

Table = dict[str, Any]

_SIGNED_ENCODINGS = {0x05, 0x06, 0x0D}  # DW_ATE_signed, signed_char, signed_fixed
_STRUCT_TAGS = ("DW_TAG_structure_type", "DW_TAG_union_type")
_QUALIFIERS = ("DW_TAG_const_type", "DW_TAG_volatile_type")


def read_object(path: Path) -> Table:
    """Read the relocatable object at `path`, which holds one compilation unit built with -g -fdata-sections."""
    with path.open("rb") as stream:
        elf = ELFFile(stream)
        unit = next(iter(elf.get_dwarf_info().iter_CUs()))
        dies = list(unit.get_top_DIE().iter_children())
        return {
            "structs": _structs(dies),
            "enums": _enums(dies),
            "variables": _variables(elf, dies),
        }


def _name(die: Any) -> str:
    attribute = die.attributes.get("DW_AT_name")
    return attribute.value.decode() if attribute else ""


def _value(die: Any, attribute: str) -> int:
    found = die.attributes.get(attribute)
    return int(found.value) if found else 0


def _type_of(die: Any) -> Any:
    return die.get_DIE_from_attribute("DW_AT_type") if "DW_AT_type" in die.attributes else None


def _structs(dies: list[Any]) -> Table:
    found: Table = {}
    for die in dies:
        name = _name(die)
        if die.tag == "DW_TAG_typedef":
            target = _type_of(die)
            if target is None or target.tag not in _STRUCT_TAGS or _name(target):
                continue
            die = target
        if die.tag in _STRUCT_TAGS and name and "DW_AT_declaration" not in die.attributes:
            found[name] = [_value(die, "DW_AT_byte_size"), dict(_members(die, 0))]
    return found


def _members(die: Any, base: int) -> list[tuple[str, list[Any]]]:
    members: list[tuple[str, list[Any]]] = []
    for child in die.iter_children():
        if child.tag != "DW_TAG_member":
            continue
        offset = base + _value(child, "DW_AT_data_member_location")
        inner = _type_of(child)
        if not _name(child):
            members += _members(inner, offset)
        else:
            members.append((_name(child), [offset, _word(inner, "")]))
    return members


def _word(die: Any, typedef: str) -> str:
    """Spell a type; `typedef` is the name through which an unnamed struct was reached."""
    if die is None:
        return "void"
    if die.tag == "DW_TAG_typedef":
        return _word(_type_of(die), _name(die))
    if die.tag in _QUALIFIERS:
        return _word(_type_of(die), typedef)
    if die.tag == "DW_TAG_pointer_type":
        return "ptr"
    if die.tag == "DW_TAG_array_type":
        counts = [_array_count(child) for child in die.iter_children() if child.tag == "DW_TAG_subrange_type"]
        return _word(_type_of(die), "") + "".join(f"[{count}]" for count in counts)
    if die.tag in _STRUCT_TAGS:
        return f"struct {_name(die) or typedef}"
    bits = 8 * _value(die, "DW_AT_byte_size")
    if die.tag == "DW_TAG_enumeration_type":
        return f"u{bits}"
    return f"{'i' if _value(die, 'DW_AT_encoding') in _SIGNED_ENCODINGS else 'u'}{bits}"


def _array_count(subrange: Any) -> int:
    if "DW_AT_count" in subrange.attributes:
        return _value(subrange, "DW_AT_count")
    return _value(subrange, "DW_AT_upper_bound") + 1 if "DW_AT_upper_bound" in subrange.attributes else 0


def _enums(dies: list[Any]) -> Table:
    return {
        _name(die): {_name(child): _value(child, "DW_AT_const_value") for child in die.iter_children()}
        for die in dies
        if die.tag == "DW_TAG_enumeration_type" and _name(die)
    }


def _variables(elf: Any, dies: list[Any]) -> Table:
    """Read every static variable: its type, size, alignment, and its first bytes in hexadecimal where not all zero."""
    symbols = {symbol.name: symbol for symbol in elf.get_section_by_name(".symtab").iter_symbols()}
    found: Table = {}
    for die in dies:
        if die.tag != "DW_TAG_variable" or not _name(die) or _name(die) not in symbols:
            continue
        symbol = symbols[_name(die)]
        section = elf.get_section(symbol["st_shndx"])
        size = int(symbol["st_size"])
        data = b"" if section["sh_type"] == "SHT_NOBITS" else section.data()[symbol["st_value"] :][:size]
        initial = data.hex() if any(data) else ""
        found[_name(die)] = [_word(_type_of(die), ""), size, int(section["sh_addralign"]), initial]
    return found
