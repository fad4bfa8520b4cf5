# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab scenarios`: list the scenarios."""

from dmalab.scenario import SCENARIOS


def command() -> int:
    """Print a line for each scenario."""
    width = max(map(len, SCENARIOS))
    for scenario in SCENARIOS.values():
        print(f"{scenario.name:{width}}  {scenario.summary}")
    return 0
