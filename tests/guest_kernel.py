# SPDX-License-Identifier: GPL-2.0-only
"""A guest without a CPU: its kernel's variables are laid out in RAM, and its calls are made by hand, frame by frame."""

import struct

from emulator.clock import Clock
from emulator.finding import Findings
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, MIB, PAGE_SIZE
from emulator.ram import Ram, pc_banks
from emulator.trace import Trace
from firmware import layouts
from pykernel.kernel import Kernel
from pykernel.layout.address import image_to_virt
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.mm.context import place_statics

FRAME = 0x005F_0000
SCRATCH = 0x005E_0000
STACK = 0x005D_0000
TEXT = KERNEL_MAP_BASE + KERNEL_PHYS
LOG_BUF_LEN = 1 << 17
U64 = (1 << 64) - 1
Entry = tuple[int, int, int]  # addr, size, type


class Guest:
    """A guest that has not called yet; `boot` makes the calls of start_kernel()."""

    def __init__(self, ram_mib: int = 64, config: KernelConfig | None = None, call=None) -> None:
        self.config = config or KernelConfig()
        self.layout = Layout.load(layouts.path(self.config.key))
        self.ram = Ram(pc_banks(ram_mib * MIB))
        self.clock, self.trace, self.findings = Clock(), Trace(recording=True), Findings()
        self.symbols = {name: image_to_virt(at) for name, at in place_statics(self.ram, self.layout).items()}
        self._place({"__log_buf": LOG_BUF_LEN, "log_start": 8, "log_end": 8, "con_start": 8})
        self._place({"boot_params": self.layout.sizeof("boot_params"), "saved_command_line": 2048})
        self._place({"_sdata": 8, "_edata": 0})
        self.kernel = Kernel(
            self.ram, self.clock, self.trace, self.findings, self.layout, self.config, self.symbols, call=call
        )

    def phys(self, name: str) -> int:
        """Give the physical address of a variable."""
        return self.symbols[name] - KERNEL_MAP_BASE

    def call(self, name: str, *args: int, caller: int = TEXT + 0x100, frame_pointer: int = 0) -> int:
        """Make a call and give its result."""
        words = [self.layout.number(f"TRAP_{name.upper()}"), *args, *[0] * (6 - len(args)), 0, caller, frame_pointer]
        self.ram.write(FRAME, struct.pack("<10Q", *(word & U64 for word in words)))
        self.kernel.enter(FRAME)
        return self.ram.u64[(FRAME + 56) >> 3]

    def memory_map(self) -> list[Entry]:
        """Give the map that the machine's firmware would give."""
        low, *high = self.ram.banks
        entries = [(0, 0x9F000, 1), (0x9F000, low.end - 0x9F000, 2)]
        return entries + [(bank.start, bank.end - bank.start, 1) for bank in high]

    def setup_arch(
        self, entries: list[Entry] | None = None, command_line: str = "", kernel_end: int = 0x40_0000
    ) -> int:
        """Hand a memory map and a command line over."""
        entries = self.memory_map() if entries is None else entries
        self.ram.write(self.phys("saved_command_line"), command_line.encode() + b"\0")
        head = struct.pack("<3QII", KERNEL_PHYS, kernel_end, self.symbols["saved_command_line"], len(entries), 0)
        self.ram.write(self.phys("boot_params"), head + b"".join(struct.pack("<QQI", *entry) for entry in entries[:32]))
        return self.call("setup_arch", self.symbols["boot_params"])

    def boot(self, command_line: str = "") -> "Guest":
        """Boot, up to where drivers start."""
        self.setup_arch(command_line=command_line)
        for name in ("build_all_zonelists", "mem_init", "kmem_cache_init", "mm_initcalls"):
            self.call(name)
        return self

    def device(self, mask: int | None = (1 << 32) - 1, coherent: int = (1 << 32) - 1, number: int = 0) -> int:
        """Make a struct device called "0000:00:04.N" and give the pointer to it."""
        at = SCRATCH + number * 512
        offsets = {name: offset for name, (offset, _) in self.layout.members("device").items()}
        self.ram.fill(at, 512)
        self.ram.write(at + 448, f"0000:00:04.{number}".encode())
        words = {"bus_id": image_to_virt(at + 448), "coherent_dma_mask": coherent}
        if mask is not None:
            self.ram.u64[(at + 504) >> 3] = mask
            words["dma_mask"] = image_to_virt(at + 504)
        for name, value in words.items():
            self.ram.u64[(at + offsets[name]) >> 3] = value
        return image_to_virt(at)

    def push_frames(self, *returns: int) -> int:
        """Lay out a chain of stack frames; give the frame pointer of the innermost."""
        for depth, address in enumerate(returns):
            up = image_to_virt(STACK + 16 * (depth + 1)) if depth + 1 < len(returns) else 0
            self.ram.write(STACK + 16 * depth, struct.pack("<2Q", up, address))
        return image_to_virt(STACK)

    def kinds(self) -> list[str]:
        """List the kinds of all findings."""
        return [finding.kind for finding in self.findings]

    def _place(self, sizes: dict[str, int]) -> None:
        end = max(self.symbols.values()) + PAGE_SIZE * 16
        for name, size in sizes.items():
            self.symbols[name] = -(-end // 16) * 16
            end = self.symbols[name] + size
