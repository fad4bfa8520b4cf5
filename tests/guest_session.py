# SPDX-License-Identifier: GPL-2.0-only
"""The guest with its Python kernel: a whole session that runs the modules named, with words on its command line."""

from collections.abc import Sequence

from dmalab.machine_spec import EduSpec, MachineSpec
from dmalab.result import Result
from dmalab.scenario import Scenario
from dmalab.session import Session


def run_modules(
    *steps: str, options: Sequence[str] = (), devices: Sequence[EduSpec] = (EduSpec(),), record: bool = False
) -> Result:
    """Load, try and unload modules, and give what came of it."""
    spec = MachineSpec(devices=tuple(devices))
    scenario = Scenario("test", "modules of a test", steps=steps, options=tuple(options))
    return Session(spec, scenario, {}, record=record).run()


def kinds(result: Result) -> list[str]:
    """List the kinds of all findings."""
    return [finding.kind for finding in result.findings]
