# SPDX-License-Identifier: GPL-2.0-only
"""The engine callbacks that run too often for Python, and the state that they share with it.

Owns the layout of that state and the choice between the compiled callbacks and their Python twins. Knows nothing of
the engine but two of its functions, passed in as addresses.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

RING_BLOCKS = 1024
EFLAGS_IF = 0x200

BLOCK_CFUNC = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)
MMIO_READ_CFUNC = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint32, ctypes.c_void_p)
EMU_STOP_CFUNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)
IN_CFUNC = ctypes.CFUNCTYPE(ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int)
OUT_CFUNC = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32)
OUT_HOOK_CFUNC = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p
)
REG_READ_CFUNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)


# What enter_gate() of hooks.c calls, by its names there.
_INTERPRETER = {
    "gil_ensure": "PyGILState_Ensure",
    "gil_release": "PyGILState_Release",
    "int_from": "PyLong_FromUnsignedLongLong",
    "vectorcall": "PyObject_Vectorcall",
    "unref": "Py_DecRef",
    "unraisable": "PyErr_WriteUnraisable",
}


class HookState(ctypes.Structure):
    """struct hook_state of hooks.c, member by member."""

    _fields_ = [
        ("blocks", ctypes.c_uint64),
        ("stop_at", ctypes.c_uint64),
        ("deadline", ctypes.c_uint64),
        ("stopped", ctypes.c_uint64),
        ("mmio_phys", ctypes.c_uint64),
        ("mmio_length", ctypes.c_uint64),
        ("mmio_value", ctypes.c_uint64),
        ("emu_stop", ctypes.c_void_p),
        ("reg_read", ctypes.c_void_p),
        ("eflags_regid", ctypes.c_uint64),
        ("uninterrupted_start", ctypes.c_uint64),
        ("uninterrupted_end", ctypes.c_uint64),
        ("failed", ctypes.c_uint64),
        ("port_write", ctypes.c_void_p),
        ("gate_port", ctypes.c_uint64),
        ("gate_shift", ctypes.c_uint64),
        ("gate", ctypes.py_object),
        ("is_true", ctypes.py_object),
        ("ram", ctypes.c_void_p),
        ("frame_words", ctypes.c_uint64),
        ("frames", ctypes.POINTER(ctypes.c_uint64)),
        ("frames_size", ctypes.c_uint64),
        ("frames_full", ctypes.py_object),
        *((name, ctypes.c_void_p) for name in _INTERPRETER),
        ("ring", ctypes.c_uint64 * RING_BLOCKS),
    ]


# The same state as a memoryview of 64-bit words, which Python reads and writes faster than members.
BLOCKS, STOP_AT, DEADLINE, STOPPED, MMIO_PHYS, MMIO_LENGTH, MMIO_VALUE = range(7)
UNINTERRUPTED_START, UNINTERRUPTED_END, FAILED, RING = 10, 11, 12, 29
NO_PORT = (1 << 64) - 1


class MmioRegion(ctypes.Structure):
    """struct mmio_region of hooks.c: what `hook_mmio_read` gets as its data."""

    _fields_ = [("state", ctypes.c_void_p), ("base", ctypes.c_uint64)]


class Hooks:
    """The callbacks as function addresses. `keep` holds what must live as long as the engine calls them."""

    def __init__(self, block: int, mmio_read: int, out: int, keep: object) -> None:
        self.block = block
        self.mmio_read = mmio_read
        self.out = out
        self.keep = keep


def library_path() -> Path:
    """Tell where the compiled hooks for this platform are, if they were built."""
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    return Path(__file__).parent / "_build" / f"hooks-{sys.platform}-{os.uname().machine}{suffix}"


def load_hooks(state: HookState) -> Hooks:
    """Take the compiled hooks, or their Python twins where this platform has none."""
    path = library_path()
    if not path.exists() or sys.implementation.name != "cpython":
        return python_hooks(state)
    library = ctypes.CDLL(str(path))
    for name, function in _INTERPRETER.items():
        setattr(state, name, _address(getattr(ctypes.pythonapi, function)))
    block, mmio_read, out = library.hook_block, library.hook_mmio_read, library.hook_out
    return Hooks(_address(block), _address(mmio_read), _address(out), library)


def python_hooks(state: HookState) -> Hooks:
    """Do in Python what hooks.c does, a thousand times slower."""
    emu_stop = EMU_STOP_CFUNC(state.emu_stop or 0)
    reg_read = REG_READ_CFUNC(state.reg_read or 0)
    eflags = ctypes.c_uint32()

    def block(engine: int, address: int, _size: int, _data: int) -> None:
        blocks = state.blocks
        if blocks >= state.stop_at:
            stops = state.stop_at or blocks >= state.deadline
            if not stops:
                reg_read(engine, state.eflags_regid, ctypes.byref(eflags))
                stops = (
                    bool(eflags.value & EFLAGS_IF)
                    and not state.uninterrupted_start <= address < state.uninterrupted_end
                )
            if stops:
                state.stopped = 1
                emu_stop(engine)
                return
        state.ring[blocks % RING_BLOCKS] = address
        state.blocks = blocks + 1

    def mmio_read(_engine: int, offset: int, size: int, data: int) -> int:
        phys = MmioRegion.from_address(data).base + offset
        value = state.mmio_value.to_bytes(8, "little")
        start, end = state.mmio_phys, state.mmio_phys + state.mmio_length
        answer = bytes(value[at - start] if start <= at < end else 0xFF for at in range(phys, phys + size))
        return int.from_bytes(answer, "little")

    callbacks = BLOCK_CFUNC(block), MMIO_READ_CFUNC(mmio_read), OUT_HOOK_CFUNC(_python_out(state))
    return Hooks(_address(callbacks[0]), _address(callbacks[1]), _address(callbacks[2]), callbacks)


def _python_out(state: HookState) -> Callable[[int, int, int, int, int], None]:
    """Make the hook of OUT."""

    def out(engine: int, port: int, size: int, value: int, _data: int) -> None:
        if port != state.gate_port or size != 4:
            OUT_CFUNC(state.port_write or 0)(engine, port, size, value)
        elif not state.failed and state.gate(value << state.gate_shift, state.blocks):
            frame = state.ram + (value << state.gate_shift)
            free = ctypes.addressof(state.frames.contents) + 8 * (1 + state.frames[0])
            ctypes.memmove(free, frame, 8 * state.frame_words)
            state.frames[0] += state.frame_words
            if state.frames[0] + state.frame_words > state.frames_size:
                state.frames_full()

    return out


def _address(function: Callable[..., Any]) -> int:
    address = ctypes.cast(function, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert address is not None
    return address
