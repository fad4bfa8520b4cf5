# SPDX-License-Identifier: GPL-2.0-only
"""The pinned compiler that the guest is built with: the `ziglang` package. No other tool and no network is needed."""

import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from firmware import FIRMWARE_DIR

PROJECT_DIR = FIRMWARE_DIR.parent


class BuildError(Exception):
    """A tool failed; the message holds its command and all that it printed."""


def zig(*args: str) -> None:
    """Run one of the toolchain's commands in the project's root.

    Raises: BuildError with the tool's output where it fails.
    """
    env = dict(os.environ)
    cache = Path(env.get("ZIG_GLOBAL_CACHE_DIR") or Path(tempfile.gettempdir()) / f"dmalab-zig-{os.getuid()}")
    env |= {"ZIG_GLOBAL_CACHE_DIR": str(cache), "ZIG_LOCAL_CACHE_DIR": str(cache)}
    import ziglang  # its own start by `python -m` costs a third of a small compilation

    command = [str(Path(ziglang.__file__).with_name("zig")), *args]
    done = subprocess.run(command, cwd=PROJECT_DIR, env=env, capture_output=True, text=True, check=False)
    if done.returncode or done.stderr.strip():
        raise BuildError(f"{' '.join(args)}\n{done.stdout}{done.stderr}".rstrip())


@cache
def compiler_version() -> str:
    """Give the version of the installed compiler package without starting it."""
    from importlib.metadata import version

    return version("ziglang")
