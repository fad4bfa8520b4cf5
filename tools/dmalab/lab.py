# SPDX-License-Identifier: GPL-2.0-only
"""A machine that runs a driver of the user's, with Python as its user space.

    with Lab("edu.c") as lab:
        fd = lab.user.open("/dev/edu0")
        lab.user.write(fd, b"....")
    assert not lab.findings

Between calls the machine stands still; each call runs in the guest as a task's system call does, with interrupts, sleep
and virtual time. Leaving the block unloads the module and looks for what it has left behind.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from dmalab import driver_build
from dmalab.compiler import DEFAULT_KERNEL_API, check_kernel_api
from dmalab.driver_build import Driver
from dmalab.machine_spec import MachineSpec
from dmalab.module_image import MODULE_FILE
from dmalab.module_leaks import ModuleLeaks
from dmalab.result import Result, Stop
from dmalab.scenario import Scenario
from dmalab.session import BOOTED, Session
from dmalab.stops import run_machine
from dmalab.user_space import User
from emulator.errors import ConfigError, EmulatorError
from emulator.finding import Finding
from firmware import Configuration, kernel_path
from pykernel.user_calls import ModuleState, Unmatched

_WAITING = "user space"  # why the machine stands still between two calls
_LOADED, _UNLOADED = 1, 2  # enum module_stage
_EXIT, _UNLOAD = 0, 18  # enum user_call_number
_READY = 1  # enum user_call_state
_EBUSY = 11  # EWOULDBLOCK, as Linux answers for a module in use
_TEXT_BYTES = 256


def check_parameter(text: str) -> str:
    """Give a parameter of a module that the kernel's command line can hold.

    Raises: ConfigError where it is none.
    """
    if not text.partition("=")[1] or not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigError(f"--param: found {text!r}, expected NAME=VALUE in ASCII, without a space")
    return text


class LabStopped(EmulatorError):
    """The machine could not go on; `stop` says where and why."""

    def __init__(self, stop: Stop | None, finding: Finding | None = None) -> None:
        reason = stop.reason if stop is not None else finding.sentence if finding is not None else "the run has ended"
        super().__init__("\n".join([reason, *(stop.backtrace if stop is not None else ())]))
        self.stop = stop


class Lab:
    """A booted machine with a driver loaded.

    `parameters` are the module's, as `name=value`. `extra_flags` go to the compiler. With `kasan` the driver looks at a
    shadow of memory before each access (docs/kasan.md).

    Raises: CompileError where the driver does not compile; ConfigError for any other wrong input; LabStopped where the
        machine does not get as far as user space.
    """

    def __init__(
        self,
        driver: str | Path | Sequence[str | Path],
        *,
        spec: MachineSpec | None = None,
        kernel_api: str = DEFAULT_KERNEL_API,
        parameters: Sequence[str] = (),
        extra_flags: Sequence[str] = (),
        kasan: bool = False,
    ) -> None:
        sources = [Path(driver)] if isinstance(driver, str | Path) else [Path(each) for each in driver]
        spec = spec or MachineSpec()
        spec = spec._replace(kasan=kasan or spec.kasan)
        kernel = kernel_path(Configuration(spec.kernel.debug_slab, spec.kernel.zone_dma))
        api = check_kernel_api(kernel_api)
        built = driver_build.build(sources, kernel, api, extra_flags, kasan=spec.kasan)
        self._start(built, spec, parameters)

    @classmethod
    def of_driver(cls, built: Driver, spec: MachineSpec, parameters: Sequence[str]) -> Self:
        """Make a laboratory for a driver that has been compiled."""
        lab = cls.__new__(cls)
        lab._start(built, spec, parameters)
        return lab

    def _start(self, built: Driver, spec: MachineSpec, parameters: Sequence[str]) -> None:
        self.driver = built
        options = tuple(f"{built.name}.{check_parameter(parameter)}" for parameter in parameters)
        scenario = Scenario("run", f"run {built.name}", steps=("user",), options=options, finds_leaks=False)
        # Each allocation is to be an event of the trace: what is left over in the end is told from them.
        spec = spec._replace(kernel=replace(spec.kernel, fast_path=False))
        self._session = Session(spec, scenario, {MODULE_FILE: built.image.blob}, record=False)
        self._session.symbols.add_module(built.elf)
        self.machine, self.kernel = self._session.machine, self._session.kernel
        self.memory = self._session.memory
        self._leaks = ModuleLeaks(
            built.image,
            self.machine.clock,
            self.machine.findings,
            self._session.symbols.describe,
            finds_double_frees=not (spec.kernel.debug_slab or spec.kasan or spec.heap_check),
        )
        self.machine.trace.subscribe_to_traps(self._leaks.on_trap, self._leaks.follows)
        layout = self.kernel.mm.layout
        self._offsets = {name: offset for name, (offset, _) in layout.members("user_call").items()}
        self._call, self._waiting, self._ended = 0, False, False
        self.user_memory_phys = 0
        self.state = ModuleState(0, 0, 0)
        self.boot_log_bytes = 0  # of the console, before the driver is loaded
        user = self.kernel.user
        user.on_wait, user.on_state, user.on_leftover = self._on_wait, self._on_state, self._leaks.on_leftover
        user.on_unmatched = self._on_unmatched
        self.kernel.on_checkpoint(self._on_checkpoint)
        self.user = User(self)

    @property
    def result(self) -> Result:
        """What came of the run; whole when the laboratory has been closed."""
        return self._session.result

    @property
    def findings(self) -> list[Finding]:
        """List what has been found up to now."""
        return list(self.machine.findings)

    @property
    def log(self) -> list[str]:
        """List the lines that the kernel and the driver have logged since the driver was loaded."""
        text = bytes(self.machine.console)[self.boot_log_bytes :].decode("utf-8", "replace").replace("\r", "")
        return self._session.symbols.annotate(text).splitlines()

    def boot(self) -> None:
        """Boot, load the driver, and go on until it is user space's turn."""
        self._resume()

    def close(self) -> Result:
        """Unload the driver, look for what it left behind, and end the run."""
        if not self._ended and self._waiting:
            if not self.state.error and self.call(_UNLOAD)[0] == -_EBUSY:
                self._leaks.busy(self.driver.name, self.argument(0))
            self._fill(_EXIT, (), "", 0)
            self._run()
        return self.result

    def call(self, number: int, *args: int, text: str = "", timeout_ms: int = 0) -> tuple[int, int]:
        """Make one call of user space; give its result and how often it was interrupted for taking too long.

        Raises: LabStopped where the machine does not come back from it.
        """
        if self._ended or not self._waiting:
            raise LabStopped(self.result.stop)
        self._fill(number, args, text, timeout_ms)
        self._resume()
        ram, at = self.machine.ram, self._call + self._offsets["result"]
        result = int.from_bytes(ram.read(at, 8), "little", signed=True)
        return result, ram.u32[(self._call + self._offsets["interrupted"]) >> 2]

    def argument(self, index: int) -> int:
        """Read an argument of the last call, where the guest left something in it."""
        return self.machine.ram.u64[(self._call + self._offsets["args"]) // 8 + index]

    def text(self) -> str:
        """Read the text that the last call left."""
        data = self.machine.ram.read(self._call + self._offsets["text"], _TEXT_BYTES)
        return bytes(data).split(b"\0")[0].decode("ascii", "replace")

    def _fill(self, number: int, args: tuple[int, ...], text: str, timeout_ms: int) -> None:
        ram, call, offsets = self.machine.ram, self._call, self._offsets
        data = text.encode()
        if len(data) >= _TEXT_BYTES:
            raise ValueError(f"a path of {len(data)} bytes, {_TEXT_BYTES - 1} at most")
        ram.u64[(call + offsets["number"]) >> 3] = number
        for index, value in enumerate(args):
            ram.u64[(call + offsets["args"]) // 8 + index] = value & (1 << 64) - 1
        ram.write(call + offsets["text"], data + b"\0")
        ram.u32[(call + offsets["timeout_ms"]) >> 2] = timeout_ms
        ram.u64[(call + offsets["state"]) >> 3] = _READY

    def _resume(self) -> None:
        self._run()
        if not self._waiting:
            last = self.findings[-1] if self.findings else None
            raise LabStopped(self.result.stop, last)

    def _run(self) -> None:
        self._waiting = False
        end = run_machine(self.machine, self._session.scenario, self._session.symbols)
        if self._waiting and end.stop is None:
            return
        self._waiting, self._ended = False, True
        self._session.end(end._replace(checks=()))

    def _on_wait(self, call_phys: int, memory_phys: int) -> None:
        self._call, self.user_memory_phys, self._waiting = call_phys, memory_phys, True
        self.machine.cpu.stop(_WAITING)

    def _on_state(self, state: ModuleState) -> None:
        if state.stage == _LOADED:
            self.state = state
            if state.error:
                self._leaks.report(
                    "module-init-failed", f"{self.driver.name}: module init failed with error {state.error}"
                )
            elif state.probe_error:
                self._leaks.report("probe-failed", f"{self.driver.name}: probe failed with error {state.probe_error}")
        elif state.stage == _UNLOADED:
            self._leaks.finish()
            if self.memory.config.debug_slab:
                self._report_damage()

    def _report_damage(self) -> None:
        """Report what a debugging kernel's objects show that it has not come across."""
        from dmalab.slab_damage import find_damage

        for finding in find_damage(self.memory, self._session.symbols.describe, self.machine.clock.now_ns):
            if (finding.kind, finding.phys) not in {(each.kind, each.phys) for each in self.findings}:
                self.machine.findings.report(finding)

    def _on_unmatched(self, unmatched: Unmatched) -> None:
        wanted = f", which is for {unmatched.wanted}" if unmatched.wanted else ""
        self._leaks.report(
            "driver-unmatched",
            f"{self.driver.name}: no device for the {unmatched.bus} driver {unmatched.driver}{wanted}; "
            f"there is {unmatched.present or 'none on that bus'}",
            {
                "bus": unmatched.bus,
                "driver": unmatched.driver,
                "wanted": unmatched.wanted,
                "present": unmatched.present,
            },
        )

    def _on_checkpoint(self, name: str) -> None:
        if name == BOOTED:
            self.boot_log_bytes = len(self.machine.console)

    def __enter__(self) -> Self:
        self.boot()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None or not issubclass(kind, LabStopped):
            self.close()
