# SPDX-License-Identifier: GPL-2.0-only
"""What came of `dmalab run`, as text and as JSON; docs/run.md describes both."""

import json

from dmalab.exercise import Step
from dmalab.exit_codes import FINDINGS, OK, STOPPED
from dmalab.lab import Lab
from dmalab.report import finding_lines, stop_lines, transfer_lines
from dmalab.result import Result
from dmalab.text import Style, count
from emulator.finding import Json

SCHEMA = "dmalab.run/1"


class RunReport:
    """The result of one run. `steps` is what the smoke test did, if it was one."""

    def __init__(self, lab: Lab, steps: list[Step]) -> None:
        self._lab, self._steps = lab, steps
        self._result = lab.result
        self._failed = [check for check in self._result.checks if not check.ok]

    @property
    def result(self) -> Result:
        """Give the result itself."""
        return self._result

    @property
    def exit_code(self) -> int:
        """Give 0, 1 (something is wrong) or 3 (the machine stopped abnormally)."""
        if self._result.stop is not None:
            return STOPPED
        return FINDINGS if self._result.findings or self._failed else OK

    def text(self, style: Style) -> str:
        """Give the report for people."""
        result = self._result
        parts = [self._lab.log]
        if result.stop is not None:
            parts.append(stop_lines(result.stop, style))
        if self._steps:
            width = max(len(step.call) for step in self._steps)
            lines = [f"{step.call:{width}}  {step.outcome}" for step in self._steps]
            parts.append([style.paint("smoke test", "bold"), *lines])
        if result.transfers:
            parts.append([style.paint("transfers", "bold"), *transfer_lines(result, style)])
        parts += [[style.paint(f"FAILED  {check.sentence}", "red")] for check in self._failed]
        hint = [f"dmalab explain {result.findings[0].kind} tells more"] if result.findings else []
        parts += [[*finding_lines(result, style), *hint], [self._closing_line(style)]]
        return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"

    def _closing_line(self, style: Style) -> str:
        verdict = {
            OK: style.paint("ok", "green", "bold"),
            FINDINGS: style.paint("FAILED", "red", "bold"),
            STOPPED: style.paint("STOPPED", "red", "bold"),
        }[self.exit_code]
        result = self._result
        said = [
            count(len(result.transfers) + result.dropped_transfers, "transfer"),
            count(len(result.findings) + result.dropped_findings, "finding"),
            f"{result.now_ns / 1e9:.6f} s",
        ]
        return f"{self._lab.driver.name}: {verdict}: {', '.join(said)}, trace {result.trace_sha256[:12]}"

    def document(self) -> dict[str, Json]:
        """Give the JSON values, in the order of docs/run.md."""
        lab, result = self._lab, self._result
        return {
            "schema": SCHEMA,
            "ok": self.exit_code == OK,
            "exit_code": self.exit_code,
            "driver": lab.driver.name,
            "kernel_api": lab.driver.kernel_api,
            "init_error": lab.state.error,
            "probe_error": lab.state.probe_error,
            "virtual_ns": result.now_ns,
            "warnings": lab.driver.warnings.splitlines(),
            "log": lab.log,
            "steps": [step._asdict() for step in self._steps],
            "transfers": [transfer._asdict() | {"ok": transfer.is_ok} for transfer in result.transfers],
            "dropped_transfers": result.dropped_transfers,
            "checks": [check._asdict() for check in self._failed],
            "findings": [finding.to_json() for finding in result.findings],
            "dropped_findings": result.dropped_findings,
            "stop": None if result.stop is None else result.stop._asdict(),
            "trace_sha256": result.trace_sha256,
        }

    def json(self) -> str:
        """Give the JSON text: equal runs give equal bytes."""
        return json.dumps(self.document(), indent=1, ensure_ascii=False) + "\n"
