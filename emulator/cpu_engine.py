# SPDX-License-Identifier: GPL-2.0-only
"""One Unicorn engine: its processor model, its memory map and its hooks. Knows nothing of time, buses and interrupts.

Calls the engine's C functions through ctypes directly: the binding's own wrappers cost more than what they wrap.
"""

import ctypes
from collections.abc import Callable, Iterator
from typing import Any

from unicorn import unicorn_const as uc
from unicorn import x86_const as x86
from unicorn.unicorn_py3.arch.types import uc_hook_h
from unicorn.unicorn_py3.unicorn import Uc, uclib

from emulator import memmap
from emulator.cpu_env import Env
from emulator.cpu_mmu import CR0_PG
from emulator.native import (
    IN_CFUNC,
    MMIO_READ_CFUNC,
    NO_PORT,
    OUT_CFUNC,
    HookState,
    MmioRegion,
    load_hooks,
)
from emulator.native.guard import CALLED_CFUNC, GuardState, load_guard
from emulator.native.shadow import ShadowState, load_shadow
from emulator.ram import Ram
from emulator.trace import FRAME_WORDS, Trace

PHYS_END = 1 << 40  # what the processor can address
# RAM is many regions of the engine: taking a permission from a page costs in proportion to the size of its region.
_CHUNKS, _CHUNK_MIN = 64, 8 * memmap.MIB
# The newest model without rdrand and rdseed, whose values would come from the host.
CPU_MODEL = x86.UC_CPU_X86_SANDYBRIDGE

# Callbacks take the engine's arguments up to the last that we need: the calling conventions of all hosts allow that.
INTR_CFUNC = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32)
INSN_CFUNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
ACCESS_CFUNC = ctypes.CFUNCTYPE(
    ctypes.c_bool, ctypes.c_void_p, ctypes.c_int, ctypes.c_uint64, ctypes.c_int, ctypes.c_uint64
)
WRITE_PROT = uc.UC_MEM_WRITE_PROT
_ALL_ACCESSES = uc.UC_HOOK_MEM_READ | uc.UC_HOOK_MEM_WRITE
_ACCESS = uc.UC_HOOK_MEM_READ_PROT | uc.UC_HOOK_MEM_WRITE_PROT

OK = uc.UC_ERR_OK
NOT_EXECUTABLE = (uc.UC_ERR_FETCH_PROT, uc.UC_ERR_FETCH_UNMAPPED)
INVALID_INSTRUCTION = uc.UC_ERR_INSN_INVALID

_REGISTERS = {
    name.removeprefix("UC_X86_REG_").lower(): getattr(x86, name)
    for name in (
        *(f"UC_X86_REG_R{name}" for name in ("AX", "BX", "CX", "DX", "SI", "DI", "BP", "SP", "IP", "FLAGS")),
        *(f"UC_X86_REG_R{number}" for number in range(8, 16)),
        *(f"UC_X86_REG_{name}S" for name in "CDEFGS"),
        *(f"UC_X86_REG_{name}" for name in ("FS_BASE", "GS_BASE", "CR0", "CR2", "CR3", "CR4")),
        *(f"UC_X86_REG_DR{number}" for number in (0, 1, 2, 3, 6, 7)),
    )
}
REGISTER_NAMES = tuple(_REGISTERS)


class Engine:
    """The engine with RAM and ROM in place; all else that can be addressed is caught access by access."""

    def __init__(self, ram: Ram, rom: bytes) -> None:
        self._uc = Uc(uc.UC_ARCH_X86, uc.UC_MODE_64)
        self._uc.ctl_set_cpu_model(CPU_MODEL)
        self._uc.ctl_exits_enabled(True)  # and none is set: no address ends a run, not even 0
        self._handle = self._uc._uch
        self._keep: list[object] = []
        self._value = ctypes.c_uint64()
        self._value_ref = ctypes.byref(self._value)
        self._reg_read, self._reg_write = uclib.uc_reg_read, uclib.uc_reg_write
        self._emu_start = uclib.uc_emu_start
        self.state = HookState(
            emu_stop=ctypes.cast(uclib.uc_emu_stop, ctypes.c_void_p).value,
            reg_read=ctypes.cast(uclib.uc_reg_read, ctypes.c_void_p).value,
            eflags_regid=x86.UC_X86_REG_EFLAGS,
            gate_port=NO_PORT,
            ram=ctypes.addressof(ctypes.c_char.from_buffer(ram.u8)),
        )
        self.words = memoryview(self.state).cast("B").cast("Q")
        self._hooks = load_hooks(self.state)
        self.env = self.new_env()
        self._spare: Env | None = None
        self._check()
        self._map(ram, rom)
        self._prepare_guard(ram)
        self._add_hook(uc.UC_HOOK_BLOCK, self._hooks.block, data=ctypes.addressof(self.state))

    def new_env(self) -> Env:
        """Make one more copy of the registers."""
        return Env(self._handle, self._uc.context_save())

    def start(self, rip: int) -> int:
        """Run from `rip` until something stops the engine; give its error number."""
        return int(self._emu_start(self._handle, rip, 0, 0, 0))

    def stop(self) -> None:
        """Stop the engine; only where it is between two blocks."""
        uclib.uc_emu_stop(self._handle)

    def read(self, name: str) -> int:
        """Read a register by name, one of REGISTER_NAMES."""
        self._value.value = 0
        self._reg_read(self._handle, _REGISTERS[name], self._value_ref)
        return self._value.value

    def write(self, name: str, value: int) -> None:
        """Write a register by name, with what that sets off (a new CR3 flushes the TLB)."""
        self._value.value = value
        self._reg_write(self._handle, _REGISTERS[name], self._value_ref)

    def read_msr(self, number: int) -> int:
        """Read a model-specific register."""
        return int(self._uc.reg_read(x86.UC_X86_REG_MSR, number))

    def remove_translations(self, virt: int, length: int) -> None:
        """Forget code translated from [virt, virt + length)."""
        self._uc.ctl_remove_cache(virt, virt + length)

    def flush_tlb(self) -> None:
        """Forget all address translations."""
        self._uc.ctl(uc.UC_CTL_TLB_FLUSH, uc.UC_CTL_IO_WRITE)

    def on_exception(self, callback: Callable[..., Any]) -> None:
        """Call `callback(engine, vector)` at each exception and software interrupt."""
        self._add_callback(uc.UC_HOOK_INTR, INTR_CFUNC(callback))

    def on_port(self, read: Callable[..., Any], write: Callable[..., Any]) -> None:
        """Call `read(engine, port, width)` and `write(engine, port, width, value)` for port accesses."""
        self._add_callback(uc.UC_HOOK_INSN, IN_CFUNC(read), x86.UC_X86_INS_IN)
        self.state.port_write = self._kept(OUT_CFUNC(write))
        data = ctypes.addressof(self.state)
        self._add_hook(uc.UC_HOOK_INSN, self._hooks.out, data=data, insn=x86.UC_X86_INS_OUT)

    def on_gate(self, port: int, shift: int, callback: Callable[[int, int], bool], trace: Trace) -> None:
        """Call `callback(value << shift, blocks so far)`, which must not raise, for 32-bit writes to `port`.

        Where it gives True, a frame at that physical address goes into the trace.
        """
        state = self.state
        state.gate, state.gate_shift, state.is_true = callback, shift, True
        frames = (ctypes.c_uint64 * len(trace.frames)).from_buffer(trace.frames)
        state.frames, state.frames_size, state.frames_full = frames, len(trace.frames) - 1, trace.flush
        state.frame_words = FRAME_WORDS
        state.gate_port = port

    def on_rdtsc(self, rdtsc: Callable[..., Any], rdtscp: Callable[..., Any]) -> None:
        """Call `rdtsc(engine)` or `rdtscp(engine)` in place of the instruction."""
        self._add_callback(uc.UC_HOOK_INSN, INSN_CFUNC(rdtsc), x86.UC_X86_INS_RDTSC)
        self._add_callback(uc.UC_HOOK_INSN, INSN_CFUNC(rdtscp), x86.UC_X86_INS_RDTSCP)

    def on_access(self, callback: Callable[..., Any]) -> None:
        """Call `callback(engine, kind, phys, width, value)` for writes to ROM and any access outside RAM and ROM.

        Each access comes whole, RIP exact, except unaligned writes: those come whole and then again byte by byte. What
        a read gives is taken from the hook state afterwards.
        """
        address = self._kept(ACCESS_CFUNC(callback))
        for start, end in self._watched:
            self._add_hook(_ACCESS, address, start=start, end=end)

    def on_guarded(self, callback: Callable[..., Any]) -> None:
        """Call `callback(engine, phys, width, is_store)` for each access that the guard hook calls out for."""
        self._guard_state.called = self._kept(CALLED_CFUNC(callback))

    def check_accesses(self, callback: Callable[..., Any]) -> None:
        """Call `callback(engine, phys, width, is_store)` before each access that the shadow of memory forbids.

        For good, and before the first run: code that has been translated has no hooks.
        """
        called = CALLED_CFUNC(callback)
        self._shadow_state.called = ctypes.cast(called, ctypes.c_void_p).value
        hook = load_shadow(self._shadow_state, self._hooks.keep)
        self._keep += [called, hook]
        address = ctypes.cast(hook, ctypes.c_void_p).value or 0
        self._add_hook(_ALL_ACCESSES, address, data=ctypes.addressof(self._shadow_state))

    def shadow_at(self, phys: int, end: int) -> None:
        """Say where in RAM the shadow of physical address 0 is, and up to where there is one."""
        self._shadow_state.shadow = self._guard_state.ram + phys
        self._shadow_state.end = end

    def protect(self, pfn: int, loads: bool, stores: bool) -> None:
        """Have the guard hook see all loads, stores or both of a page of RAM, or none any more.

        Not while the engine accesses that page. A page without stores is protected RAM. To see every load and not only
        the first that fills the TLB, the engine must take the page for a device.
        """
        if self._spare is None:
            self._spare = self.new_env()
        env = self._spare
        env.save()
        cr0 = env.cr(0)
        # At each change of its map the engine looks for code at that address, taken for a virtual one. Without paging
        # it is one; with it, the look-up might leave a page fault behind.
        env.set_cr(0, cr0 & ~CR0_PG)
        env.restore()
        self.flush_tlb()
        self._protect(pfn, loads, stores)
        env.set_cr(0, cr0)
        env.restore()
        self.flush_tlb()

    def _protect(self, pfn: int, loads: bool, stores: bool) -> None:
        handle, start, size = self._handle, pfn * memmap.PAGE_SIZE, memmap.PAGE_SIZE
        ram = self._guard_state.ram + start
        self._hook_page(pfn, wanted=loads or stores)
        if loads:
            uclib.uc_mem_unmap(handle, start, size)
            uclib.uc_mmio_map(handle, start, size, self._guard_read, ram, None, 0)
            uclib.uc_mem_protect(handle, start, size, uc.UC_PROT_NONE)
            self._device_pages.add(pfn)
            return
        if pfn in self._device_pages:
            self._device_pages.remove(pfn)
            uclib.uc_mem_unmap(handle, start, size)
            uclib.uc_mem_map_ptr(handle, start, size, uc.UC_PROT_ALL, ram)
        uclib.uc_mem_protect(handle, start, size, uc.UC_PROT_ALL & ~uc.UC_PROT_WRITE if stores else uc.UC_PROT_ALL)

    def _prepare_guard(self, ram: Ram) -> None:
        """Prepare the guard hook, which is added page by page."""
        banks = [edge for bank in ram.banks for edge in (bank.start, bank.end)]
        self._guard_state = state = GuardState(ram=ctypes.addressof(ctypes.c_char.from_buffer(ram.u8)))
        state.banks[: len(banks)] = banks
        self.guard_words = memoryview(state).cast("B").cast("Q")
        self._device_pages: set[int] = set()
        self._page_hooks: dict[int, uc_hook_h] = {}
        hook, read = load_guard(state, self._hooks.keep)
        self._guard_read = ctypes.cast(read, MMIO_READ_CFUNC)
        self._keep += [hook, read]
        self._shadow_state = ShadowState()
        self._guard_hook = ctypes.cast(hook, ctypes.c_void_p).value or 0

    def _hook_page(self, pfn: int, *, wanted: bool) -> None:
        """Have the guard hook for one page, or no more."""
        start = pfn * memmap.PAGE_SIZE
        if wanted and pfn not in self._page_hooks:
            data = ctypes.addressof(self._guard_state)
            self._page_hooks[pfn] = self._add_hook(
                _ACCESS, self._guard_hook, data=data, start=start, end=start + memmap.PAGE_SIZE
            )
        elif not wanted and pfn in self._page_hooks:
            uclib.uc_hook_del(self._handle, self._page_hooks.pop(pfn))

    def _check(self) -> None:
        marks = 0x1122_3344_5566_7788, 0x99AA_BBCC_DDEE_FF00, 0x0102_0304_0506_0708
        for name, mark in zip(("rax", "cr2", "dr0"), marks, strict=True):
            self.write(name, mark)
        self.env.save()
        self.env.check_layout(*marks)

    def _map(self, ram: Ram, rom: bytes) -> None:
        base = ctypes.addressof(ctypes.c_char.from_buffer(ram.u8))
        step = max(_CHUNK_MIN, 1 << (ram.end // _CHUNKS - 1).bit_length())
        for bank in ram.banks:
            for start in range(bank.start, bank.end, step):
                self._uc.mem_map_ptr(start, min(step, bank.end - start), uc.UC_PROT_ALL, base + start)
        image = ctypes.create_string_buffer(rom, len(rom))
        self._keep += [ram, image]
        taken = [(bank.start, bank.end) for bank in ram.banks]
        roms = [(start, start + len(rom)) for start in (memmap.ROM_SHADOW_BASE, memmap.ROM_BASE)]
        for start, end in roms:
            self._uc.mem_map_ptr(start, len(rom), uc.UC_PROT_ALL, ctypes.addressof(image))
            # Only a later change of the protection makes the engine drop writes that a hook has seen.
            self._uc.mem_protect(start, len(rom), uc.UC_PROT_READ | uc.UC_PROT_EXEC)
            taken.append((start, end))
        gaps = list(_gaps(taken))
        for start, end in gaps:
            self._map_gap(start, end)
        # Where there is a hook for protected memory, the engine takes its slow way for all stores: 100 ns instead of 4.
        # So its hooks cover what they are for, and not RAM.
        self._watched = [*gaps, *roms]

    def _map_gap(self, start: int, end: int) -> None:
        """Catch accesses to [start, end): as MMIO without any permission, so that the access hook sees them whole."""
        region = MmioRegion(ctypes.addressof(self.state), start)
        self._keep.append(region)
        read = MMIO_READ_CFUNC(self._hooks.mmio_read)
        uclib.uc_mmio_map(self._handle, start, end - start, read, ctypes.addressof(region), None, 0)
        self._uc.mem_protect(start, end - start, uc.UC_PROT_NONE)

    def _add_callback(self, kind: int, callback: Any, insn: int = 0) -> None:
        self._add_hook(kind, self._kept(callback), insn=insn)

    def _kept(self, callback: Any) -> int:
        """Give the address of a callback, which then lives as long as the engine."""
        self._keep.append(callback)
        return ctypes.cast(callback, ctypes.c_void_p).value or 0

    def _add_hook(
        self, kind: int, address: int, *, data: int = 0, insn: int = 0, start: int = 1, end: int = 1
    ) -> uc_hook_h:
        """Add a hook for [start, end), or for all addresses where that is empty."""
        handle = uc_hook_h()
        bounds = ctypes.c_uint64(start), ctypes.c_uint64(end - 1)
        uclib.uc_hook_add(self._handle, ctypes.byref(handle), kind, address, data, *bounds, ctypes.c_int(insn))
        return handle


def _gaps(taken: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what [start, end) ranges leave of the physical addresses."""
    at = 0
    for start, end in [*sorted(taken), (PHYS_END, PHYS_END)]:
        if at < start:
            yield at, start
        at = end
