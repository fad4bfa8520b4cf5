# SPDX-License-Identifier: GPL-2.0-only
"""The guest's own allocations: what it does without the laboratory is, byte for byte, what the laboratory would do."""

from dataclasses import dataclass, field

import pytest

from dmalab.machine_spec import MachineSpec
from dmalab.scenario import Scenario
from dmalab.session import Session
from emulator.clock import Clock
from emulator.finding import Findings
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, KERNEL_PHYS_END, MIB, PAGE_OFFSET
from emulator.ram import Ram, pc_banks
from emulator.trace import Interrupt, Trace, Trap
from pykernel.check.audit import audit
from pykernel.check.memory import Memory
from pykernel.check.users import Users
from pykernel.kernel import Kernel
from pykernel.layout.config import KernelConfig

STEPS, SLOTS, CACHES, MIX_IRQ = 3000, 400, 3, 9  # firmware/modules/alloc_mix.c
GFP_KERNEL, GFP_ATOMIC, GFP_DMA, GFP_ZERO = 0xD0, 0x20, 0x01, 0x8000
ZERO_SIZE_PTR = 16
RAM_BYTES = 32 * MIB
FAST = ("kmalloc", "kfree", "kmem_cache_alloc", "kmem_cache_free")


@dataclass
class Run:
    """What a guest that ran the mix left, at its two checkpoints."""

    session: Session
    before: bytes = b""
    after: bytes = b""
    addresses: list[int] = field(default_factory=list)
    traps: dict[str, int] = field(default_factory=dict)
    delayed: int = 0  # interrupts raised in code that is not to be interrupted
    torn: int = 0  # interrupts taken there

    def phys(self, name: str) -> int:
        """Give the physical address of a variable of the guest's."""
        return self.session.symbols.addresses[name] - KERNEL_MAP_BASE

    def words(self, name: str, count: int) -> list[int]:
        """Read a variable."""
        at = self.phys(name) >> 3
        return list(self.session.machine.ram.u64[at : at + count])


def run_mix(seed: int, *, fast_path: bool, debug_slab: bool = False, irq_ns: int = 0) -> Run:
    """Run the mix on a machine; with `irq_ns` a line is raised all the time, about so many ns apart."""
    kernel = KernelConfig(fast_path=fast_path, debug_slab=debug_slab)
    scenario = Scenario("mix", "", ("alloc_mix",), options=(f"alloc_mix={seed}",))
    session = Session(MachineSpec(ram=RAM_BYTES, kernel=kernel), scenario, {}, record=irq_ns > 0)
    run = Run(session)
    symbols = session.symbols.addresses
    uninterrupted = range(symbols["__start_uninterrupted"], symbols["__stop_uninterrupted"])

    def pulse() -> None:
        pics, clock = session.machine.board.pics, session.machine.clock
        run.delayed += session.machine.cpu.regs["rip"] in uninterrupted
        pics.set_line(MIX_IRQ, level=False)
        pics.set_line(MIX_IRQ, level=True)
        if not run.after:
            clock.after(irq_ns + clock.now_ns % 97, pulse)

    def checkpoint(name: str) -> None:
        if name == "mix-begin":
            run.before = bytes(session.machine.ram.u8)
            if irq_ns:
                pulse()
        elif name == "mix-end":
            run.after = bytes(session.machine.ram.u8)
            run.addresses = run.words("mix_addresses", STEPS)

    def count(event: Trap) -> None:
        run.traps[event.name] = run.traps.get(event.name, 0) + 1

    def interrupted(event: Interrupt) -> None:
        run.torn += event.rip in uninterrupted

    session.kernel.on_checkpoint(checkpoint)
    session.machine.trace.subscribe_to_traps(count)
    session.machine.trace.subscribe(interrupted, Interrupt)
    assert session.run().exit_code == 0
    return run


class PythonMix:
    """The same mix, done by the laboratory's allocators on a copy of the guest's RAM, without any guest."""

    def __init__(self, seed: int, run: Run) -> None:
        self.ram = Ram(pc_banks(RAM_BYTES))
        self.ram.u8[:] = run.before
        session = run.session
        symbols = session.symbols.addresses
        config, layout = session.spec.kernel, session.kernel.mm.layout
        self.kernel = Kernel(self.ram, Clock(), Trace(), Findings(), layout, config, symbols)
        self.kernel.read_geometry()
        self.caches = run.words("mix_caches", CACHES)
        self.state = seed
        self.slots = [0] * SLOTS
        self.owners = [0] * SLOTS
        self.addresses = [self.step(number) for number in range(STEPS)]

    def random(self) -> int:
        """Give the next number, as the guest's generator does."""
        state = self.state
        state ^= state << 13 & 0xFFFF_FFFF
        state ^= state >> 17
        self.state = state ^ state << 5 & 0xFFFF_FFFF
        return self.state

    def step(self, number: int) -> int:
        """Do a step, and give what the guest's list has of it."""
        slot, kind, value = self.random() % SLOTS, self.random() % 16, self.random() >> 4
        objp = self.slots[slot]
        if objp > ZERO_SIZE_PTR:
            self.give(slot)
            return 1
        objp = self.slots[slot] = self.take(slot, kind, value)
        if objp > ZERO_SIZE_PTR:
            self.ram.u64[(objp - PAGE_OFFSET) >> 3] = number
        return objp

    def give(self, slot: int) -> None:
        """Free a slot's object."""
        slab = self.kernel.slab
        if self.owners[slot]:
            slab.kmem_cache_free(self.caches[self.owners[slot] - 1], self.slots[slot])
        else:
            slab.kfree(self.slots[slot])
        self.slots[slot] = 0

    def take(self, slot: int, kind: int, value: int) -> int:
        """Allocate."""
        slab = self.kernel.slab
        self.owners[slot] = 0 if kind < 12 else 1 + value % CACHES
        if kind < 8:
            return slab.kmalloc(value % 256, GFP_KERNEL)
        if kind < 10:
            return slab.kmalloc(value % 600, GFP_ATOMIC | GFP_ZERO)
        if kind == 10:
            return slab.kmalloc(value % 1000, GFP_KERNEL | GFP_DMA)
        if kind == 11:
            return slab.kmalloc(4000 + value % 5000, GFP_KERNEL)
        return slab.kmem_cache_alloc(self.caches[value % CACHES], GFP_KERNEL | (GFP_ZERO if kind == 15 else 0))


def outside_the_image(ram: bytes | memoryview) -> bytes:
    """Give all of RAM but the image, its stacks and tables, and the word of the command line that differs."""
    option = b" fast_path=0"
    return bytes(ram[:KERNEL_PHYS]).replace(option, bytes(len(option))) + bytes(ram[KERNEL_PHYS_END:])


def statics(run: Run, ram: bytes | memoryview) -> dict[str, bytes]:
    """Give the allocators' own variables, but for the time, which traps take more of."""
    mm, found = run.session.kernel.mm, {}
    for name in mm.layout.variables():
        start = mm.statics[name]
        found[name] = bytes(ram[start : start + mm.layout.variable(name).size])
    del found["jiffies"]
    return found


def differing(one: bytes, other: bytes) -> list[str]:
    """Name the first pages that differ; an empty list is what a test wants to see."""
    pages = range(0, len(one), 4096)
    return [] if one == other else [hex(at) for at in pages if one[at : at + 4096] != other[at : at + 4096]][:8]


@pytest.mark.parametrize("seed", [1, 20240607])
def test_guest_traps_and_python_give_the_same_addresses_and_leave_the_same_memory(seed: int) -> None:
    fast, trapped = run_mix(seed, fast_path=True), run_mix(seed, fast_path=False)
    python = PythonMix(seed, fast)

    assert fast.addresses == trapped.addresses == python.addresses
    assert len({address for address in fast.addresses if address > ZERO_SIZE_PTR}) > 300
    assert differing(outside_the_image(fast.after), outside_the_image(trapped.after)) == []
    assert differing(outside_the_image(fast.after), outside_the_image(python.ram.u8)) == []
    assert statics(fast, fast.after) == statics(trapped, trapped.after) == statics(fast, python.ram.u8)


def test_the_fast_path_traps_only_to_refill_flush_and_grow() -> None:
    fast, trapped = run_mix(7, fast_path=True), run_mix(7, fast_path=False)
    debug = run_mix(7, fast_path=True, debug_slab=True)

    few, many = (sum(run.traps.get(name, 0) for name in FAST) for run in (fast, trapped))
    assert many > STEPS
    assert few < many / 4
    # A debugging kernel checks and writes down at every call, and so always goes the long way.
    assert sum(debug.traps.get(name, 0) for name in FAST) == many


def test_interrupts_that_allocate_find_no_array_half_changed() -> None:
    run = run_mix(3, fast_path=True, irq_ns=2900)
    session = run.session

    taken = session.machine.trace.last(1 << 20)
    rips = [event.rip for event in taken if isinstance(event, Interrupt) and event.vector == 0x39]
    assert run.words("mix_interrupts", 1)[0] == len(rips) > 100
    assert run.delayed > 0
    assert run.torn == 0
    live = [address for address in run.words("mix_slots", SLOTS) if address > ZERO_SIZE_PTR]
    assert len(set(live)) == len(live)
    after = Ram(pc_banks(RAM_BYTES))
    after.u8[:] = run.after
    memory = Memory(after, session.kernel.mm.layout, session.spec.kernel, session.kernel.mm.statics)
    assert audit(memory) == []


def test_who_took_and_who_gave_back_stands_in_the_guests_table() -> None:
    run = run_mix(11, fast_path=True)
    session = run.session
    users = Users(session.memory, run.phys("object_users"))
    last = {address: number for number, address in enumerate(run.addresses) if address > ZERO_SIZE_PTR}

    known = [user for address in last if (user := users.of(address - PAGE_OFFSET)) is not None]

    places = {session.symbols.describe(user.allocated_by).split("+")[0] for user in known}
    freed = {session.symbols.describe(user.freed_by).split("+")[0] for user in known}
    assert len(known) > 0.9 * len(last)
    assert places == {"take"}
    assert freed == {"give"}  # the module has gone, and has freed all
    assert users.of(PAGE_OFFSET) is None
