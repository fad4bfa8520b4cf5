# SPDX-License-Identifier: GPL-2.0-only
"""The guest's word that keeps interrupts off: nothing comes while it is set, and nothing is lost or late afterwards."""

import pytest

from emulator import native
from emulator.cpu import StopReason
from tests.cpu_bench import CODE, LOG_PORT, TIMER_PORT, TIMER_VECTOR, CpuBench

MASK = 0x30_0000
EOI = "mov $0x20, %al; out %al, $0x20;"
HANDLER = f".org 0x400\n push %rax; mov $0xee, %al; out %al, ${LOG_PORT}; {EOI} pop %rax; iretq\n"
DONE = "mov $0, %al; out %al, $0xf4; hlt\n"


def start_timer(ns: int) -> str:
    """Ask for an interrupt in `ns`, more than the OUT itself takes."""
    return f"mov ${ns}, %eax; mov ${TIMER_PORT}, %edx; out %eax, %dx;"


def spin(turns: int, label: str) -> str:
    """Pass time: 2 ns a turn."""
    return f"mov ${turns}, %ecx; {label}: dec %ecx; jnz {label}b;".replace(f"{label}b", label)


def log(value: int) -> str:
    """Leave a mark."""
    return f"mov ${value}, %al; out %al, ${LOG_PORT};"


def bench(source: str) -> CpuBench:
    """Make a guest with its handler and its word."""
    made = CpuBench(source + HANDLER)
    made.gate(TIMER_VECTOR, CODE + 0x400)
    made.cpu.mask_interrupts_by(MASK)
    return made


def masked_guest() -> CpuBench:
    """A guest in whose masked stretch an interrupt falls due."""
    return bench(
        f"sti; movq $1, {MASK}; {start_timer(1000)} {log(1)} {spin(2000, 'a')} {log(2)}"
        f" movq $0, {MASK}; jmp after; after: {log(3)} {spin(50, 'b')} {log(4)} {DONE}"
    )


def test_an_interrupt_that_comes_while_the_word_is_set_is_taken_at_the_next_block_after() -> None:
    guest = masked_guest()

    guest.run()

    assert guest.log.values == [1, 2, 0xEE, 3, 4]


def test_without_the_word_it_would_have_come_in_the_middle() -> None:
    guest = masked_guest()
    guest.cpu.mask_interrupts_by(MASK + 8)  # a word that nobody sets

    guest.run()

    assert guest.log.values == [1, 0xEE, 2, 3, 4]


def test_pythons_block_hook_honours_the_word_too(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = masked_guest()
    compiled.run()
    monkeypatch.setattr("emulator.cpu_engine.load_hooks", native.python_hooks)
    twin = masked_guest()

    twin.run()

    assert twin.log.values == [1, 2, 0xEE, 3, 4]
    assert twin.trace.sha256() == compiled.trace.sha256()


def test_events_happen_on_time_while_interrupts_wait() -> None:
    guest = bench(f"sti; movq $1, {MASK}; {start_timer(1000)} {spin(4000, 'a')} movq $0, {MASK}; jmp b; b: {DONE}")
    seen: list[int] = []
    due_ns = guest.clock.now_ns + 2000
    guest.clock.after(2000, lambda: seen.append(guest.clock.now_ns))

    guest.run()

    assert seen == [due_ns]
    assert len(guest.interrupts()) == 1


def test_every_interrupt_of_many_short_masked_stretches_arrives() -> None:
    # Each turn masks, starts the timer so that it fires inside or outside the stretch, unmasks and waits for it.
    guest = bench(
        f"""sti; mov $600, %ebx
        1: movq $1, {MASK}; mov %ebx, %eax; mov ${TIMER_PORT}, %edx; out %eax, %dx
        mov $100, %ecx; 2: dec %ecx; jnz 2b
        movq $0, {MASK}
        mov $600, %ecx; 3: dec %ecx; jnz 3b
        add $7, %ebx; cmp $1300, %ebx; jb 1b; {DONE}"""
    )

    guest.run()

    assert guest.log.values == [0xEE] * 100


def test_sleep_with_the_word_set_is_sleep_for_ever() -> None:
    guest = bench(f"sti; movq $1, {MASK}; {start_timer(1000)} hlt; {DONE}")

    assert guest.run().reason is StopReason.HALTED
