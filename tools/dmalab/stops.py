# SPDX-License-Identifier: GPL-2.0-only
"""Run a machine, and tell an end that belongs to the scenario from one that does not."""

from collections.abc import Iterable
from typing import NamedTuple

from dmalab.result import Check, Stop
from dmalab.scenario import Scenario
from dmalab.symbols import Symbols
from emulator import cpu
from emulator.cpu import StopReason
from emulator.errors import EmulatorError
from emulator.machine import Machine
from pykernel.backtrace import walk
from pykernel.oops import GuestOops
from pykernel.trapgate import TrapFailure

LAST_EVENTS = 10
_REGISTERS = ("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", *(f"r{n}" for n in range(8, 16)))
_SYSTEM_REGISTERS = ("rip", "rflags", "cs", "ss", "cr0", "cr2", "cr3", "cr4")
# firmware/include/kernel/exit_codes.h, as the exit port passes them on: (value << 1) | 1.
_EXIT_OK, _EXIT_STEP = 0, 1
_ENDS = {
    64: "the guest panicked",
    96: "the ROM found no fw_cfg",
    97: "the ROM found no kernel",
    98: "the ROM refused the kernel's image",
    99: "the ROM met an exception",
}


class End(NamedTuple):
    """How a run ended: `stop` where it could not go on, `checks` where the guest itself says that a step failed."""

    stop: Stop | None
    checks: tuple[Check, ...] = ()


def run_machine(machine: Machine, scenario: Scenario, symbols: Symbols) -> End:
    """Run to the end, whatever it is."""
    try:
        stop = machine.run()
    except TrapFailure as failure:
        return End(_failed_trap(failure, machine, symbols))
    except EmulatorError as error:
        return End(_stopped(str(error), machine, symbols))
    if stop.report is not None:
        trace = [symbols.describe(address) for address in stop.report.backtrace]
        return End(Stop(stop.detail, dict(stop.report.registers), tuple(trace), last_events(machine)))
    if stop.reason is not StopReason.EXIT:
        return End(_stopped(f"{stop.reason}: {stop.detail}", machine, symbols))
    return _guest_exit(stop, machine, scenario, symbols)


def _guest_exit(stop: cpu.Stop, machine: Machine, scenario: Scenario, symbols: Symbols) -> End:
    """Judge an end that somebody asked for: the guest through the exit port, or a finding under a strict policy."""
    if stop.detail != "exit port":
        return End(None)
    value = stop.code >> 1
    if value == _EXIT_OK:
        return End(None, (Check("steps", True, f"the guest ran {', '.join(scenario.steps)}"),))
    if _EXIT_STEP <= value < _EXIT_STEP + len(scenario.steps):
        name = scenario.steps[value - _EXIT_STEP]
        return End(None, (Check("steps", False, f"the guest's step {name} failed"),))
    reason = _ENDS.get(value, f"the guest ended with code {value}")
    return End(_stopped(reason, machine, symbols))


def _failed_trap(failure: TrapFailure, machine: Machine, symbols: Symbols) -> Stop:
    cause = failure.__cause__
    if isinstance(cause, GuestOops):
        trace: Iterable[str] = (symbols.describe(address) for address in cause.backtrace)
        return Stop(str(failure), cause.registers, tuple(trace), last_events(machine))
    trace = failure.finding.details.get("backtrace", ())
    return Stop(str(failure), _registers(machine), tuple(trace), last_events(machine))


def _stopped(reason: str, machine: Machine, symbols: Symbols) -> Stop:
    registers = _registers(machine)
    frames = [registers["rip"] + 1, *walk(machine.ram, registers["rbp"])]
    return Stop(reason, registers, tuple(map(symbols.describe, frames)), last_events(machine))


def _registers(machine: Machine) -> dict[str, int]:
    return {name: machine.cpu.regs[name] for name in (*_REGISTERS, *_SYSTEM_REGISTERS)}


def last_events(machine: Machine) -> tuple[str, ...]:
    """Write down what happened last, the latest at the end."""
    return tuple(_event(event) for event in machine.trace.last(LAST_EVENTS))


def _event(event: tuple[object, ...]) -> str:
    now_ns, *members = event
    return f"{now_ns} ns  {type(event).__name__}({', '.join(_value(member) for member in members)})"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_value, value))})"
    return hex(value) if isinstance(value, int) and not isinstance(value, bool) else str(value)
