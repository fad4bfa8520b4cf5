# SPDX-License-Identifier: GPL-2.0-only
import pytest

from emulator import memmap
from emulator.cpu import StopReason
from emulator.errors import CpuFault
from tests.asm import assemble
from tests.cpu_bench import CODE, PROBE, STACK, USER, CpuBench

EXIT = "mov $0, %al; out %al, $0xf4; hlt\n"
U64 = (1 << 64) - 1


def real_mode(source):
    """A ROM whose reset vector leads to `source`, still in real mode."""
    image = bytearray(b"\xf4" * memmap.ROM_SIZE)
    code = assemble(".code16\n" + source, 0xF000)
    image[0xF000 : 0xF000 + len(code)] = code
    image[0xFFF0:0xFFF3] = b"\xe9" + (0xF000 - 0xFFF3 & 0xFFFF).to_bytes(2, "little")
    return bytes(image)


def test_the_reset_vector_leads_through_real_and_protected_into_long_mode():
    bench = CpuBench("mov $7, %al; out %al, $0x90; mov $0x10, %al; out %al, $0xf4; hlt")

    stop = bench.run()

    assert (stop.reason, stop.code) == (StopReason.EXIT, 0x21), stop.report
    assert bench.log.values == [7]


def test_the_first_instruction_is_16_bytes_below_4_gib_in_real_mode():
    bench = CpuBench(rom=real_mode("mov %cs, %ax; mov %ah, %al; out %al, $0x90; hlt"))

    stop = bench.run()

    assert stop.reason is StopReason.HALTED
    assert bench.cpu.last_blocks(10)[0] == 0xFFFF_FFF0
    assert bench.log.values == [0xF0]


def test_a_far_jump_reaches_the_shadow_of_the_rom_below_1_mib():
    bench = CpuBench(rom=real_mode("ljmp $0xf000, $1f; 1: mov $5, %al; out %al, $0x90; hlt"))

    bench.run()

    assert bench.log.values == [5]
    assert memmap.ROM_SHADOW_BASE <= bench.cpu.last_blocks(1)[0] < 1 << 20


def test_an_8_byte_store_to_mmio_reaches_the_device_once():
    bench = CpuBench(
        f"mov ${PROBE}, %eax; movabs $0x1122334455667788, %rcx; mov %rcx, 0x80(%rax); mov (%rax), %rdx\n{EXIT}"
    )

    bench.run()

    assert bench.probe.accesses == [(0x80, 8, 0x1122334455667788), (0, 8, None)]
    assert bench.cpu.regs["rdx"] == 0x8877665544332211


def test_two_4_byte_stores_side_by_side_stay_two():
    bench = CpuBench(f"mov ${PROBE}, %eax; movl $1, 0x80(%rax); movl $2, 0x84(%rax)\n{EXIT}")

    bench.run()

    assert bench.probe.accesses == [(0x80, 4, 1), (0x84, 4, 2)]


def test_narrow_and_unaligned_accesses_to_mmio_give_what_the_device_gives():
    bench = CpuBench(
        f"mov ${PROBE}, %eax; movzbl (%rax), %ebx; movzwl 2(%rax), %ecx; mov 1(%rax), %edx\n"
        f"movw $0x1234, 3(%rax)\n{EXIT}"
    )

    bench.run()

    assert (bench.cpu.regs["rbx"], bench.cpu.regs["rcx"], bench.cpu.regs["rdx"]) == (0x11, 0x2211, 0x44332211)
    assert bench.probe.accesses[-2:] == [(3, 1, 0x34), (4, 1, 0x12)]


def test_a_read_modify_write_of_mmio_reads_and_writes_once():
    bench = CpuBench(f"mov ${PROBE}, %eax; lock incl (%rax)\n{EXIT}")

    bench.run()

    assert bench.probe.accesses == [(0, 4, None), (0, 4, 0x44332212)]


@pytest.mark.parametrize("phys", [0xA_0000, 0xD000_0000, 0x0200_0000])
def test_addresses_that_nobody_owns_read_all_ones_and_lose_writes(phys):
    bench = CpuBench(f"mov ${phys}, %eax; movq $0, (%rax); mov (%rax), %rbx; movzwl (%rax), %ecx\n{EXIT}")

    stop = bench.run()

    assert stop.reason is StopReason.EXIT
    assert bench.cpu.regs["rbx"] == U64
    assert bench.cpu.regs["rcx"] == 0xFFFF


def test_addresses_above_ram_up_to_40_bits_read_all_ones():
    bench = CpuBench(f"mov $0x40000000, %eax; mov 8(%rax), %rbx\n{EXIT}")
    bench.map_page(0x4000_0000, 0xFF_FFE0_0000 | 0x83)

    bench.run()

    assert bench.cpu.regs["rbx"] == U64


def test_a_write_to_rom_is_lost_and_a_finding():
    bench = CpuBench(f"mov ${memmap.ROM_BASE + 0x8000}, %eax; movl $0x1234, (%rax); mov (%rax), %ebx\n{EXIT}")

    stop = bench.run()

    assert stop.reason is StopReason.EXIT
    assert bench.cpu.regs["rbx"] == 0xFFFF_FFFF
    assert [finding.kind for finding in bench.findings] == ["rom-write"]


def test_string_port_instructions_move_each_item():
    bench = CpuBench(f"mov $0x90, %dx; mov ${CODE}, %esi; mov $3, %ecx; rep outsb; mov ${STACK}, %edi; insb\n{EXIT}")

    bench.run()

    assert bench.log.values == list(bench.ram.read(CODE, 3))
    assert bench.ram.u8[STACK] == 3


def test_a_spinning_guest_stops_after_exactly_its_budget():
    bench = CpuBench("1: jmp 1b")

    stop = bench.cpu.run(max_blocks=12345)

    assert stop.reason is StopReason.BUDGET
    assert bench.cpu.blocks == 12345
    assert bench.cpu.run(max_blocks=1).reason is StopReason.BUDGET
    assert bench.cpu.blocks == 12346


def test_a_spinning_guest_stops_when_the_wall_time_is_used_up():
    bench = CpuBench("1: jmp 1b")

    assert bench.cpu.run(wall_seconds=0.05).reason is StopReason.WATCHDOG


def test_time_passes_by_blocks_and_accesses():
    bench = CpuBench("mov $10, %ecx; 1: loop 1b; out %al, $0x90; 2: jmp 2b")
    bench.run(max_blocks=1000)

    accesses = len(bench.log.values) * memmap.NS_PER_PORT_ACCESS

    pic_setup = 10 * memmap.NS_PER_PORT_ACCESS
    assert bench.clock.now_ns == 1000 * memmap.NS_PER_BLOCK + accesses + pic_setup


def test_rdtsc_counts_virtual_nanoseconds_and_rises():
    bench = CpuBench(f"rdtsc; mov %eax, %ebx; mov $100, %ecx; 1: loop 1b; rdtscp; mov %eax, %esi\n{EXIT}")

    bench.run()

    assert 200 <= bench.cpu.regs["rsi"] - bench.cpu.regs["rbx"] <= 300
    assert bench.cpu.regs["rdx"] == 0


def test_the_processor_has_no_random_number_instructions():
    bench = CpuBench(
        f"mov $1, %eax; cpuid; mov %ecx, %r8d; mov $7, %eax; xor %ecx, %ecx; cpuid; mov %ebx, %r9d; rdrand %rax\n{EXIT}"
    )

    stop = bench.run()

    assert not bench.cpu.regs["r8"] & 1 << 30
    assert not bench.cpu.regs["r9"] & 1 << 18
    assert bench.exceptions()[0][0] == 6
    assert stop.reason is StopReason.FAULT


def test_an_error_raised_by_a_device_comes_out_of_run_and_the_run_can_go_on():
    bench = CpuBench(f"mov $0x600, %dx; out %eax, %dx; out %eax, $0x90; jmp 1f; 1: out %al, $0x90\n{EXIT}")

    def fail(value):
        raise ValueError("broken device")

    bench.trap.action = fail
    with pytest.raises(ValueError, match="broken device"):
        bench.run()
    bench.trap.action = lambda value: None

    assert bench.run().reason is StopReason.EXIT
    assert len(bench.log.values) == 1  # the port write after the error, in the same block, is lost


def test_jumping_to_address_0_is_executed_like_any_other_address():
    bench = CpuBench("xor %eax, %eax; jmp *%rax")
    bench.load(EXIT, at=0)

    assert bench.run().reason is StopReason.EXIT


def test_translate_follows_the_guests_tables():
    bench = CpuBench(EXIT)
    bench.run()
    bench.map_page(0x4000_0000, 0x60_0000 | 0x83)

    assert bench.cpu.translate(0x4000_1234) == 0x60_1234
    assert bench.cpu.translate(0x1234) == 0x1234
    assert bench.cpu.translate(1 << 39) is None
    assert bench.cpu.translate(1 << 63) is None


def test_a_host_write_over_translated_code_takes_effect_after_flush_code():
    bench = CpuBench(f"2: mov $1, %ebx; 1: mov $0x600, %dx; out %eax, %dx; test %ebx, %ebx; jnz 2b\n{EXIT}")
    patched = bytearray(bench.ram.read(CODE, 5))
    patched[1] = 0

    def patch(value):
        bench.ram.write(CODE, patched)
        bench.cpu.flush_code(CODE, 5)

    bench.trap.action = patch

    assert bench.run(100_000).reason is StopReason.EXIT


def test_a_guest_that_modifies_its_own_code_sees_the_change():
    bench = CpuBench(f"mov $3, %ecx; 1: incb 2f+1(%rip); 2: mov $0, %al; out %al, $0x90; loop 1b\n{EXIT}")

    bench.run()

    assert bench.log.values == [1, 2, 3]


def test_the_frame_pointer_chain_is_walked_and_bounded():
    bench = CpuBench(
        f"call f; {EXIT} f: push %rbp; mov %rsp, %rbp; call g; pop %rbp; ret; g: push %rbp; mov %rsp, %rbp; 1: jmp 1b"
    )
    bench.run(1000)

    frames = bench.cpu.backtrace(bench.cpu.regs["rip"], bench.cpu.regs["rbp"])

    assert len(frames) == 3
    assert frames[2] == CODE + 5
    bench.ram.u64[STACK - 32 >> 3] = STACK - 32  # a frame that points at itself
    assert len(bench.cpu.backtrace(0, STACK - 32)) == 2
    assert bench.cpu.backtrace(7, USER << 20) == [7]


def test_called_functions_return_their_value_and_leave_no_trace():
    bench = CpuBench(
        "mov $5, %ebx; stc; mov $0x600, %dx; out %eax, %dx; setc %al; out %al, $0x90; mov %bl, %al; out %al, $0x90\n"
        f"{EXIT}"
        "f: lea (%rdi,%rsi,2), %rax; mov $9, %ebx; clc; cmp $100, %rdi; je 1f; ret; 1: out %al, $0x90; ret",
    )
    code = bench.ram.read(CODE, 64)
    function = CODE + code.index(bytes.fromhex("488d0477"))
    results = []
    bench.trap.action = lambda value: results.extend([bench.cpu.call(function, 1, 2), bench.cpu.call(function, 100, 3)])

    stop = bench.run()

    assert stop.reason is StopReason.EXIT
    assert results == [5, 106]
    assert bench.log.values == [106, 1, 5]


def test_a_called_function_may_trap_and_have_functions_called_in_turn():
    bench = CpuBench(
        f"mov $0x600, %dx; mov $10, %eax; out %eax, %dx\n{EXIT}"
        f".org 0x100; f: mov %edi, %eax; test %eax, %eax; jz 1f; mov $0x600, %dx; out %eax, %dx; 1: add $1, %eax; ret"
    )
    results = []
    bench.trap.action = lambda value: results.append(bench.cpu.call(CODE + 0x100, value - 1))

    assert bench.run().reason is StopReason.EXIT
    assert results == list(range(1, 11))


@pytest.mark.parametrize("body", ["1: jmp 1b", "hlt", "ud2", "xor %esp, %esp; push %rax"])
def test_a_called_function_that_never_returns_ends_in_a_fault(body, monkeypatch):
    monkeypatch.setattr("emulator.cpu._CALL_BLOCKS", 10_000)
    bench = CpuBench(f"mov $0x600, %dx; out %eax, %dx\n{EXIT} .org 0x100; {body}")
    bench.trap.action = lambda value: bench.cpu.call(CODE + 0x100)

    stop = bench.run()

    assert stop.reason is StopReason.FAULT
    assert stop.report is not None


def test_a_run_that_ends_inside_a_called_function_says_so():
    bench = CpuBench(f"mov $0x600, %dx; out %eax, %dx\n{EXIT} .org 0x100; 1: jmp 1b")
    bench.trap.action = lambda value: bench.cpu.call(CODE + 0x100)

    assert bench.run(5000).reason is StopReason.BUDGET


def test_calling_before_long_mode_is_refused():
    bench = CpuBench()

    with pytest.raises(CpuFault, match="64-bit"):
        bench.cpu.call(CODE)


def test_functions_can_be_called_between_runs():
    bench = CpuBench(f"{EXIT} .org 0x100; mov %rdi, %rax; inc %rax; ret")
    bench.run()

    assert bench.cpu.call(CODE + 0x100, 41) == 42


def test_registers_are_read_and_written_by_name():
    bench = CpuBench(EXIT)
    bench.run()
    bench.cpu.regs["r12"] = U64
    bench.cpu.regs["rbx"] = 0x1234

    assert bench.cpu.regs["r12"] == U64
    assert bench.cpu.regs["rbx"] == 0x1234
    assert bench.cpu.regs["cs"] == 8
    assert bench.cpu.regs["cr0"] & 0x8000_0001 == 0x8000_0001
    assert bench.cpu.regs["efer"] == 0xD00
    assert bench.cpu.regs["tr"] == 0x30
    assert bench.cpu.regs["idtr_limit"] == 0xFFF
    with pytest.raises(KeyError):
        bench.cpu.regs["nonsense"]
