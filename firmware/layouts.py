# SPDX-License-Identifier: GPL-2.0-only
"""Compile the kernel's structures once for each configuration, and keep what the debug information says as JSON.

A user can choose any configuration without a compiler, so all of them are built. What is built is stamped with a hash
of its sources and built again only when they change.
"""

import hashlib
import itertools
import json
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from firmware import depends
from firmware.toolchain import zig

_FIRMWARE = Path(__file__).resolve().parent
DEFAULT_OUT = _FIRMWARE / "_build" / "layouts"
_SOURCES = _FIRMWARE / "kernel"
_INCLUDE = _FIRMWARE / "include"

# name in the key -> what it puts on the compiler's command line
_CPUS = {"up": [], "smp2": ["-DCONFIG_SMP"]}
_DEBUG: dict[str, list[str]] = {"": [], "debug": ["-DCONFIG_DEBUG_SLAB"]}
_CACHE_LINES = {"l64": ["-DCONFIG_X86_L1_CACHE_SHIFT=6"], "l128": ["-DCONFIG_X86_L1_CACHE_SHIFT=7"]}
_ORDERS = {f"mo{order}": [f"-DCONFIG_FORCE_MAX_ZONEORDER={order}"] for order in (11, 12, 13, 14)}
_DMA: dict[str, list[str]] = {"dma": ["-DCONFIG_ZONE_DMA=1"], "nodma": []}

_COMPILE = [
    *("cc", "-target", "x86_64-freestanding", "-std=gnu11", "-ffreestanding"),
    *("-g", "-O0", "-c", "-fdata-sections", "-fno-eliminate-unused-debug-types", "-Wall", "-Werror"),
]


def configurations() -> dict[str, list[str]]:
    """List every configuration: its key, and the compiler's options for it."""
    found = {}
    for choice in itertools.product(_CPUS, _DEBUG, _CACHE_LINES, _ORDERS, _DMA):
        tables = (_CPUS, _DEBUG, _CACHE_LINES, _ORDERS, _DMA)
        options = [option for table, name in zip(tables, choice, strict=True) for option in table[name]]
        found["-".join(filter(None, choice))] = options
    return found


def path(key: str, out_dir: Path = DEFAULT_OUT) -> Path:
    """Find the layout of one configuration; build it where the sources are newer, as they never are in a wheel."""
    target = out_dir / f"{key}.json"
    stamp = _stamp()
    if not _is_current(target, stamp):
        _build_one(key, configurations()[key], target, stamp)
    return target


def build(out_dir: Path = DEFAULT_OUT) -> list[Path]:
    """Build the layouts of all configurations that are not up to date, on all cores, and give their paths."""
    keys = list(configurations())
    stamp = _stamp()
    if all(_is_current(out_dir / f"{key}.json", stamp) for key in keys):
        return [out_dir / f"{key}.json" for key in keys]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(path, keys, itertools.repeat(out_dir)))


def _stamp() -> str:
    sources = depends.closure(_SOURCES / "structs.c", [_INCLUDE])
    return hashlib.sha256(depends.content([*sources, Path(__file__)])).hexdigest()[:16]


def _is_current(target: Path, stamp: str) -> bool:
    if not target.exists():
        return False
    with target.open(encoding="utf-8") as stream:
        return stamp in stream.readline()


def _build_one(key: str, options: list[str], target: Path, stamp: str) -> None:
    from pykernel.layout.dwarf import read_object  # only who builds needs the parser

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        compiled = Path(scratch) / "structs.o"
        zig(*_COMPILE, *options, f"-I{_INCLUDE}", str(_SOURCES / "structs.c"), "-o", str(compiled))
        table = read_object(compiled)
    lines = [f'"stamp": "{stamp}"', f'"key": "{key}"']
    lines += [f'"{part}": {json.dumps(table[part], separators=(",", ":"))}' for part in table]
    with tempfile.NamedTemporaryFile("w", dir=target.parent, delete=False, encoding="utf-8") as stream:
        stream.write("{" + ",\n".join(lines) + "}\n")
    os.replace(stream.name, target)  # nobody ever sees half a layout
