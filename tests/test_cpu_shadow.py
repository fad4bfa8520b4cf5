# SPDX-License-Identifier: GPL-2.0-only
"""The processor looks at a shadow of memory: it tells of each access that the shadow forbids, and of no other."""

import random

import pytest

from emulator import cpu_engine
from emulator.native.shadow import python_shadow
from tests.cpu_bench import CpuBench

SHADOW, END = 0x28_0000, 0x40_0000  # of addresses below END; the shadow of BASE is at SHADOW + BASE / 8
BASE = 0x30_0000
EXIT = "mov $0x10, %al; out %al, $0xf4; hlt\n"
REGISTERS = {1: "al", 2: "ax", 4: "eax", 8: "rax"}

Seen = list[tuple[int, int, bool, int]]


@pytest.fixture(params=["compiled", "python"])
def hook(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test with the compiled hook, and with its twin."""
    if request.param == "python":
        monkeypatch.setattr(cpu_engine, "load_shadow", lambda state, library: python_shadow(state))
    return str(request.param)


def checked(source: str, shadow: dict[int, int], *, armed: bool = True) -> tuple[CpuBench, Seen]:
    """Run `source` under a shadow (by address); give what was told, with RIP."""
    bench = CpuBench(source + ";\n" + EXIT)
    seen: Seen = []
    bench.cpu.check_accesses(lambda phys, width, store: seen.append((phys, width, store, bench.cpu.regs["rip"])))
    for address, byte in shadow.items():
        bench.ram.u8[SHADOW + address // 8] = byte
    if armed:
        bench.cpu.shadow_at(SHADOW, END)
    bench.run()
    return bench, seen


def test_an_access_to_a_forbidden_granule_is_told_with_its_instruction_and_goes_on(hook: str) -> None:
    source = f"mov ${BASE}, %ebx; movl $7, 8(%rbx); mov 8(%rbx), %ecx; movl $1, (%rbx); movl $1, 16(%rbx)"

    bench, seen = checked(source, {BASE + 8: 0xFB})

    assert [each[:3] for each in seen] == [(BASE + 8, 4, True), (BASE + 8, 4, False)]
    assert [rip for *_, rip in seen] == [0x1_0005, 0x1_000C]
    assert bench.cpu.regs["rcx"] == 7


def test_it_is_told_before_the_store(hook: str) -> None:
    bench = CpuBench(f"mov ${BASE}, %ebx; movl $7, (%rbx)\n" + EXIT)
    found = []
    bench.cpu.check_accesses(lambda phys, width, is_store: found.append(bench.ram.u32[phys >> 2]))
    bench.ram.u8[SHADOW + BASE // 8] = 0xFF
    bench.cpu.shadow_at(SHADOW, END)

    bench.run()

    assert found == [0]
    assert bench.ram.u32[BASE >> 2] == 7


def expected(at: int, width: int, shadow: dict[int, int]) -> bool:
    """Say whether an access is forbidden, byte by byte."""
    for byte in range(at, at + width):
        value = shadow.get(byte & ~7, 0)
        if value and (value >= 0x80 or byte % 8 >= value):
            return True
    return False


def test_each_width_at_each_place_is_judged_by_its_bytes(hook: str) -> None:
    shadow = {BASE + 8: 5, BASE + 24: 0xFC, BASE + 32: 1, BASE + 48: 7, BASE + 56: 0xFB}
    places = [(BASE + offset, width) for offset in range(64) for width in REGISTERS]
    source = ";".join(f"mov {at}, %{REGISTERS[width]}" for at, width in places)

    _, seen = checked(source, shadow)

    assert [each[:2] for each in seen] == [place for place in places if expected(*place, shadow)]


@pytest.mark.parametrize("seed", range(5))
def test_random_stores_are_judged_by_their_bytes_and_land(hook: str, seed: int) -> None:
    chance = random.Random(seed)
    values = (0, 0, 1, 4, 7, 0xF9, 0xFB, 0xFF)
    shadow = {BASE + 8 * index: chance.choice(values) for index in range(16)}
    places = [(BASE + chance.randrange(120), chance.choice(list(REGISTERS))) for _ in range(60)]
    source = "mov $-1, %rax;" + ";".join(f"mov ${at}, %ebx; mov %{REGISTERS[width]}, (%rbx)" for at, width in places)

    bench, seen = checked(source, shadow)

    assert [each[:2] for each in seen] == [place for place in places if expected(*place, shadow)]
    written = {byte for at, width in places for byte in range(at, at + width)}
    assert {at for at in range(BASE, BASE + 128) if bench.ram.u8[at]} == written


def test_an_access_over_a_pages_end_is_told_once(hook: str) -> None:
    at = BASE + 0xFFE

    bench, seen = checked(f"mov ${at}, %ebx; movl $-1, (%rbx); mov (%rbx), %ecx", {BASE + 0x1000: 0xFF})

    assert [each[:3] for each in seen] == [(at, 4, True), (at, 4, False)]
    assert bench.ram.read(at, 4) == b"\xff" * 4


def test_nothing_is_told_where_there_is_no_shadow_or_not_yet_one(hook: str) -> None:
    source = f"mov ${END}, %ebx; movl $1, (%rbx); mov ${BASE}, %ebx; movl $1, (%rbx)"

    assert checked(source, {BASE: 0xFF, END: 0xFF}, armed=False)[1] == []
    assert [each[0] for each in checked(source, {BASE: 0xFF, END: 0xFF})[1]] == [BASE]
