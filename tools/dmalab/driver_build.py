# SPDX-License-Identifier: GPL-2.0-only
"""Compile a user's driver and link it to its place in the guest's kernel, or take what the same inputs gave before.

Results lie in the user's cache folder ($DMALAB_CACHE_DIR, or dmalab in $XDG_CACHE_HOME, ~/.cache), named by what they
were made from: sources, the headers that they include, flags, compiler, and the kernel they are linked to.
"""

import hashlib
import json
import os
import re
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from dmalab.compiler import Compiler, find_compiler, include_flags, version_flags
from dmalab.driver_messages import explain
from dmalab.module_image import LINK_SCRIPT_END, LONGEST_NAME, ModuleImage, link_script_start, read_image
from dmalab.object_file import check_object, is_elf
from emulator.errors import ConfigError
from firmware import BUILD_DIR, FIRMWARE_DIR, MODULE_LIBRARY

_HEADERS = "firmware/include/"  # as debug information calls them: what is inline there is told by the driver's line
_TABLES = 2  # the form of the tables beside a module; another one must not be taken from the cache


class CompileError(ConfigError):
    """A driver does not compile or link; the text is the tool's own, with a line of ours where we know more."""


@dataclass(frozen=True, slots=True)
class Driver:
    """A module, ready for the guest. `warnings` is what the compiler said of it."""

    name: str
    image: ModuleImage
    elf: Path  # its tables lie beside it
    warnings: str
    kernel_api: str


def cache_dir() -> Path:
    """Give the folder of what has been compiled, made where it is missing."""
    chosen = os.environ.get("DMALAB_CACHE_DIR")
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = Path(chosen) if chosen else base / "dmalab"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cache: found {folder}: {error.strerror}, expected a folder that can be written") from None
    return folder


def module_name(sources: Sequence[Path]) -> str:
    """Name a module after its first source, as kbuild does: hyphens become underscores.

    Raises: ConfigError where that is no name that a macro and a command line can hold.
    """
    name = sources[0].stem.replace("-", "_").replace(".", "_")
    if not name.isascii() or not re.fullmatch(rf"\w{{1,{LONGEST_NAME}}}", name):
        expected = f"a name of up to {LONGEST_NAME} letters, digits, - and _, which the module is named after"
        raise ConfigError(f"{sources[0]}: found {name!r}, expected {expected}")
    return name


def build(
    sources: Sequence[Path], kernel: Path, kernel_api: str, extra_flags: Sequence[str] = (), *, kasan: bool = False
) -> Driver:
    """Make one module of C files and relocatable objects; with `kasan`, one that looks at the shadow of memory.

    Raises: CompileError with the compiler's or linker's message; ConfigError where a file cannot be read.
    """
    for source in sources:
        if not source.is_file():
            raise ConfigError(f"{source}: found no such file, expected a driver's C source or object")
    name = module_name(sources)
    extra = (*extra_flags, *(_compiler().kasan if kasan else ()))
    objects, said = [], []
    for source in sources:
        if is_elf(source):
            check_object(source)
            objects.append(source)
            continue
        path, warnings = _compile(source, name, kernel_api, extra)
        objects.append(path)
        said.append(warnings)
    elf = _link(objects, sources, kernel, kernel_api, kasan=kasan)
    return Driver(name, read_image(elf, name), elf, "".join(said), kernel_api)


@cache
def _compiler() -> Compiler:
    return find_compiler()


@cache
def _headers_digest() -> str:
    """Hash every header of ours."""
    digest = hashlib.sha256()
    for folder in (FIRMWARE_DIR / "include", BUILD_DIR / "include"):
        for path in sorted(folder.rglob("*.h")):
            digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _compile(source: Path, module: str, kernel_api: str, extra: tuple[str, ...]) -> tuple[Path, str]:
    """Give the object of one source, and what the compiler said of it."""
    compiler = _compiler()
    arguments = [
        *compiler.flags,
        *extra,
        *version_flags(kernel_api),
        f'-DKBUILD_MODNAME="{module}"',
        f'-DKBUILD_BASENAME="{source.stem}"',
        f"-I{source.parent}",
    ]
    # Debug information names files from where the compiler was started.
    places = [str(Path.cwd()), str(FIRMWARE_DIR)]
    inputs = [compiler.identity, _headers_digest(), *places, *arguments, str(source), _digest(source)]
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:32]
    folder = cache_dir()
    record = folder / f"{key}.compiled.json"
    known = _read_record(record)
    if known is not None:
        return folder / known["object"], known["warnings"]
    return _run_compiler(compiler, arguments, source, folder, key)


def _read_record(record: Path) -> dict[str, Any] | None:
    """Give what is known of a source, if the files that it includes are what they were."""
    try:
        known: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        if all(_digest(Path(path)) == digest for path, digest in known["includes"].items()):
            return known if (record.parent / known["object"]).exists() else None
    except (OSError, ValueError, KeyError):
        pass
    return None


def _run_compiler(compiler: Compiler, arguments: list[str], source: Path, folder: Path, key: str) -> tuple[Path, str]:
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        obj, depends = Path(scratch) / "out.o", Path(scratch) / "out.d"
        command = [*compiler.command, *arguments, *include_flags(), "-MD", "-MF", str(depends), "-c", str(source)]
        done = _run([*command, "-o", str(obj)], folder)
        if done.returncode or not (obj.exists() and depends.exists()):
            said = done.stderr.rstrip("\n") or f"{compiler.name}: exit code {done.returncode}, and no object file"
            raise CompileError(explain(said))
        includes = {path: _digest(Path(path)) for path in _own_includes(depends, source)}
        content = hashlib.sha256(obj.read_bytes()).hexdigest()[:32]
        target = folder / f"{content}.o"
        obj.replace(target)
    known = {"object": target.name, "warnings": done.stderr, "includes": includes}
    _write(folder / f"{key}.compiled.json", json.dumps(known).encode())
    return target, done.stderr


def _own_includes(depends: Path, source: Path) -> list[str]:
    """List the headers that are the user's, from the rule that the compiler wrote for make."""
    rule = depends.read_text(encoding="utf-8").replace("\\\n", " ")
    words = [re.sub(r"\\([ #])", r"\1", word).replace("$$", "$") for word in re.split(r"(?<!\\)\s+", rule)[1:]]
    ours = str(FIRMWARE_DIR)
    return sorted(
        {word for word in words if not word.startswith(ours) and word != str(source) and Path(word).is_file()}
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _run(command: list[str], folder: Path) -> "subprocess.CompletedProcess[str]":
    env = dict(os.environ, LC_ALL="C")
    env.setdefault("ZIG_GLOBAL_CACHE_DIR", str(folder / "zig"))
    env.setdefault("ZIG_LOCAL_CACHE_DIR", str(folder / "zig"))
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False, env=env, errors="replace")
    except OSError as error:
        raise ConfigError(f"{command[0]}: found {error.strerror}, expected a program that can be run") from None


def _link(objects: list[Path], sources: Sequence[Path], kernel: Path, kernel_api: str, *, kasan: bool) -> Path:
    """Link the module to its place; its tables of symbols and lines are written beside it."""
    linker = _compiler().linker
    symbols = kernel.with_suffix(".symbols.json")
    inputs = [
        str(_TABLES),
        *linker,
        str(symbols),
        LINK_SCRIPT_END,
        str(kasan),
        *map(_digest, [symbols, MODULE_LIBRARY, *objects]),
    ]
    key = hashlib.sha256("\0".join(inputs).encode()).hexdigest()[:32]
    target = cache_dir() / f"{key}.elf"
    if target.exists():
        return target
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        script, linked = Path(scratch) / "module.ld", Path(scratch) / "module.elf"
        script.write_text(link_script_start(symbols, kasan=kasan) + LINK_SCRIPT_END, encoding="utf-8")
        flags = ["-m", "elf_x86_64", "-static", "--build-id=sha1", "-z", "noexecstack", "-z", "max-page-size=4096"]
        files = [*map(str, objects), str(MODULE_LIBRARY)]
        done = _run([*linker, *flags, "-T", str(script), *files, "-o", str(linked)], target.parent)
        if done.returncode:
            raise CompileError(explain(_name_sources(done.stderr, objects, sources), kernel_api))
        try:
            _write_tables(linked, target)
        except ConfigError as error:
            raise CompileError(f"{', '.join(map(str, sources))}: {error}") from None
        linked.replace(target)
    return target


def _name_sources(text: str, objects: list[Path], sources: Sequence[Path]) -> str:
    """Call the objects by their sources in what the linker says."""
    for obj, source in zip(objects, sources, strict=True):
        text = text.replace(str(obj), str(source))
    return text.replace(f"{Path.cwd()}/", "").rstrip("\n")


def _write_tables(linked: Path, target: Path) -> None:
    from pykernel.layout.dwarf_lines import line_table, symbol_table

    _write(target.with_suffix(".lines.json"), line_table(linked, headers=_HEADERS))
    _write(target.with_suffix(".symbols.json"), symbol_table(linked))


def _write(path: Path, data: bytes) -> None:
    """Write a file in one step: nobody ever sees half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    os.replace(file.name, path)
