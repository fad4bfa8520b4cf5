# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab machine`: print the default machine file, or check one."""

import argparse
import sys
from pathlib import Path

DEFAULT_MACHINE_FILE = Path(__file__).parent / "data" / "machine.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--print", action="store_true", help="print the default machine file, with comments")
    what.add_argument("--check", type=Path, metavar="FILE", help="read FILE and say whether it is right")


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for."""
    if arguments.check is None:
        sys.stdout.write(DEFAULT_MACHINE_FILE.read_text(encoding="utf-8"))
        return 0
    from dmalab import machine_file, machine_spec

    spec = machine_file.load(arguments.check)
    print(f"{arguments.check}: {machine_spec.format_size(spec.ram)} of RAM, {len(spec.devices)} devices, ok")
    return 0
