# SPDX-License-Identifier: GPL-2.0-only
"""One machine: a board, its processor, and a kernel image for the ROM to find."""

from collections.abc import Callable, Mapping

from emulator import memmap
from emulator.board import Board
from emulator.config import MachineConfig
from emulator.cpu import Cpu, Stop
from emulator.loader import check_image

KERNEL_FILE = "opt/dmalab/kernel"
COMMAND_LINE_FILE = "opt/dmalab/cmdline"


class Machine:
    """A machine at power-on. `blobs` are further files for the guest, by their full names in fw_cfg.

    Raises: ConfigError where the configuration contradicts itself or `kernel` cannot be booted on it.
    """

    def __init__(
        self, config: MachineConfig, rom: bytes, kernel: bytes, cmdline: str, blobs: Mapping[str, bytes]
    ) -> None:
        self.config = config
        files = {**blobs, KERNEL_FILE: kernel, COMMAND_LINE_FILE: cmdline.encode()}
        self.board = board = Board(config, rom, files, self._end_run)
        self.ram, self.bus, self.clock = board.ram, board.bus, board.clock
        self.trace, self.findings, self.console = board.trace, board.findings, board.console
        self.dma_ports = board.dma_ports
        self.image = check_image(kernel, board.ram, "kernel")
        self.cpu = Cpu(board.ram, rom, board.bus, board.clock, board.lapic, board.trace)
        board.fabric.on_write(self.cpu.flush_code)

    def run(self) -> Stop:
        """Run until the guest exits, sleeps for ever, faults, or has used up what `config` allows.

        Raises: what a kernel behind the trap gate raises.
        """
        return self.cpu.run(self.config.max_blocks, self.config.wall_seconds)

    def on_trap(self, call: Callable[[int], bool]) -> None:
        """Have `call(frame's physical address)` answer the guest's traps, and say whether they are for the trace."""
        self.board.trap_gate.call = call
        cost_ns = memmap.NS_PER_PORT_ACCESS + memmap.NS_PER_TRAP
        self.cpu.on_gate(memmap.TRAP_GATE_PORT, memmap.TRAP_FRAME_SHIFT, call, cost_ns)

    def _end_run(self, reason: str, code: int) -> None:
        self.cpu.stop(reason, code)
