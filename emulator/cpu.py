# SPDX-License-Identifier: GPL-2.0-only
"""The processor: runs the guest until something outside wants it to stop, and enters the guest's handlers.

Owns the run loop: time, events, interrupts, exceptions, sleep, and the reasons to stop. Knows the buses and the
interrupt controller only by what it asks of them, and neither symbols nor kernels.

Whatever stops the engine does so between two translation blocks, so that a run is the same run every time.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from emulator.bus import Bus
from emulator.clock import Clock
from emulator.cpu_engine import INVALID_INSTRUCTION, NOT_EXECUTABLE, OK, WRITE_PROT, Engine
from emulator.cpu_env import CS, RAX, RCX, RDI, RDX, RSI, Eflags, Hflags
from emulator.cpu_guard import Guards
from emulator.cpu_interrupts import INVALID_OPCODE, PROTECTION, WITH_ERROR_CODE, Cause, Interrupts, Shutdown
from emulator.cpu_mmu import CR0_PG, Fault, Mmu
from emulator.cpu_report import Registers, Report, walk_frames
from emulator.cpu_time import UNBOUNDED, BlockTime, InterruptPin
from emulator.errors import CpuFault, EmulatorError
from emulator.native import FAILED, MMIO_LENGTH, MMIO_PHYS, MMIO_VALUE, STOPPED, UNINTERRUPTED_END, UNINTERRUPTED_START
from emulator.ram import Ram
from emulator.trace import ExceptionEvent, Interrupt, Trace

_WATCHED_BLOCKS = 1 << 20  # how often the wall clock is looked at
_NS_PER_RDTSC = 20  # what the instruction takes; without it delay loops would hardly pass time
_RETURN_RIP = 0x8000_0000_CA11_0000  # where called functions return to: not canonical, so fetching there is a #GP
_MSR_TSC_AUX = 0xC000_0103
_RED_ZONE = 128  # bytes below RSP that belong to the interrupted code
_ARGUMENTS = (RDI, RSI, RDX, RCX, 8, 9)
_MAX_CALLS = 16  # one within the other
_CALL_BLOCKS = 50_000_000  # a called function that has not returned by then never will


class InterruptSource(InterruptPin, Protocol):
    """The interrupt controller, as the processor sees it."""

    def acknowledge(self) -> int:
        """Give the vector, as in the INTA cycle."""


class StopReason(StrEnum):
    """Why a run ended."""

    EXIT = "exit"  # somebody called `stop`
    HALTED = "halted"  # hlt with interrupts off
    DEADLOCK = "deadlock"  # hlt with nothing that could ever wake it
    BUDGET = "budget"  # the blocks allowed are used up
    WATCHDOG = "watchdog"  # the wall time allowed is used up
    FAULT = "fault"  # the processor has shut down


class Stop(NamedTuple):
    """How a run ended. `code` is what `stop` was given; `report` is there after a FAULT."""

    reason: StopReason
    detail: str
    code: int = 0
    report: Report | None = None


class CallStopped(EmulatorError):
    """The run ends while a function called by the host is running. On its way out it must not be caught."""


class Cpu:
    """One x86-64 processor on a board, in its reset state."""

    def __init__(self, ram: Ram, rom: bytes, bus: Bus, clock: Clock, intr: InterruptSource, trace: Trace) -> None:
        self._ram = ram
        self._clock = clock
        self._intr = intr
        self._trace = trace
        self._memory = bus.memory
        self._engine = Engine(ram, rom)
        self._env = self._engine.env
        self._scratch = self._engine.new_env()
        self._words = self._engine.words
        self._time = BlockTime(self._words, clock, intr)
        self._mmu = Mmu(self._env, ram, bus.memory)
        self._interrupts = Interrupts(self._env, self._mmu)
        self._error: BaseException | None = None  # raised in a callback
        self._vector: int | None = None  # of the exception that stopped the engine
        self._stop: Stop | None = None
        self._running = False  # in `run`
        self._halted = False
        self._calls = 0  # functions called by the host that are running
        self._returned = False
        self._end = UNBOUNDED  # the block count at which the budget is used up
        self._wall_end: float | None = None
        self.regs = Registers(self._engine)
        self.guards = Guards(self._engine.guard_words, self._engine.protect)
        self._hook(bus)
        self._env.save()
        self._env.reset()
        self._env.restore()

    def run(self, max_blocks: int | None = None, wall_seconds: float | None = None) -> Stop:
        """Run until something stops the machine.

        Raises: what any device or kernel function raised meanwhile.
        """
        self._begin(max_blocks, wall_seconds)
        self._running = True
        try:
            while self._stop is None:
                self._turn()
        except CallStopped:
            assert self._stop is not None
        except CpuFault as fault:
            return Stop(StopReason.FAULT, str(fault), report=fault.report)
        finally:
            self._running = False
        return self._stop

    def stop(self, detail: str, code: int = 0) -> None:
        """End the run after the current block."""
        self._stop_with(StopReason.EXIT, detail, code)

    def on_gate(self, port: int, shift: int, function: Callable[[int], bool], cost_ns: int) -> None:
        """Have `function(phys)` take the guest's 32-bit writes of phys >> `shift` to `port`, past the bus.

        Each takes `cost_ns` first. Where the function gives True, the frame at `phys` goes into the trace.
        """
        self._engine.on_gate(port, shift, self._time.around(function, cost_ns, self._failed), self._trace)

    def call(self, function_virt: int, *args: int) -> int:
        """Run a guest function (System V ABI, 64-bit, up to six arguments) to its return, and give its result.

        From inside a callback or from outside a run. Time passes, but events and interrupts wait until it is done.

        Raises: CpuFault where the function does not return; CallStopped where the run ends meanwhile.
        """
        if self._calls >= _MAX_CALLS:
            raise CpuFault(f"{_MAX_CALLS} functions called by the host are running within each other")
        env = self._env
        env.save()
        if not env.hflags & Hflags.CS64:
            raise CpuFault("functions can be called in 64-bit mode only")
        with self._calling():
            self._enter_function(function_virt, args)
            end = self._time.blocks + _CALL_BLOCKS
            while not self._returned:
                if self._time.blocks >= end or self._halted:
                    ending = "halted" if self._halted else "does not return"
                    raise self._fault(f"the function at {function_virt:#x}, called by the host, {ending}")
                if self._exhausted():
                    raise CallStopped(f"the run ended inside the function at {function_virt:#x}")
                env.save()
                self._execute(one_block=False)
            env.save()
            return env.words[RAX]

    def leave_uninterrupted(self, start: int, end: int) -> None:
        """Take no interrupt where the guest is about to execute in [start, end); what waits comes when it leaves.

        The guest's cheap way to do without `cli`, for code that neither loops nor sleeps: it costs nothing.
        """
        self._words[UNINTERRUPTED_START], self._words[UNINTERRUPTED_END] = start, end

    def check_accesses(self, callback: Callable[[int, int, bool], None]) -> None:
        """Call `callback(phys, width, is_store)` before each access that a shadow of memory forbids.

        Before the first run, and for good: from then on every access takes some ten times as long.
        """
        self._engine.check_accesses(self._guard(lambda phys, width, is_store: callback(phys, width, bool(is_store))))

    def shadow_at(self, phys: int, end: int) -> None:
        """Look at the shadow from now on: one byte for 8, that of physical address 0 at `phys`, up to address `end`."""
        self._engine.shadow_at(phys, end)

    @property
    def blocks(self) -> int:
        """Blocks executed since power-on; exceptions and interrupts count as one each."""
        return self._time.blocks

    def last_blocks(self, count: int) -> list[int]:
        """Give the addresses of the last `count` blocks (1024 at most), the latest last."""
        return self._time.last_blocks(count)

    def translate(self, virt: int) -> int | None:
        """Give the physical address that the guest's page tables give `virt` now, or None."""
        self._env.save()
        return self._mmu.translate(virt)

    def backtrace(self, rip: int, rbp: int, limit: int = 32) -> list[int]:
        """Follow the chain of frame pointers from (rip, rbp): code addresses, innermost first, at most `limit`."""
        self._env.save()
        return walk_frames(self._mmu, rip, rbp, limit)

    def flush_code(self, phys: int, length: int) -> None:
        """Forget what was translated from RAM that the host has just written."""
        env = self._scratch
        env.save()
        cr0 = env.cr(0)
        # The engine forgets by virtual address; with paging off that is the physical one.
        env.set_cr(0, cr0 & ~CR0_PG)
        env.restore()
        self._engine.flush_tlb()
        self._engine.remove_translations(phys, length)
        env.set_cr(0, cr0)
        env.restore()
        self._engine.flush_tlb()

    def _begin(self, max_blocks: int | None, wall_seconds: float | None) -> None:
        self._stop = None
        self._end = UNBOUNDED if max_blocks is None else self._time.blocks + max_blocks
        self._wall_end = None if wall_seconds is None else time.monotonic() + wall_seconds

    def _turn(self) -> None:
        """Do the next thing: an interrupt, sleep, or a stretch of guest code up to the next event."""
        self._clock.run_due()
        if self._stop is not None:
            return
        env = self._env
        env.save()
        inhibited = bool(env.hflags & Hflags.INHIBIT_IRQ)
        if self._intr.is_pending and env.flags & Eflags.IF and not inhibited and not self._is_uninterrupted(env.rip):
            self._interrupt()
        elif self._exhausted():
            return
        elif self._halted:
            self._sleep()
        else:
            self._execute(one_block=inhibited)

    def _is_uninterrupted(self, rip: int) -> bool:
        return self._words[UNINTERRUPTED_START] <= rip < self._words[UNINTERRUPTED_END]

    def _exhausted(self) -> bool:
        if self._time.blocks >= self._end:
            self._stop_with(StopReason.BUDGET, "the block budget is used up")
        elif self._wall_end is not None and time.monotonic() >= self._wall_end:
            self._stop_with(StopReason.WATCHDOG, "the wall time is used up")
        return self._stop is not None

    def _execute(self, *, one_block: bool) -> None:
        """Run the engine from where the saved state is, and see to what stopped it."""
        self._time.limit = min(self._end, self._time.blocks + _WATCHED_BLOCKS)
        self._time.begin(one_block=one_block)
        self._words[STOPPED] = 0
        self._vector = None
        error = self._engine.start(self._env.rip)
        self._time.sync()
        self._halted = error == OK and self._vector is None and not self._words[STOPPED]
        if self._error is not None:
            raised, self._error = self._error, None
            self._words[FAILED] = 0
            raise raised
        if self._vector is not None:
            self._env.save()
            self._exception(self._vector, self._env.next_rip)
        elif error == INVALID_INSTRUCTION or error in NOT_EXECUTABLE:
            # Where nothing answers, code reads as ones, and ff ff is no instruction.
            self._env.save()
            self._exception(INVALID_OPCODE, None)
        elif error != OK:
            raise self._fault(f"the engine failed with error {error}")

    def _sleep(self) -> None:
        """Let time pass until the next event, as the halted processor does."""
        due_ns = self._clock.next_deadline()
        if not self._env.flags & Eflags.IF:
            self._stop_with(StopReason.HALTED, "halted with interrupts off")
        elif due_ns is None:
            self._stop_with(StopReason.DEADLOCK, "halted with nothing pending")
        else:
            self._end -= 1  # events that never wake it must not keep the host for ever
            self._clock.advance(max(0, due_ns - self._clock.now_ns))

    def _interrupt(self) -> None:
        """Take the interrupt that the controller has pending."""
        self._halted = False
        vector = self._intr.acknowledge()
        self._trace.emit(Interrupt(self._clock.now_ns, vector, self._env.rip))
        self._enter(Cause(vector, external=True))

    def _exception(self, vector: int, next_rip: int | None) -> None:
        """Take the exception, or software interrupt if there is a `next_rip`, that stopped the engine."""
        env = self._env
        env.forget_exception()
        if self._calls and env.rip == _RETURN_RIP and vector == PROTECTION:
            self._returned = True
            env.restore()
            return
        if next_rip is not None:
            cause = Cause(vector, start_rip=self._software_interrupt_at(next_rip, vector))
        else:
            cause = Cause(vector, env.error_code if vector in WITH_ERROR_CODE else None)
        self._trace_exception(cause)
        self._enter(cause)

    def _enter(self, cause: Cause) -> None:
        self._time.count(self._env.rip)
        try:
            met = self._interrupts.enter(cause, self._engine.read("rflags"))
        except Shutdown as shutdown:
            raise self._fault(str(shutdown)) from None
        for further in met[1:]:
            self._trace_exception(further)
        self._env.restore()
        while self._interrupts.stale_code:
            self.flush_code(*self._interrupts.stale_code.pop())

    def _software_interrupt_at(self, next_rip: int, vector: int) -> int:
        """Find the instruction that ends before `next_rip`: int n has two bytes, int3 and into one."""
        before = self._mmu.peek(self._env.segment(CS).base + next_rip - 2, 2)
        return next_rip - (2 if before == bytes((0xCD, vector)) else 1)

    def _trace_exception(self, cause: Cause) -> None:
        env = self._env
        self._trace.emit(ExceptionEvent(self._clock.now_ns, cause.vector, cause.error_code or 0, env.rip, env.cr(2)))

    def _stop_with(self, reason: StopReason, detail: str, code: int = 0) -> None:
        if self._stop is None:
            self._stop = Stop(reason, detail, code)
            self._time.stop_now()

    def _fault(self, reason: str) -> CpuFault:
        self._env.save()
        return CpuFault(reason, Report.make(reason, self.regs, self._mmu, self._time))

    @contextmanager
    def _calling(self) -> Iterator[None]:
        """Keep what the interrupted code needs, and give it back."""
        state, limit, alone = self._env.copy_out(), self._time.limit, self._time.alone
        halted, self._halted = self._halted, False
        if not self._running:
            self._begin(None, None)
        self._time.alone = True
        self._calls += 1
        try:
            yield
        finally:
            self._calls -= 1
            self._time.alone = alone
            self._time.limit = limit if self._stop is None else 0
            self._halted, self._returned, self._vector = halted, False, None
            self._words[STOPPED] = 0
            self._env.copy_in(state)
            self._env.restore()

    def _enter_function(self, function_virt: int, args: tuple[int, ...]) -> None:
        env = self._env
        env.rsp = (env.rsp - _RED_ZONE & ~0xF) - 8
        try:
            self._mmu.write(env.rsp, _RETURN_RIP.to_bytes(8, "little"))
        except Fault:
            raise self._fault(f"no stack to call {function_virt:#x} on") from None
        for register, value in zip(_ARGUMENTS, args, strict=False):
            env.words[register] = value
        env.start_function(function_virt)
        env.restore()

    def _hook(self, bus: Bus) -> None:
        engine = self._engine
        engine.on_exception(self._on_exception)
        engine.on_port(self._guard(bus.ports.read), self._guard(bus.ports.write))
        engine.on_access(self._guard(self._on_access, failed=1))
        engine.on_guarded(self._guard(self.guards.called))
        engine.on_rdtsc(self._guard(self._on_rdtsc), self._guard(self._on_rdtscp))

    def _guard(self, function: Callable[..., Any], failed: int = 0) -> Callable[..., Any]:
        """Wrap what the engine calls back: keep time, and keep errors."""
        sync, arm = self._time.sync, self._time.arm

        def callback(_engine: int, *args: int) -> Any:
            if self._error is not None:
                return failed  # the rest of the block has no effect
            try:
                sync()
                result = function(*args)
                arm()
            except BaseException as error:
                self._failed(error)
                return failed
            return result

        return callback

    def _failed(self, error: BaseException) -> None:
        """Let no error escape into the engine: stop it, and raise the error behind it."""
        self._error = error
        self._words[FAILED] = 1
        self._time.stop_now()

    def _on_exception(self, _engine: int, vector: int) -> None:
        self._vector = vector
        self._engine.stop()

    def _on_access(self, kind: int, phys: int, width: int, value: int) -> bool:
        if kind != WRITE_PROT:
            words = self._words
            words[MMIO_VALUE] = self._memory.read(phys, width)
            words[MMIO_PHYS], words[MMIO_LENGTH] = phys, width
        elif not phys % width:  # others come again, byte by byte
            self._memory.write(phys, width, value & (1 << 8 * width) - 1)
        return True

    def _on_rdtsc(self) -> int:
        self._clock.advance(_NS_PER_RDTSC)
        now_ns = self._clock.now_ns
        self._engine.write("rax", now_ns & 0xFFFF_FFFF)
        self._engine.write("rdx", now_ns >> 32)
        return 1

    def _on_rdtscp(self) -> int:
        self._engine.write("rcx", self._engine.read_msr(_MSR_TSC_AUX))
        return self._on_rdtsc()
