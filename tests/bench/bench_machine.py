# SPDX-License-Identifier: GPL-2.0-only
"""How fast the guest runs: against the bare engine; its stores against its loads, through the kernel's page tables."""

from collections.abc import Callable, Iterator

from unicorn import UC_ARCH_X86, UC_MODE_64, Uc
from unicorn.x86_const import UC_X86_REG_RDI

from dmalab import session
from dmalab.machine_spec import MachineSpec
from dmalab.scenario import SCENARIOS
from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from tests.asm import assemble
from tests.bench.figure import Figure, quickest

_ROUNDS = 15
_TURNS = 20_000
_REGISTERS = ("rax", "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11")
_OPERATIONS = ("add $3, %{0}", "xor %{1}, %{0}", "lea 5(%{1},%{0}), %{0}", "sub %{1}, %{0}", "and $0x7fffffff, %{0}")
_HOME = 0x10_0000  # of the code on the bare engine


def straight() -> str:
    """Write a block of 200 instructions on registers."""
    names = _REGISTERS
    return "\n".join(
        _OPERATIONS[n % len(_OPERATIONS)].format(names[n % len(names)], names[(n * 3 + 1) % len(names)])
        for n in range(200)
    )


def loop(body: str, turns: int) -> bytes:
    """Assemble a function that repeats `body`; it may use what a function may, and rdi, but for rbx."""
    return assemble(f"push %rbx\nmov ${turns}, %ebx\n1: {body}\ndec %ebx\njnz 1b\npop %rbx\nret")


class KernelGuest:
    """A machine whose kernel has booted, and has room for code of ours where code is that nobody needs any more."""

    def __init__(self) -> None:
        self._session = session.Session(MachineSpec(), SCENARIOS["module-unload"], {}, record=False)
        self._session.run()
        addresses = self._session.symbols.addresses
        self._at = addresses["start_kernel"]
        self.data = {
            "the kernel's variables": addresses["__log_buf"],
            "the direct map": PAGE_OFFSET + (addresses["__log_buf"] - KERNEL_MAP_BASE),
        }

    def place(self, code: bytes, argument: int = 0) -> Callable[[], object]:
        """Make `code` a function of the guest, and give what calls it."""
        machine, at, phys = self._session.machine, self._at, self._at - KERNEL_MAP_BASE
        self._at += -(-len(code) // 64) * 64
        machine.ram.write(phys, code)
        machine.cpu.flush_code(phys, len(code))
        return lambda: machine.cpu.call(at, argument)


def bare(code: bytes) -> Callable[[], object]:
    """Put `code` on an engine that does nothing else, and give what runs it."""
    engine = Uc(UC_ARCH_X86, UC_MODE_64)
    engine.mem_map(_HOME, 0x10_0000)
    body = code[1:-2]  # without push, pop and ret
    engine.mem_write(_HOME, body)
    engine.reg_write(UC_X86_REG_RDI, _HOME + 0x8_0000)
    return lambda: engine.emu_start(_HOME, _HOME + len(body))


def measure() -> Iterator[Figure]:
    """Yield the figures."""
    guest = KernelGuest()
    code = loop(straight(), _TURNS)
    bare_s, guest_s = quickest([bare(code), guest.place(code)], _ROUNDS)
    yield Figure("straight guest code, of the bare engine's speed", bare_s / guest_s, "", 0.9, at_least=True)
    code = loop("add $1, %rax", 50 * _TURNS)
    bare_s, guest_s = quickest([bare(code), guest.place(code)], _ROUNDS)
    yield Figure("blocks of three instructions, of the bare speed", bare_s / guest_s, "")
    loads = loop("\n".join(f"mov {8 * n}(%rdi), %rax" for n in range(32)), _TURNS)
    stores = loop("\n".join(f"mov %rax, {8 * n}(%rdi)" for n in range(32)), _TURNS)
    for name, address in guest.data.items():
        load_s, store_s = quickest([guest.place(loads, address), guest.place(stores, address)], _ROUNDS)
        yield Figure(f"a store to {name}, in loads", store_s / load_s, "", 2.0)
