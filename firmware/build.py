# SPDX-License-Identifier: GPL-2.0-only
"""Compile the guest: the ROM and a kernel for each configuration of the allocators, with its symbols and lines.

`python -m firmware.build` builds what changed, and prints only what fails. The compiler is the pinned `ziglang`
package; no other tool and no network is needed. The same sources give the same bytes, wherever the tree lies.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from emulator import memmap
from firmware import BUILD_DIR, CONFIGURATIONS, FIRMWARE_DIR, MODULE_LIBRARY, Configuration, depends, kernel_name
from firmware.toolchain import PROJECT_DIR, BuildError, compiler_version, zig

# No vector registers: the compiler takes no notice of -mgeneral-regs-only alone. And nothing is inlined that does not
# ask for it, so that a backtrace names the functions that a reader finds in the source. Behind a call that does not
# return comes a trap, so that its return address lies in the function that called.
CFLAGS = (
    "-target x86_64-freestanding-none -mcpu=x86_64-mmx-sse-sse2+soft_float -std=gnu11 -ffreestanding -nostdlib "
    "-O2 -g -gdwarf-4 -mno-red-zone -mgeneral-regs-only -fno-pic -fno-pie -fno-stack-protector -fno-sanitize=all "
    "-finline-hint-functions -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls "
    "-fno-strict-aliasing -fno-asynchronous-unwind-tables -fno-common -mllvm -trap-unreachable "
    "-Wall -Wextra -Wno-unused-parameter -Wno-sign-compare -Werror"
)
KERNEL_FLAGS = ["-mcmodel=kernel"]
FILE_FLAGS = {"slab": ("-momit-leaf-frame-pointer",)}  # each store counts there; oopses find such functions' callers
ROM_FLAGS = ["-mcmodel=small", "-DROM"]
LINK_CONSTANTS = ("KERNEL_MAP_BASE", "KERNEL_PHYS", "KERNEL_PHYS_END", "MODULE_PHYS", "ROM_SHADOW_BASE", "LOW_HOLE_END")

ROM_SHARED = ("kernel/fw_cfg.c",)


@dataclass(frozen=True, slots=True)
class Unit:
    """One source file, the flags that it is compiled with, and the macros that its configuration defines."""

    source: Path
    flags: tuple[str, ...]
    macros: tuple[str, ...] = ()


def board_header() -> str:
    """Write emulator/memmap.py down as a C header that assembly can include too."""
    lines = ["/* Generated from emulator/memmap.py. */", "#ifndef BOARD_H", "#define BOARD_H", ""]
    lines += [
        "#ifdef __ASSEMBLER__",
        "#define UL(number) number",
        "#else",
        "#define UL(number) number##UL",
        "#endif",
        "",
    ]
    names = [name for name in vars(memmap) if name.isupper()]
    lines += [f"#define {name} UL({getattr(memmap, name):#x})" for name in names]
    return "\n".join([*lines, "", "#endif", ""])


def write_if_changed(path: Path, data: bytes) -> None:
    """Replace a file in one step, and only where its content differs."""
    if path.exists() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_bytes(data)
    partial.replace(path)


def compile_flags(out: Path) -> list[str]:
    """Give the flags that every C and assembly file of the guest is compiled with, `out` holding board.h."""
    prefixes = [f"-ffile-prefix-map={out}=firmware/_build", f"-ffile-prefix-map={PROJECT_DIR}=."]
    return [*CFLAGS.split(), *prefixes, "-fdebug-compilation-dir=.", f"-I{out / 'include'}", "-Ifirmware/include"]


def compile_unit(unit: Unit, out: Path) -> Path:
    """Compile one file, or take the object that the same inputs gave before.

    A macro that occurs in none of its files changes nothing: configurations share what does not depend on them.
    """
    text = depends.content(depends.closure(unit.source, [out / "include", FIRMWARE_DIR / "include"]))
    macros = [f"-D{name}" for name in unit.macros if re.search(rf"\b{name}\b".encode(), text)]
    flags = [*unit.flags, *macros, f'-DKBUILD_MODNAME="{unit.source.stem}"']
    key = hashlib.sha256("\0".join([CFLAGS, compiler_version(), *flags]).encode() + text).hexdigest()[:16]
    obj = out / "obj" / f"{unit.source.stem}-{key}.o"
    if obj.exists():
        return obj
    obj.parent.mkdir(parents=True, exist_ok=True)
    partial = obj.with_name(f".{obj.name}.{os.getpid()}")
    zig("cc", *compile_flags(out), *flags, "-c", unit.source.relative_to(PROJECT_DIR).as_posix(), "-o", str(partial))
    partial.replace(obj)
    return obj


def units(config: Configuration) -> list[Unit]:
    """List the kernel's source files in link order, drivers and modules last."""
    found: list[Unit] = []
    for folder in ("kernel", "drivers", "modules"):
        for source in sorted((FIRMWARE_DIR / folder).glob("*.[cS]")):
            if source.stem == "structs":
                continue  # layouts.py compiles it, for its DWARF only
            found.append(Unit(source, (*KERNEL_FLAGS, *FILE_FLAGS.get(source.stem, ())), tuple(config.macros())))
    return found


def library_units() -> list[Unit]:
    """List the files of what a driver's module takes with it, as far as it needs them: compiled as a module is."""
    flags = (*KERNEL_FLAGS, "-DMODULE", "-DCONFIG_ZONE_DMA", "-Wno-pointer-sign")
    return [Unit(source, flags) for source in sorted((FIRMWARE_DIR / "lib").glob("*.c"))]


def rom_units() -> list[Unit]:
    """List the ROM's source files."""
    sources = sorted((FIRMWARE_DIR / "rom").glob("*.[cS]")) + [FIRMWARE_DIR / name for name in ROM_SHARED]
    return [Unit(source, tuple(ROM_FLAGS)) for source in sources]


def link(objects: Sequence[Path], script: str, target: Path, *flags: str) -> None:
    """Link objects by a script that knows the board's addresses."""
    constants = [f"--defsym={name}={getattr(memmap, name):#x}" for name in LINK_CONSTANTS]
    linked = target.with_name(f".{target.name}.linked")
    names = [obj.as_posix() for obj in objects]
    zig("ld.lld", "-T", f"firmware/{script}", *constants, *flags, *names, "-o", str(linked))
    linked.replace(target)


def build_rom(out: Path) -> Path:
    """Link the ROM: a flat image for the CPU, and the same as ELF for debuggers."""
    objects = compile_all(rom_units(), out)
    link(objects, "rom/rom.ld", out / "rom.elf", "--build-id=none")
    link(objects, "rom/rom.ld", out / "rom.bin", "--oformat=binary", "--build-id=none")
    size = (out / "rom.bin").stat().st_size
    if size != memmap.ROM_SIZE:
        raise BuildError(f"rom.bin: found {size} bytes, expected {memmap.ROM_SIZE}")
    return out / "rom.bin"


def build_kernel(config: Configuration, out: Path) -> Path:
    """Link one kernel and write its symbols and lines beside it."""
    objects = compile_all(units(config), out)
    kernel = out / f"{kernel_name(config)}.elf"
    link(objects, "kernel/kernel.ld", kernel, "--build-id=sha1", "--hash-style=gnu", "-z", "noexecstack")
    write_tables(kernel)
    return kernel


def build_library(out: Path) -> Path:
    """Put what modules may take with them into an archive, of which a link takes what is needed."""
    units_of_it = library_units()
    objects = compile_all(units_of_it, out)
    target = out / MODULE_LIBRARY.name
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        named = [Path(scratch) / f"{unit.source.stem}.o" for unit in units_of_it]
        for obj, name in zip(objects, named, strict=True):
            name.write_bytes(obj.read_bytes())
        zig("ar", "rcD", str(partial), *map(str, named))
    partial.replace(target)
    return target


def write_tables(kernel: Path) -> None:
    """Write `<kernel>.symbols.json` and `<kernel>.lines.json`, so that a boot parses no ELF and no DWARF."""
    from pykernel.layout.dwarf_lines import line_table, symbol_table

    write_if_changed(kernel.with_suffix(".symbols.json"), symbol_table(kernel))
    write_if_changed(kernel.with_suffix(".lines.json"), line_table(kernel))


def compile_all(wanted: Sequence[Unit], out: Path) -> list[Path]:
    """Compile on all cores; the order of the result is that of `wanted`."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda unit: compile_unit(unit, out), wanted))


def source_hash() -> str:
    """Hash everything that decides what the build gives."""
    digest = hashlib.sha256((CFLAGS + compiler_version()).encode())
    patterns = (
        "emulator/memmap.py",
        "firmware/**/*.[chS]",
        "firmware/**/*.ld",
        "firmware/*.py",
        "pykernel/layout/*.py",
    )
    for path in sorted({path for pattern in patterns for path in PROJECT_DIR.glob(pattern)}):
        if BUILD_DIR not in path.parents:
            digest.update(path.relative_to(PROJECT_DIR).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Let one build at a time into `out`, where the system can lock files."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / ".lock").open("w") as lock:
        with contextlib.suppress(ImportError):
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(out: Path = BUILD_DIR) -> None:
    """Bring everything in `out` up to date.

    Raises: BuildError where a tool fails.
    """
    with locked(out):
        stamp, wanted = out / "stamp", source_hash()
        if stamp.exists() and stamp.read_text() == wanted:
            return
        write_if_changed(out / "include" / "board.h", board_header().encode())
        build_rom(out)
        for config in CONFIGURATIONS:
            build_kernel(config, out)
        build_library(out)
        build_layouts(out)
        write_if_changed(stamp, wanted.encode())


def build_layouts(out: Path) -> None:
    """Compile the struct layouts of all configurations, bare ones included."""
    if importlib.util.find_spec("firmware.layouts"):
        from firmware import layouts

        layouts.build(out / "layouts")


def main() -> int:
    """Build, and say on stderr what failed."""
    try:
        build()
    except BuildError as error:
        print(f"firmware: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
