# SPDX-License-Identifier: GPL-2.0-only
"""Code that the guest wants uninterrupted: no interrupt comes in it, and none is lost or late afterwards."""

import pytest

from emulator import native
from emulator.cpu import StopReason
from tests.cpu_bench import CODE, LOG_PORT, TIMER_PORT, TIMER_VECTOR, CpuBench

STRETCH, AFTER = CODE + 0x200, CODE + 0x300
EOI = "mov $0x20, %al; out %al, $0x20;"
HANDLER = f".org 0x400\n push %rax; mov $0xee, %al; out %al, ${LOG_PORT}; {EOI} pop %rax; iretq\n"
DONE = "mov $0, %al; out %al, $0xf4; hlt\n"


def start_timer(ns: int) -> str:
    """Ask for an interrupt in `ns`, more than the OUT itself takes."""
    return f"mov ${ns}, %eax; mov ${TIMER_PORT}, %edx; out %eax, %dx;"


def spin(turns: int, label: str) -> str:
    """Pass time: 2 ns a turn."""
    return f"mov ${turns}, %ecx; {label}: dec %ecx; jnz {label};"


def log(value: int) -> str:
    """Leave a mark."""
    return f"mov ${value}, %al; out %al, ${LOG_PORT};"


def bench(before: str, stretch: str, after: str) -> CpuBench:
    """Make a guest that goes through the uninterrupted stretch in between; `after` begins at AFTER."""
    made = CpuBench(
        f"{before} jmp stretch\n.org 0x200\nstretch: {stretch} jmp after\n.org 0x300\nafter: {after}\n{HANDLER}"
    )
    made.gate(TIMER_VECTOR, CODE + 0x400)
    made.cpu.leave_uninterrupted(STRETCH, AFTER)
    return made


def guest_with_late_interrupt() -> CpuBench:
    """A guest in whose stretch an interrupt falls due."""
    stretch = f"{start_timer(1000)} {log(1)} {spin(2000, 'a')} {log(2)}"
    return bench("sti;", stretch, f"{log(3)} {spin(50, 'b')} {log(4)} {DONE}")


def test_an_interrupt_that_comes_meanwhile_is_taken_at_the_first_block_behind() -> None:
    guest = guest_with_late_interrupt()

    guest.run()

    assert guest.log.values == [1, 2, 0xEE, 3, 4]
    assert [event.rip for event in guest.interrupts()] == [AFTER]


def test_elsewhere_it_comes_in_the_middle() -> None:
    guest = guest_with_late_interrupt()
    guest.cpu.leave_uninterrupted(AFTER + 0x80, AFTER + 0x100)

    guest.run()

    assert guest.log.values == [1, 0xEE, 2, 3, 4]


def test_pythons_block_hook_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = guest_with_late_interrupt()
    compiled.run()
    monkeypatch.setattr("emulator.cpu_engine.load_hooks", native.python_hooks)
    twin = guest_with_late_interrupt()

    twin.run()

    assert twin.log.values == [1, 2, 0xEE, 3, 4]
    assert twin.trace.sha256() == compiled.trace.sha256()


def test_events_happen_on_time_while_interrupts_wait() -> None:
    guest = bench("sti;", f"{start_timer(1000)} {spin(4000, 'a')}", DONE)
    seen: list[int] = []
    due_ns = guest.clock.now_ns + 2000
    guest.clock.after(2000, lambda: seen.append(guest.clock.now_ns))

    guest.run()

    assert seen == [due_ns]
    assert len(guest.interrupts()) == 1


def test_every_interrupt_around_many_short_stretches_arrives() -> None:
    # Each turn starts the timer so that it fires inside the stretch or behind it, leaves it and waits.
    stretch = f"mov %ebx, %eax; mov ${TIMER_PORT}, %edx; out %eax, %dx; {spin(100, 'a')}"
    after = f"{spin(600, 'b')} add $7, %ebx; cmp $1300, %ebx; jb stretch; {DONE}"
    guest = bench("sti; mov $600, %ebx;", stretch, after)

    guest.run()

    assert guest.log.values == [0xEE] * 100


def test_an_exception_comes_at_once() -> None:
    guest = bench("sti;", f"{log(1)} ud2;", DONE)
    guest.gate(6, CODE + 0x480)
    guest.load(f"{log(6)} {DONE}", CODE + 0x480)

    assert guest.run().reason is StopReason.EXIT
    assert guest.log.values == [1, 6]
