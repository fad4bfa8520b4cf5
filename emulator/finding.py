# SPDX-License-Identifier: GPL-2.0-only
"""Findings: what was wrong in a run, said once and for all forms (text, JSON, reports).

Owns the form of a finding and the policy that follows one. Knows nothing of kernels: upper floors add what they know
(owner, cache, zone, backtrace) through annotators.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

KEPT_FINDINGS = 1000  # a guest in a loop must not fill the host's memory; the rest is counted

Json = Any  # what the json module takes


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was wrong.

    `kind` is a stable class id ("dma-beyond-reach"), `sentence` one sentence in Linux's wording where Linux has one.
    """

    kind: str
    sentence: str
    now_ns: int
    device: str | None = None
    dma_addr: int | None = None
    phys: int | None = None
    length: int | None = None  # bytes
    details: dict[str, Json] = field(default_factory=dict)

    def to_json(self) -> dict[str, Json]:
        """Give the finding as JSON values; addresses are numbers, absent members are left out."""
        members = ("kind", "sentence", "now_ns", "device", "dma_addr", "phys", "length")
        json = {name: getattr(self, name) for name in members if getattr(self, name) is not None}
        return {**json, "details": self.details} if self.details else json

    def __str__(self) -> str:
        """Say the finding as the kernel's log would."""
        seconds, ns = divmod(self.now_ns, 1_000_000_000)
        source = f"{self.device}: " if self.device else ""
        lines = [f"[{seconds:5}.{ns // 1000:06}] {source}{self.sentence} [{self.kind}]"]
        for name, value in self.details.items():
            rows = value if isinstance(value, list) else [value]
            lines += [f"  {name}: {row}" if number == 0 else f"    {row}" for number, row in enumerate(rows)]
        return "\n".join(lines)


class Findings:
    """The findings of a run, in order. With `stop` the policy is strict: it is called with each finding."""

    def __init__(self, stop: Callable[[Finding], None] | None = None) -> None:
        self.dropped = 0  # findings beyond KEPT_FINDINGS
        self._stop = stop
        self._findings: list[Finding] = []
        self._annotators: list[Callable[[Finding], Finding]] = []

    def annotate(self, annotator: Callable[[Finding], Finding]) -> None:
        """Pass each later finding through `annotator`, which returns it, richer or as it was."""
        self._annotators.append(annotator)

    def report(self, finding: Finding) -> None:
        """Take `finding`, annotated, and stop the machine where the policy is strict."""
        if len(self._findings) >= KEPT_FINDINGS:
            self.dropped += 1
            return
        for annotator in self._annotators:
            finding = annotator(finding)
        self._findings.append(finding)
        if self._stop is not None:
            self._stop(finding)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def __len__(self) -> int:
        return len(self._findings)

    def __getitem__(self, index: int) -> Finding:
        return self._findings[index]

    def to_json(self) -> list[dict[str, Json]]:
        """Give all findings as JSON values."""
        return [finding.to_json() for finding in self._findings]
