# SPDX-License-Identifier: GPL-2.0-only
"""The guest on a machine without a Python kernel: its own code alone, as far as that goes."""

from emulator import memmap
from emulator.board import Board
from emulator.config import MachineConfig
from emulator.cpu import Cpu, Stop
from firmware import ROM, Configuration, build, kernel_path

MAX_BLOCKS = 5_000_000


class Guest:
    """A machine at power-on. `kernel` is None where the host is to offer none."""

    def __init__(self, kernel: bytes | None, command_line: str = "", ram: int = 128 * memmap.MIB) -> None:
        rom = ROM.read_bytes()
        files = {"opt/dmalab/cmdline": command_line.encode()}
        if kernel is not None:
            files["opt/dmalab/kernel"] = kernel
        self.board = Board(MachineConfig(ram=ram), rom, files, lambda reason, code: self.cpu.stop(reason, code))
        self.cpu = Cpu(self.board.ram, rom, self.board.bus, self.board.clock, self.board.lapic, self.board.trace)

    def run(self) -> Stop:
        """Run to the end, within a budget that a boot is far from using up."""
        return self.cpu.run(max_blocks=MAX_BLOCKS)

    @property
    def console(self) -> str:
        """What the guest has written to its serial port."""
        return self.board.console.decode("ascii").replace("\r", "")


def kernel_image() -> bytes:
    """Give the kernel of the default configuration, built where that is necessary."""
    build.build()
    return kernel_path(Configuration()).read_bytes()
