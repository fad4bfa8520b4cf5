# SPDX-License-Identifier: GPL-2.0-only
import struct

import pytest

from emulator.cpu import StopReason
from tests.cpu_bench import (
    CODE,
    CODE64,
    DATA,
    IDT,
    IST_STACK,
    RING0_STACK,
    STACK,
    TIMER_VECTOR,
    TSS,
    USER,
    USER_CODE,
    USER_DATA,
    CpuBench,
)

EXIT = "mov $0, %al; out %al, $0xf4; hlt\n"
HANDLER = CODE + 0x800
HANDLER_ORG = ".org 0x800\n"
FRAME = 0x30_0000  # where handlers leave their stack pointer
SAVE = f"mov %rsp, {FRAME}\n"
GO_TO_RING_3 = f"""
    push ${USER_DATA + 3}
    push ${USER + 0x10_0000}
    push $0x202
    push ${USER_CODE + 3}
    push ${USER}
    iretq
"""


def frame(bench, words):
    """What the handler found on its stack: (stack pointer, words)."""
    rsp = bench.ram.u64[FRAME >> 3]
    return rsp, struct.unpack(f"<{words}Q", bench.ram.read(rsp, 8 * words))


@pytest.mark.parametrize(
    ("instruction", "vector", "error_code"),
    [
        ("xor %ecx, %ecx; div %ecx", 0, None),
        ("ud2", 6, None),
        ("mov $0x8005003b, %eax; mov %rax, %cr0; fnop", 7, None),
        ("mov $0x28, %eax; ltr %ax", 13, 0x28),
        ("mov $0x123450, %eax; mov %eax, %ds", 13, 0x3450),
        ("movabs $0x800000000000, %rax; mov (%rax), %ecx", 13, 0),
        ("mov $0x100, %eax; mov %eax, %ss", 13, 0x100),
        ("movabs $0x100000000, %rax; mov (%rax), %ecx", 14, 0),
        ("movabs $0x100000000, %rax; mov %ecx, (%rax)", 14, 2),
        ("movabs $0x100000000, %rax; jmp *%rax", 14, 0x10),
        (f"mov ${USER - 0x20_0000}, %eax; jmp *%rax", 14, 0x11),
    ],
)
def test_exceptions_push_the_right_frame_and_return_to_the_instruction(instruction, vector, error_code):
    bench = CpuBench(f"{instruction}\n{EXIT}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.gate(vector, HANDLER)

    stop = bench.run()

    assert stop.reason is StopReason.EXIT, stop.report
    has_code = error_code is not None
    rsp, words = frame(bench, 5 + has_code)
    rip, cs, rflags, old_rsp, ss = words[has_code:]
    assert words[0] == error_code or not has_code
    assert (cs, old_rsp, ss) == (CODE64, STACK, DATA)
    assert not rflags & 0x200
    assert CODE <= rip < CODE + 0x20 or instruction.endswith("jmp *%rax")
    assert rsp % 16 == (8 if not has_code else 0)
    assert bench.exceptions() == [(vector, error_code or 0)]


def test_the_frame_is_aligned_to_16_bytes_wherever_the_stack_is():
    bench = CpuBench(f"sub $13, %rsp; ud2\n{EXIT}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.gate(6, HANDLER)

    bench.run()

    rsp, words = frame(bench, 5)
    assert (rsp + 40) % 16 == 0
    assert words[3] == STACK - 13


def test_any_number_of_page_faults_is_delivered_with_the_address_in_cr2():
    bench = CpuBench(
        f"""
        mov $1000, %ecx
        movabs $0x100000000, %rbx
    1:  mov (%rbx), %eax
        add $0x1000, %rbx
        loop 1b
        {EXIT}
        {HANDLER_ORG}
        mov %cr2, %rax
        cmp %rax, %rbx
        jne 2f
        addq $2, 8(%rsp)
        add $8, %rsp
        iretq
    2:  hlt
        """
    )
    bench.gate(14, HANDLER)

    assert bench.run().reason is StopReason.EXIT
    assert len(bench.exceptions()) == 1000


def test_a_page_fault_repaired_by_the_handler_is_repeated():
    pde = 0x3000 + (0x4000_0000 >> 21) * 8
    bench = CpuBench(
        f"""
        mov $0x40000000, %eax
        movl $5, (%rax)
        mov (%rax), %ebx
        {EXIT}
        {HANDLER_ORG}
        movabs $0x8000000000600083, %rax
        mov %rax, {pde}
        add $8, %rsp
        mov $0x40000000, %eax
        iretq
        """
    )
    bench.map_page(0x4000_0000, 0)
    bench.gate(14, HANDLER)

    assert bench.run().reason is StopReason.EXIT
    assert bench.ram.u32[0x60_0000 >> 2] == 5
    assert bench.cpu.regs["rbx"] == 5


@pytest.mark.parametrize(("instruction", "vector"), [("int3", 3), ("int $0x40", 0x40), (".byte 0xcd, 3", 3)])
def test_software_interrupts_return_behind_the_instruction(instruction, vector):
    bench = CpuBench(f"{instruction}; mov $1, %bl; {EXIT}{HANDLER_ORG}{SAVE} iretq")
    bench.gate(vector, HANDLER, dpl=3)

    assert bench.run().reason is StopReason.EXIT
    assert frame(bench, 1)[1] == (CODE + (1 if instruction == "int3" else 2),)
    assert bench.cpu.regs["rbx"] == 1


@pytest.mark.parametrize(("instruction", "error_code"), [("int $0x40", 0x202), ("int3", 0x1A)])
def test_ring_3_may_not_call_a_gate_of_ring_0(instruction, error_code):
    bench = CpuBench(f"{GO_TO_RING_3}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.load(f"nop; {instruction}; 1: jmp 1b", at=USER)
    bench.gate(0x40, HANDLER)
    bench.gate(3, HANDLER)
    bench.gate(13, HANDLER)

    assert bench.run().reason is StopReason.EXIT
    assert bench.exceptions()[-1] == (13, error_code)
    assert frame(bench, 2)[1] == (error_code, USER + 1)


def test_an_exception_in_ring_3_switches_to_the_stack_of_the_tss_and_back():
    bench = CpuBench(f"{GO_TO_RING_3}{HANDLER_ORG}{SAVE} incl %ebx; iretq; .org 0x880; {EXIT}")
    bench.load("xor %ebx, %ebx; int $0x80; int $0x80; mov %cs, %ecx; int $0x81", at=USER)
    bench.gate(0x80, HANDLER, dpl=3)
    bench.gate(0x81, HANDLER + 0x80, dpl=3, kind=0xF)

    assert bench.run().reason is StopReason.EXIT, bench.cpu.regs["rip"]
    rsp, (_, cs, rflags, old_rsp, ss) = frame(bench, 5)
    assert rsp == RING0_STACK - 40
    assert (cs, old_rsp, ss) == (USER_CODE + 3, USER + 0x10_0000, USER_DATA + 3)
    assert rflags & 0x200
    assert bench.cpu.regs["rbx"] == 2
    assert bench.cpu.regs["rcx"] == USER_CODE + 3
    assert bench.cpu.regs["cs"] == CODE64
    assert bench.cpu.regs["ss"] == 0


@pytest.mark.parametrize(
    ("instruction", "error_code"),
    [("mov 0x10000, %eax", 5), ("mov %eax, 0x10000", 7), ("mov $0x10000, %eax; jmp *%rax", 0x15)],
)
def test_page_faults_of_ring_3_say_so(instruction, error_code):
    bench = CpuBench(f"{GO_TO_RING_3}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.load(instruction, at=USER)
    bench.gate(14, HANDLER)

    assert bench.run().reason is StopReason.EXIT
    assert frame(bench, 1)[1] == (error_code,)
    assert bench.cpu.regs["cr2"] == 0x10000


def test_a_page_entry_with_reserved_bits_gives_that_error_code():
    bench = CpuBench(f"mov $0x40000000, %eax; mov (%rax), %ebx\n{HANDLER_ORG}{SAVE}{EXIT}")
    bench.map_page(0x4000_0000, 1 << 45 | 0x83)
    bench.gate(14, HANDLER)

    bench.run()

    assert frame(bench, 1)[1] == (9,)


def test_interrupt_gates_turn_interrupts_off_and_trap_gates_leave_them():
    bench = CpuBench(
        f"sti; int $0x40; int $0x41; {EXIT}{HANDLER_ORG} pushf; pop %rbx; iretq; .org 0x880; pushf; pop %rcx; iretq"
    )
    bench.gate(0x40, HANDLER)
    bench.gate(0x41, HANDLER + 0x80, kind=0xF)

    bench.run()

    assert not bench.cpu.regs["rbx"] & 0x200
    assert bench.cpu.regs["rcx"] & 0x200


def test_an_ist_gate_takes_its_stack_even_without_a_change_of_ring():
    bench = CpuBench(f"ud2{chr(10)}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.gate(6, HANDLER, ist=1)

    bench.run()

    assert frame(bench, 5)[0] == IST_STACK - 40
    assert frame(bench, 5)[1][3] == STACK


@pytest.mark.parametrize(
    ("spoil", "error_code", "vector"),
    [
        (lambda bench: None, 6 * 8 + 2, 11),
        (lambda bench: bench.gate(6, HANDLER, kind=0xC), 6 * 8 + 2, 13),
        (lambda bench: bench.gate(6, HANDLER, selector=0), 0, 13),
        (lambda bench: bench.gate(6, HANDLER, selector=0x50), 0x50, 13),
        (lambda bench: bench.gate(6, HANDLER, selector=DATA), DATA, 13),
        (lambda bench: bench.gate(6, HANDLER, selector=0x18), 0x18, 13),
        (lambda bench: bench.gate(6, 1 << 47), 0, 13),
        (lambda bench: bench.gate(6, HANDLER, ist=7), 0x30, 10),
    ],
)
def test_a_bad_gate_gives_the_fault_that_names_it(spoil, error_code, vector):
    bench = CpuBench(f"ud2{chr(10)}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.gate(6, 0)
    bench.ram.u8[IDT + 6 * 16 + 5] = 0xE  # not present
    bench.ram.write(TSS + 36, struct.pack("<Q", IST_STACK))
    bench.ram.u16[(0x800 + 0x30) >> 1] = 0x50  # a TSS too short for IST 7
    spoil(bench)
    bench.gate(vector, HANDLER)

    stop = bench.run()

    assert stop.reason is StopReason.EXIT, stop.report
    assert bench.exceptions() == [(6, 0), (vector, error_code)]
    assert frame(bench, 2)[1] == (error_code, CODE)


def test_a_fault_while_entering_a_handler_is_a_double_fault_on_its_own_stack():
    bench = CpuBench(f"movabs $0x100001000, %rsp; push %rax{chr(10)}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.gate(14, HANDLER)
    bench.gate(8, HANDLER, ist=1)

    assert bench.run().reason is StopReason.EXIT
    assert bench.exceptions() == [(14, 2), (8, 0)]
    assert frame(bench, 2) == (IST_STACK - 48, (0, CODE + 10))
    assert bench.cpu.regs["cr2"] == 0x1_0000_1000 - 48


def test_recursion_that_eats_the_stack_ends_in_the_double_fault_handler():
    bench = CpuBench(f"1: call 1b{chr(10)}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.map_page(0, 0x83)
    bench.map_page(0x20_0000 - 0x20_0000, 0x83)
    bench.map_page(0x20_0000, 0x20_0000 | 0x83 | 1 << 63)
    bench.gate(8, HANDLER, ist=1)
    bench.gate(14, HANDLER)
    bench.ram.u64[0x3000 >> 3] = 0x7003  # the first 2 MiB in small pages, none just below the stack's
    for index in range(512):
        bench.ram.u64[(0x7000 >> 3) + index] = index << 12 | 3 if index < 0x100 else 0

    stop = bench.run()

    assert stop.reason is StopReason.EXIT, stop.report
    assert [vector for vector, _ in bench.exceptions()] == [14, 8]


def test_a_fault_in_the_double_fault_handlers_entry_stops_the_machine_with_a_report():
    bench = CpuBench("mov $0x1234, %ebx; xor %esp, %esp; ud2")
    bench.ram.write(IDT, bytes(0x1000))

    stop = bench.run()

    assert stop.reason is StopReason.FAULT
    assert stop.detail == "triple fault"
    assert stop.report is not None
    assert stop.report.registers["rbx"] == 0x1234
    assert stop.report.registers["rip"] == CODE + 7
    assert bytes.fromhex("0f0b") in stop.report.code
    assert stop.report.blocks[-1] == CODE + 7
    assert "<0f> 0b" in str(stop.report)
    assert [vector for vector, _ in bench.exceptions()] == [6]


def test_a_bad_cr3_is_a_triple_fault_with_a_report():
    bench = CpuBench("mov $0x8000000, %eax; mov %rax, %cr3; nop; hlt")

    stop = bench.run()

    assert stop.reason is StopReason.FAULT
    assert stop.report.code == b""


def test_a_handler_that_faults_at_once_for_ever_uses_up_the_budget():
    bench = CpuBench("ud2")
    bench.gate(6, 0x40_0000 - 0x20_0000, ist=1)  # not executable
    bench.gate(14, 0x40_0000 - 0x20_0000, ist=1)

    assert bench.run(5000).reason is StopReason.BUDGET


def test_real_mode_exceptions_go_through_the_vector_table():
    from tests.test_cpu import real_mode

    bench = CpuBench(
        rom=real_mode(
            """
            xor %ax, %ax; mov %ax, %ds; mov %ax, %ss; mov $0x8000, %sp
            movw $1f, 0x80*4; movw $0xf000, 0x80*4+2
            movw $2f, 6*4; movw $0xf000, 6*4+2
            sti; int $0x80; out %al, $0x90; ud2
        1:  mov $7, %al; iret
        2:  mov %sp, %ax; out %al, $0x90; mov %ah, %al; out %al, $0x90; hlt
            """
        )
    )

    assert bench.run().reason is StopReason.HALTED
    assert bench.log.values == [7, 0xFA, 0x7F]


def test_protected_mode_exceptions_go_through_32_bit_gates():
    from tests.test_cpu import real_mode

    bench = CpuBench(
        rom=real_mode(
            """
            cli; data32 lgdt %cs:gdtr; data32 lidt %cs:idtr
            mov %cr0, %eax; or $1, %al; mov %eax, %cr0
            data32 ljmp $0x18, $0xf0000 + start32
            gdtr: .word 0x3f; .long 0x800
            idtr: .word 0x7ff; .long 0x8000
            .code32
            start32: mov $0x10, %eax; mov %eax, %ds; mov %eax, %ss; mov $0x9000, %esp
            movl $(0x180000 + handler), 0x8000 + 6 * 8
            movl $0x000f8e00, 0x8000 + 6 * 8 + 4
            ud2
            handler: mov $9, %al; out %al, $0x90; mov 4(%esp), %al; out %al, $0x90; mov %esp, %ecx; hlt
            """
        )
    )

    stop = bench.run()

    assert stop.reason is StopReason.HALTED, stop.report
    assert bench.log.values == [9, 0x18]
    assert bench.cpu.regs["rcx"] == 0x9000 - 12


TIMER_HANDLER = f"{HANDLER_ORG} push %rax; mov $0x20, %al; out %al, $0x20; inc %r15; pop %rax; iretq\n"
START_TIMER = "mov $1000, %eax; out %eax, $0xa8\n"


def timer_bench(source):
    bench = CpuBench(f"xor %r15d, %r15d\n{source}{TIMER_HANDLER}")
    bench.gate(TIMER_VECTOR, HANDLER)
    return bench


def test_hlt_sleeps_until_the_interrupt_and_goes_on_behind_it():
    bench = timer_bench(f"{START_TIMER} sti; hlt; mov %r15d, %eax; out %al, $0x90; {EXIT}")

    assert bench.run().reason is StopReason.EXIT
    assert bench.log.values == [1]
    assert len(bench.interrupts()) == 1


def test_an_interrupt_due_between_sti_and_hlt_still_wakes_the_hlt():
    for delay in range(0, 40):
        bench = timer_bench(f"mov ${delay}, %eax; out %eax, $0xa8; jmp 1f; 1: jmp 1f; 1: sti; hlt; {EXIT}")

        assert bench.run().reason is StopReason.EXIT, delay
        assert bench.cpu.regs["r15"] == 1


def test_interrupts_wait_while_they_are_off_and_come_as_soon_as_they_are_on():
    bench = timer_bench(
        f"{START_TIMER} mov $5000, %ecx; 1: loop 1b; mov %r15d, %ebx; sti; nop; mov %r15d, %ebp; {EXIT}"
    )

    bench.run()

    assert (bench.cpu.regs["rbx"], bench.cpu.regs["rbp"]) == (0, 1)


def test_interrupts_come_through_a_window_of_one_block_between_popf_and_cli():
    bench = timer_bench(f"{START_TIMER} 1: push $0x202; popf; nop; cli; test %r15, %r15; jz 1b; {EXIT}")

    assert bench.run(100_000).reason is StopReason.EXIT


def test_a_spinning_guest_is_preempted_at_the_same_instruction_in_every_run():
    source = f"{START_TIMER} sti; 1: inc %rbx; jmp 2f; 2: test %r15, %r15; jz 1b; {EXIT}"
    runs = [timer_bench(source) for _ in range(2)]

    for bench in runs:
        bench.run()

    assert runs[0].interrupts() == runs[1].interrupts() != []
    assert runs[0].trace.sha256() == runs[1].trace.sha256()
    assert runs[0].cpu.regs["rbx"] == runs[1].cpu.regs["rbx"]


def test_an_interrupt_from_ring_3_comes_on_the_stack_of_the_tss():
    bench = CpuBench(f"xor %r15d, %r15d; {START_TIMER}{GO_TO_RING_3}{HANDLER_ORG}{SAVE}{EXIT}")
    bench.load("1: jmp 1b", at=USER)
    bench.gate(TIMER_VECTOR, HANDLER)

    assert bench.run().reason is StopReason.EXIT
    rsp, words = frame(bench, 5)
    assert rsp == RING0_STACK - 40
    assert words[:2] == (USER, USER_CODE + 3)


def test_an_interrupt_without_a_gate_is_a_fault_that_says_it_came_from_outside():
    bench = CpuBench(f"{START_TIMER} sti; 1: jmp 1b; {HANDLER_ORG}{SAVE}{EXIT}")
    bench.gate(13, HANDLER)

    assert bench.run().reason is StopReason.EXIT
    assert bench.exceptions() == [(13, TIMER_VECTOR * 8 + 3)]


def test_hlt_with_interrupts_off_is_the_end():
    assert CpuBench("cli; hlt").run().reason is StopReason.HALTED


def test_hlt_with_nothing_pending_is_a_deadlock():
    assert CpuBench("sti; hlt").run().reason is StopReason.DEADLOCK


def test_hlt_with_events_that_never_interrupt_uses_up_the_budget():
    bench = CpuBench("sti; hlt")

    def tick():
        bench.clock.after(10, tick)

    tick()

    assert bench.run(1000).reason is StopReason.BUDGET


def test_a_single_stepped_guest_gets_a_debug_exception_behind_each_instruction():
    bench = CpuBench(f"push $0x102; popf; nop; nop; {EXIT}{HANDLER_ORG} incl %ebx; andl $~0x100, 16(%rsp); iretq")
    bench.gate(1, HANDLER)

    stop = bench.run()

    assert stop.reason is StopReason.EXIT
    assert bench.exceptions() == [(1, 0)]


def test_a_frame_pushed_over_translated_code_is_seen_by_the_guest():
    bench = CpuBench(
        f"mov $3, %ecx; mov $3f + 48, %esp; jmp 3f; .balign 16; 3: nop; jmp 4f; .fill 60, 1, 0x90; 4: loop 3b; {EXIT}"
    )

    assert bench.run().reason is StopReason.EXIT
