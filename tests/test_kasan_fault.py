# SPDX-License-Identifier: GPL-2.0-only
"""Which address an instruction means that was to look at the shadow of a pointer that leads nowhere."""

import pytest

from pykernel.kasan_fault import memory_operand

REGISTERS = {name: 0x1000 * number for number, name in enumerate(("rax", "rcx", "rdx", "rbx", "rsi", "rdi", "r12"), 1)}


@pytest.mark.parametrize(
    ("code", "address"),
    [
        ("8a02", 0x3000),  # mov (%rdx),%al
        ("0fb64710", 0x6010),  # movzbl 0x10(%rdi),%eax
        ("420fb60420", 0x8000),  # movzbl (%rax,%r12,1),%eax
        ("a02200020000fcffdf", 0xDFFF_FC00_0002_0022),  # movabs 0xdffffc0000020022,%al
        ("89c8", None),  # mov %ecx,%eax
    ],
)
def test_the_address_is_worked_out_of_the_instruction_and_the_registers(code: str, address: int | None) -> None:
    assert memory_operand(bytes.fromhex(code).ljust(15, b"\x90"), REGISTERS) == address
