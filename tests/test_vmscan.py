# SPDX-License-Identifier: GPL-2.0-only
"""Reclaim: shrinkers by 2.6.24's arithmetic, the reap timer on virtual time, and the report when all is in vain."""

import re
import struct
from collections.abc import Callable
from itertools import pairwise

import pytest
from guest_kernel import SCRATCH, Guest

from dmalab.machine_spec import MachineSpec
from dmalab.scenario import Scenario
from dmalab.session import Session
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, MIB
from emulator.trace import Trap
from pykernel.check.audit import audit
from pykernel.check.memory import Memory
from pykernel.layout.address import image_to_virt
from pykernel.layout.lists import list_add_tail
from pykernel.proc.vmstat import buddyinfo
from pykernel.trapgate import TrapFailure

GFP_KERNEL = 0xD0
GFP_ATOMIC = 0x20
FUNCTION = KERNEL_MAP_BASE + KERNEL_PHYS + 0x1000
BATCH = 128
U32 = 0xFFFF_FFFF
Shrink = Callable[[int, int], int]


class ShrinkingGuest:
    """A guest of 16 MiB whose shrinkers are Python functions."""

    def __init__(self, *shrinkers: tuple[Shrink, int]) -> None:
        self.functions = {FUNCTION + 16 * index: shrink for index, (shrink, _) in enumerate(shrinkers)}
        self.guest = Guest(16, call=lambda function, nr, gfp_mask: self.functions[function](nr, gfp_mask) & U32).boot()
        self.mm, ram = self.guest.kernel.mm, self.guest.ram
        head = self.guest.symbols["shrinker_list"]
        ram.write(head - KERNEL_MAP_BASE, struct.pack("<2Q", head, head))
        for index, (_, seeks) in enumerate(shrinkers):
            phys = self.phys(index)
            ram.write(phys, struct.pack("<Qi4x2Qq", FUNCTION + 16 * index, seeks, 0, 0, 0))
            list_add_tail(ram, image_to_virt(phys + self.mm.layout.offset("shrinker", "list")), head)

    def phys(self, index: int = 0) -> int:
        return SCRATCH + 64 * index

    def nr(self, index: int = 0) -> int:
        """Give what a shrinker is still asked for."""
        return self.guest.ram.i64[(self.phys(index) + self.mm.layout.offset("shrinker", "nr")) >> 3]

    def shrink_slab(self, scanned: int = 0, lru_pages: int = 0) -> int:
        return self.mm.reclaim.shrink_slab(scanned, GFP_KERNEL, lru_pages)

    def take_all(self, gfp_mask: int = GFP_KERNEL, most: int = 1 << 12) -> int:
        return sum(self.guest.call("get_free_pages", gfp_mask, 0) != 0 for _ in range(most))


class Hoard:
    """A cache of so many objects that frees nothing real; it notes what it is asked."""

    def __init__(self, objects: int, refuses: bool = False) -> None:
        self.objects, self.refuses = objects, refuses
        self.asked: list[int] = []

    def __call__(self, nr_to_scan: int, gfp_mask: int) -> int:
        if not nr_to_scan:
            return self.objects
        self.asked.append(nr_to_scan)
        if self.refuses:
            return -1
        self.objects -= min(nr_to_scan, self.objects)
        return self.objects


@pytest.mark.parametrize(
    ("objects", "seeks", "scanned", "lru_pages"),
    [(1000, 2, 0, 0), (1000, 2, 64, 99), (5000, 1, 32, 640), (300, 16, 8, 1), (90, 2, 0, 0), (0, 2, 0, 0)],
)
def test_a_shrinker_s_share_is_that_of_linux(objects: int, seeks: int, scanned: int, lru_pages: int) -> None:
    """delta = 4 * scanned / seeks * objects / (lru_pages + 1), twice all at most, in batches; the rest is put off."""
    hoard = Hoard(objects)
    guest = ShrinkingGuest((hoard, seeks))
    share = min(4 * (scanned or 32) // seeks * objects // (lru_pages + 1), 2 * objects)

    freed = guest.shrink_slab(scanned, lru_pages)

    assert hoard.asked == [BATCH] * (share // BATCH)
    assert guest.nr() == share % BATCH
    assert freed == min(objects, BATCH * (share // BATCH))


def test_what_was_put_off_is_asked_for_next_time() -> None:
    hoard = Hoard(100)
    guest = ShrinkingGuest((hoard, 2))
    share = 4 * 32 // 2 * 100 // 65  # of a pass

    for passes in (1, 2):
        assert guest.shrink_slab(lru_pages=64) == (100 if passes == 2 else 0)
    assert (len(hoard.asked), guest.nr()) == (1, 2 * share - BATCH)


def test_a_shrinker_that_refuses_is_not_asked_again_in_this_pass_and_the_next_one_is() -> None:
    refusing, willing = Hoard(1000, refuses=True), Hoard(1000)
    guest = ShrinkingGuest((refusing, 2), (willing, 2))

    assert guest.shrink_slab() == 1000

    assert len(refusing.asked) == 1
    assert len(willing.asked) == 2000 // BATCH
    assert guest.nr(0) == 2000


def test_an_allocation_that_may_wait_gets_what_a_shrinker_frees_and_an_atomic_one_does_not() -> None:
    blocks: list[int] = []

    def shrink(nr_to_scan: int, gfp_mask: int) -> int:
        for _ in range(min(nr_to_scan, len(blocks))):
            setup.mm.pages.free_pages(blocks.pop(), 0)
        return len(blocks)

    setup = ShrinkingGuest((shrink, 2))
    blocks += [pfn for _ in range(600) if (pfn := setup.mm.pages.alloc_pages(GFP_KERNEL, 0)) is not None]
    atomic = setup.take_all(GFP_ATOMIC)
    assert len(blocks) == 600

    waiting = setup.take_all(GFP_KERNEL, 500)

    assert waiting == 500
    assert atomic > 500
    assert not blocks
    assert audit(Memory(setup.guest.ram, setup.mm.layout, setup.mm.config, setup.mm.statics)) == []


def test_a_shrinker_may_allocate_and_is_not_called_within_itself() -> None:
    depth, deepest = 0, 0

    def shrink(nr_to_scan: int, gfp_mask: int) -> int:
        nonlocal depth, deepest
        depth += 1
        deepest = max(deepest, depth)
        if not kept:  # from the last reserves; who frees memory must not wait for memory
            kept.append(setup.mm.pages.alloc_pages(GFP_KERNEL, 0))
        depth -= 1
        return 0

    kept: list[int | None] = []
    setup = ShrinkingGuest((shrink, 2))
    with pytest.raises(TrapFailure, match="no killable processes"):
        setup.take_all()

    assert deepest == 1
    assert kept[0] is not None


@pytest.mark.parametrize("seeks", [0, -3])
def test_a_shrinker_that_makes_no_sense_is_the_guest_s_bug(seeks: int) -> None:
    setup = ShrinkingGuest((Hoard(1000), seeks))

    with pytest.raises(TrapFailure, match="seeks"):
        setup.take_all()


def test_a_shrinker_that_promises_for_ever_ends_as_a_live_lock() -> None:
    setup = ShrinkingGuest((lambda nr_to_scan, gfp_mask: 1000 - nr_to_scan, 2))

    with pytest.raises(TrapFailure, match="nobody is left to free any"):
        setup.take_all()


def test_out_of_memory_is_reported_as_linux_does() -> None:
    guest = Guest(16).boot()
    with pytest.raises(TrapFailure, match="Out of memory and no killable processes"):
        all(guest.call("get_free_pages", GFP_KERNEL, 0) for _ in range(16 << 8))

    lines = [line.split("] ", 1)[1] for line in guest.kernel.log.read().splitlines() if "] " in line]
    report = lines[next(index for index, line in enumerate(lines) if "invoked oom-killer" in line) :]
    assert report[0] == "swapper invoked oom-killer: gfp_mask=0xd0, order=0, oomkilladj=0"
    shown = "\n".join(report[report.index("Mem-info:") :])
    numbers = r"free:\d+kB min:\d+kB low:\d+kB high:\d+kB active:0kB inactive:0kB present:\d+kB pages_scanned:0"
    assert re.fullmatch(
        r"Mem-info:\n"
        r"DMA per-cpu:\n"
        r"CPU    0: Hot: hi:    0, btch:   1 usd:   0   Cold: hi:    0, btch:   1 usd:   0\n"
        r"Active:0 inactive:0 dirty:0 writeback:0 unstable:0\n"
        r" free:\d+ slab:\d+ mapped:0 pagetables:0 bounce:0\n"
        rf"DMA {numbers} all_unreclaimable\? yes\n"
        r"lowmem_reserve\[\]: 0 0 0 0\n"
        r"DMA: (\d+\*\d+kB ){11}= \d+kB\n"
        r"Free swap:            0kB\n"
        r"4096 pages of RAM\n\d+ reserved pages\n0 pages shared\n0 pages swap cached",
        shown,
    )
    blocks = [int(count) for count in re.findall(r"(\d+)\*\d+kB", shown)]
    assert blocks == [int(count) for count in re.findall(r"\d+", buddyinfo(guest.kernel.mm))[1:]]
    assert f"= {4 * sum(count << order for order, count in enumerate(blocks))}kB" in shown


def session(what: str) -> Session:
    """Prepare a small machine, which is soon short of memory, with the module that tests reclaim."""
    scenario = Scenario("test", "", steps=("reclaim_test",), options=(f"reclaim_test={what}",))
    return Session(MachineSpec(ram=32 * MIB), scenario, {}, record=False)


def test_a_driver_s_shrinker_gives_its_cache_back_before_anybody_fails() -> None:
    result = session("shrinker").run()

    assert result.exit_code == 0, result.console
    assert re.search(r"reclaim_test: \d+ pages, asked 62 times, 0 objects left", result.console)


def test_a_driver_that_takes_all_memory_ends_with_the_report_and_a_backtrace() -> None:
    result = session("oom").run()

    assert result.exit_code == 3
    assert "invoked oom-killer: gfp_mask=0xd0" in result.console
    assert re.search(r"Call Trace:\n.*\n?.*press\+0x", result.console)
    assert "DMA32: " in result.console
    assert "= 0kB" not in result.console


def test_the_reap_timer_takes_back_what_a_cache_does_not_use() -> None:
    """The first second after boot, then every two: cache_reap() must have run 14 to 16 times in half a minute."""
    prepared = session("reap")
    slabs: dict[str, int] = {}

    def look(checkpoint: str) -> None:
        from pykernel.proc.slabinfo import slabinfo_rows

        rows = {row.split()[0]: number for number, row in slabinfo_rows(prepared.kernel.mm)}
        slabs[checkpoint] = rows.get("reclaim_test", 0)

    prepared.kernel.on_checkpoint(look)
    traps: list[Trap] = []
    prepared.machine.trace.subscribe_to_traps(traps.append)
    result = prepared.run()

    assert result.exit_code == 0, result.console
    assert slabs["freed"] > 10
    assert slabs["reaped"] == 0
    reaps = [trap.now_ns for trap in traps if trap.name == "cache_reap"]
    assert 14 <= len(reaps) <= 16
    assert all(abs(after - before - 2_000_000_000) < 10_000_000 for before, after in pairwise(reaps))
