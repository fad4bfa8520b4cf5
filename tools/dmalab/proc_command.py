# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab proc`: run a scenario, and print what /proc says of the guest's memory, or write it as a folder of files."""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmalab import options, scenario
from dmalab.boot import choose_spec
from dmalab.exit_codes import OK, STOPPED
from emulator.errors import ConfigError

if TYPE_CHECKING:
    from dmalab.result import Result
    from dmalab.session import Session

NAMES = ("buddyinfo", "iomem", "meminfo", "pagetypeinfo", "slabinfo", "zoneinfo")  # as in pykernel.proc.files
END = "end"  # after the guest's last checkpoint, when it no longer runs


def command(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help=f"One of {', '.join(NAMES)}.")] = None,
    *,
    directory: Annotated[
        Path | None, typer.Option("--dir", metavar="DIR", help="Write all of them as files into DIR.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="CHECKPOINT", help="When: a checkpoint, or end; if not given, when memory is fullest."),
    ] = None,
    machine: options.MachineFile = None,
    ram: options.RamSize = None,
    scenario_name: options.ScenarioName = "default",
) -> int:
    """Run the scenario; print or write what was asked for."""
    if (name is None) == (directory is None):
        raise ConfigError(f"proc: found {'neither' if name is None else 'both'}, expected one of NAME and --dir DIR")
    if name is not None and name not in NAMES:
        raise ConfigError(f"proc: found {name!r}, expected one of {', '.join(NAMES)}")
    if directory is not None and not directory.absolute().parent.is_dir():
        raise ConfigError(f"--dir: found {directory}, expected a path in a folder that exists")
    chosen = scenario.find(scenario_name)
    spec = choose_spec(machine, ram, chosen)
    from dmalab import session

    prepared = session.prepare(spec, chosen)
    result, files = read_files(prepared, at, NAMES if name is None else (name,))
    if directory is not None:
        write_files(directory, files)
    else:
        sys.stdout.write("".join(files.values()))
    if result.stop is not None:
        print(f"dmalab: the machine stopped: {result.stop.reason}", file=sys.stderr)
    return OK if result.stop is None else STOPPED


def read_files(prepared: "Session", at: str | None, names: tuple[str, ...]) -> "tuple[Result, dict[str, str]]":
    """Run a session to its end; give its result, and the files as they were at checkpoint `at`, or when fullest.

    Raises: ConfigError where there is no such checkpoint.
    """
    from dmalab.session import FULLEST
    from pykernel.proc.files import read_all

    seen: dict[str, dict[str, str]] = {}
    passed: list[str] = []
    wanted = FULLEST if at is None else at

    def look(checkpoint: str) -> None:
        passed.append(checkpoint)
        if checkpoint == wanted:
            seen[checkpoint] = read()

    def read() -> dict[str, str]:
        devices = prepared.machine.board.pci.memory_ranges()
        return read_all(prepared.kernel.mm, prepared.symbols.addresses, devices, names)

    prepared.kernel.on_checkpoint(look)
    result = prepared.run()
    if wanted not in seen and at in (None, END):
        return result, read()
    if wanted not in seen:
        raise ConfigError(f"--at: found {at!r}, expected one of {', '.join([*dict.fromkeys(passed), END])}")
    return result, seen[wanted]


def write_files(directory: Path, files: dict[str, str]) -> None:
    """Write files into a folder, which is made where there is none. Nobody ever sees half a file.

    Raises: ConfigError where the folder cannot be written.
    """
    try:
        directory.mkdir(exist_ok=True)
        for name, text in files.items():
            with tempfile.NamedTemporaryFile("w", dir=directory, delete=False, encoding="ascii") as stream:
                stream.write(text)
            os.chmod(stream.name, 0o444)
            os.replace(stream.name, directory / name)
    except OSError as error:
        raise ConfigError(f"--dir: found {error.strerror} for {directory}, expected a folder to write into") from None
