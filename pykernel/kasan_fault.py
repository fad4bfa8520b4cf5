# SPDX-License-Identifier: GPL-2.0-only
"""Faults in the look at the shadow itself: the address that was to be touched has none, as it is no kernel address.

What the processor says then is that some address is not canonical, and not which. The instruction tells it.
Source: arch/x86/kernel/traps.c: get_kernel_gp_address; mm/kasan/report.c: kasan_non_canonical_hook
"""

from emulator.memmap import KERNEL_MAP_BASE
from emulator.ram import Ram
from pykernel.check.shadow import GRANULE_SIZE, wild_kind
from pykernel.oops import GuestOops

GENERAL_PROTECTION = "general protection fault"
_SHADOW_OFFSET = 0xDFFF_FC00_0000_0000
_LONGEST = 15  # bytes of an instruction
_REGISTERS = ("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi", *(f"r{number}" for number in range(8, 16)))
_RSP, _RBP, _NO_REGISTERS = 4, 5, 3
_MOV_ABSOLUTE = 0xA0  # to 0xa3: between AL or RAX and an address that the instruction holds
_U64 = (1 << 64) - 1


class WildAccess(GuestOops):
    """The guest was about to touch an address outside the kernel's memory. `kind` is the finding's."""

    def __init__(self, oops: GuestOops, address: int, kind: str, first: int) -> None:
        sentence = f"{oops}, probably for non-canonical address {address:#x}"
        place = f"KASAN: {kind.removeprefix('kasan-')} in range [{first:#018x}-{first + GRANULE_SIZE - 1:#018x}]"
        super().__init__(f"{sentence}: {place}", oops.registers, oops.backtrace)
        self.kind = kind


def explain(ram: Ram, oops: GuestOops) -> GuestOops:
    """Say more of an oops if it was the shadow that the guest could not read; else give it as it is."""
    rip = oops.registers.get("rip", 0)
    phys = rip - KERNEL_MAP_BASE
    if not str(oops).startswith(GENERAL_PROTECTION) or not ram.contains(phys, _LONGEST):
        return oops
    address = memory_operand(bytes(ram.u8[phys : phys + _LONGEST]), oops.registers)
    if address is None:
        return oops
    first = (address - _SHADOW_OFFSET & _U64) * GRANULE_SIZE
    if first >> 64:
        return oops  # no shadow of anything
    return WildAccess(oops, address, wild_kind(first), first)


def memory_operand(code: bytes, registers: dict[str, int]) -> int | None:
    """Work out the address in memory that an instruction means; None where it has none that we understand."""
    at, rex = 0, 0
    while code[at] in (0x66, 0xF2, 0xF3):
        at += 1
    if code[at] & 0xF0 == 0x40:
        rex, at = code[at], at + 1
    if code[at] & 0xFC == _MOV_ABSOLUTE:
        return int.from_bytes(code[at + 1 : at + 9], "little")
    at += 2 if code[at] == 0x0F else 1
    mode, field = code[at] >> 6, code[at] & 7
    at += 1
    if mode == _NO_REGISTERS:
        return None
    address = 0
    base = field | (rex & 1) << 3
    if field == _RSP:
        sib, at = code[at], at + 1
        index = sib >> 3 & 7 | (rex & 2) << 2
        base = sib & 7 | (rex & 1) << 3
        if index != _RSP:
            address += registers[_REGISTERS[index]] << (sib >> 6)
    if mode == 0 and base & 7 == _RBP:
        if field == _RBP:
            return None  # by RIP
        return address + _signed(code[at : at + 4]) & _U64
    width = (0, 1, 4)[mode]
    return address + registers[_REGISTERS[base]] + _signed(code[at : at + width]) & _U64


def _signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True)
