# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab audit`: run a scenario, and examine all of the kernel's memory wherever the guest stands still for it."""

import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dmalab import options, scenario
from dmalab.boot import choose_spec
from dmalab.exit_codes import FINDINGS, OK, STOPPED

if TYPE_CHECKING:
    from dmalab.result import Result
    from dmalab.text import Style
    from pykernel.check.audit import Audit
    from pykernel.check.violations import Violation

SCHEMA = "dmalab.audit/1"
END = "end"  # after the guest's last checkpoint, when it no longer runs
_COLUMNS = (  # header, and what is counted; what is free is so of what stands before it
    (">pages", "pages"),
    (">free", "free_pages"),
    (">caches", "caches"),
    (">slabs", "slabs"),
    (">objects", "objects"),
    (">free", "free_objects"),
    (">cached", "cached_objects"),
    (">mappings", "dma_mappings"),
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One state of memory, and what the audit says of it."""

    name: str
    now_ns: int
    audit: "Audit"


def command(
    *,
    machine: options.MachineFile = None,
    ram: options.RamSize = None,
    scenario_name: options.ScenarioName = "default",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object (docs/json.md) instead of text.")] = False,
) -> int:
    """Run the scenario, and audit at every checkpoint and at the end."""
    chosen = scenario.find(scenario_name)
    spec = choose_spec(machine, ram, chosen)
    from dmalab import session

    result, checkpoints = audit_session(session.prepare(spec, chosen))
    code = _exit_code(result, checkpoints)
    if json:
        _print_json(result, checkpoints, code)
    else:
        from dmalab.text import Style

        sys.stdout.write("\n".join(_report(result, checkpoints, code, Style.of_stdout())) + "\n")
    return code


def audit_session(prepared: Any) -> "tuple[Result, list[Checkpoint]]":
    """Run a session to its end, and give its result and what the audit says of each state."""
    from pykernel.check.audit import examine

    checkpoints: list[Checkpoint] = []

    def look(name: str) -> None:
        checkpoints.append(Checkpoint(name, prepared.machine.clock.now_ns, examine(prepared.memory)))

    prepared.kernel.on_checkpoint(look)
    result = prepared.run()
    if result.stop is None:  # else the kernel may have been in the middle of something
        look(END)
    return result, checkpoints


def _exit_code(result: "Result", checkpoints: list[Checkpoint]) -> int:
    """Give 3 where the machine stopped, 1 where anything is violated. What else the scenario found does not count."""
    if result.stop is not None:
        return STOPPED
    return FINDINGS if any(each.audit.violations for each in checkpoints) else OK


def _report(result: "Result", checkpoints: list[Checkpoint], code: int, style: "Style") -> list[str]:
    from dmalab.text import count, table

    headers = ["time", "checkpoint", *(header for header, _ in _COLUMNS), ">violations"]
    rows = [
        [
            f"{each.now_ns / 1e9:.6f}",
            each.name,
            *(str(each.audit.examined.get(name, "-")) for _, name in _COLUMNS),
            str(len(each.audit.violations)),
        ]
        for each in checkpoints
    ]
    lines = table(headers, rows)
    lines[0] = style.paint(lines[0], "bold")
    for each in checkpoints:
        if each.audit.violations:
            lines += ["", style.paint(f"violations at {each.name}", "bold")]
            lines += [f"  {describe(violation)}" for violation in each.audit.violations]
    if result.stop is not None:
        lines += ["", f"the machine stopped: {result.stop.reason}"]
    found = sum(len(each.audit.violations) for each in checkpoints)
    verdict = style.paint("ok", "green") if not code else style.paint("FAILED", "red")
    told = count(found, "violation") if found else "no violation"
    return [*lines, "", f"{result.scenario.name}: {verdict}: {told} in {count(len(checkpoints), 'state')} of memory"]


def describe(violation: "Violation") -> str:
    """Say on one line what is wrong, where, and what should be there."""
    line = f"{violation.rule}: {violation.sentence}"
    if violation.phys is not None:
        line += f" (at {violation.phys:#x})"
    if violation.expected is not None:
        line += f": expected {violation.expected}, found {violation.found}"
    elif violation.found is not None:
        line += f": found {violation.found}"
    return line


def _print_json(result: "Result", checkpoints: list[Checkpoint], code: int) -> None:
    import json

    from dmalab.json_report import machine_json

    document = {
        "schema": SCHEMA,
        "ok": code == 0,
        "exit_code": code,
        "scenario": result.scenario.name,
        "machine": machine_json(result.spec),
        "checkpoints": [
            {
                "name": each.name,
                "now_ns": each.now_ns,
                "examined": each.audit.examined,
                "violations": [asdict(violation) for violation in each.audit.violations],
            }
            for each in checkpoints
        ],
        "stop": None if result.stop is None else result.stop._asdict(),
    }
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
