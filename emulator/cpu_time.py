# SPDX-License-Identifier: GPL-2.0-only
"""Virtual time from executed blocks, and when the engine must stop next.

Time stands still for everyone else while the engine runs; it is brought up to date (`sync`) before anything outside
looks at the clock, and the engine's stop is set anew (`arm`) after anything outside may have changed it.
"""

from collections.abc import Callable
from typing import Protocol

from emulator import memmap
from emulator.clock import Clock
from emulator.native import BLOCKS, DEADLINE, RING, RING_BLOCKS, STOP_AT

_PER_BLOCK = memmap.NS_PER_BLOCK
_ROUND_UP = _PER_BLOCK - 1
UNBOUNDED = 1 << 62  # blocks; more than any run has


class InterruptPin(Protocol):
    """The processor's INTR pin."""

    is_pending: bool


class BlockTime:
    """Keeps the clock and the hook state's counters together.

    `limit` is the block count at which the engine stops in any case. While `alone` it stops for nothing else: events
    and interrupts wait.
    """

    def __init__(self, words: memoryview, clock: Clock, intr: InterruptPin) -> None:
        self.limit = UNBOUNDED
        self.alone = False
        self._words = words
        self._clock = clock
        self._intr = intr
        self._synced = 0  # blocks that the clock knows of

    @property
    def blocks(self) -> int:
        """Blocks executed so far."""
        return self._words[BLOCKS]

    def count(self, address: int) -> None:
        """Count an exception or interrupt as a block: a guest that does nothing else must come to an end, too."""
        words = self._words
        words[RING + words[BLOCKS] % RING_BLOCKS] = address
        words[BLOCKS] += 1
        self.sync()

    def last_blocks(self, count: int) -> list[int]:
        """Give the addresses of the last `count` blocks, the latest last."""
        words = self._words
        blocks = words[BLOCKS]
        return [words[RING + n % RING_BLOCKS] for n in range(max(0, blocks - min(count, RING_BLOCKS)), blocks)]

    def sync(self) -> None:
        """Let the time of the blocks since the last call pass."""
        blocks = self._words[BLOCKS]
        self._clock.now_ns += (blocks - self._synced) * memmap.NS_PER_BLOCK
        self._synced = blocks

    def arm(self) -> None:
        """Make the engine stop before the next event, at the limit, or where a pending interrupt can be taken.

        Only when time is up to date.
        """
        words, deadline = self._words, self.limit
        if self.alone:
            words[DEADLINE] = words[STOP_AT] = deadline
            return
        clock = self._clock
        due_ns = clock.next_deadline()
        if due_ns is not None:
            ns = due_ns - clock.now_ns
            due = self._synced + (-(-ns // memmap.NS_PER_BLOCK) if ns > 0 else 0)
            if due < deadline:
                deadline = due
        words[DEADLINE] = deadline
        words[STOP_AT] = 0 if self._intr.is_pending else deadline

    def around(
        self, enter: Callable[[int], bool], cost_ns: int, failed: Callable[[BaseException], None]
    ) -> Callable[[int, int], bool]:
        """Make one function, of a value and the blocks so far, of sync(), enter(value) after `cost_ns`, and arm().

        It is for what leaves the engine most often: each of its steps counts.

        What `enter` raises goes to `failed`, and the function gives False.
        """
        words, clock, queue, intr = self._words, self._clock, self._clock.queue, self._intr

        def timed(value: int, blocks: int) -> bool:
            clock.now_ns += (blocks - self._synced) * _PER_BLOCK + cost_ns
            self._synced = blocks
            try:
                answer = enter(value)
            except BaseException as error:
                failed(error)
                return False
            if queue and not intr.is_pending and not self.alone:
                due_ns, _, event = queue[0]
                due, limit = self._synced + (due_ns - clock.now_ns + _ROUND_UP) // _PER_BLOCK, self.limit
                if due > limit:
                    due = limit
                if due > 0 and not event.cancelled:
                    words[STOP_AT] = due
                    return answer
            self.arm()
            return answer

        return timed

    def begin(self, *, one_block: bool) -> None:
        """Arm for a start of the engine: at least one block runs, or just one."""
        self.arm()
        words = self._words
        first = words[BLOCKS] + 1
        if one_block:
            words[DEADLINE] = words[STOP_AT] = first
        elif words[DEADLINE] < first:
            words[DEADLINE] = first
            words[STOP_AT] = 0 if words[STOP_AT] < words[BLOCKS] else first

    def stop_now(self) -> None:
        """Make the engine stop before the next block, whatever is armed later."""
        self.limit = 0
        self._words[DEADLINE] = self._words[STOP_AT] = 0
