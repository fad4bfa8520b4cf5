# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab boot`: boot the machine, run a scenario, and say what came of it."""

import argparse
import sys
from pathlib import Path

from dmalab import scenario
from dmalab.machine_spec import MachineSpec, parse_size
from emulator import memmap
from emulator.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("--machine", type=Path, metavar="FILE", help="a machine file (see dmalab machine --print)")
    parser.add_argument("--ram", type=_ram, metavar="SIZE", help="16M to 64G; goes before the machine file")
    parser.add_argument("--scenario", default="default", metavar="NAME", help="one of those of dmalab scenarios")
    parser.add_argument("--workload", type=Path, metavar="FILE", help="allocations to repeat: .csv or .csv.gz")
    parser.add_argument("--json", action="store_true", help="print one JSON object (docs/json.md) instead of text")
    parser.add_argument("--trace", type=Path, metavar="FILE", help="write all events of the run as JSON lines")


def run(arguments: argparse.Namespace) -> int:
    """Run the scenario and print its result."""
    chosen = scenario.find(arguments.scenario)
    spec = _spec(arguments, chosen)
    if arguments.trace is not None and not arguments.trace.absolute().parent.is_dir():
        raise ConfigError(f"--trace: found {arguments.trace}, expected a path in a folder that exists")
    from dmalab import session

    result = session.run(spec, chosen, workload_path=arguments.workload, trace_path=arguments.trace)
    if arguments.json:
        from dmalab import json_report

        sys.stdout.write(json_report.write(result))
    else:
        from dmalab import report
        from dmalab.text import Style

        sys.stdout.write(report.write(result, Style.of_stdout()))
    return result.exit_code


def _spec(arguments: argparse.Namespace, chosen: scenario.Scenario) -> MachineSpec:
    """Join machine file, scenario and command line; the last one that speaks counts."""
    spec = MachineSpec()
    if chosen.ram is not None:
        spec = spec._replace(ram=chosen.ram)
    if arguments.machine is not None:
        from dmalab import machine_file

        spec = machine_file.load(arguments.machine)
    if arguments.ram is not None:
        spec = spec._replace(ram=arguments.ram)
    return spec


def _ram(text: str) -> int:
    try:
        size = parse_size(text)
    except ValueError:
        size = 0
    if not memmap.RAM_MIN <= size <= memmap.RAM_MAX or size % memmap.PAGE_SIZE:
        raise argparse.ArgumentTypeError(f"found {text!r}, expected 16M to 64G in whole pages")
    return size
