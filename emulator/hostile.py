# SPDX-License-Identifier: GPL-2.0-only
"""A device that has turned against its driver: what it answers and what it writes is replaced, now and then, by values
that hurt whoever believes them.

Sits between the bus and a device's registers, and in its port to memory. The values are those that a length, an index,
an address or a status must not have: too large by one, by much, negative, wrapping, or arbitrary.
"""

from collections.abc import Callable
from typing import NamedTuple

from emulator.bus import Target
from emulator.chance import Chance

_WORD = 4  # bytes: what DMA-written data is looked at as


class HostileConfig(NamedTuple):
    """What is replaced, and how often."""

    seed: int = 0
    probability: int = 10  # percent of the values
    spared: int = 0  # values at the beginning that stay as they are, so that the driver gets going
    registers: bool = True
    dma: bool = True
    device: str | None = None  # a bus id; None: all


class Hostility:
    """The ill will of one machine's devices."""

    def __init__(self, config: HostileConfig) -> None:
        self.replaced = 0
        self._config = config
        self._chance = Chance(config.seed)
        self._seen = 0

    def applies_to(self, device: str) -> bool:
        """Say whether a device is hostile."""
        return self._config.device in (None, device)

    def registers(self, target: Target) -> Target:
        """Give what is to answer in place of a device's registers."""
        return _HostileRegisters(target, self) if self._config.registers else target

    def data(self, data: bytes) -> bytes:
        """Give what a device writes to memory in place of `data`."""
        if not self._config.dma:
            return data
        words = [data[at : at + _WORD] for at in range(0, len(data), _WORD)]
        return b"".join(self._word(word) for word in words)

    def _word(self, word: bytes) -> bytes:
        return self.value(int.from_bytes(word, "little"), len(word)).to_bytes(len(word), "little")

    def value(self, honest: int, width: int) -> int:
        """Give what a device says in place of `honest`, a value of `width` bytes."""
        self._seen += 1
        if self._seen <= self._config.spared or not self._chance.percent(self._config.probability):
            return honest
        self.replaced += 1
        lie: Callable[[int, int, Chance], int] = self._chance.choice(_LIES)
        return lie(honest, 8 * width, self._chance) & (1 << 8 * width) - 1


_LIES: tuple[Callable[[int, int, Chance], int], ...] = (
    lambda honest, bits, chance: 0,
    lambda honest, bits, chance: (1 << bits) - 1,
    lambda honest, bits, chance: (1 << bits - 1) - 1,
    lambda honest, bits, chance: 1 << bits - 1,
    lambda honest, bits, chance: honest + 1,
    lambda honest, bits, chance: honest - 1,
    lambda honest, bits, chance: honest << 1,
    lambda honest, bits, chance: honest | 0xFFFF_F000,
    lambda honest, bits, chance: honest ^ 1 << chance.below(bits),
    lambda honest, bits, chance: chance.bits64(),
)


class _HostileRegisters:
    """A device's registers, whose answers are not to be trusted."""

    def __init__(self, target: Target, hostility: Hostility) -> None:
        self._target, self._hostility = target, hostility

    def read(self, offset: int, width: int) -> int:
        """Answer, perhaps with a lie."""
        return self._hostility.value(self._target.read(offset, width), width)

    def write(self, offset: int, width: int, value: int) -> None:
        """Pass a write on."""
        self._target.write(offset, width, value)
