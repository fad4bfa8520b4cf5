# SPDX-License-Identifier: GPL-2.0-only
"""The processor's registers, all at once, as the engine keeps them.

Saving and restoring the whole state costs 0.5 us each; a single register through the engine's own calls costs as
much. It is also the only way to what the engine does not show: error codes, descriptor caches, the shadow of `sti`.
Owns the layout of that state (CPUX86State of QEMU 5.0, at the head of Unicorn 2.1.4's context).
"""

import ctypes
from typing import Any, NamedTuple

from unicorn.unicorn_py3.unicorn import uclib

from emulator.errors import EmulatorError

# General registers in the order of their encoding.
RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI = range(8)
GENERAL = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", *(f"r{n}" for n in range(8, 16)))
# Segment registers likewise, then the system tables.
ES, CS, SS, DS, FS, GS, LDTR, TR, GDTR, IDTR = range(10)

_HEADER = 40  # bytes before the state in a context
# In 64-bit words from the state's start ...
_RIP, _EFLAGS, _SEGMENTS, _CR, _EFER, _NEXT_RIP, _DR = 16, 17, 23, 53, 74, 674, 675
# ... and in 32-bit words.
_DF, _HFLAGS, _ERROR_CODE, _IS_INT, _OLD_EXCEPTION = 43, 44, 1346, 1347, 1374


class Eflags:
    """The flags that exceptions and interrupts change. Plain numbers: IntFlag costs 1 us an operation."""

    TF = 1 << 8
    IF = 1 << 9
    NT = 1 << 14
    RF = 1 << 16
    VM = 1 << 17
    AC = 1 << 18


class Hflags:
    """The engine's digest of what decides how code is translated."""

    CPL = 3
    INHIBIT_IRQ = 1 << 3  # the instruction after sti or a load of SS is next
    CS32 = 1 << 4
    SS32 = 1 << 5
    ADDSEG = 1 << 6
    PE = 1 << 7
    TF = 1 << 8
    LMA = 1 << 14
    CS64 = 1 << 15
    RF = 1 << 16
    VM = 1 << 17
    AC = 1 << 18


class Segment(NamedTuple):
    """A descriptor cache. `flags` is the descriptor's second word."""

    selector: int
    base: int
    limit: int  # bytes - 1
    flags: int


class Env:
    """A copy of the engine's state: `save` takes it, `restore` puts it back with what was changed meanwhile."""

    def __init__(self, engine: Any, context: Any) -> None:
        self._save = uclib.uc_context_save
        self._restore = uclib.uc_context_restore
        self._engine = engine
        self._context = context  # frees the memory under the views when it goes
        self._handle = context.context
        start, length = self._handle.value + _HEADER, context.size - _HEADER
        self._bytes = memoryview((ctypes.c_char * length).from_address(start)).cast("B")
        self.words = self._bytes.cast("Q")
        self.halves = self._bytes.cast("I")

    def save(self) -> None:
        """Copy the engine's state here."""
        self._save(self._engine, self._handle)

    def restore(self) -> None:
        """Copy this state into the engine."""
        self._restore(self._engine, self._handle)

    def copy_out(self) -> bytes:
        """Give the copy as bytes, for `copy_in`."""
        return bytes(self._bytes)

    def copy_in(self, state: bytes) -> None:
        """Make `state` the copy."""
        self._bytes[:] = state

    def check_layout(self, rax: int, cr2: int, dr0: int) -> None:
        """Compare the saved copy with values just written through the engine's own calls.

        Raises: EmulatorError where this is not the Unicorn that the layout was written for.
        """
        words = self.words
        found = words[RAX], words[_CR + 2], words[_DR], self.halves[_OLD_EXCEPTION]
        if found != (rax, cr2, dr0, 0xFFFF_FFFF):
            raise EmulatorError("this build of Unicorn keeps its registers in an unknown layout; 2.1.4 is needed")

    def segment(self, number: int) -> Segment:
        """Give a segment register or system table register."""
        first = _SEGMENTS + 3 * number
        halves = self.halves
        return Segment(halves[2 * first], self.words[first + 1], halves[2 * first + 4], halves[2 * first + 5])

    def set_segment(self, number: int, segment: Segment) -> None:
        """Load a segment register's cache, without any check."""
        first = _SEGMENTS + 3 * number
        self.halves[2 * first] = segment.selector
        self.words[first + 1] = segment.base
        self.halves[2 * first + 4] = segment.limit
        self.halves[2 * first + 5] = segment.flags

    @property
    def rip(self) -> int:
        """The instruction pointer (an offset in CS, not a linear address)."""
        return self.words[_RIP]

    @rip.setter
    def rip(self, rip: int) -> None:
        self.words[_RIP] = rip

    @property
    def rsp(self) -> int:
        """The stack pointer."""
        return self.words[RSP]

    @rsp.setter
    def rsp(self, rsp: int) -> None:
        self.words[RSP] = rsp

    @property
    def flags(self) -> int:
        """EFLAGS without the arithmetic flags, which the engine computes only when asked."""
        return self.words[_EFLAGS]

    @flags.setter
    def flags(self, flags: int) -> None:
        self.words[_EFLAGS] = flags

    @property
    def hflags(self) -> int:
        """The engine's digest, Hflags."""
        return self.halves[_HFLAGS]

    @hflags.setter
    def hflags(self, hflags: int) -> None:
        self.halves[_HFLAGS] = hflags

    @property
    def cpl(self) -> int:
        """The privilege level of the running code."""
        return self.halves[_HFLAGS] & Hflags.CPL

    @property
    def efer(self) -> int:
        """EFER."""
        return self.words[_EFER]

    @efer.setter
    def efer(self, efer: int) -> None:
        self.words[_EFER] = efer

    @property
    def next_rip(self) -> int | None:
        """The address after the software interrupt that stopped the engine; None after an exception."""
        return self.words[_NEXT_RIP] if self.halves[_IS_INT] else None

    @property
    def error_code(self) -> int:
        """The error code of the exception that stopped the engine."""
        return self.halves[_ERROR_CODE]

    def cr(self, number: int) -> int:
        """Give a control register."""
        return self.words[_CR + number]

    def set_cr(self, number: int, value: int) -> None:
        """Set a control register, without its side effects."""
        self.words[_CR + number] = value

    def forget_exception(self) -> None:
        """Let the next exception not count as one within this one: the engine itself never does."""
        self.halves[_OLD_EXCEPTION] = 0xFFFF_FFFF

    def start_function(self, rip: int) -> None:
        """Go to `rip` with interrupts, traps and direction as a function expects them."""
        self.rip = rip
        self.flags &= ~(Eflags.IF | Eflags.TF)
        self.hflags &= ~(Hflags.TF | Hflags.INHIBIT_IRQ)
        self.halves[_DF] = 1

    def reset(self) -> None:
        """Put the processor where it is after power-on: real mode, 16 bytes below 4 GiB."""
        for number in (ES, SS, DS, FS, GS):
            self.set_segment(number, Segment(0, 0, 0xFFFF, 0x9300))
        self.set_segment(CS, Segment(0xF000, 0xFFFF_0000, 0xFFFF, 0x9B00))
        for number, flags in ((LDTR, 0x8200), (TR, 0x8B00), (GDTR, 0), (IDTR, 0)):
            self.set_segment(number, Segment(0, 0, 0xFFFF, flags))
        for number, value in enumerate((0x6000_0010, 0, 0, 0, 0)):
            self.set_cr(number, value)
        for number in range(len(GENERAL)):
            self.words[number] = 0
        self.words[_DR] = 0
        self.efer = 0
        self.flags = 2
        self.hflags = Hflags.ADDSEG
        self.rip = 0xFFF0
