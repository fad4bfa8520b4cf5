# SPDX-License-Identifier: GPL-2.0-only
"""Compile hooks.c for all platforms that get prebuilt hooks, with the pinned compiler. Only builds need this."""

import hashlib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE / "hooks.c"
BUILD = HERE / "_build"
TARGETS = {
    "linux-x86_64.so": "x86_64-linux-gnu",
    "linux-aarch64.so": "aarch64-linux-gnu",
    "darwin-x86_64.dylib": "x86_64-macos",
    "darwin-arm64.dylib": "aarch64-macos",
}
FLAGS = [
    "-O2",
    "-fomit-frame-pointer",
    "-g0",
    "-s",
    "-std=c11",
    "-Wall",
    "-Wextra",
    "-Werror",
    "-ffreestanding",
    "-fPIC",
    "-shared",
    "-nostdlib",
]


def build() -> list[Path]:
    """Compile what is out of date; give the paths of the shared libraries, the same bytes for the same source.

    Raises: CalledProcessError where the compiler fails, with its message in `stderr`.
    """
    libraries = [BUILD / f"hooks-{name}" for name in TARGETS]
    stamp = BUILD / "stamp"
    wanted = _fingerprint()
    if stamp.exists() and stamp.read_text() == wanted and all(library.exists() for library in libraries):
        return libraries
    BUILD.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    for library, target in zip(libraries, TARGETS.values(), strict=True):
        # Relative names and a fixed directory: no path of this machine ends in the library.
        command = [sys.executable, "-m", "ziglang", "cc", "-target", target, *FLAGS]
        output = library.relative_to(HERE)
        subprocess.run([*command, "-o", str(output), SOURCE.name], cwd=HERE, check=True, capture_output=True, text=True)
    stamp.write_text(wanted)
    return libraries


def _fingerprint() -> str:
    """Identify what the result depends on: source, flags, targets, compiler."""
    from importlib.metadata import version

    parts = [SOURCE.read_text(), repr(FLAGS), repr(TARGETS), version("ziglang")]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


if __name__ == "__main__":
    for path in build():
        print(path)
