# SPDX-License-Identifier: GPL-2.0-only
"""What the processor looks like: registers by name, and the report that a shutdown leaves. Changes nothing."""

from typing import NamedTuple

from emulator.cpu_engine import REGISTER_NAMES, Engine
from emulator.cpu_env import GDTR, GENERAL, IDTR, TR
from emulator.cpu_mmu import Mmu
from emulator.cpu_time import BlockTime

_CODE_BEFORE, _CODE_LENGTH = 16, 32  # bytes of code shown around RIP
_LAST_BLOCKS = 16
_FRAMES = 32


class Registers:
    """The processor's registers by name: general ones, rip, rflags, segments, cr0-cr4, dr0-dr7, fs_base and gs_base;
    and for reading only efer, gdtr_base, gdtr_limit, idtr_base, idtr_limit, tr and tr_base.

    Raises: KeyError where no register has that name.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getitem__(self, name: str) -> int:
        if name in REGISTER_NAMES:
            return self._engine.read(name)
        env = self._engine.env
        env.save()
        if name == "efer":
            return env.efer
        gdtr, idtr, tr = env.segment(GDTR), env.segment(IDTR), env.segment(TR)
        return {
            "gdtr_base": gdtr.base,
            "gdtr_limit": gdtr.limit,
            "idtr_base": idtr.base,
            "idtr_limit": idtr.limit,
            "tr": tr.selector,
            "tr_base": tr.base,
        }[name]

    def __setitem__(self, name: str, value: int) -> None:
        self._engine.write(name, value)


class Report(NamedTuple):
    """Where the processor was when it shut down."""

    reason: str
    registers: dict[str, int]
    code: bytes  # around RIP, from `code_virt` on; empty where nothing is mapped
    code_virt: int
    blocks: list[int]  # addresses of the last ones, the latest last
    backtrace: list[int]  # code addresses, innermost first

    @classmethod
    def make(cls, reason: str, regs: Registers, mmu: Mmu, time: BlockTime) -> "Report":
        """Look at the processor as it is now; the state that `mmu` uses has been saved."""
        names = (*GENERAL, "rip", "rflags", "cs", "ss", "cr0", "cr2", "cr3", "cr4", "efer")
        registers = {name: regs[name] for name in names}
        rip = registers["rip"]
        start = max(0, rip - _CODE_BEFORE)
        code = mmu.peek(start, _CODE_LENGTH)
        if len(code) <= rip - start:
            start, code = rip, mmu.peek(rip, _CODE_LENGTH - _CODE_BEFORE)
        frames = walk_frames(mmu, rip, registers["rbp"], _FRAMES)
        return cls(reason, registers, code, start, time.last_blocks(_LAST_BLOCKS), frames)

    def __str__(self) -> str:
        items = [f"{name:>6} {value:016x}" for name, value in self.registers.items()]
        rows = ["  ".join(items[index : index + 4]) for index in range(0, len(items), 4)]
        at = self.registers["rip"] - self.code_virt
        code = " ".join(f"<{byte:02x}>" if index == at else f"{byte:02x}" for index, byte in enumerate(self.code))
        blocks = " ".join(f"{address:x}" for address in self.blocks)
        frames = [f"  {address:#x}" for address in self.backtrace]
        return "\n".join(
            [self.reason, *rows, f"Code: {code or 'not mapped'}", f"Blocks: {blocks}", "Call trace:", *frames]
        )


def walk_frames(mmu: Mmu, rip: int, rbp: int, limit: int) -> list[int]:
    """Follow saved frame pointers; ends where they lead nowhere or do not go up."""
    frames = [rip]
    while len(frames) < limit:
        frame = mmu.peek(rbp, 16)
        if len(frame) < 16:
            break
        caller_rbp, return_rip = int.from_bytes(frame[:8], "little"), int.from_bytes(frame[8:], "little")
        if not return_rip:
            break
        frames.append(return_rip)
        if caller_rbp <= rbp:
            break
        rbp = caller_rbp
    return frames
