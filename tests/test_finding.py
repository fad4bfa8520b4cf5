# SPDX-License-Identifier: GPL-2.0-only
"""Findings: their forms, what upper floors add to them, and the policy."""

import dataclasses
import json

from emulator.finding import KEPT_FINDINGS, Finding, Findings

FINDING = Finding(
    "dma-beyond-reach",
    "DMA write to 0x12345678 is beyond the device's reach",
    12_003_456_789,
    device="0000:00:04.0",
    dma_addr=0x1234_5678,
    length=64,
    details={"cache": "size-64", "backtrace": ["edu_probe edu.c:12", "main main.c:3"]},
)


def test_the_text_form_is_a_line_of_the_kernel_log_with_details_below() -> None:
    assert str(FINDING).splitlines() == [
        "[   12.003456] 0000:00:04.0: DMA write to 0x12345678 is beyond the device's reach [dma-beyond-reach]",
        "  cache: size-64",
        "  backtrace: edu_probe edu.c:12",
        "    main main.c:3",
    ]


def test_the_json_form_holds_what_is_known_and_nothing_else() -> None:
    assert json.loads(json.dumps(FINDING.to_json())) == {
        "kind": "dma-beyond-reach",
        "sentence": "DMA write to 0x12345678 is beyond the device's reach",
        "now_ns": 12_003_456_789,
        "device": "0000:00:04.0",
        "dma_addr": 0x1234_5678,
        "length": 64,
        "details": {"cache": "size-64", "backtrace": ["edu_probe edu.c:12", "main main.c:3"]},
    }
    assert Finding("rom-write", "write", 5).to_json() == {"kind": "rom-write", "sentence": "write", "now_ns": 5}


def test_annotators_see_each_finding_in_turn_and_may_enrich_it() -> None:
    findings = Findings()
    findings.annotate(lambda finding: dataclasses.replace(finding, details={**finding.details, "zone": "DMA"}))
    findings.annotate(
        lambda finding: dataclasses.replace(finding, details={**finding.details, "seen": len(finding.details)})
    )

    findings.report(FINDING)

    assert findings[0].details == {**FINDING.details, "zone": "DMA", "seen": 3}


def test_a_strict_policy_stops_at_the_annotated_finding() -> None:
    stopped: list[Finding] = []
    findings = Findings(stop=stopped.append)
    findings.annotate(lambda finding: dataclasses.replace(finding, phys=7))

    findings.report(FINDING)

    assert [finding.phys for finding in stopped] == [7]
    assert list(findings) == stopped


def test_a_guest_in_a_loop_does_not_fill_the_host() -> None:
    findings = Findings()

    for _ in range(KEPT_FINDINGS + 5):
        findings.report(FINDING)

    assert len(findings) == KEPT_FINDINGS
    assert findings.dropped == 5
    assert len(findings.to_json()) == KEPT_FINDINGS
