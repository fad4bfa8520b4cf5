# SPDX-License-Identifier: GPL-2.0-only
"""Trouble on purpose end to end: refused memory and mappings, lying devices; what policies and suppressions hide."""

import json
from pathlib import Path

import pytest

from dmalab import machine_file, scenario, session, trouble
from dmalab.cli import main
from dmalab.machine_spec import FaultSpec, HostileSpec, MachineSpec, RingNicSpec, SuppressSpec
from dmalab.result import Result
from dmalab.scenario import Scenario
from emulator.errors import ConfigError
from pykernel.mm.fault_inject import FaultInjection
from tests.guest_kernel import Guest

NIC = MachineSpec(devices=(RingNicSpec(),))


def run_nic(*faults: str, spec: MachineSpec = NIC, seed: int | None = None) -> Result:
    """Run the ring_nic driver with faults."""
    spec = trouble.with_options(spec, list(faults), seed, hostile=False)
    return session.run(spec, scenario.find("ring-nic"), workload_path=None, trace_path=None)


def abuse(what: str, **spec: object) -> Result:
    """Let a driver break a rule."""
    chosen = Scenario("dma-abuse", "", ("dma_abuse",), options=(f"dma_abuse={what}",))
    return session.run(MachineSpec(**spec), chosen, workload_path=None, trace_path=None)  # type: ignore[arg-type]


@pytest.mark.parametrize("nth", range(1, 19))
def test_each_object_that_is_refused_leaves_the_driver_in_order(nth: int) -> None:
    result = run_nic(f"failslab=nth:{nth},ignore_gfp_wait:0")

    assert result.injected == {"seed": 0, "failslab": 1}
    assert "FAULT_INJECTION: forcing a failure" in result.console
    assert "Call Trace:" in result.console
    assert [finding.kind for finding in result.findings] == []
    assert result.stop is None
    assert not all(check.ok for check in result.checks)


@pytest.mark.parametrize("fault", ["fail_dma_map=nth:1", "fail_dma_map=nth:7", "fail_dma_map=nth:12"])
def test_each_mapping_that_is_refused_leaves_the_driver_in_order(fault: str) -> None:
    result = run_nic(fault)

    assert result.injected["fail_dma_map"] == 1
    assert [finding.kind for finding in result.findings] == []
    assert result.stop is None


def test_a_lost_interrupt_times_out_and_leaves_nothing_mapped() -> None:
    result = run_nic("irq_lost=1,100,0,2")  # of the packet sent and of the packet received

    assert [str(finding) for finding in result.findings] == []
    assert "failed: -110" in result.console


def test_late_and_doubled_interrupts_do_no_harm_to_a_right_driver() -> None:
    result = run_nic("irq_late=3,100,0,-1", "irq_doubled=2,100,0,-1")

    assert result.exit_code == 0
    assert result.injected["irq_late"]
    assert result.injected["irq_doubled"]


def test_pages_are_refused_by_order_and_flags_in_the_kernels_own_state() -> None:
    guest = Guest().boot("fail_page_alloc=1,100,0,2,ignore_gfp_wait:0,min_order:2")

    got = [guest.call("get_free_pages", 0xD0, order) for order in (0, 1, 2, 3, 2)]

    assert [bool(virt) for virt in got] == [True, True, False, False, True]
    faults = guest.kernel.faults
    assert isinstance(faults, FaultInjection)
    assert faults.failed() == {"fail_page_alloc": 2}


def test_atomic_requests_alone_are_refused_as_linux_starts() -> None:
    guest = Guest().boot("failslab=1,100,0,-1,verbose:0 fault_seed=3")

    assert guest.call("kmalloc", 100, 0xD0)
    assert not guest.call("kmalloc", 100, 0x20)


@pytest.mark.parametrize("seed", range(6))
def test_no_lie_of_a_device_hurts_the_host_and_a_seed_repeats_it(seed: int) -> None:
    spec = NIC._replace(hostile=HostileSpec(seed, probability=20, spared=30 * seed))

    results = [run_nic(spec=spec) for _ in range(2)]

    assert results[0].trace_sha256 == results[1].trace_sha256
    assert all(finding.kind != "kernel-error" for finding in results[0].findings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("faislab=nth:1", "found 'faislab', expected one of failslab"),
        ("failslab", "expected NAME=<interval>"),
        ("failslab=1,2,3", "expected NAME=<interval>"),
        ("failslab=1,2,3,x", "expected NAME=<interval>"),
        ("failslab=nth:1,often:2", "expected NAME=<interval>"),
        ("failslab=1,101,0,-1", "failslab: probability: found 101, expected 0 to 100"),
        ("irq_lost=1,5,0,-2", "irq_lost: times: found -2, expected -1 to 2147483647"),
        ("irq_lost=nth:1,verbose:1", "expected no option but nth: irq_lost is a device's"),
    ],
)
def test_a_wrong_fault_is_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match="--fault: ") as caught:
        trouble.parse_fault(text)

    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (MachineSpec(command_line="failslab=1,2"), "failslab: found '1,2', expected <interval>,<probability>,<space>"),
        (MachineSpec(command_line="failslab=1,2,3,9999999999"), "found '9999999999' in '1,2,3,9999999999', expected a"),
        (MachineSpec(command_line="fail_dma_map=often:1"), "fail_dma_map: found option 'often', expected one of nth"),
        (MachineSpec(command_line="fault_seed=x"), "fault_seed: found 'x' in 'x', expected a number from 0"),
        (MachineSpec(hostile=HostileSpec(device="eth0")), "found 'eth0', expected one of 0000:00:04.0, isa_pattern"),
    ],
)
def test_what_the_machine_cannot_have_is_told_before_it_runs(spec: MachineSpec, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        session.prepare(spec, scenario.find("default"))

    assert said in str(caught.value)


def test_a_machine_file_says_all_that_the_command_line_can_and_more(tmp_path: Path) -> None:
    path = tmp_path / "machine.toml"
    path.write_text(
        """
        findings = {dma-shared-line = "ignore", dma-unmapped = "stop"}
        [fault]
        seed = 9
        failslab = {nth = 4, ignore_gfp_wait = false}
        [fault.irq_late]
        probability = 5
        times = -1
        [hostile]
        probability = 3
        device = "0000:00:05.0"
        [[suppress]]
        function = "probe"
        file = "pci_driver.c"
        """,
        encoding="utf-8",
    )

    spec = machine_file.load(path)

    assert spec.findings == (("dma-shared-line", "ignore"), ("dma-unmapped", "stop"))
    assert spec.faults.seed == 9
    faults = dict(spec.faults.faults)
    assert faults == {
        "failslab": FaultSpec(nth=4, ignore_gfp_wait=False),
        "irq_late": FaultSpec(probability=5, times=-1),
    }
    assert spec.hostile == HostileSpec(probability=3, device="0000:00:05.0")
    assert spec.suppress == (SuppressSpec(function="probe", file="pci_driver.c"),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[fault]\nfailslab = {probability = 101}", "expected 0 to 100"),
        ("[fault.irq_lost]\nverbose = 1", "found an unknown key"),
        ("[fault]\nirq = {}", "found an unknown key, expected one of seed, delay_ns, failslab"),
        ('[findings]\ndma-unmapped = "hide"', 'found "hide", expected "stop", "report" or "ignore"'),
        ("[[suppress]]\nline = 3", "found an unknown key, expected one of kind, function, file"),
        ("[hostile]\nspared = -1", "expected 0 or more"),
    ],
)
def test_a_wrong_machine_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "machine.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        machine_file.load(path)

    assert said in str(caught.value)


def test_a_policy_of_its_class_goes_before_that_of_the_machine() -> None:
    ignored = abuse("shared_line", policy="strict", findings=(("dma-shared-line", "ignore"),))
    stopped = abuse("free_while_mapped", findings=(("dma-free-while-mapped", "stop"),))

    assert ignored.exit_code == 0
    assert ignored.hidden == {"ignored": {"dma-shared-line": 1}}
    assert [finding.kind for finding in stopped.findings] == ["dma-free-while-mapped"]


@pytest.mark.parametrize(
    ("rule", "hides"),
    [
        (SuppressSpec(function="cpu_write"), True),
        (SuppressSpec(file="dma_abuse.c"), True),
        (SuppressSpec(file="modules/dma_abuse.c", function="cpu_write", kind="dma-cpu-write"), True),
        (SuppressSpec(kind="dma-cpu-write"), True),
        (SuppressSpec(kind="dma-cpu-read", function="cpu_write"), False),
        (SuppressSpec(file="pci_driver.c", function="cpu_write"), False),
        (SuppressSpec(function="cpu_writ"), False),
    ],
)
def test_a_suppression_hides_what_it_names_and_counts_it(rule: SuppressSpec, hides: bool) -> None:
    result = abuse("cpu_write", suppress=(rule,))

    assert len(result.findings) == (0 if hides else 1)
    assert result.hidden["suppressed"][0]["count"] == (1 if hides else 0)


def test_reports_tell_what_was_done_and_what_was_hidden(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "machine.toml"
    path.write_text('device = [{type = "ring_nic"}]\nsuppress = [{function = "nothing"}]\n', encoding="utf-8")
    command = ["boot", "--scenario", "ring-nic", "--machine", str(path), "--fault", "irq_late=nth:1", "--seed", "5"]

    assert main(command) == 0
    text = capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert "seed 5, irq late 1" in text
    assert "suppressed: 0 by function nothing" in text
    assert document["injected"] == {"seed": 5, "irq_late": 1}
    assert document["hidden_findings"] == {"suppressed": [{"function": "nothing", "count": 0}]}
