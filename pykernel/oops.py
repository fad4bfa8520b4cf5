# SPDX-License-Identifier: GPL-2.0-only
"""What the guest says when it cannot go on: its registers and message, as an error that ends the run."""

from collections.abc import Callable

from emulator.ram import Ram
from pykernel.backtrace import MAX_DEPTH, frames
from pykernel.errors import KernelBug
from pykernel.layout.layout import Layout
from pykernel.layout.strings import read_string
from pykernel.pointers import readable


class GuestOops(KernelBug):
    """The guest's kernel met an exception that nobody expected. `registers` are those of that moment."""

    def __init__(self, message: str, registers: dict[str, int], backtrace: list[int]) -> None:
        super().__init__(message)
        self.registers = registers
        self.backtrace = backtrace


def read_oops(ram: Ram, layout: Layout, regs: int, message: int, start_of: Callable[[int], int | None]) -> GuestOops:
    """Make the error out of a struct pt_regs and a message; a bad pointer to either leaves it out.

    `start_of(address)` gives the start of the function there.
    """
    phys = readable(ram, regs, layout.sizeof("pt_regs"))
    if phys is None or phys & 7:
        return GuestOops(read_string(ram, message), {}, [])
    registers = {name: ram.u64[(phys + offset) >> 3] for name, (offset, _) in layout.members("pt_regs").items()}
    backtrace = frames(ram, registers["rip"], registers["rsp"], registers["rbp"], MAX_DEPTH, start_of)
    return GuestOops(read_string(ram, message), registers, backtrace)
