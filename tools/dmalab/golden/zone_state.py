# SPDX-License-Identifier: GPL-2.0-only
"""Read the page allocator's state from RAM in the form in which recordings dump it, with walks of its own."""

import re
from functools import cached_property
from typing import Any

from emulator.memmap import PAGE_OFFSET
from pykernel.layout.address import image_to_virt, virt_to_phys
from pykernel.layout.lists import list_for_each
from pykernel.mm.context import Mm

_FNV_OFFSET = 0xCBF2_9CE4_8422_2325
_FNV_PRIME = 0x0000_0100_0000_01B3
_FNV_PRIME_4 = pow(_FNV_PRIME, 4, 1 << 64)
_MASK = (1 << 64) - 1
_END = _MASK
_TYPES = 5
_RESERVED_BIT = bytes(value >> 2 & 1 for value in range(256))  # PG_reserved is bit 2 of the flags' second byte


def fnv(numbers: list[int]) -> str:
    """Hash 64-bit numbers by FNV-1a, byte for byte, lowest first."""
    value = _FNV_OFFSET
    for number in numbers:
        low, high = number & 0xFFFF_FFFF, number >> 32
        for part in (low, high):
            if part or number >= 1 << 32:
                for byte in part.to_bytes(4, "little"):
                    value = (value ^ byte) * _FNV_PRIME & _MASK
            else:
                value = value * _FNV_PRIME_4 & _MASK  # four zero bytes
    return f"{value:016x}"


class ZoneState:
    """One zone's state, worked out part by part as it is asked for: `state[name]`, with a recording's names."""

    def __init__(self, mm: Mm, index: int, cpus: list[int]) -> None:
        self.mm = mm
        self.layout = mm.layout
        self.phys = mm.pgdat + index * mm.layout.sizeof("zone")
        self.cpus = cpus
        self.mem_map = virt_to_phys(mm.get("mem_map"))

    def __getitem__(self, name: str) -> Any:
        return getattr(self, f"read_{name}")()

    def __contains__(self, name: str) -> bool:
        return hasattr(self, f"read_{name}")

    def word(self, path: str) -> int:
        """Read a 64-bit member of struct zone."""
        return self.mm.ram.u64[(self.phys + self.layout.offset("zone", path)) >> 3]

    def _pfns(self, head: int) -> list[int]:
        base = self.mem_map + PAGE_OFFSET + self.layout.offset("page", "lru")
        return [(link - base) // self.layout.sizeof("page") for link in list_for_each(self.mm.ram, head)]

    @cached_property
    def _free_lists(self) -> list[list[list[int]]]:
        orders = range(self.mm.config.max_order)
        return [[self._pfns(self._head(f"free_area[{o}].free_list[{t}]")) for t in range(_TYPES)] for o in orders]

    @cached_property
    def _pcp_lists(self) -> list[list[int]]:
        return [self._pfns(self._head(f"pageset[{cpu}].pcp[{cold}].list")) for cpu in self.cpus for cold in (0, 1)]

    def _head(self, path: str) -> int:
        return image_to_virt(self.phys + self.layout.offset("zone", path))

    def _int(self, path: str) -> int:
        return self.mm.ram.i32[(self.phys + self.layout.offset("zone", path)) >> 2]

    def read_z(self) -> str:
        """The zone's name."""
        phys = virt_to_phys(self.word("name"))
        return bytes(self.mm.ram.u8[phys : phys + 8]).split(b"\0")[0].decode()

    def _counter(self, item: str) -> int:
        value = self.word(f"vm_stat[{self.layout.number(item)}]")
        return 0 if value >> 63 else value  # below 0 while another CPU keeps the rest; zone_page_state() gives 0 then

    def read_free(self) -> int:
        """NR_FREE_PAGES."""
        return self._counter("NR_FREE_PAGES")

    def read_slab_r(self) -> int:
        """NR_SLAB_RECLAIMABLE."""
        return self._counter("NR_SLAB_RECLAIMABLE")

    def read_slab_u(self) -> int:
        """NR_SLAB_UNRECLAIMABLE."""
        return self._counter("NR_SLAB_UNRECLAIMABLE")

    def read_fa(self) -> list[int]:
        """The counters of free blocks, by order."""
        return [self.word(f"free_area[{order}].nr_free") for order in range(self.mm.config.max_order)]

    def read_mt(self) -> list[list[int]]:
        """The lengths of the free lists, by order and migrate type."""
        return [[len(pfns) for pfns in lists] for lists in self._free_lists]

    def read_pcp(self) -> list[int]:
        """The counts of the per-CPU lists."""
        return [self._int(f"pageset[{cpu}].pcp[{cold}].count") for cpu in self.cpus for cold in (0, 1)]

    def read_h(self) -> str:
        """A hash of all free lists and per-CPU lists in their order."""
        lists = [pfns for by_type in self._free_lists for pfns in by_type] + self._pcp_lists
        return fnv([number for pfns in lists for number in (*pfns, _END)])

    def read_start(self) -> int:
        """The first page frame."""
        return self.word("zone_start_pfn")

    def read_spanned(self) -> int:
        """Page frames, holes included."""
        return self.word("spanned_pages")

    def read_present(self) -> int:
        """Page frames that count for the watermarks."""
        return self.word("present_pages")

    def read_min(self) -> int:
        """The lowest watermark."""
        return self.word("pages_min")

    def read_low(self) -> int:
        """The watermark below which kswapd wakes."""
        return self.word("pages_low")

    def read_high(self) -> int:
        """The watermark above which kswapd sleeps."""
        return self.word("pages_high")

    def read_lowmem_reserve(self) -> list[int]:
        """What is kept from requests for higher zones."""
        return [self.word(f"lowmem_reserve[{index}]") for index in range(self.layout.number("MAX_NR_ZONES"))]

    def read_pcp_high_batch(self) -> list[list[int]]:
        """High and batch of the first CPU's hot and cold list."""
        return [[self._int(f"pageset[0].pcp[{cold}].{name}") for name in ("high", "batch")] for cold in (0, 1)]

    def read_batch(self) -> int:
        """What zone_batchsize() says; the hot list's high mark is six times that."""
        return self._int("pageset[0].pcp[0].high") // 6

    def read_pb_first(self) -> int:
        """The first page frame of the first pageblock."""
        return self.read_start()

    def read_pageblocks(self) -> str:
        """The pageblocks' migrate types, a digit each."""
        order = self.mm.config.pageblock_order
        count = -(-self.read_spanned() >> order)  # rounded up
        phys = virt_to_phys(self.word("pageblock_flags"))
        bits = int.from_bytes(self.mm.ram.u8[phys : phys + (count * 3 + 63) // 64 * 8], "little")
        return "".join(str(bits >> 3 * block & 7) for block in range(count))

    def read_reserve_pageblocks(self) -> list[int]:
        """The first page frames of the MIGRATE_RESERVE blocks."""
        step, start = 1 << self.mm.config.pageblock_order, self.read_start()
        return [start + index * step for index, kind in enumerate(self.read_pageblocks()) if kind == "3"]

    def read_pageblock_counts(self) -> dict[str, int]:
        """How many pageblocks have each migrate type."""
        blocks = self.read_pageblocks()
        return {kind: blocks.count(kind) for kind in sorted(set(blocks))}

    def read_lists(self) -> dict[str, list[int]]:
        """The free lists that are not empty, from head to tail."""
        found = {f"{order}/{kind}": pfns for order, by in enumerate(self._free_lists) for kind, pfns in enumerate(by)}
        return {name: pfns for name, pfns in found.items() if pfns}

    def read_pcplists(self) -> list[list[list[int]]]:
        """The per-CPU lists, from head to tail, each page with its migrate type."""
        private = (self.mem_map + self.layout.offset("page", "private")) >> 3
        words = self.layout.sizeof("page") >> 3
        return [[[pfn, self.mm.ram.u64[private + pfn * words]] for pfn in pfns] for pfns in self._pcp_lists]


def populated_zones(mm: Mm, cpus: list[int]) -> list[ZoneState]:
    """Give the zones that have pages, as dumps list them."""
    states = [ZoneState(mm, index, cpus) for index in range(mm.layout.number("MAX_NR_ZONES"))]
    return [state for state in states if state.read_present()]


def reserved_ranges(mm: Mm) -> list[list[int]]:
    """Give the ranges of page frames that have PG_reserved set, ends included."""
    stride = mm.layout.sizeof("page")
    flags = mm.ram.column("Q", virt_to_phys(mm.get("mem_map")), stride, mm.get("max_pfn")).tobytes()
    marks = flags[1::8].translate(_RESERVED_BIT)
    return [[found.start(), found.end() - 1] for found in re.finditer(b"\x01+", marks)]
