# SPDX-License-Identifier: GPL-2.0-only
"""The port that goes past the bus to the kernel: when it is called, what that costs, and what comes into the trace."""

import struct
from collections.abc import Callable
from itertools import pairwise

import pytest

from emulator import memmap, native
from emulator.trace import Access, Trap
from tests.cpu_bench import TRAP_PORT, CpuBench

FRAME, COST_NS, COUNT = 0x30_0000, 1500, 1000
EXIT = "mov $0x10, %al; out %al, $0xf4; hlt"
LOOP = (
    f"mov ${COUNT}, %ebx; 1: mov ${TRAP_PORT}, %edx; mov ${FRAME >> 4}, %eax; out %eax, %dx; dec %ebx; jnz 1b; {EXIT}"
)


@pytest.fixture(params=["compiled", "python"])
def _hooks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a test with the compiled hook, and with its twin."""
    if request.param == "python":
        monkeypatch.setattr("emulator.cpu_engine.load_hooks", native.python_hooks)


def gated(source: str, answer: Callable[[int], bool]) -> CpuBench:
    """Give a machine whose TRAP_PORT is the gate."""
    bench = CpuBench(source)
    bench.trace.calls[7] = ("count", 2)
    bench.cpu.on_gate(TRAP_PORT, 4, answer, COST_NS)
    return bench


def counting(source: str) -> CpuBench:
    """Give one whose gate numbers its calls, and writes each down as the trace wants it."""
    numbers = iter(range(1 << 30))

    def answer(phys: int) -> bool:
        bench.ram.write(phys, struct.pack("<10Q", 7, next(numbers), 2, *[0] * 4, 5, 6, bench.clock.now_ns))
        return True

    bench = gated(source, answer)
    return bench


@pytest.mark.usefixtures("_hooks")
def test_each_call_costs_its_time_and_comes_into_the_trace_once() -> None:
    bench = counting(LOOP)

    bench.run()

    calls = [event for event in bench.trace.last(10 * COUNT) if isinstance(event, Trap)]
    assert [(call.name, call.args, call.result, call.caller) for call in calls] == [
        ("count", (number, 2), 5, 6) for number in range(COUNT)
    ]
    steps = {later.now_ns - earlier.now_ns for earlier, later in pairwise(calls)}
    assert steps == {COST_NS + memmap.NS_PER_BLOCK}
    assert not [event for event in bench.trace.last(10 * COUNT) if isinstance(event, Access) and event.address == 0x600]


def test_the_hooks_twin_gives_the_same_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = counting(LOOP)
    compiled.run()
    monkeypatch.setattr("emulator.cpu_engine.load_hooks", native.python_hooks)
    twin = counting(LOOP)

    twin.run()

    assert twin.trace.sha256() == compiled.trace.sha256()
    assert twin.clock.now_ns == compiled.clock.now_ns


@pytest.mark.usefixtures("_hooks")
def test_a_call_that_is_not_answered_leaves_no_trace() -> None:
    bench = gated(LOOP, lambda phys: False)

    bench.run()

    assert not [event for event in bench.trace.last(10 * COUNT) if isinstance(event, Trap)]


@pytest.mark.usefixtures("_hooks")
def test_an_error_in_a_call_comes_out_of_the_run_and_later_calls_of_the_block_are_not_made() -> None:
    calls = []

    def answer(phys: int) -> bool:
        calls.append(phys)
        raise ZeroDivisionError

    bench = gated(f"mov ${TRAP_PORT}, %edx; mov $1, %eax; out %eax, %dx; out %eax, %dx; {EXIT}", answer)

    with pytest.raises(ZeroDivisionError):
        bench.run()
    assert calls == [16]


@pytest.mark.usefixtures("_hooks")
def test_other_widths_and_ports_go_over_the_bus() -> None:
    calls: list[int] = []
    bench = gated(f"mov ${TRAP_PORT}, %edx; mov $1, %eax; out %ax, %dx; out %al, %dx; {EXIT}", lambda phys: False)
    bench.trap.action = calls.append

    bench.run()

    assert calls == [1, 1]


@pytest.mark.usefixtures("_hooks")
def test_what_a_call_asks_for_happens_on_time() -> None:
    seen: list[int] = []

    def answer(phys: int) -> bool:
        if not seen:
            seen.append(bench.clock.now_ns + 40 * COST_NS)
            bench.clock.after(40 * COST_NS, lambda: seen.append(bench.clock.now_ns))
        return False

    bench = gated(LOOP, answer)

    bench.run()

    due_ns, done_ns = seen
    assert due_ns <= done_ns < due_ns + COST_NS + memmap.NS_PER_BLOCK
