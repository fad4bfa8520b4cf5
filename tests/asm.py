# SPDX-License-Identifier: GPL-2.0-only
"""Assemble guests for tests: GNU syntax in, the bytes of .text out, linked at an address."""

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

_CACHE = Path(tempfile.gettempdir()) / f"dmalab-asm-{os.getuid()}"


def assemble(source: str, origin: int = 0) -> bytes:
    """Assemble `source` to run at `origin`. Results are kept by content, so that each is compiled once.

    Raises: CalledProcessError where the assembler refuses it, its message in `stderr`.
    """
    key = hashlib.sha256(f"{origin:#x}\n{source}".encode()).hexdigest()
    cached = _CACHE / key
    if not cached.exists():
        _CACHE.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=_CACHE) as folder:
            _compile(source, origin, Path(folder))
            (Path(folder) / "guest.bin").replace(cached)
    return cached.read_bytes()


def _compile(source: str, origin: int, folder: Path) -> None:
    (folder / "guest.S").write_text(source + "\n")
    (folder / "guest.ld").write_text(f"ENTRY(0) SECTIONS {{ .text {origin:#x} : {{ *(.text*) }} }}")
    zig = [sys.executable, "-m", "ziglang"]
    compile_it = [
        *zig,
        "cc",
        "-target",
        "x86_64-freestanding",
        "-nostdlib",
        "-static",
        "-Wl,-T,guest.ld",
        "-oguest.elf",
    ]
    extract_it = [*zig, "objcopy", "-O", "binary", "-j", ".text", "guest.elf", "guest.bin"]
    for command in ([*compile_it, "guest.S"], extract_it):
        subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
