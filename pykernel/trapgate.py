# SPDX-License-Identifier: GPL-2.0-only
"""The way from the guest into the kernel: read a call frame, call the function of its number, write the answer.

Owns frames and the table of calls. Whatever happens in a call becomes a report: which call, with which arguments,
from where in the guest. It knows no kernel function itself; `kernel` fills the table.
"""

from collections.abc import Callable, Mapping

from emulator.clock import Clock
from emulator.finding import Finding, Findings
from emulator.memmap import KERNEL_PHYS, KERNEL_PHYS_END
from emulator.ram import Ram
from emulator.trace import Trace, Trap
from pykernel.backtrace import walk
from pykernel.errors import KernelBug, KernelPanic
from pykernel.layout.layout import Layout
from pykernel.oops import GuestOops
from pykernel.pointers import BadPointer

ENOSYS = 38
_MAX_ARGS = 6
_U64 = (1 << 64) - 1
_ARGS, _RESULT, _CALLER, _FRAME_POINTER, _WORDS = 1, 7, 8, 9, 10
_OFFSETS = {"number": 0, "args": 8, "result": 56, "caller": 64, "frame_pointer": 72}
_TRACEBACK_LINES = 6

Call = tuple[Callable[..., int | None], int]  # the function, and how many of the frame's arguments it takes


class TrapFailure(KernelBug):
    """A call could not be answered, and the machine cannot go on: the finding that was reported says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.sentence)
        self.finding = finding


class Traps:
    """Answer the guest's calls. `enter` is what the trap gate calls."""

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
        self._table = {numbers[f"TRAP_{name.upper()}"]: (name, *call) for name, call in calls.items()}
        self._frame = 0  # index of the current frame's first word in ram.u64

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
        for number, (known, function, count) in self._table.items():
            if known == name:
                self._table[number] = (name, wrapper(function), count)

    def enter(self, frame_phys: int) -> None:
        """Answer the call frame at `frame_phys`.

        Raises: TrapFailure where the kernel cannot go on after this call.
        """
        if not KERNEL_PHYS <= frame_phys < KERNEL_PHYS_END - 8 * _WORDS and not self._ram.contains(
            frame_phys, 8 * _WORDS
        ):
            sentence = f"trap gate: a call frame at {frame_phys:#x}, where there is no RAM"
            self._findings.report(Finding("trap-bad-frame", sentence, self._clock.now_ns, phys=frame_phys))
            return
        u64, frame = self._u64, frame_phys >> 3
        outer, self._frame = self._frame, frame
        entry = self._table.get(u64[frame])
        if entry is None:
            self._unknown(frame)
            self._frame = outer
            return
        name, function, count = entry
        args = tuple(u64[frame + _ARGS : frame + _ARGS + count])
        try:
            result = (function(*args) or 0) & _U64
        except TrapFailure:
            raise  # of a call inside this one, and reported
        except Exception as error:
            # Whatever went wrong, in the guest's arguments or in our own code, is told with the guest's backtrace:
            # an exception that left from here would only tell the host's.
            raise TrapFailure(self._report(name, args, error)) from error
        u64[frame + _RESULT] = result
        self._frame = outer
        self._trace.emit(Trap(self._clock.now_ns, name, args, result, u64[frame + _CALLER]))

    def _unknown(self, frame: int) -> None:
        number = self._u64[frame]
        self._u64[frame + _RESULT] = -ENOSYS & _U64
        details = {"backtrace": self._addresses()}
        sentence = f"trap gate: call {number:#x} is none that the kernel knows"
        self._findings.report(Finding("trap-unknown", sentence, self._clock.now_ns, details=details))

    def _report(self, name: str, args: tuple[int, ...], error: Exception) -> Finding:
        """Report a call that failed: a bug of the guest or of its kernel's state, or one of ours."""
        kind = _kind(error)
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
    kinds = {BadPointer: "kernel-oops", GuestOops: "kernel-oops", KernelPanic: "kernel-panic", KernelBug: "kernel-bug"}
    return getattr(error, "kind", None) or next(
        (kind for base, kind in kinds.items() if isinstance(error, base)), "kernel-error"
    )


def _last_lines(error: Exception) -> list[str]:
    import traceback

    text = "".join(traceback.format_exception(error)).rstrip()
    return [line.rstrip() for line in text.splitlines()[-_TRACEBACK_LINES:]]
