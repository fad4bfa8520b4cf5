# SPDX-License-Identifier: GPL-2.0-only
"""The hook that looks at the guest's shadow of memory: the state that it shares with Python, and its Python twin."""

import ctypes
from typing import Any

from emulator.native.guard import CALLED_CFUNC

MEM_WRITE = 17  # UC_MEM_WRITE
_GRANULE = 8  # bytes that a shadow byte stands for

SHADOW_CFUNC = ctypes.CFUNCTYPE(
    None,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_uint64,
    ctypes.c_int,
    ctypes.c_uint64,
    ctypes.c_void_p,
)


class ShadowState(ctypes.Structure):
    """struct shadow_state of hooks.c, member by member."""

    _fields_ = [("shadow", ctypes.c_void_p), ("end", ctypes.c_uint64), ("called", ctypes.c_void_p)]


def load_shadow(state: ShadowState, library: object) -> Any:
    """Take the compiled hook where `library` is one, else its Python twin. The caller must keep it alive."""
    return library.hook_shadow if isinstance(library, ctypes.CDLL) else python_shadow(state)


def python_shadow(state: ShadowState) -> Any:
    """Do in Python what hook_shadow of hooks.c does."""

    def shadow_hook(engine: int, kind: int, phys: int, size: int, _value: int, _data: int) -> None:
        end = phys + size
        if end > state.end:
            return
        for at in range(phys // _GRANULE, (end - 1) // _GRANULE + 1):
            shadow = ctypes.c_int8.from_address((state.shadow or 0) + at).value
            last = min(end, (at + 1) * _GRANULE) - 1
            if shadow and last % _GRANULE >= shadow:
                CALLED_CFUNC(state.called or 0)(engine, phys, size, kind == MEM_WRITE)
                return

    return SHADOW_CFUNC(shadow_hook)
