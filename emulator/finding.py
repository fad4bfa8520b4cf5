# SPDX-License-Identifier: GPL-2.0-only
"""Findings: what was wrong in a run, said once and for all forms (text, JSON, reports).

Owns the form of a finding and the policy that follows one. Knows nothing of kernels: upper floors add what they know
(owner, cache, zone, backtrace) through annotators.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

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


class Suppression(NamedTuple):
    """Findings that are not to be shown: of a class, or with a function or a file in a line of their details, or both
    in one line."""

    kind: str | None = None
    function: str | None = None
    file: str | None = None  # or the end of its path

    def matches(self, finding: Finding) -> bool:
        """Say whether a finding is meant."""
        if self.kind not in (None, finding.kind):
            return False
        return (self.function is None and self.file is None) or any(map(self._is_at, _lines(finding)))

    def _is_at(self, line: str) -> bool:
        """Look at a place, written as `function+0x1c (path/file.c:12)`."""
        name, _, place = line.partition(" (")
        path = place.rpartition(":")[0]
        if self.function is not None and name.partition("+")[0] != self.function:
            return False
        return self.file is None or path == self.file or path.endswith(f"/{self.file}")


def _lines(finding: Finding) -> Iterator[str]:
    for value in finding.details.values():
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


class Findings:
    """The findings of a run, in order. `stop` is called with each where the policy is strict, or that of its class."""

    def __init__(self, stop: Callable[[Finding], None] | None = None, *, strict: bool = True) -> None:
        self.dropped = 0  # findings beyond KEPT_FINDINGS
        self.ignored: dict[str, int] = {}  # by class
        self.suppressed: dict[Suppression, int] = {}
        self._stop = stop
        self._policy = "stop" if strict else "report"
        self._policies: dict[str, str] = {}
        self._findings: list[Finding] = []
        self._annotators: list[Callable[[Finding], Finding]] = []

    def annotate(self, annotator: Callable[[Finding], Finding]) -> None:
        """Pass each later finding through `annotator`, which returns it, richer or as it was."""
        self._annotators.append(annotator)

    def govern(self, policies: Mapping[str, str], suppressions: Iterable[Suppression]) -> None:
        """Do with findings of a class what `policies` says: "stop", "report" or "ignore"; hide those suppressed."""
        self._policies.update(policies)
        self.suppressed.update(dict.fromkeys(suppressions, 0))

    def report(self, finding: Finding) -> bool:
        """Take `finding`, annotated, and stop the machine where the policy says so; say whether it counts."""
        policy = self._policies.get(finding.kind, self._policy)
        if policy == "ignore":
            self.ignored[finding.kind] = self.ignored.get(finding.kind, 0) + 1
            return False
        if len(self._findings) >= KEPT_FINDINGS:
            self.dropped += 1
            return True
        for annotator in self._annotators:
            finding = annotator(finding)
        for suppression in self.suppressed:
            if suppression.matches(finding):
                self.suppressed[suppression] += 1
                return False
        self._findings.append(finding)
        if self._stop is not None and policy == "stop":
            self._stop(finding)
        return True

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def __len__(self) -> int:
        return len(self._findings)

    def __getitem__(self, index: int) -> Finding:
        return self._findings[index]

    def to_json(self) -> list[dict[str, Json]]:
        """Give all findings as JSON values."""
        return [finding.to_json() for finding in self._findings]
