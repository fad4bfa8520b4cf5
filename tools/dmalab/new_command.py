# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab new`: write something to begin with. `dmalab new driver NAME`: a driver, its test, and a machine file."""

import os
import re
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from dmalab.machine_command import DEFAULT_MACHINE_FILE
from emulator.errors import ConfigError

_STARTER = Path(__file__).parent / "data" / "starter"
_KINDS = ("driver",)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}")


def command(
    *,
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"What to begin: {', '.join(_KINDS)}.")],
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the driver, in lower case.")],
    folder: Annotated[
        Path, typer.Option("--dir", metavar="DIR", help="Where to; it is made if it is not there.")
    ] = Path("."),
) -> int:
    """Write the files, or none where one of them is there."""
    if kind not in _KINDS:
        raise ConfigError(f"new: found {kind!r}, expected one of {', '.join(_KINDS)}")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"NAME: found {name!r}, expected lower-case letters, digits and _, a letter first")
    files = _files(name)
    for file in files:
        if (folder / file).exists():
            raise ConfigError(f"{folder / file}: found a file, expected none: nothing is overwritten")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in files.items():
            _write(folder / file, text)
    except OSError as error:
        raise ConfigError(f"{folder}: found {error.strerror}, expected a folder that can be written") from None
    for file in files:
        print(folder / file)
    print(f"try: dmalab run {folder / f'{name}.c'}")
    return 0


def _files(name: str) -> dict[str, str]:
    """Give the files' names and texts."""
    driver = (_STARTER / "driver.c.in").read_text(encoding="utf-8")
    test = (_STARTER / "test_driver.py.in").read_text(encoding="utf-8")
    return {
        f"{name}.c": driver.replace("@NAME@", name),
        f"test_{name}.py": test.replace("@NAME@", name),
        f"{name}.toml": DEFAULT_MACHINE_FILE.read_text(encoding="utf-8"),
    }


def _write(path: Path, text: str) -> None:
    """Write a file in one step."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        file.write(text)
    os.chmod(file.name, 0o644)
    os.link(file.name, path)  # unlike a rename, this never replaces a file
    os.unlink(file.name)
