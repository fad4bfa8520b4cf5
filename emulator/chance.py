# SPDX-License-Identifier: GPL-2.0-only
"""A small generator of pseudo-random numbers, the same on every host and in every version: xorshift64* (Vigna 2016)."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_U64 = (1 << 64) - 1


class Chance:
    """A stream of numbers that its seed decides."""

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ 0x9E37_79B9_7F4A_7C15) & _U64 or 1

    def bits64(self) -> int:
        """Give the next 64 bits."""
        self._state, value = step(self._state)
        return value

    def below(self, end: int) -> int:
        """Give a number from 0 to `end` - 1."""
        return self.bits64() * end >> 64

    def percent(self, probability: int) -> bool:
        """Say yes with a probability of `probability` in 100."""
        return self.below(100) < probability

    def choice(self, of: Sequence[T]) -> T:
        """Give one of a sequence."""
        return of[self.below(len(of))]


def step(state: int) -> tuple[int, int]:
    """Give the state after `state`, and the number that it yields."""
    state ^= state >> 12
    state = (state ^ state << 25) & _U64
    state ^= state >> 27
    return state, state * 0x2545_F491_4F6C_DD1D & _U64
