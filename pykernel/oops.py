# SPDX-License-Identifier: GPL-2.0-only
"""What the guest says when it cannot go on: its registers and message, as an error that ends the run."""

from emulator.ram import Ram
from pykernel.backtrace import walk
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


def read_oops(ram: Ram, layout: Layout, regs: int, message: int) -> GuestOops:
    """Make the error out of a struct pt_regs and a message; a bad pointer to either leaves it out."""
    phys = readable(ram, regs, layout.sizeof("pt_regs"))
    registers = {}
    if phys is not None and not phys & 7:
        registers = {name: ram.u64[(phys + offset) >> 3] for name, (offset, _) in layout.members("pt_regs").items()}
    frames = walk(ram, registers["rbp"]) if registers else []
    # The walk gives return addresses, which lie behind their calls; where the exception struck is told likewise.
    return GuestOops(read_string(ram, message), registers, [*([registers["rip"] + 1] if registers else []), *frames])
