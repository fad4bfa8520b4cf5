# SPDX-License-Identifier: GPL-2.0-only
"""Run a file of the corpus and its twin as `dmalab run` would, and judge what was found."""

from typing import NamedTuple

from dmalab.bug_corpus import FIXED, Bug
from dmalab.compiler import DEFAULT_KERNEL_API
from dmalab.culprit import culprit_lines
from dmalab.machine_spec import DEVICE_TYPES, MachineSpec
from emulator.finding import Finding
from emulator.memmap import MIB

_RAM = 32 * MIB  # enough for a small driver; machine lines may ask for more


class Judgement(NamedTuple):
    """What came of one file. `found` and `sentence` are the first finding's, `lines` those that it blames."""

    bug: Bug
    found: str | None
    sentence: str
    lines: tuple[int, ...]
    false_alarms: tuple[str, ...]  # what was said of the twin

    @property
    def detected(self) -> bool:
        """Say whether the first finding is of the class that is marked."""
        return self.found == self.bug.kind

    @property
    def line_right(self) -> bool:
        """Say whether that finding blames the line that is marked."""
        return self.detected and self.bug.line in self.lines

    @property
    def ok(self) -> bool:
        """Say whether all is as it must be."""
        return self.line_right and not self.false_alarms


def machine_of(bug: Bug) -> MachineSpec:
    """Give the machine that a file asks for; where it names no device, that of its folder is all there is.

    Raises: ConfigError where a machine line is wrong.
    """
    kinds = {name: kind for kind, name in DEVICE_TYPES.items()}
    usual = MachineSpec(ram=_RAM, devices=(kinds[bug.device](),), kasan="kasan" in bug.needs)
    if not bug.machine.strip():
        return usual
    from dmalab import machine_file

    spec, default = machine_file.parse(bug.path, bug.machine), MachineSpec()
    if spec.devices == default.devices:
        spec = spec._replace(devices=usual.devices)
    spec = spec._replace(kasan=spec.kasan or usual.kasan)
    return spec._replace(ram=usual.ram) if spec.ram == default.ram else spec


def judge(bug: Bug) -> Judgement:
    """Compile and run a file of the corpus and its twin.

    Raises: ConfigError where one of them does not compile, or the machine is none.
    """
    spec = machine_of(bug)
    findings, others = _run(bug, spec, ())
    first = findings[0] if findings else None
    twins, twin_others = _run(bug, spec, (f"-D{FIXED}",))
    alarms = [f"{finding.kind}: {finding.sentence}" for finding in twins] + twin_others
    if first is None:
        return Judgement(bug, None, "; ".join(others), (), tuple(alarms))
    return Judgement(bug, first.kind, first.sentence, tuple(culprit_lines(first, bug.path)), tuple(alarms))


def _run(bug: Bug, spec: MachineSpec, flags: tuple[str, ...]) -> tuple[list[Finding], list[str]]:
    """Give the findings of a run, and what else was wrong with it."""
    from dmalab.driver_build import build
    from dmalab.run_command import run
    from firmware import Configuration, kernel_path

    kernel = kernel_path(Configuration(spec.kernel.debug_slab, spec.kernel.zone_dma))
    built = build([bug.path], kernel, DEFAULT_KERNEL_API, flags, kasan=spec.kasan)
    result = run(built, spec, [], None).result
    others = [f"the compiler: {line}" for line in built.warnings.splitlines()[:1]]
    others += [f"stopped: {result.stop.reason}"] if result.stop is not None else []
    return result.findings, [*others, *(check.sentence for check in result.checks if not check.ok)]
