# SPDX-License-Identifier: GPL-2.0-only
"""Modules that do not come to be: each ends with one clear line, or the tool's own words, and exit code 2."""

import struct
import subprocess

import pytest
from elftools.elf.elffile import ELFFile

from dmalab.cli import main
from dmalab.compiler import find_compiler
from dmalab.driver_build import build
from firmware import Configuration, kernel_path

STARTS = "int init_module(void); int init_module(void) { return 0; }\n"


def elf(*, kind: int = 1, machine: int = 62, width: int = 2, section: bytes = b"", flags: int = 0) -> bytes:
    """Make an ELF file of a header, names and three sections."""
    names = b"\0" + section + b"\0"
    table = 64 + len(names)
    header = struct.pack(
        "<4sBBB9xHHIQQQIHHHHHH", b"\x7fELF", width, 1, 1, kind, machine, 1, 0, 0, table, 0, 64, 0, 0, 64, 3, 1
    )
    return (
        header
        + names
        + b"".join(
            struct.pack("<IIQQQQIIQQ", name, what, bits, 0, 64, len(names), 0, 0, 1, 0)
            for name, what, bits in ((0, 0, 0), (0, 3, 0), (1, 1, flags))
        )
    )


def run(capsys, tmp_path, **files: str | bytes) -> str:
    """Run a driver of these files, of which each `x_c` is x.c, and give what is said of it."""
    paths = [tmp_path / f"{name[:-2]}.{name[-1]}" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    assert main(["run", *map(str, paths)]) == 2
    return capsys.readouterr().err


def test_a_name_that_two_files_define_is_told_by_the_linker_with_both_places(capsys, tmp_path):
    said = run(capsys, tmp_path, one_c=STARTS + "int both = 1;\n", two_c="int unlike;\nint both = 2;\n")

    assert "both" in said
    assert "one.c" in said
    assert "two.c" in said


def test_a_name_that_nobody_defines_is_told_with_its_line_and_as_what_it_is_used(capsys, tmp_path):
    text = "extern int misspelt; int wrogn(int); int init_module(void);\n\nint init_module(void) {\n"
    text += "return misspelt +\nwrogn(1); }\n"

    said = run(capsys, tmp_path, typo_c=text)

    assert "typo.c:4: misspelt is not provided by dmalab, nor is it in the driver's files" in said
    assert "typo.c:5: wrogn() is not provided by dmalab, nor is it in the driver's files" in said


def test_a_module_has_one_function_that_starts_it(capsys, tmp_path):
    init = "#include <linux/init.h>\n" + STARTS.replace("init_module", "another") + "module_init(another);\n"

    assert "found module_init() of another and init_module, expected one" in run(
        capsys, tmp_path, twice_c=init + STARTS
    )
    assert "found no module_init(), expected one" in run(
        capsys, tmp_path, never_c=STARTS.replace("init_module", "idle")
    )
    assert "found variables of each thread" in run(capsys, tmp_path, tls_c="__thread int each;\n" + STARTS)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (elf(machine=183), "found an object for AArch64, expected a relocatable object for x86-64"),
        (elf(machine=3, width=1), "found an object for i386"),
        (elf(machine=999), "found an object for machine 999"),
        (elf(kind=2), "found a program"),
        (elf(kind=3), "found a shared library"),
        (elf(section=b".gnu.linkonce.this_module"), "found a module for another kernel"),
        (elf(section=b".gnu.lto_.opts"), "found an object for link time optimisation"),
        (elf(section=b".tbss", flags=0x403), "found variables of each thread"),
        (elf()[:-100], "found sections beyond the file's end"),
        (elf()[:30], "found an ELF file of 30 bytes"),
    ],
)
def test_an_elf_file_that_is_no_object_for_a_module_is_refused_in_one_line(data, found, capsys, tmp_path):
    said = run(capsys, tmp_path, module_o=data)

    assert f"module.o: {found}" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("section", [".debug_abbrev", ".debug_line"])
def test_debug_information_that_cannot_be_read_is_one_line(section, capsys, tmp_path):
    compiler, broken = find_compiler(), tmp_path / "broken.o"
    (tmp_path / "broken.c").write_text(STARTS)
    subprocess.run(
        [*compiler.command, *compiler.flags, "-c", str(tmp_path / "broken.c"), "-o", str(broken)], check=True
    )
    data = bytearray(broken.read_bytes())
    with broken.open("rb") as file:
        found = ELFFile(file).get_section_by_name(section)
        start, length = found["sh_offset"], found["sh_size"]
    data[start + 16 : start + length] = bytes([0xF1]) * (length - 16)

    said = run(capsys, tmp_path, broken_o=bytes(data))

    assert f"{broken}: found debug information that cannot be read (" in said
    assert said.count("\n") == 1


def test_what_a_compilers_flag_asks_for_is_told_by_that_flag(capsys, tmp_path):
    text = (
        "void __stack_chk_fail(void); int init_module(void);\nint init_module(void) { __stack_chk_fail(); return 0; }\n"
    )

    assert "guarded.c:2: __stack_chk_fail() is not provided by dmalab: leave -fstack-protector away" in run(
        capsys, tmp_path, guarded_c=text
    )


def test_sections_of_any_name_and_what_kernels_call_against_speculation_become_part_of_a_module(tmp_path):
    source = tmp_path / "odd.c"
    source.write_text(
        '__attribute__((section("odd"), used)) int value = 0x600df00d;\n'
        "void __x86_return_thunk(void); int init_module(void);\n"
        "int init_module(void) { __x86_return_thunk(); return value; }\n"
    )

    driver = build([source], kernel_path(Configuration()), "6.1")

    assert struct.pack("<I", 0x600D_F00D) in driver.image.blob
    assert driver.warnings == ""
