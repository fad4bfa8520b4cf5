# SPDX-License-Identifier: GPL-2.0-only
"""What the guest tells of user space and of the module that it tests: a call is wanted, something is left.

Owns nothing but the ways to whoever acts as user space; the calls themselves stand in guest RAM.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from pykernel.layout.strings import read_string
from pykernel.mm.context import Mm
from pykernel.pointers import checked
from pykernel.trapgate import Call


class Leftover(NamedTuple):
    """Something that a module has not given back: what, called what, and the module's line behind its taking."""

    kind: str
    name: str
    caller: int


class Unmatched(NamedTuple):
    """A driver for which the machine has no device: lists, with commas, of what it is for and of what there is."""

    bus: str
    driver: str
    wanted: str  # empty where only the bus knows
    present: str


class ModuleState(NamedTuple):
    """How loading or unloading went: negative errno values of the module's init and of its probe, or 0."""

    stage: int  # enum module_stage
    error: int
    probe_error: int


class UserCalls:
    """The calls of kernel/user_task.c. Whoever wants to hear of them sets the functions."""

    def __init__(self, mm: Mm) -> None:
        self._mm = mm
        self.on_wait: Callable[[int, int], None] = lambda call_phys, memory_phys: None
        self.on_state: Callable[[ModuleState], None] = lambda state: None
        self.on_leftover: Callable[[Leftover], None] = lambda leftover: None
        self.on_unmatched: Callable[[Unmatched], None] = lambda unmatched: None

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {
            "user_wait": (self._user_wait, 2),
            "module_state": (self._module_state, 3),
            "leftover": (self._leftover, 3),
            "driver_unmatched": (self._driver_unmatched, 4),
        }

    def _user_wait(self, call: int, memory_phys: int) -> None:
        self.on_wait(checked(self._mm.ram, call, self._mm.layout.sizeof("user_call"), 8), memory_phys)

    def _module_state(self, stage: int, error: int, probe_error: int) -> None:
        self.on_state(ModuleState(stage, _signed(error), _signed(probe_error)))

    def _leftover(self, kind: int, name: int, caller: int) -> None:
        ram = self._mm.ram
        self.on_leftover(Leftover(read_string(ram, kind), read_string(ram, name), caller))

    def _driver_unmatched(self, *texts: int) -> None:
        self.on_unmatched(Unmatched(*(read_string(self._mm.ram, text) for text in texts)))


def _signed(word: int) -> int:
    return word - (word >> 63 << 64)
