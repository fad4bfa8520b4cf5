# SPDX-License-Identifier: GPL-2.0-only
"""Every error that the machine raises. It knows none of the parts that raise them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from emulator.cpu_report import Report


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
    """The processor has shut down (triple fault) or met a state that it cannot run.

    `report` says where it was: registers, code, last blocks, backtrace.
    """

    def __init__(self, reason: str, report: "Report | None" = None) -> None:
        super().__init__(reason)
        self.report = report


class ConfigError(Exception):
    """What the user gave (machine file, ELF, trace, ...) is wrong: one line says where, what and what was expected."""
