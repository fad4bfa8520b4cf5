# SPDX-License-Identifier: GPL-2.0-only
"""The machine as a whole: processor, board and their wiring, driven by small ROMs in real mode."""

import struct

import pytest

from emulator import memmap
from emulator.config import MachineConfig
from emulator.cpu import StopReason
from emulator.errors import ConfigError
from emulator.machine import Machine
from emulator.trace import Access, Interrupt, Irq
from tests.asm import assemble
from tests.tiny_elf import tiny_elf

SMALL = MachineConfig(ram=16 * memmap.MIB, max_blocks=100_000)
SPIN = "jmp ."
EXIT = "xor %al, %al; out %al, $0xf4; cli; hlt"

# Initialize the controllers at vector 0x20, let IRQ 0 in, start a 1 ms period, and sleep until its handler has run.
TICKING = """
    movw $handler, 0x80; movw $0xf000, 0x82;
    mov $0x11, %al; out %al, $0x20; mov $0x20, %al; out %al, $0x21; mov $4, %al; out %al, $0x21;
    mov $1, %al; out %al, $0x21; mov $0xfe, %al; out %al, $0x21;
    mov $0x34, %al; out %al, $0x43; mov $0xa9, %al; out %al, $0x40; mov $0x04, %al; out %al, $0x40;
    jmp started;
    handler: incw 0x6000; mov $0x20, %al; out %al, $0x20; iret;
    started: sti; sleep: hlt; cmpw $3, 0x6000; jb sleep; cli
"""


def _rom(code: str) -> bytes:
    """Build a ROM that runs real-mode `code` at its start, with flat data segments and a stack."""
    source = f".code16; xor %ax, %ax; mov %ax, %ds; mov %ax, %es; mov %ax, %ss; mov $0x7000, %sp; {code}"
    body = assemble(source.replace(";", "\n"))
    jump = assemble(".code16\n ljmp $0xf000, $0")
    return body.ljust(memmap.ROM_SIZE - 16, b"\xf4") + jump.ljust(16, b"\xf4")


def _machine(code: str, config: MachineConfig = SMALL, blobs: dict[str, bytes] | None = None) -> Machine:
    return Machine(config, _rom(code), tiny_elf(), "", blobs or {})


def _print(letter: str) -> str:
    return f"mov $0x3f8, %dx; mov ${ord(letter)}, %al; out %al, %dx"


def test_a_rom_prints_and_exits() -> None:
    machine = _machine(f"{_print('h')}; {_print('i')}; {EXIT}")

    stop = machine.run()

    assert (stop.reason, stop.detail, stop.code) == (StopReason.EXIT, "exit port", 1)
    assert machine.console == b"hi"


def test_equal_machines_run_the_same_run() -> None:
    digests, ends = set(), set()
    for _ in range(2):
        machine = _machine(f"{TICKING}; {_print('x')}; {EXIT}")
        machine.run()
        digests.add(machine.trace.sha256())
        ends.add((machine.clock.now_ns, machine.cpu.blocks))

    assert len(digests) == len(ends) == 1


def test_the_timer_wakes_a_sleeping_guest_through_controller_and_vector() -> None:
    machine = _machine(f"{TICKING}; {EXIT}")

    stop = machine.run()

    assert stop.reason is StopReason.EXIT
    assert machine.ram.u16[0x6000 >> 1] == 3
    assert 3_000_000 < machine.clock.now_ns < 3_200_000
    events = machine.trace.last()
    assert [event.vector for event in events if isinstance(event, Interrupt)] == [0x20] * 3
    assert sum(event.level for event in events if isinstance(event, Irq)) == 3


def test_code_that_a_device_overwrites_runs_anew() -> None:
    blob = assemble(f".code16\n{_print('B')}\nret".replace(";", "\n"))
    request = struct.pack(">IIQ", 0x20 << 16 | 8 | 2, len(blob), 0x8000)
    load = "; ".join(f"movb ${byte:#x}, {0x5000 + at:#x}" for at, byte in enumerate(request))
    first = assemble(f".code16\n{_print('A')}\nret".replace(";", "\n"))
    store = "; ".join(f"movb ${byte:#x}, {0x8000 + at:#x}" for at, byte in enumerate(first))
    start_dma = (
        "mov $0x514, %dx; xor %eax, %eax; outl %eax, %dx; mov $0x518, %dx; mov $0x00500000, %eax; outl %eax, %dx"
    )
    go = "ljmp $0, $0x9000"
    # At 0x9000, in RAM, so that near calls reach 0x8000: call, load by DMA, call again, exit.
    main = assemble(f".code16\ncall 0x8000\n{start_dma}\ncall 0x8000\n{EXIT}".replace(";", "\n"), origin=0x9000)
    place = "; ".join(f"movb ${byte:#x}, {0x9000 + at:#x}" for at, byte in enumerate(main))

    machine = _machine(f"{store}; {load}; {place}; {go}", blobs={"blob": blob})
    stop = machine.run()

    assert stop.reason is StopReason.EXIT
    assert machine.console == b"AB"


def test_a_guest_that_never_yields_uses_up_its_blocks() -> None:
    machine = _machine(SPIN)

    stop = machine.run()

    assert stop.reason is StopReason.BUDGET
    assert machine.cpu.blocks == SMALL.max_blocks


def test_a_guest_that_nothing_can_wake_is_stopped() -> None:
    assert _machine("sti; hlt").run().reason is StopReason.DEADLOCK
    assert _machine("cli; hlt").run().reason is StopReason.HALTED


def test_a_guest_asleep_with_its_timer_masked_is_stopped_by_its_budget() -> None:
    asleep = "mov $0xff, %al; out %al, $0x21; mov $0x14, %al; out %al, $0x43; mov $1, %al; out %al, $0x40; sti; hlt"

    assert _machine(asleep).run().reason is StopReason.BUDGET


def test_writing_rom_is_lost_and_a_finding() -> None:
    machine = _machine(f"mov $0xf000, %ax; mov %ax, %ds; movb $0x55, 0x20; mov 0x20, %bl; {EXIT}")

    machine.run()

    assert [(finding.kind, finding.phys) for finding in machine.findings] == [("rom-write", 0xF_0020)]


def test_a_strict_policy_stops_at_the_first_finding() -> None:
    config = SMALL._replace(strict=True)
    machine = _machine(
        f"mov $0xf000, %ax; mov %ax, %ds; movb $0x55, 0x20; jmp next; next: {_print('x')}; {EXIT}", config
    )

    stop = machine.run()

    assert (stop.reason, stop.detail, stop.code) == (StopReason.EXIT, "rom-write", 1)
    assert machine.console == b""


def test_the_trap_gate_calls_with_the_frame_and_the_guest_goes_on() -> None:
    machine = _machine(f"mov $0x600, %dx; mov $0x500, %eax; outl %eax, %dx; mov 0x5000, %al; out %al, $0xf4; {SPIN}")

    def answer(frame_phys: int) -> None:
        machine.ram.u8[frame_phys] = 0x42

    machine.on_trap(answer)

    assert machine.run().code == 0x42 << 1 | 1


def test_an_error_in_the_kernel_outside_comes_out_of_run() -> None:
    machine = _machine(f"mov $0x600, %dx; mov $0x500, %eax; outl %eax, %dx; {SPIN}")

    def fail(frame_phys: int) -> None:
        raise ZeroDivisionError(frame_phys)

    machine.on_trap(fail)

    with pytest.raises(ZeroDivisionError):
        machine.run()


def test_unassigned_ports_read_ones_and_cost_time() -> None:
    machine = _machine(f"mov $0x1234, %dx; in %dx, %al; out %al, $0xf4; {SPIN}")

    assert machine.run().code == 0x1FF
    reads = [event for event in machine.trace.last() if isinstance(event, Access) and not event.is_write]
    assert reads[-1][1:] == ("ports", 0x1234, 1, 0xFF, False)


@pytest.mark.parametrize(
    ("rom", "kernel", "sentence"),
    [
        (bytes(memmap.ROM_SIZE), b"\x7fELF", "kernel: found 4 bytes, expected an ELF header"),
        (bytes(memmap.ROM_SIZE), tiny_elf(machine=183), "kernel: found code for AArch64, expected x86-64"),
        (bytes(100), tiny_elf(), "rom: found 100 bytes, expected 65536"),
    ],
)
def test_what_cannot_be_booted_is_refused_at_the_start(rom: bytes, kernel: bytes, sentence: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Machine(SMALL, rom, kernel, "", {})

    assert sentence in str(refused.value)
