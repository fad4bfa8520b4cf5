# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab boot`: boot the machine, run a scenario, and say what came of it."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from dmalab import options, scenario
from dmalab.machine_spec import MachineSpec, parse_size
from emulator import memmap
from emulator.errors import ConfigError

_Faults = Annotated[
    list[str] | None, typer.Option(metavar="NAME=...", help="Inject faults (docs/faults.md); may be repeated.")
]
_Hostile = Annotated[bool, typer.Option("--hostile", help="Let devices lie to their drivers.")]
_Seed = Annotated[int | None, typer.Option(min=0, max=(1 << 64) - 1, help="What faults and lies are drawn from.")]


def command(
    *,
    machine: options.MachineFile = None,
    ram: options.RamSize = None,
    scenario_name: options.ScenarioName = "default",
    workload: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Allocations to repeat: .csv or .csv.gz.")
    ] = None,
    fault: _Faults = None,
    hostile: _Hostile = False,
    seed: _Seed = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object (docs/json.md) instead of text.")] = False,
    trace: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write all events of the run as JSON lines.")
    ] = None,
) -> int:
    """Run the scenario and print its result."""
    chosen = scenario.find(scenario_name)
    spec = choose_spec(machine, ram, chosen)
    if fault or hostile or seed is not None:
        spec = _with_trouble(spec, fault or [], seed, hostile=hostile)
    if trace is not None and (trace.is_dir() or not trace.absolute().parent.is_dir()):
        raise ConfigError(f"--trace: found {trace}, expected the path of a file in a folder that exists")
    from dmalab import session

    result = session.run(spec, chosen, workload_path=workload, trace_path=trace)
    if json:
        from dmalab import json_report

        sys.stdout.write(json_report.write(result))
    else:
        from dmalab import report
        from dmalab.text import Style

        sys.stdout.write(report.write(result, Style.of_stdout()))
    return result.exit_code


def choose_spec(machine: Path | None, ram: str | None, chosen: scenario.Scenario) -> MachineSpec:
    """Join machine file, scenario and command line; the last one that speaks counts."""
    spec = MachineSpec()
    if chosen.ram is not None:
        spec = spec._replace(ram=chosen.ram)
    if chosen.devices is not None:
        spec = spec._replace(devices=chosen.devices)
    if machine is not None:
        from dmalab import machine_file

        spec = machine_file.load(machine)
    if ram is not None:
        spec = spec._replace(ram=_ram(ram))
    return spec


def _with_trouble(spec: MachineSpec, faults: list[str], seed: int | None, *, hostile: bool) -> MachineSpec:
    from dmalab import trouble

    return trouble.with_options(spec, faults, seed, hostile=hostile)


def _ram(text: str) -> int:
    try:
        size = parse_size(text)
    except ValueError:
        size = 0
    if not memmap.RAM_MIN <= size <= memmap.RAM_MAX or size % memmap.PAGE_SIZE:
        raise ConfigError(f"--ram: found {text!r}, expected 16M to 64G in whole pages")
    return size
