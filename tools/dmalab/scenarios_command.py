# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab scenarios`: list the scenarios."""

import argparse

from dmalab.scenario import SCENARIOS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options: none."""


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each scenario."""
    width = max(map(len, SCENARIOS))
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:{width}}  {scenario.summary}")
    return 0
