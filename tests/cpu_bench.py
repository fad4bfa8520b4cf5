# SPDX-License-Identifier: GPL-2.0-only
"""A processor on a small board of real parts, and a ROM that takes guests from the reset vector into long mode.

Memory, identity-mapped in 2 MiB pages: the first is executable, all others are not, but for the ROM's. Ring 3 may
use 4-6 MiB. Guests start at CODE in ring 0 with interrupts off, all gates absent.
"""

import struct
from collections.abc import Callable

from emulator import memmap
from emulator.bus import Bus, Rom
from emulator.clock import Clock
from emulator.cpu import Cpu, Stop
from emulator.devices.debug_exit import DebugExit
from emulator.devices.pic import PicPair
from emulator.finding import Findings
from emulator.ram import Ram, pc_banks
from emulator.trace import ExceptionEvent, Interrupt, Trace
from tests.asm import assemble

MIB = 1 << 20
GDT, PML4, IDT, TSS, CODE = 0x800, 0x1000, 0x8000, 0x9000, 0x1_0000
STACK, IST_STACK, RING0_STACK = 0x20_8000, 0x21_8000, 0x22_8000  # all in NX memory
USER = 4 * MIB
CODE64, DATA, CODE32, USER_DATA, USER_CODE, TSS_SELECTOR = 0x08, 0x10, 0x18, 0x20, 0x28, 0x30
LOG_PORT, TIMER_PORT, TRAP_PORT, PROBE = 0x90, 0xA8, 0x600, 0xE000_0000
TIMER_IRQ, TIMER_VECTOR = 0, 0x20
PTE_NX, PTE_USER, LARGE = 1 << 63, 4, 0x83

BOOT = f"""
.code16
start:
    cli
    data32 lgdt %cs:gdtr
    mov %cr0, %eax
    or $1, %eax
    mov %eax, %cr0
    data32 ljmp ${CODE32}, $(0xffff0000 + protected)
gdtr:
    .word 0x3f
    .long {GDT}
.code32
protected:
    mov ${DATA}, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $0x20, %eax
    mov %eax, %cr4
    mov ${PML4}, %eax
    mov %eax, %cr3
    mov $0xc0000080, %ecx
    mov $0x900, %eax
    xor %edx, %edx
    wrmsr
    mov $0x80010011, %eax
    mov %eax, %cr0
    ljmp ${CODE64}, $(0xffff0000 + long)
.code64
long:
    lidt idtr(%rip)
    mov ${TSS_SELECTOR}, %eax
    ltr %ax
    mov ${STACK}, %esp
    xor %ebp, %ebp
    mov ${CODE}, %eax
    jmp *%rax
idtr:
    .word 0xfff
    .quad {IDT}
"""


class Log:
    """A port that keeps what was written, and reads as the number of writes so far."""

    def __init__(self) -> None:
        self.values: list[int] = []

    def read(self, offset: int, width: int) -> int:
        return len(self.values)

    def write(self, offset: int, width: int, value: int) -> None:
        self.values.append(value)


class Probe:
    """Memory-mapped registers that keep every access: (offset, width, value or None for a read)."""

    def __init__(self) -> None:
        self.accesses: list[tuple[int, int, int | None]] = []

    def read(self, offset: int, width: int) -> int:
        self.accesses.append((offset, width, None))
        return 0x8877_6655_4433_2211 & (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        self.accesses.append((offset, width, value))


class Timer:
    """A port: writing `ns` raises an interrupt once, that much later."""

    def __init__(self, clock: Clock, pics: PicPair) -> None:
        self._clock, self._pics = clock, pics

    def read(self, offset: int, width: int) -> int:
        return 0

    def write(self, offset: int, width: int, value: int) -> None:
        self._clock.after(value, self._fire)

    def _fire(self) -> None:
        self._pics.set_line(TIMER_IRQ, level=True)
        self._pics.set_line(TIMER_IRQ, level=False)


class Trap:
    """A port whose writes call whatever `action` is at the time."""

    def __init__(self) -> None:
        self.action: Callable[[int], None] = lambda value: None

    def read(self, offset: int, width: int) -> int:
        return 0

    def write(self, offset: int, width: int, value: int) -> None:
        self.action(value)


class CpuBench:
    """The board, at reset. `source` is the guest; `rom` replaces the ROM that would start it."""

    def __init__(self, source: str = "", *, rom: bytes | None = None, ram_mib: int = 16) -> None:
        self.ram = Ram(pc_banks(ram_mib * MIB))
        self.clock, self.trace, self.findings = Clock(), Trace(recording=True), Findings()
        self.bus = Bus(self.ram, self.clock, self.trace, self.findings)
        self.pics, self.log, self.probe, self.trap = PicPair(), Log(), Probe(), Trap()
        image = boot_rom() if rom is None else rom
        for base in (memmap.ROM_BASE, memmap.ROM_SHADOW_BASE):
            self.bus.memory.map(base, len(image), Rom(base, image, self.clock, self.findings), "rom")
        self.bus.memory.map(PROBE, 0x1000, self.probe, "probe")
        ports = self.bus.ports
        ports.map(memmap.PIC1_PORT, 2, self.pics.master, "pic1")
        ports.map(memmap.PIC2_PORT, 2, self.pics.slave, "pic2")
        ports.map(LOG_PORT, 1, self.log, "log")
        ports.map(TIMER_PORT, 4, Timer(self.clock, self.pics), "timer")
        ports.map(TRAP_PORT, 4, self.trap, "trap")
        ports.map(memmap.DEBUG_EXIT_PORT, 1, DebugExit(lambda code: self.cpu.stop("debug exit", code)), "exit")
        self._program_pics()
        self._tables()
        self.load(source)
        self.cpu = Cpu(self.ram, image, self.bus, self.clock, self.pics, self.trace)

    def load(self, source: str, at: int = CODE) -> None:
        """Assemble `source` into RAM at `at`."""
        self.ram.write(at, assemble(source, at))

    def run(self, max_blocks: int = 1_000_000) -> Stop:
        """Run with a bound."""
        return self.cpu.run(max_blocks)

    def gate(
        self, vector: int, handler: int, *, ist: int = 0, dpl: int = 0, kind: int = 0xE, selector: int = CODE64
    ) -> None:
        """Fill a gate of the IDT."""
        access = 0x80 | dpl << 5 | kind
        low, middle, high = handler & 0xFFFF, handler >> 16 & 0xFFFF, handler >> 32
        self.ram.write(IDT + 16 * vector, struct.pack("<HHBBHII", low, selector, ist, access, middle, high, 0))

    def exceptions(self) -> list[tuple[int, int]]:
        """List (vector, error code) of all exceptions taken."""
        return [
            (event.vector, event.error_code) for event in self.trace.last(10000) if isinstance(event, ExceptionEvent)
        ]

    def interrupts(self) -> list[Interrupt]:
        """List the interrupts taken."""
        return [event for event in self.trace.last(10000) if isinstance(event, Interrupt)]

    def map_page(self, virt: int, entry: int) -> None:
        """Map the 2 MiB page at `virt` (below 4 GiB) by `entry`."""
        self.ram.u64[(0x3000 >> 3) + (virt >> 21)] = entry

    def _program_pics(self) -> None:
        for base, vectors, cascade in ((memmap.PIC1_PORT, 0x20, 4), (memmap.PIC2_PORT, 0x28, 2)):
            for offset, value in ((0, 0x11), (1, vectors), (1, cascade), (1, 1), (1, 0)):
                self.bus.ports.write(base + offset, 1, value)

    def _tables(self) -> None:
        flat = 0x000F_0000_0000_FFFF
        tss_low = 0x67 | TSS << 16 | 0x89 << 40
        descriptors = (
            0,
            flat | 0xA0 << 48 | 0x9B << 40,
            flat | 0xC0 << 48 | 0x93 << 40,
            flat | 0xC0 << 48 | 0x9B << 40,
            flat | 0xC0 << 48 | 0xF3 << 40,
            flat | 0xA0 << 48 | 0xFB << 40,
            tss_low,
            0,
        )
        self.ram.write(GDT, struct.pack("<8Q", *descriptors))
        self.ram.write(TSS + 4, struct.pack("<Q", RING0_STACK))
        self.ram.write(TSS + 36, struct.pack("<Q", IST_STACK))
        self.ram.u64[PML4 >> 3] = 0x2007
        for gib in range(4):
            self.ram.u64[(0x2000 >> 3) + gib] = 0x3007 + 0x1000 * gib
        for index in range(2048):
            self.map_page(index << 21, index << 21 | LARGE | PTE_NX)
        self.map_page(0, LARGE)
        self.map_page(memmap.ROM_BASE, memmap.ROM_BASE & ~0x1F_FFFF | LARGE)
        self.map_page(USER, USER | LARGE | PTE_USER)


def boot_rom() -> bytes:
    """Build the ROM image: BOOT at its start, a jump to it at the reset vector."""
    image = bytearray(b"\xff" * memmap.ROM_SIZE)
    code = assemble(BOOT)
    image[: len(code)] = code
    image[0xFFF0:0xFFF3] = b"\xe9" + struct.pack("<H", -0xFFF3 & 0xFFFF)
    return bytes(image)
