# SPDX-License-Identifier: GPL-2.0-only
"""Objects that nobody points to any more, found in the memory of a guest that has allocated a lot."""

from collections.abc import Callable

import pytest

from dmalab.leaks import roots
from dmalab.machine_spec import MachineSpec
from dmalab.scenario import Scenario
from dmalab.session import Session
from emulator.memmap import KERNEL_MAP_BASE, MIB, PAGE_OFFSET
from pykernel.check.leaks import Leak, unreferenced
from pykernel.check.users import Users

STEPS, SLOTS, ZERO_SIZE_PTR = 3000, 400, 16  # firmware/modules/alloc_mix.c


class Mix:
    """A guest stopped at the end of its allocations: `slots` are the words that point to its objects."""

    def __init__(self, change: Callable[["Mix"], None]) -> None:
        scenario = Scenario("mix", "", ("alloc_mix",), options=("alloc_mix=5",))
        self.session = Session(MachineSpec(ram=32 * MIB), scenario, {}, record=False)
        self.ram = self.session.machine.ram
        self.slots = self.phys("mix_slots") >> 3
        self.leaks: list[Leak] = []

        def look(name: str) -> None:
            if name == "mix-end":
                saved = bytes(self.ram.u8)
                self.ram.fill(self.phys("mix_addresses"), 8 * STEPS)  # a list of all, which would hold each
                change(self)
                users = Users(self.session.memory, self.phys("object_users"))
                self.leaks = unreferenced(self.session.memory, users, roots(self.session.symbols, users.size))
                self.ram.u8[:] = saved

        self.session.kernel.on_checkpoint(look)
        self.session.run()

    def phys(self, name: str) -> int:
        """Give the physical address of a variable of the guest's."""
        return self.session.symbols.addresses[name] - KERNEL_MAP_BASE

    def live(self) -> list[int]:
        """Give the slots that hold something."""
        return [slot for slot in range(SLOTS) if self.ram.u64[self.slots + slot] > ZERO_SIZE_PTR]

    def take_away(self, slot: int) -> int:
        """Forget a slot's pointer, and give it."""
        objp = self.ram.u64[self.slots + slot]
        self.ram.u64[self.slots + slot] = 0
        return objp


def test_nothing_is_lost_while_every_object_has_its_pointer() -> None:
    assert Mix(lambda mix: None).leaks == []


def test_an_object_whose_only_pointer_is_gone_is_a_leak_with_the_line_that_took_it() -> None:
    lost: list[int] = []

    mix = Mix(lambda mix: lost.append(mix.take_away(mix.live()[3])))

    assert [leak.user.phys + PAGE_OFFSET for leak in mix.leaks] == lost
    assert "alloc_mix.c:" in mix.session.symbols.describe(mix.leaks[0].user.allocated_by)


@pytest.mark.parametrize("offset", [0, 8])
def test_a_pointer_in_an_object_that_is_reached_is_a_reference_and_in_a_lost_one_is_none(offset: int) -> None:
    lost: list[int] = []

    def chain(mix: Mix, *, holder_is_lost: bool) -> None:
        big = next(slot for slot in mix.live() if mix.ram.u64[mix.slots + slot] % 512 == 0)
        small = next(slot for slot in mix.live() if slot != big)
        objp = mix.take_away(small)
        holder = mix.take_away(big) if holder_is_lost else mix.ram.u64[mix.slots + big]
        mix.ram.u64[(holder - PAGE_OFFSET + 16) >> 3] = objp + offset
        lost[:] = sorted((objp, holder))

    held = Mix(lambda mix: chain(mix, holder_is_lost=False))
    both = Mix(lambda mix: chain(mix, holder_is_lost=True))

    assert held.leaks == []
    assert [leak.user.phys + PAGE_OFFSET for leak in both.leaks] == lost
