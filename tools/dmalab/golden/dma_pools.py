# SPDX-License-Identifier: GPL-2.0-only
"""What a driver does with DMA pools in a recording, and the table of pool geometries."""

import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

from dmalab.golden.dma_operations import DmaOperations, Entry
from dmalab.golden.reader import Recording
from dmalab.golden.replay import Kind, Tally, equal
from pykernel.layout.address import phys_to_virt, virt_to_phys
from pykernel.mm.dmapool import DmaPools, pool_geometry

_GEOMETRY = ["size", "align", "alloc", "result", "psize", "allocation", "blocks_per_page"]


class Hang(Exception):
    """An operation waits for memory, and the recording has nothing left to happen meanwhile."""


class PoolOperations:
    """Perform a recording's operations with pools, which it numbers. `events` takes what else happens."""

    def __init__(self, operations: DmaOperations, events: Callable[[str], None]) -> None:
        self.operations, self.events = operations, events
        self.mm = operations.mm
        self.pools = DmaPools(operations.dma, operations.slab, self.create_file, self.remove_file)
        self._free_pages = self.mm.pages.free_pages  # what happens meanwhile is no part of the operation
        self.numbers: dict[int, int] = {}  # a recording's number -> pointer
        self.file_result = 0
        self.hooks: deque[tuple[str, int, int, int]] = deque()
        self.table: dict[str, Entry] = {
            "pc": (5, 2, self.create),
            "pd": (1, 0, self.destroy),
            "pa": (2, 3, self.alloc),
            "pf": (3, 1, self.free),
            "ps": (1, 1, self.show),
            "dcf": (1, 0, lambda result: setattr(self, "file_result", result)),
            "hook": (4, 0, lambda *hook: self.hooks.append(hook)),
        }

    def create_file(self, dev: int) -> int:
        """Make the file `pools`, with the result that the recording has ordered."""
        self.events("device_create_file failed" if self.file_result else "device_create_file")
        return self.file_result

    def remove_file(self, dev: int) -> None:
        """Note that the file is gone."""
        self.events("device_remove_file")

    def _pool(self, number: int) -> int:
        if number not in self.numbers:
            self.operations.recording.fail(f"pool {number}, which does not exist", "lines in the recorded order")
        return self.numbers[number]

    def create(
        self, name: str, dev: int, size: int, align: int, allocation: int, number: int | None, geometry: Any
    ) -> None:
        """dma_pool_create."""
        pool = self.pools.dma_pool_create(name, self.operations.dev(dev), size, align, allocation)
        equal("dma_pool_create: whether it succeeds", number is not None, pool != 0)
        if number is not None:
            got = {
                "p": virt_to_phys(pool),
                "size": self.pools.block_size(pool),
                "allocation": self.pools.allocation(pool),
                "bpp": self.pools.blocks_per_page(pool),
            }
            equal("dma_pool_create", geometry, got)
            self.numbers[number] = pool

    def destroy(self, number: int) -> None:
        """dma_pool_destroy."""
        self.pools.dma_pool_destroy(self._pool(number))
        del self.numbers[number]

    def alloc(self, number: int, gfp_mask: int, *expected: Any) -> None:
        """dma_pool_alloc; the block's bytes are what they were, or poison."""
        pool = self._pool(number)
        found = self.pools.dma_pool_alloc(pool, gfp_mask, self._schedule_timeout)
        got = (-1, -1) if found is None else (virt_to_phys(found[0]), found[1])
        equal("dma_pool_alloc", expected[:2], got)
        if found is not None:
            crc = zlib.crc32(self.mm.ram.read(got[0], self.pools.block_size(pool)))
            equal("crc of the block", expected[2], crc)

    def _schedule_timeout(self) -> None:
        """Let the recording's next hook happen."""
        self.events("schedule_timeout(25)")
        if not self.hooks:
            raise Hang
        what, *arguments = self.hooks.popleft()
        if what == "f":
            self._free_pages(*arguments[:2])
        else:
            self._free(*arguments)

    def _free(self, number: int, phys: int, dma_addr: int) -> None:
        self.pools.dma_pool_free(self._pool(number), phys_to_virt(phys), dma_addr, lambda: self.events("wake"))

    def free(self, number: int, phys: int, dma_addr: int, expected: int | None) -> None:
        """dma_pool_free."""
        size = self.pools.block_size(self._pool(number))
        self._free(number, phys, dma_addr)
        equal("crc of the block", expected, self.operations.crc(phys, size, expected))

    def show(self, dev: int, expected: str) -> None:
        """Read the file `pools`."""
        equal("pools", expected, self.pools.show_pools(self.operations.dev(dev)))


def replay_geometry(recording: Recording, tally: Tally) -> None:
    """Compare a table of pool geometries. Raises: Mismatch; ConfigError where a row has no such columns"""
    next(recording)
    for row in recording:
        if len(row) != len(_GEOMETRY) or not all(cell.isdigit() for cell in row[:3]):
            recording.fail(f"{row}", f"a row with {', '.join(_GEOMETRY)}")
        found = pool_geometry(*map(int, row[:3]))
        got = ["NULL", "", "", ""] if found is None else ["OK", *map(str, found)]
        equal(f"dma_pool_create({', '.join(row[:3])})", row[3:], got)
        tally.exact += 1


def _is_row(line: Any) -> bool:
    return isinstance(line, list) and line != _GEOMETRY


KINDS = (Kind("dma_pool_geometry", lambda first: first == _GEOMETRY, replay_geometry, _is_row),)
