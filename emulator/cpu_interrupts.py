# SPDX-License-Identifier: GPL-2.0-only
"""Entering the guest's handlers: exceptions, software interrupts and the PIC's, through its IDT.

The engine only tells that something happened. What a processor then does (gates, privilege, stacks, frames, faults
on the way) is here. Knows nothing of where interrupts come from, nor of time.

Source: Intel SDM volume 3, chapter 6; AMD APM volume 2, chapter 8.
"""

import struct
from typing import NamedTuple

from emulator.cpu_env import CS, GDTR, IDTR, LDTR, SS, TR, Eflags, Env, Hflags, Segment
from emulator.cpu_mmu import Fault, Mmu

DIVIDE, DEBUG, BREAKPOINT, OVERFLOW, INVALID_OPCODE, DOUBLE_FAULT, INVALID_TSS, NOT_PRESENT, STACK, PROTECTION, PAGE = (
    0, 1, 3, 4, 6, 8, 10, 11, 12, 13, 14,
)  # fmt: skip
WITH_ERROR_CODE = frozenset((DOUBLE_FAULT, INVALID_TSS, NOT_PRESENT, STACK, PROTECTION, PAGE, 17))
_CONTRIBUTORY = frozenset((DIVIDE, INVALID_TSS, NOT_PRESENT, STACK, PROTECTION))

_IN_IDT, _EXTERNAL = 2, 1  # bits of a selector error code
_CODE_PRESENT, _CODE_LONG, _CODE_32 = 1 << 15, 1 << 21, 1 << 22  # bits of a descriptor's second word
_IS_CODE, _CONFORMING = 3 << 11, 1 << 10


class Cause(NamedTuple):
    """What makes the processor enter a handler."""

    vector: int
    error_code: int | None = None
    start_rip: int | None = None  # of the int n, int3 or into: for these the gate's privilege level counts
    external: bool = False  # by a device


class Gate(NamedTuple):
    """A gate of the IDT."""

    selector: int
    offset: int
    ist: int
    clears_if: bool
    is_16_bit: bool


class Shutdown(Exception):
    """A fault while entering the double fault handler, or in a mode whose handlers we cannot enter."""


class Interrupts:
    """Enters handlers by changing a saved `env`; whoever calls restores it into the engine."""

    def __init__(self, env: Env, mmu: Mmu) -> None:
        self._env = env
        self._mmu = mmu
        self.stale_code: list[tuple[int, int]] = []  # (phys, length) of code that pushed frames overwrote

    def enter(self, cause: Cause, eflags: int) -> list[Cause]:
        """Enter the handler of `cause`, or of what goes wrong on the way there; give all causes met, in order.

        Raises: Shutdown where even the double fault handler cannot be entered.
        """
        met = [cause]
        while True:
            try:
                self._enter(met[-1], eflags)
                return met
            except Fault as fault:
                if met[-1].start_rip is not None:
                    self._env.rip = met[-1].start_rip
                if fault.cr2 is not None:
                    self._env.set_cr(2, fault.cr2)
                met.append(_escalate(met[-1], fault))

    def _enter(self, cause: Cause, eflags: int) -> None:
        if self._env.hflags & Hflags.LMA:
            self._enter_long(cause, eflags)
        elif not self._env.hflags & Hflags.PE:
            self._enter_real(cause, eflags)
        elif self._env.hflags & Hflags.VM or self._env.cpl:
            raise Shutdown(f"exception {cause.vector} in 32-bit user or virtual-8086 mode, which this machine lacks")
        else:
            self._enter_protected(cause, eflags)

    def _enter_long(self, cause: Cause, eflags: int) -> None:
        env = self._env
        gate = self._long_gate(cause)
        code, cpl = self._target(gate.selector, cause)
        if code.flags & (_CODE_LONG | _CODE_32) != _CODE_LONG:
            raise Fault(PROTECTION, gate.selector & ~3 | cause.external)
        if not _is_canonical(gate.offset):
            raise Fault(PROTECTION, cause.external)
        stack, rsp = env.segment(SS), env.rsp
        frame_ss = stack.selector
        if cpl != env.cpl:
            stack = Segment(cpl, 0, 0xFFFF_FFFF, 0)
            rsp = self._tss_stack(4 + 8 * cpl if not gate.ist else 28 + 8 * gate.ist, cause)
        elif gate.ist:
            rsp = self._tss_stack(28 + 8 * gate.ist, cause)
        words = [env.rip, env.segment(CS).selector, eflags, env.rsp, frame_ss]
        if cause.error_code is not None:
            words.insert(0, cause.error_code)
        rsp = (rsp & ~15) - 8 * len(words) & (1 << 64) - 1
        if not _is_canonical(rsp):
            raise Fault(STACK, cause.external)
        self._push(rsp, struct.pack(f"<{len(words)}Q", *words))
        env.rsp = rsp
        env.set_segment(SS, stack)
        self._jump(Segment(gate.selector & ~3 | cpl, 0, 0xFFFF_FFFF, code.flags), gate)
        hflags = env.hflags & ~(Hflags.CPL | Hflags.ADDSEG)
        env.hflags = hflags | cpl | Hflags.CS64 | Hflags.CS32 | Hflags.SS32

    def _enter_protected(self, cause: Cause, eflags: int) -> None:
        """Enter through a 32-bit interrupt or trap gate without a change of privilege.

        Differs: task gates, 16-bit gates and changes of privilege are a shutdown; boot code has none of them.
        """
        env = self._env
        low, high = self._idt_words(cause, 8)
        kind = high >> 8 & 0x1F
        if kind not in (0x0E, 0x0F):
            raise Fault(PROTECTION, cause.vector * 8 + _IN_IDT + cause.external)
        self._check_present(high, cause)
        gate = Gate(low >> 16, high & 0xFFFF_0000 | low & 0xFFFF, 0, kind == 0x0E, False)
        code, cpl = self._target(gate.selector, cause)
        if cpl != env.cpl:
            raise Shutdown(f"exception {cause.vector} changes privilege in 32-bit mode, which this machine lacks")
        words = [env.rip & 0xFFFF_FFFF, env.segment(CS).selector, eflags & 0xFFFF_FFFF]
        if cause.error_code is not None:
            words.insert(0, cause.error_code)
        stack = env.segment(SS)
        mask = 0xFFFF_FFFF if env.hflags & Hflags.SS32 else 0xFFFF
        sp = env.rsp - 4 * len(words) & mask
        self._push(stack.base + sp, struct.pack(f"<{len(words)}I", *words))
        env.rsp = env.rsp & ~mask | sp
        self._jump(code._replace(selector=gate.selector), gate)
        if code.flags & _CODE_32:
            env.hflags |= Hflags.CS32
        else:
            env.hflags &= ~Hflags.CS32
        flat = not (code.base or stack.base) and code.flags & _CODE_32
        env.hflags = env.hflags if flat else env.hflags | Hflags.ADDSEG

    def _enter_real(self, cause: Cause, eflags: int) -> None:
        """Enter through the real-mode vector table."""
        env = self._env
        table = env.segment(IDTR)
        if cause.vector * 4 + 3 > table.limit:
            raise Fault(PROTECTION, 0)
        vector = self._mmu.read(table.base + cause.vector * 4, 4)
        words = [env.rip & 0xFFFF, env.segment(CS).selector, eflags & 0xFFFF]
        sp = env.rsp - 6 & 0xFFFF
        self._push(env.segment(SS).base + sp, struct.pack("<3H", *words))
        env.rsp = env.rsp & ~0xFFFF | sp
        selector = vector >> 16
        code = env.segment(CS)._replace(selector=selector, base=selector << 4)
        self._jump(code, Gate(selector, vector & 0xFFFF, 0, True, True))

    def _jump(self, code: Segment, gate: Gate) -> None:
        env = self._env
        env.set_segment(CS, code)
        env.rip = gate.offset
        cleared = Eflags.TF | Eflags.NT | Eflags.RF | Eflags.VM | (Eflags.IF if gate.clears_if else 0)
        if gate.is_16_bit:
            cleared |= Eflags.AC
        env.flags &= ~cleared
        env.hflags &= ~(Hflags.TF | Hflags.RF | Hflags.INHIBIT_IRQ)

    def _push(self, virt: int, frame: bytes) -> None:
        self.stale_code += self._mmu.write(virt, frame)

    def _idt_words(self, cause: Cause, length: int) -> tuple[int, int]:
        """Read the gate's two first words, the second of which says what it is."""
        table = self._env.segment(IDTR)
        if cause.vector * length + length - 1 > table.limit:
            raise Fault(PROTECTION, cause.vector * 8 + _IN_IDT + cause.external)
        gate = self._mmu.read(table.base + cause.vector * length, 8)
        return gate & 0xFFFF_FFFF, gate >> 32

    def _check_present(self, high: int, cause: Cause) -> None:
        error_code = cause.vector * 8 + _IN_IDT + cause.external
        if cause.start_rip is not None and high >> 13 & 3 < self._env.cpl:
            raise Fault(PROTECTION, error_code)
        if not high & 1 << 15:
            raise Fault(NOT_PRESENT, error_code)

    def _long_gate(self, cause: Cause) -> Gate:
        low, high = self._idt_words(cause, 16)
        kind = high >> 8 & 0x1F
        if kind not in (0x0E, 0x0F):
            raise Fault(PROTECTION, cause.vector * 8 + _IN_IDT + cause.external)
        self._check_present(high, cause)
        upper = self._mmu.read(self._env.segment(IDTR).base + cause.vector * 16 + 8, 4)
        offset = upper << 32 | high & 0xFFFF_0000 | low & 0xFFFF
        return Gate(low >> 16, offset, high & 7, kind == 0x0E, False)

    def _target(self, selector: int, cause: Cause) -> tuple[Segment, int]:
        """Read the handler's code segment and give it with the privilege level that it runs at."""
        error_code = selector & ~3 | cause.external
        table = self._env.segment(LDTR if selector & 4 else GDTR)
        if not selector & ~3:
            raise Fault(PROTECTION, cause.external)
        if (selector | 7) > table.limit:
            raise Fault(PROTECTION, error_code)
        descriptor = self._mmu.read(table.base + (selector & ~7), 8)
        low, high = descriptor & 0xFFFF_FFFF, descriptor >> 32
        dpl, cpl = high >> 13 & 3, self._env.cpl
        if high & _IS_CODE != _IS_CODE or dpl > cpl:
            raise Fault(PROTECTION, error_code)
        if not high & _CODE_PRESENT:
            raise Fault(NOT_PRESENT, error_code)
        base = high & 0xFF00_0000 | (high & 0xFF) << 16 | low >> 16
        limit = high & 0xF_0000 | low & 0xFFFF
        if high & 1 << 23:
            limit = limit << 12 | 0xFFF
        return Segment(selector, base, limit, high), cpl if high & _CONFORMING else dpl

    def _tss_stack(self, offset: int, cause: Cause) -> int:
        """Read a stack pointer from the 64-bit TSS."""
        task = self._env.segment(TR)
        if offset + 7 > task.limit:
            raise Fault(INVALID_TSS, task.selector & ~3 | cause.external)
        rsp = self._mmu.read(task.base + offset, 8)
        if not _is_canonical(rsp):
            raise Fault(STACK, cause.external)
        return rsp


def _escalate(first: Cause, second: Fault) -> Cause:
    """Say what follows when `second` happens while `first` is being entered.

    Raises: Shutdown where that is a triple fault.
    """
    if first.vector == DOUBLE_FAULT and not first.external:
        raise Shutdown("triple fault")
    is_exception = first.start_rip is None and not first.external
    serious = second.vector in _CONTRIBUTORY
    if is_exception and (
        (first.vector in _CONTRIBUTORY and serious) or (first.vector == PAGE and (serious or second.vector == PAGE))
    ):
        return Cause(DOUBLE_FAULT, 0)
    return Cause(second.vector, second.error_code)


def _is_canonical(virt: int) -> bool:
    return virt >> 47 in (0, 0x1_FFFF)
