# SPDX-License-Identifier: GPL-2.0-only
"""Every error that the machine raises. It knows none of the parts that raise them."""


class EmulatorError(Exception):
    """The machine cannot go on."""


class BusError(EmulatorError):
    """A physical or bus address has nobody behind it.

    `phys` is the first byte that failed; `length` is the size of the access in bytes.
    """

    def __init__(self, phys: int, length: int, reason: str) -> None:
        super().__init__(f"{reason}: {length} bytes at {phys:#x}")
        self.phys = phys
        self.length = length


class CpuFault(EmulatorError):
    """The processor has shut down (triple fault) or met a state that it cannot run."""


class ConfigError(Exception):
    """What the user gave (machine file, ELF, trace, ...) is wrong: one line says where, what and what was expected."""
