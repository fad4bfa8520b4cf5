# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab machine`: print the default machine file, or check one."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from emulator.errors import ConfigError

DEFAULT_MACHINE_FILE = Path(__file__).parent / "data" / "machine.toml"


def command(
    *,
    show: Annotated[bool, typer.Option("--print", help="Print the default machine file, with comments.")] = False,
    check: Annotated[Path | None, typer.Option(metavar="FILE", help="Read FILE and say whether it is right.")] = None,
) -> int:
    """Do what was asked for."""
    if show == (check is not None):
        raise ConfigError(f"machine: found {'both' if show else 'neither'}, expected one of --print and --check FILE")
    if check is None:
        sys.stdout.write(DEFAULT_MACHINE_FILE.read_text(encoding="utf-8"))
        return 0
    from dmalab import machine_file, machine_spec

    spec = machine_file.load(check)
    print(f"{check}: {machine_spec.format_size(spec.ram)} of RAM, {len(spec.devices)} devices, ok")
    return 0
