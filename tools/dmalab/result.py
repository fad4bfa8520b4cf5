# SPDX-License-Identifier: GPL-2.0-only
"""What a run gave, in one object: text and JSON are made from it and from nothing else."""

from dataclasses import dataclass, field
from typing import NamedTuple

from dmalab.exit_codes import FINDINGS, OK, STOPPED
from dmalab.machine_spec import MachineSpec
from dmalab.scenario import Scenario
from emulator.finding import Finding, Json
from pykernel.check.census import ZoneCensus
from pykernel.check.reach import ReachRow


class Transfer(NamedTuple):
    """One movement of data by a device, with the owner that its memory had at that moment.

    `result` is what the driver said of it afterwards: 0, or a negative errno, or None where it said nothing.
    """

    now_ns: int
    device: str
    to_device: bool
    dma_addr: int
    phys: int
    length: int  # bytes
    outcome: str  # "ok", or the kind of finding
    owner: str  # cache, or kind of owner
    first: int | None  # physical address of the object or block
    zone: str | None
    mapping: str | None  # "single", "coherent", or None where nothing was mapped there
    result: int | None = None

    @property
    def is_ok(self) -> bool:
        """Say whether device and driver both found nothing wrong."""
        return self.outcome == "ok" and not self.result


class Check(NamedTuple):
    """One thing that the scenario demanded."""

    name: str
    ok: bool
    sentence: str


class Stop(NamedTuple):
    """Why the machine could not go on. `report` is for people: registers, backtrace, last events."""

    reason: str
    registers: dict[str, int]
    backtrace: tuple[str, ...]
    last_events: tuple[str, ...]


@dataclass(slots=True)
class Result:
    """One run."""

    spec: MachineSpec
    scenario: Scenario
    console: str = ""
    now_ns: int = 0
    transfers: list[Transfer] = field(default_factory=list)
    dropped_transfers: int = 0
    reach: list[ReachRow] = field(default_factory=list)
    zones: tuple[ZoneCensus, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    dropped_findings: int = 0
    checks: list[Check] = field(default_factory=list)
    workload: dict[str, int] = field(default_factory=dict)
    injected: dict[str, int] = field(default_factory=dict)  # faults on purpose, by kind, and their seed
    hidden: dict[str, Json] = field(default_factory=dict)  # findings that policies and suppressions kept back
    stop: Stop | None = None
    trace_sha256: str = ""

    @property
    def exit_code(self) -> int:
        """Give 0, 1 (something is wrong) or 3 (the machine stopped abnormally)."""
        if self.stop is not None:
            return STOPPED
        wrong = self.findings or not all(check.ok for check in self.checks)
        wrong = wrong or not all(row.is_ok for row in self.reach) or not all(each.is_ok for each in self.transfers)
        return FINDINGS if wrong else OK
