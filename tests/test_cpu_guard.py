# SPDX-License-Identifier: GPL-2.0-only
"""Guarded ranges of RAM: each access in them is seen, no other is, and all do what they would do without."""

import random

import pytest

from emulator import cpu_engine
from emulator.cpu_guard import Guard
from emulator.native.guard import LOADS, STORES, python_guard
from tests.cpu_bench import CpuBench

BASE = 0x30_0000
EXIT = "mov $0x10, %al; out %al, $0xf4; hlt\n"


@pytest.fixture(params=["compiled", "python"])
def hook(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with the compiled hook, and with its twin."""
    if request.param == "python":
        monkeypatch.setattr(cpu_engine, "load_guard", lambda state, library: python_guard(state))
    return str(request.param)


def guarded(source: str, *guards: Guard) -> tuple[CpuBench, list[tuple[int, int, bool, int]]]:
    """Run `source` with guards; give what the watcher saw, with RIP."""
    bench = CpuBench(source + ";\n" + EXIT)
    seen: list[tuple[int, int, bool, int]] = []
    bench.cpu.guards.watch(lambda phys, width, is_store: seen.append((phys, width, is_store, bench.cpu.regs["rip"])))
    for guard in guards:
        bench.cpu.guards.add(guard)
    bench.run()
    return bench, seen


def test_what_lies_beside_a_guarded_range_in_its_page_is_not_seen(hook: str) -> None:
    source = f"mov ${BASE}, %ebx; movl $1, 0xfc(%rbx); movb $2, 0x100(%rbx); movq $3, 0x108(%rbx); mov 0x100(%rbx), %al"

    bench, seen = guarded(source, Guard(BASE + 0x100, BASE + 0x108, STORES))

    assert [each[:3] for each in seen] == [(BASE + 0x100, 1, True)]
    assert bench.ram.u32[(BASE + 0xFC) >> 2] == 1
    assert bench.ram.read(BASE + 0x100, 1) == b"\2"
    assert bench.ram.u64[(BASE + 0x108) >> 3] == 3


def test_loads_are_seen_where_asked_for_and_give_what_is_there(hook: str) -> None:
    source = f"mov ${BASE}, %ebx; movl $0x1234, 0x20(%rbx); mov 0x20(%rbx), %ecx; mov 0x18(%rbx), %rdx"

    bench, seen = guarded(source, Guard(BASE + 0x20, BASE + 0x24, LOADS))

    assert [each[:3] for each in seen] == [(BASE + 0x20, 4, False)]
    assert bench.cpu.regs["rcx"] == 0x1234


@pytest.mark.parametrize("offset", [0x21, 0xFFC, 0xFFF])
def test_an_unaligned_store_is_seen_once_and_lands_whole(hook: str, offset: int) -> None:
    at = BASE + offset
    source = f"mov ${at}, %ebx; movabs $0x1122334455667788, %rax; mov %rax, (%rbx); mov (%rbx), %rcx"

    bench, seen = guarded(source, Guard(at, at + 8, STORES))

    assert seen[0][:3] == (at, 8, True)
    assert len({rip for *_, rip in seen}) == 1
    assert bench.ram.read(at, 8) == bytes.fromhex("8877665544332211")
    assert bench.cpu.regs["rcx"] == 0x1122334455667788


def test_the_watcher_comes_before_the_store_and_sees_the_instruction(hook: str) -> None:
    bench = CpuBench(f"mov ${BASE}, %ebx; nop; movl $7, (%rbx)\n" + EXIT)
    seen = []
    bench.cpu.guards.watch(lambda phys, width, _: seen.append((bench.ram.u32[phys >> 2], bench.cpu.regs["rip"])))
    bench.cpu.guards.add(Guard(BASE, BASE + 4, STORES))

    bench.run()

    assert seen == [(0, 0x1_0006)]


def test_a_removed_guard_is_gone_and_others_of_the_page_stay(hook: str) -> None:
    first, second = Guard(BASE, BASE + 4, STORES), Guard(BASE + 8, BASE + 12, STORES | LOADS)
    bench = CpuBench(
        f"mov ${BASE}, %ebx; movl $1, (%rbx); movl $1, 8(%rbx); mov $0x600, %edx; outl %eax, %dx; "
        f"movl $2, (%rbx); mov 8(%rbx), %ecx; movl $3, 8(%rbx)\n{EXIT}"
    )
    seen: list[tuple[int, bool]] = []
    bench.cpu.guards.watch(lambda phys, width, is_store: seen.append((phys - BASE, is_store)))
    bench.trap.action = lambda value: bench.cpu.guards.remove(first)
    bench.cpu.guards.add(first)
    bench.cpu.guards.add(second)
    bench.run()

    assert seen == [(0, True), (8, True), (8, False), (8, True)]
    assert bench.ram.u32[BASE >> 2] == 2
    bench.cpu.guards.remove(second)
    assert len(bench.cpu.guards) == 0


def test_any_mix_of_accesses_gives_the_memory_that_it_gives_unguarded(hook: str) -> None:
    chance = random.Random(7)
    lines = [f"mov ${BASE}, %ebx; movabs $0x0123456789abcdef, %rax"]
    for _ in range(60):
        at, register = chance.randrange(0, 0x2000), chance.choice(["%al", "%ax", "%eax", "%rax"])
        lines.append(f"mov {register}, {at}(%rbx)" if chance.random() < 0.7 else f"add {at}(%rbx), {register}")
    guards = [Guard(at, at + 0x40, STORES | LOADS) for at in range(BASE, BASE + 0x2000, 0x100)]

    plain, _ = guarded("; ".join(lines))
    watched, seen = guarded("; ".join(lines), *guards)

    assert watched.ram.read(BASE, 0x2100) == plain.ram.read(BASE, 0x2100)
    assert watched.cpu.regs["rax"] == plain.cpu.regs["rax"]
    assert seen
