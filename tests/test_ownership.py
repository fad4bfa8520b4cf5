# SPDX-License-Identifier: GPL-2.0-only
"""Who owns which byte: what devices and CPU may not do is reported with its line, and the same done rightly is not."""

from functools import cache
from pathlib import Path

import pytest

from dmalab import session
from dmalab.machine_spec import MachineSpec, RingNicSpec
from dmalab.result import Result
from dmalab.scenario import Scenario, find

SOURCE = Path(__file__).resolve().parent.parent / "firmware" / "modules" / "dma_abuse.c"

# What is done -> the kinds of findings that it gives, the first one naming the marked line.
ABUSES = {
    "unmapped": ["dma-unmapped"],
    "after_unmap": ["dma-after-unmap"],
    "past_mapping": ["dma-past-mapping"],
    "against_direction": ["dma-against-direction"],
    "free_while_mapped": ["dma-free-while-mapped", "dma-freed-memory"],
    "free_page_while_mapped": ["dma-free-while-mapped", "dma-freed-memory"],
    "map_freed": ["dma-map-freed"],
    "cpu_write": ["dma-cpu-write"],
    "cpu_read": ["dma-cpu-read"],
    "other_list": ["dma-cpu-read"],
    "unsynced_write": ["dma-unsynced-write"],
    "shared_line": ["dma-shared-line"],
    "uninitialized": ["dma-uninitialized"],
    "stale": ["dma-cpu-read"],
}


@cache
def run(what: str, *, coherent: bool = True) -> Result:
    """Let the guest's driver do it."""
    scenario = Scenario("dma-abuse", "", ("dma_abuse",), options=(f"dma_abuse={what}",))
    spec = MachineSpec(coherent=coherent, uninitialized=what.startswith("uninitialized"))
    return session.run(spec, scenario, workload_path=None, trace_path=None)


def marked_line(what: str) -> str:
    """Give file and line of what is marked as wrong."""
    for number, line in enumerate(SOURCE.read_text(encoding="utf-8").splitlines(), 1):
        if f"/* abuse: {what} */" in line:
            return f"firmware/modules/dma_abuse.c:{number})"
    raise AssertionError(f"nothing is marked for {what}")


@pytest.mark.parametrize("what", ABUSES)
def test_what_breaks_a_rule_is_reported_with_its_line(what: str) -> None:
    result = run(what)

    kinds = [finding.kind for finding in result.findings]
    assert list(dict.fromkeys(kinds)) == ABUSES[what]
    assert result.stop is None
    if what != "unmapped":
        assert marked_line(what) in str(result.findings[0])


@pytest.mark.parametrize("what", ABUSES)
def test_the_same_done_rightly_is_not_reported(what: str) -> None:
    result = run(f"{what}-not")

    assert [str(finding) for finding in result.findings] == []
    assert result.exit_code == 0


def test_a_machine_that_is_not_coherent_shows_stale_data_until_the_buffer_is_unmapped() -> None:
    assert "dma_abuse: 171 before, 171 after" in run("stale").console
    assert "dma_abuse: 0 before, 171 after" in run("stale", coherent=False).console


def test_a_driver_that_follows_the_rules_does_not_notice_what_its_machine_is_like() -> None:
    spec = MachineSpec(devices=(RingNicSpec(),), coherent=False, uninitialized=True)

    result = session.run(spec, find("ring-nic"), workload_path=None, trace_path=None)

    assert [str(finding) for finding in result.findings] == []
    assert result.exit_code == 0
