# SPDX-License-Identifier: GPL-2.0-only
"""What the guest's allocator costs: its fast path, the same through the trap gate, and the gate itself.

All is measured in turn, in many short rounds on a few machines; the best of each figure counts.
"""

import time
from collections.abc import Iterator

from unicorn import UC_ARCH_X86, UC_HOOK_INSN, UC_MODE_64, Uc
from unicorn.x86_const import UC_X86_INS_OUT

from dmalab.machine_spec import MachineSpec
from dmalab.scenario import Scenario
from dmalab.session import Session
from emulator.memmap import MIB
from tests.bench.figure import Figure, Stopwatch

_COUNT = 8_000  # short and often: what else the machine does takes whole milliseconds
_ROUNDS = 150
_MACHINES = 6
_SHARE = {"trapped": 32, "traps": 32}  # firmware/modules/alloc_bench.c: TRAPS_SHARE
_OUTS = 1_000
_CODE = 0x1000
_SCENARIO = Scenario("bench", "", ("alloc_bench",), (f"alloc_bench={_COUNT}", f"rounds={_ROUNDS}"))


def bare_engine() -> tuple[Uc, int]:
    """Make an engine whose every OUT calls an empty Python function, by the binding's own way; and the code's end."""
    engine = Uc(UC_ARCH_X86, UC_MODE_64)
    engine.mem_map(_CODE, 0x1000)
    code = b"\xb9" + _OUTS.to_bytes(4, "little") + b"\xef\xff\xc9\x75\xfb"  # mov ecx; out dx, eax; dec ecx; jnz
    engine.mem_write(_CODE, code)
    engine.hook_add(UC_HOOK_INSN, lambda *_: None, None, 1, 0, UC_X86_INS_OUT)
    return engine, _CODE + len(code)


def bare_callback_time(engine: Uc, end: int) -> float:
    """Give the seconds of one OUT that does nothing but call an empty Python function."""
    start = time.perf_counter()
    engine.emu_start(_CODE, end)
    return (time.perf_counter() - start) / _OUTS


def best() -> dict[str, float]:
    """Measure in rounds, and keep the best of each figure: seconds for one turn of each loop."""
    watch, bare, callbacks = Stopwatch(), bare_engine(), [float("inf")]

    def checkpoint(name: str) -> None:
        watch.checkpoint(name)
        if name == "traps-end":
            callbacks[0] = min(callbacks[0], bare_callback_time(*bare))

    for _ in range(_MACHINES):
        session = Session(MachineSpec(ram=16 * MIB), _SCENARIO, {}, record=False)
        session.kernel.on_checkpoint(checkpoint)
        session.run()
    times = {name: seconds * _SHARE.get(name, 1) / _COUNT for name, seconds in watch.best.items()}
    return times | {"callback": callbacks[0]}


def measure() -> Iterator[Figure]:
    """Yield the figures."""
    times = best()
    pair, trap = times["pairs"] / times["stack"], times["traps"] / times["callback"]
    yield Figure("guest kmalloc(64)+kfree: faster than by traps", times["trapped"] / times["pairs"], "x", 40, True)
    yield Figure("guest kmalloc(64)+kfree / loop over an array stack", pair, "x", 5)
    yield Figure("guest kmem_cache_alloc+free / array stack", times["own"] / times["stack"], "x", 5)
    yield Figure("trap round trip / bare port callback", trap, "x", 3)
    yield Figure("guest kmalloc(64)+kfree", times["pairs"] * 1e9, "ns")
    yield Figure("trap round trip", times["traps"] * 1e6, "us")
