# SPDX-License-Identifier: GPL-2.0-only
"""Names of caches that the host creates. A cache points to its name in RAM; a Python string must be put there first."""

from collections.abc import Iterator
from contextlib import contextmanager

from emulator.errors import ConfigError
from pykernel.layout.address import VirtAddr, virt_to_phys
from pykernel.mm.slab_core import SlabCore


class Keeper:
    """A name in RAM, at `virt`. Whoever made a cache of that name sets `wanted`."""

    def __init__(self, virt: VirtAddr) -> None:
        self.virt = virt
        self.wanted = False


@contextmanager
def kept(core: SlabCore, name: str) -> Iterator[Keeper]:
    """Put a name into RAM, and take it out again unless it is `wanted`.

    Raises: ConfigError where it is too long, or too many are in use.
    """
    length, count = core.mm.layout.number("SLAB_NAME_LEN"), core.mm.layout.number("HOST_NAMES")
    data = name.encode("latin-1")
    if len(data) >= length:
        raise ConfigError(f"cache name: found {name!r}, expected fewer than {length} bytes")
    first = core.mm.statics["host_cache_names"]
    free = next((slot for slot in range(first, first + count * length, length) if not core.ram.u8[slot]), None)
    if free is None:
        raise ConfigError(f"cache name {name!r}: found {count} names in use, expected a free one")
    keeper = Keeper(VirtAddr(core.mm.address_of("host_cache_names") + free - first))
    core.ram.write(free, data + b"\0")
    try:
        yield keeper
    finally:
        if not keeper.wanted:
            core.ram.u8[free] = 0


def forget(core: SlabCore, name: int) -> None:
    """Free the place of a name whose cache is gone, if it has one here."""
    first = core.mm.statics["host_cache_names"]
    size = core.mm.layout.number("SLAB_NAME_LEN") * core.mm.layout.number("HOST_NAMES")
    phys = virt_to_phys(name)
    if first <= phys < first + size:
        core.ram.u8[phys] = 0
