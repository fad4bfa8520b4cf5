# SPDX-License-Identifier: GPL-2.0-only
"""The hook of guarded RAM: the state that it shares with Python, and its Python twin."""

import ctypes
from typing import Any

from emulator.native import MMIO_READ_CFUNC

STORES, LOADS = 1, 2
MAX_GUARDS = 8192
MAX_BANKS = 4
_STORE_KIND = 22  # UC_MEM_WRITE_PROT

CALLED_CFUNC = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint64, ctypes.c_uint64)
GUARD_CFUNC = ctypes.CFUNCTYPE(
    ctypes.c_bool,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_uint64,
    ctypes.c_int,
    ctypes.c_uint64,
    ctypes.c_void_p,
)


class GuardRange(ctypes.Structure):
    """struct guard of hooks.c."""

    _fields_ = [("start", ctypes.c_uint64), ("end", ctypes.c_uint64), ("kinds", ctypes.c_uint64)]


class GuardState(ctypes.Structure):
    """struct guard_state of hooks.c, member by member."""

    _fields_ = [
        ("count", ctypes.c_uint64),
        ("ram", ctypes.c_void_p),
        ("called", ctypes.c_void_p),
        ("split_start", ctypes.c_uint64),
        ("split_end", ctypes.c_uint64),
        ("banks", ctypes.c_uint64 * (2 * MAX_BANKS)),
        ("guards", GuardRange * MAX_GUARDS),
    ]


# The same state as 64-bit words.
GUARD_COUNT, GUARDS, WORDS = 0, 5 + 2 * MAX_BANKS, 3


def load_guard(state: GuardState, library: object) -> tuple[Any, Any]:
    """Take the compiled hooks (of accesses, of loads' values) where `library` is one, else their Python twins.

    The caller must keep them alive.
    """
    if isinstance(library, ctypes.CDLL):
        return library.hook_guard, library.hook_guard_read
    return python_guard(state)


def python_guard(state: GuardState) -> tuple[Any, Any]:
    """Do in Python what hook_guard and hook_guard_read of hooks.c do."""

    def guard(engine: int, kind: int, phys: int, size: int, value: int, _data: int) -> bool:
        banks = state.banks
        if not any(banks[at] <= phys and phys + size <= banks[at + 1] for at in range(0, 2 * MAX_BANKS, 2)):
            return False
        is_store = kind == _STORE_KIND
        part = is_store and size == 1 and state.split_start <= phys < state.split_end
        wanted = STORES if is_store else LOADS
        if not part:
            state.split_start = state.split_end = 0
            for index in range(state.count):
                found = state.guards[index]
                if found.kinds & wanted and phys < found.end and found.start < phys + size:
                    CALLED_CFUNC(state.called or 0)(engine, phys, size, is_store)
                    break
        if is_store and phys % size:
            state.split_start, state.split_end = phys, phys + size
        elif is_store:
            data = (value & (1 << 8 * size) - 1).to_bytes(size, "little")
            ctypes.memmove((state.ram or 0) + phys, data, size)
        return True

    def read(_engine: int, offset: int, size: int, page: int) -> int:
        return int.from_bytes(ctypes.string_at(page + offset, size), "little")

    return GUARD_CFUNC(guard), MMIO_READ_CFUNC(read)
