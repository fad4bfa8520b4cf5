# SPDX-License-Identifier: GPL-2.0-only
"""The way from the guest into the kernel: read a call frame, call the function of its number, write the answer.

Owns frames and the table of calls. Whatever happens in a call becomes a report: which call, with which arguments,
from where in the guest. It knows no kernel function itself; `kernel` fills the table.
"""

from collections.abc import Callable, Mapping
from struct import Struct

from emulator.clock import Clock
from emulator.errors import BusError
from emulator.finding import Finding, Findings
from emulator.ram import Ram
from emulator.trace import FRAME_WORDS, Trace, Trap
from pykernel.backtrace import walk
from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.layout import Layout
from pykernel.oops import GuestOops
from pykernel.pointers import BadPointer

ENOSYS = 38
_MAX_ARGS = 6
_U64 = (1 << 64) - 1
_ARGS, _RESULT, _CALLER, _FRAME_POINTER, _FRAME_BYTES = 1, 7, 8, 9, 8 * FRAME_WORDS
_TIME = _FRAME_POINTER  # once a call is answered
_OFFSETS = {"number": 0, "args": 8, "result": 56, "caller": 64, "frame_pointer": 72}
_TRACEBACK_LINES = 6

_Function = Callable[..., int | None]
# What answers a call, what reads its arguments from the frame unless it is just one, and who wants to hear of it.
_Entry = tuple[_Function, Callable[[memoryview, int], tuple[int, ...]] | None, list[Callable[[Trap], None]]]
Call = tuple[_Function, int]  # the function, and how many of the frame's arguments it takes


class TrapFailure(KernelBug):
    """A call could not be answered, and the machine cannot go on: the finding that was reported says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence)
        self.finding = finding


class Traps:
    """Answer the guest's calls. `answer` is for the trap gate: see `_make_answer`."""

    def __init__(
        self,
        ram: Ram,
        clock: Clock,
        trace: Trace,
        findings: Findings,
        layout: Layout,
        calls: Mapping[str, Call],
        describe: Callable[[int], str],
    ) -> None:
        if {name: layout.offset("trap_frame", name) for name in _OFFSETS} != _OFFSETS:
            raise TypeError(f"struct trap_frame of layout {layout.key} is not as this module has it")
        numbers = layout.enum("trap")
        self._ram, self._u64 = ram, ram.u64
        self._clock, self._trace, self._findings = clock, trace, findings
        self._describe = describe
        self._calls = trace.calls
        self._calls |= {numbers[f"TRAP_{name.upper()}"]: (name, count) for name, (_, count) in calls.items()}
        self._table: dict[int, _Entry] = {
            number: (
                calls[name][0],
                Struct(f"<{count}Q").unpack_from if count != 1 else None,
                trace.trap_listeners(name),
            )
            for number, (name, count) in self._calls.items()
        }
        self._frame = 0  # index of the current frame's first word in ram.u64
        self.answer = self._make_answer()

    @property
    def caller(self) -> int:
        """The return address of the kernel function that is being answered: the driver's line."""
        return self._u64[self._frame + _CALLER]

    @property
    def stack(self) -> tuple[int, int]:
        """The physical address of the current call's frame, which is on the guest's stack, and its function's RBP."""
        return self._frame << 3, self._u64[self._frame + _FRAME_POINTER]

    def backtrace(self, depth: int) -> list[int]:
        """Give the return addresses of the guest functions that led to the current call, innermost first."""
        return walk(self._ram, self._u64[self._frame + _FRAME_POINTER], depth)

    def wrap(self, name: str, wrapper: Callable[[Callable[..., int | None]], Callable[..., int | None]]) -> None:
        """Put `wrapper(function)` in place of the function that answers a call, where there is such a call."""
        for number, (function, arguments, listeners) in self._table.items():
            if self._calls[number][0] == name:
                self._table[number] = (wrapper(function), arguments, listeners)

    def enter(self, frame_phys: int) -> None:
        """Answer the call frame at `frame_phys`, and trace it, where there is no processor to do that."""
        if self.answer(frame_phys):
            self._trace.add_frame(bytes(self._ram.u8[frame_phys : frame_phys + _FRAME_BYTES]))

    def _make_answer(self) -> Callable[[int], bool]:
        """Make answer(frame_phys), with all that it needs at hand, as it is most of what a call costs.

        It answers one call, and says whether it is one for the trace.

        Raises: TrapFailure where the kernel cannot go on after this call.
        """
        clock, table, u64, u8 = self._clock, self._table, self._u64, self._ram.u8
        start, end = 0, 0  # of the bank that the last frame was in

        def answer(frame_phys: int) -> bool:
            nonlocal start, end
            if not start <= frame_phys < end:
                start, end = self._frames_around(frame_phys)
                if not end:
                    return self._nowhere(frame_phys)
            frame = frame_phys >> 3
            outer, self._frame = self._frame, frame
            try:
                function, arguments, listeners = table[u64[frame]]
            except KeyError:
                return self._unknown(outer)
            try:
                if arguments is None:
                    result = function(u64[frame + _ARGS])
                else:
                    result = function(*arguments(u8, frame_phys + 8 * _ARGS))
            except TrapFailure:
                raise  # of a call inside this one, and reported
            except Exception as error:
                # Whatever went wrong, in the guest's arguments or in our own code, is told with the guest's backtrace.
                raise TrapFailure(self._report(error)) from error
            self._frame = outer
            u64[frame + _RESULT] = (result or 0) & _U64
            u64[frame + _TIME] = clock.now_ns
            if listeners:
                self._tell(frame_phys, listeners)
            return True

        return answer

    def _frames_around(self, frame_phys: int) -> tuple[int, int]:
        """Give [start, end), where frames can begin in the bank of this one; (0, 0) where it is in none."""
        for start, end in self._ram.banks:
            if start <= frame_phys <= end - _FRAME_BYTES:
                return start, end - _FRAME_BYTES + 1
        return 0, 0

    def _tell(self, frame_phys: int, listeners: list[Callable[[Trap], None]]) -> None:
        event = self._trace.trap(bytes(self._ram.u8[frame_phys : frame_phys + _FRAME_BYTES]))
        for listener in listeners:
            listener(event)

    def _nowhere(self, frame_phys: int) -> bool:
        sentence = f"trap gate: a call frame at {frame_phys:#x}, where there is no RAM"
        self._findings.report(Finding("trap-bad-frame", sentence, self._clock.now_ns, phys=frame_phys))
        return False

    def _unknown(self, outer: int) -> bool:
        number = self._u64[self._frame]
        self._u64[self._frame + _RESULT] = -ENOSYS & _U64
        details = {"backtrace": self._addresses()}
        sentence = f"trap gate: call {number:#x} is none that the kernel knows"
        self._findings.report(Finding("trap-unknown", sentence, self._clock.now_ns, details=details))
        self._frame = outer
        return False

    def _call(self) -> tuple[str, tuple[int, ...]]:
        """Give name and arguments of the call that is being answered."""
        name, count = self._calls[self._u64[self._frame]]
        first = self._frame + _ARGS
        return name, tuple(self._u64[first : first + count])

    def _report(self, error: Exception) -> Finding:
        """Report a call that failed: a bug of the guest or of its kernel's state, or one of ours."""
        kind, (name, args) = _kind(error), self._call()
        details: dict[str, object] = {
            "call": f"{name}({', '.join(f'{arg:#x}' for arg in args)})",
            "backtrace": self._addresses(),
        }
        if isinstance(error, GuestOops):
            details["backtrace"] = [self._describe(address) for address in error.backtrace]
            details["registers"] = [f"{name} {value:016x}" for name, value in error.registers.items()]
        details |= getattr(error, "details", {})
        sentence = str(error)
        if kind == "kernel-error":
            details["python"] = _last_lines(error)
            sentence = f"{name}: {type(error).__name__}: {error}"
        finding = Finding(kind, sentence, self._clock.now_ns, details=details)
        self._findings.report(finding)
        return finding

    def _addresses(self) -> list[str]:
        return [self._describe(address) for address in self.backtrace(32)]


def _kind(error: Exception) -> str:
    kinds = dict.fromkeys((BadPointer, BusError, GuestOops), "kernel-oops")
    kinds |= {KernelPanic: "kernel-panic", KernelBug: "kernel-bug"}
    return getattr(error, "kind", None) or next(
        (kind for base, kind in kinds.items() if isinstance(error, base)), "kernel-error"
    )


def _last_lines(error: Exception) -> list[str]:
    import traceback

    text = "".join(traceback.format_exception(error)).rstrip()
    return [line.rstrip() for line in text.splitlines()[-_TRACEBACK_LINES:]]
