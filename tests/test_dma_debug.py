# SPDX-License-Identifier: GPL-2.0-only
"""Calls of the DMA API, right ones and each kind of wrong one, on machines with and without bounce buffers."""

import struct
from collections.abc import Callable
from itertools import pairwise

import pytest
from guest_kernel import FRAME, SCRATCH, TEXT, Guest

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET
from pykernel.dma_debug import DmaDebug

GFP_KERNEL, GFP_ATOMIC, GFP_DMA = 0xD0, 0x20, 0x01
BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE = 0, 1, 2
HANDLE = SCRATCH + 0x1000
SGL = SCRATCH + 0x2000
NAME = SCRATCH + 0x1100


@pytest.fixture
def guest() -> Guest:
    return Guest(32).boot()


@pytest.fixture
def bouncing() -> Guest:
    """A machine in which everything bounces, through slots that the kernel took from boot memory."""
    return Guest(32).boot("swiotlb=256,force")


def mapped(guest: Guest, dev: int, virt: int, size: int, direction: int, attrs: int = 0) -> int:
    dma_addr = guest.call("dma_map_single", dev, virt, size, direction, attrs)
    assert guest.call("dma_mapping_error", dev, dma_addr) == 0
    return dma_addr


def make_list(guest: Guest, *pieces: tuple[int, int], at: int = SGL) -> int:
    """Lay out a scatterlist of (virtual address, length) at a physical address."""
    for number, (virt, length) in enumerate(pieces):
        phys = virt - PAGE_OFFSET
        link = guest.kernel.mm.pfn_to_page(phys >> 12) | (2 if number == len(pieces) - 1 else 0)
        guest.ram.write(at + 32 * number, struct.pack("<QIIQII", link, phys & 4095, length, 0, 0, 0))
    return KERNEL_MAP_BASE + at


def make_pool(guest: Guest, dev: int, size: int = 64, align: int = 64) -> int:
    guest.ram.write(NAME, b"rings\0")
    return guest.call("dma_pool_create", KERNEL_MAP_BASE + NAME, dev, size, align, 0)


def take(guest: Guest, pool: int, gfp_mask: int = GFP_ATOMIC) -> tuple[int, int]:
    virt = guest.call("dma_pool_alloc", pool, gfp_mask, KERNEL_MAP_BASE + HANDLE, 0)
    return virt, guest.ram.u64[HANDLE >> 3]


def a_right_driver(guest: Guest) -> None:
    dev, objp = guest.device(), guest.call("kmalloc", 1024, GFP_KERNEL)
    page = guest.kernel.mm.virt_to_page(objp)
    for direction in (BIDIRECTIONAL, TO_DEVICE, FROM_DEVICE):
        dma_addr = mapped(guest, dev, objp, 1000, direction)
        guest.call("dma_sync_single_for_cpu", dev, dma_addr, 1000, direction)
        guest.call("dma_sync_single_range_for_device", dev, dma_addr, 100, 900, direction)
        guest.call("dma_unmap_single", dev, dma_addr, 1000, direction)
        dma_addr = guest.call("dma_map_page", dev, page, objp & 4095, 512, direction, 0)
        guest.call("dma_mapping_error", dev, dma_addr)
        guest.call("dma_unmap_page", dev, dma_addr, 512, direction, 0)
        sgl = make_list(guest, (objp, 512), (objp + 512, 256))
        assert guest.call("dma_map_sg", dev, sgl, 2, direction, 0) == 2
        guest.call("dma_sync_sg_for_cpu", dev, sgl, 2, direction)
        guest.call("dma_sync_sg_for_device", dev, sgl, 2, direction)
        guest.call("dma_unmap_sg", dev, sgl, 2, direction, 0)
    pool = make_pool(guest, dev)
    blocks = [take(guest, pool) for _ in range(70)]
    for virt, dma_addr in blocks:
        guest.call("dma_pool_free", pool, virt, dma_addr)
    guest.call("dma_pool_destroy", pool, 0)
    guest.call("driver_unbound", dev)


@pytest.mark.parametrize("command_line", ["", "swiotlb=256,force"])
def test_a_right_driver_hears_nothing_and_leaves_nothing(command_line: str) -> None:
    guest = Guest(32).boot(command_line)

    a_right_driver(guest)

    assert guest.kinds() == []
    assert len(guest.kernel.mappings) == 0


def on_stack(guest: Guest, dev: int, objp: int) -> None:
    # The call's frame is on the stack; that of the function that calls lies above it.
    guest.ram.write(FRAME + 0x100, struct.pack("<2Q", 0, TEXT))
    local = KERNEL_MAP_BASE + FRAME + 0x80
    guest.call("dma_map_single", dev, local, 16, TO_DEVICE, frame_pointer=KERNEL_MAP_BASE + FRAME + 0x100)


def overlap(guest: Guest, dev: int, objp: int) -> None:
    mapped(guest, dev, objp, 256, FROM_DEVICE)
    mapped(guest, dev, objp + 128, 64, BIDIRECTIONAL)


def overlap_count(guest: Guest, dev: int, objp: int) -> None:
    for _ in range(9):
        mapped(guest, dev, objp, 8, FROM_DEVICE)


def segments(guest: Guest, dev: int, objp: int) -> None:
    parms = SCRATCH + 0x1200
    guest.ram.write(parms, struct.pack("<IIQ", 128, 0, 0xFF))
    at = dev - KERNEL_MAP_BASE + guest.layout.offset("device", "dma_parms")
    guest.ram.u64[at >> 3] = KERNEL_MAP_BASE + parms
    guest.call("dma_map_sg", dev, make_list(guest, (objp, 129), (objp + 0xF0, 32)), 2, TO_DEVICE, 0)


def sg_counts(guest: Guest, dev: int, objp: int) -> None:
    sgl = make_list(guest, (objp, 64), (objp + 64, 64))
    guest.call("dma_map_sg", dev, sgl, 2, TO_DEVICE, 0)
    guest.call("dma_sync_sg_for_device", dev, sgl, 1, TO_DEVICE)
    guest.call("dma_unmap_sg", dev, sgl, 1, TO_DEVICE, 0)


def sync(name: str, mapped_as: int, synced_as: int, size: int = 64) -> Callable[[Guest, int, int], None]:
    def run(guest: Guest, dev: int, objp: int) -> None:
        guest.call(name, dev, mapped(guest, dev, objp, 64, mapped_as), size, synced_as)

    return run


def pool_frees(guest: Guest, dev: int, objp: int) -> None:
    pool = make_pool(guest, dev)
    virt, dma_addr = take(guest, pool)
    guest.call("dma_pool_free", pool, virt, dma_addr + (1 << 20))
    guest.call("dma_pool_free", pool, virt + 8, dma_addr + 8)
    guest.call("dma_pool_free", pool, virt, dma_addr)
    virt, dma_addr = take(guest, pool)
    guest.call("dma_pool_free", pool, virt + 64, dma_addr)
    guest.call("dma_pool_free", pool, virt, dma_addr)
    take(guest, pool)
    guest.call("dma_pool_destroy", pool, 1)


WRONG: dict[str, tuple[Callable[[Guest, int, int], object], list[str]]] = {
    "stack": (on_stack, ["dma-map-stack"]),
    "vmalloc": (
        lambda g, dev, _: g.call("dma_map_single", dev, 0xFFFF_C200_0000_1000, 8, TO_DEVICE),
        ["dma-map-vmalloc", "dma-map-overflow"],
    ),
    "unchecked": (
        lambda g, dev, objp: g.call(
            "dma_unmap_single", dev, g.call("dma_map_single", dev, objp, 8, TO_DEVICE), 8, TO_DEVICE
        ),
        ["dma-map-error-unchecked"],
    ),
    "error value": (lambda g, dev, _: g.call("dma_unmap_single", dev, 0, 8, TO_DEVICE), ["dma-unmap-error"]),
    "page as single": (
        lambda g, dev, objp: g.call("dma_unmap_page", dev, mapped(g, dev, objp, 8, TO_DEVICE), 8, TO_DEVICE, 0),
        ["dma-unmap-function"],
    ),
    "overlap": (overlap, ["dma-map-overlap"]),
    "overlap count": (overlap_count, ["dma-map-overlap"] * 8 + ["dma-map-overlap-count"]),
    "segments": (segments, ["dma-sg-too-long", "dma-sg-boundary"]),
    "counts": (sg_counts, ["dma-sync-sg-count", "dma-unmap-sg-count"]),
    "sync of nothing": (
        lambda g, dev, objp: g.call("dma_sync_single_for_cpu", dev, objp - PAGE_OFFSET, 8, FROM_DEVICE),
        ["dma-sync-unknown"],
    ),
    "sync beyond": (sync("dma_sync_single_for_cpu", FROM_DEVICE, FROM_DEVICE, 65), ["dma-sync-range"]),
    "sync of what it only reads": (
        sync("dma_sync_single_for_cpu", TO_DEVICE, FROM_DEVICE),
        ["dma-sync-for-cpu", "dma-sync-direction"],
    ),
    "sync of what it only writes": (
        sync("dma_sync_single_for_device", FROM_DEVICE, TO_DEVICE),
        ["dma-sync-for-device", "dma-sync-direction"],
    ),
    "pool": (
        pool_frees,
        [
            *("dma-pool-free-unknown", "dma-pool-free-inside", "dma-pool-double-free", "dma-pool-free-vaddr"),
            *("dma-pool-double-free", "dma-pool-destroy-atomic", "dma-pool-busy"),
        ],
    ),
    "pool's alignment": (lambda g, dev, _: make_pool(g, dev, 64, 48), ["dma-pool-align"]),
}


@pytest.mark.parametrize("what", WRONG)
def test_each_wrong_call_is_named(what: str, guest: Guest) -> None:
    dev, objp = guest.device(), guest.call("kmalloc", 1024, GFP_KERNEL | GFP_DMA)
    run, kinds = WRONG[what]

    run(guest, dev, objp)

    assert guest.kinds() == kinds


def test_asking_for_one_mapping_s_error_is_not_taken_for_a_list_s_at_the_same_address(guest: Guest) -> None:
    dev, objp = guest.device(), guest.call("kmalloc", 64, GFP_KERNEL)
    sgl = make_list(guest, (objp, 64))

    guest.call("dma_map_sg", dev, sgl, 1, TO_DEVICE, 0)
    dma_addr = mapped(guest, dev, objp, 64, TO_DEVICE)
    guest.call("dma_unmap_single", dev, dma_addr, 64, TO_DEVICE)
    guest.call("dma_unmap_sg", dev, sgl, 1, TO_DEVICE, 0)

    assert guest.kinds() == []


@pytest.mark.parametrize("command_line", ["", "swiotlb=256,force", "dmalab_iommu"])
def test_a_mapping_that_is_made_to_fail_is_known_as_failed(command_line: str) -> None:
    guest = Guest(32).boot(f"{command_line} fail_dma_map=1,100,0,-1")
    dev, objp = guest.device(), guest.call("kmalloc", 64, GFP_KERNEL)

    dma_addr = guest.call("dma_map_single", dev, objp, 64, TO_DEVICE, 0)

    assert guest.call("dma_mapping_error", dev, dma_addr) == 1


def test_two_objects_in_one_cache_line_are_not_the_drivers_doing(guest: Guest) -> None:
    dev, objects = guest.device(), sorted(guest.call("kmalloc", 32, GFP_KERNEL) for _ in range(8))
    first, second = next(pair for pair in pairwise(objects) if pair[0] // 64 == pair[1] // 64)

    for objp in (first, second):
        mapped(guest, dev, objp, 32, FROM_DEVICE)
    assert guest.kinds() == []
    mapped(guest, dev, first + 8, 8, FROM_DEVICE)

    assert guest.kinds() == ["dma-map-overlap"]


def test_text_and_constants_are_no_buffers(guest: Guest) -> None:
    kernel = guest.kernel
    symbols = {"_text": TEXT, "_etext": TEXT + 0x1000, "__start_rodata": TEXT + 0x2000, "__end_rodata": TEXT + 0x3000}
    debug = DmaDebug(kernel.mm, kernel.dma, kernel.mappings, symbols, lambda: (0, 0))

    found = [[each.kind for each in debug.check_area(TEXT + at, 16)] for at in (0xFF8, 0x1000, 0x1FF8, 0x3000)]

    assert found == [["dma-map-text"], [], ["dma-map-text"], []]


def test_what_bounces_is_copied_in_out_and_between_and_skipped_where_asked(bouncing: Guest) -> None:
    guest, skip = bouncing, 1 << 5
    dev, objp = guest.device(), guest.call("kmalloc", 64, GFP_KERNEL)
    phys = objp - PAGE_OFFSET
    guest.ram.write(phys, b"from the driver!")

    dma_addr = mapped(guest, dev, objp, 16, BIDIRECTIONAL)
    assert guest.ram.read(dma_addr, 16) == b"from the driver!"
    assert dma_addr != phys
    guest.ram.write(dma_addr, b"device")
    guest.call("dma_sync_single_range_for_cpu", dev, dma_addr, 1, 2, BIDIRECTIONAL)
    assert guest.ram.read(phys, 6) == b"fevm t"
    guest.call("dma_unmap_single", dev, dma_addr, 16, BIDIRECTIONAL, skip)
    assert guest.ram.read(phys, 6) == b"fevm t"
    again = mapped(guest, dev, objp, 16, TO_DEVICE, skip)
    assert guest.ram.read(again, 6) != b"fevm t"
    (mapping,) = guest.kernel.mappings
    assert (mapping.cpu_addr, mapping.flags & 2, mapping.attrs, mapping.direction) == (objp, 2, skip, TO_DEVICE)


def test_the_faults_of_bouncing_are_found_where_a_driver_runs_into_them(bouncing: Guest) -> None:
    guest = bouncing
    dev, objp = guest.device(), guest.call("kmalloc", 8192, GFP_KERNEL)

    dma_addr = mapped(guest, dev, objp, 5000, FROM_DEVICE)
    guest.call("dma_unmap_single", dev, dma_addr, 2000, FROM_DEVICE)
    assert guest.kinds() == ["dma-unmap-size", "dma-bounce-slots"]
    guest.ram.write(objp - PAGE_OFFSET, b"new owner")
    guest.call("dma_unmap_single", dev, dma_addr, 2000, FROM_DEVICE)
    assert guest.kinds()[2:] == ["dma-unmap-unknown", "dma-bounce-copied-again"]
    assert guest.ram.read(objp - PAGE_OFFSET, 9) != b"new owner"


def test_a_list_for_which_no_slots_are_left_is_copied_over_and_told(bouncing: Guest) -> None:
    guest = bouncing
    dev, objp = guest.device(), guest.call("kmalloc", 1 << 19, GFP_KERNEL)

    assert guest.call("dma_map_sg", dev, make_list(guest, (objp, 4096), (objp + 4096, 1 << 18)), 2, FROM_DEVICE, 0)
    assert guest.call("dma_map_sg", dev, make_list(guest, (objp, 4096), (objp + 4096, 1 << 18)), 2, FROM_DEVICE, 0) == 0

    assert guest.kinds()[-1] == "dma-sg-failure-copied"
    assert "DMA: Out of SW-IOMMU space for 262144 bytes at device 0000:00:04.0" in guest.kernel.log.read()


def test_coherent_memory_from_the_slots_breaks_two_promises() -> None:
    guest = Guest(32).boot("iommu=soft,force swiotlb=256")
    dev = guest.device(coherent=0xFFF)
    while guest.call("get_free_pages", GFP_ATOMIC | GFP_DMA, 0):
        pass
    first = guest.call("dma_alloc_coherent", dev, 100, KERNEL_MAP_BASE + HANDLE, GFP_KERNEL)
    second = guest.call("dma_alloc_coherent", dev, 100, KERNEL_MAP_BASE + HANDLE, GFP_KERNEL)
    assert guest.kinds() == ["dma-coherent-beyond-mask", "dma-coherent-beyond-mask", "dma-coherent-misaligned"]
    assert second - first == 2048

    guest.call("dma_free_coherent", dev, 100, first, first - PAGE_OFFSET, 0)
    guest.call("dma_free_coherent", dev, 100, second, second - PAGE_OFFSET, 1)

    assert guest.kinds()[3:] == ["dma-free-coherent-bounce", "dma-free-coherent-atomic", "dma-free-coherent-bounce"]
    assert "Bad page state in process" in guest.kernel.log.read()


def test_a_slot_beyond_the_mask_or_with_another_offset_is_told(bouncing: Guest) -> None:
    guest = bouncing
    dev, objp = guest.device(mask=0xFFF), guest.call("kmalloc", 4096, GFP_KERNEL)
    parms = SCRATCH + 0x1200
    guest.ram.write(parms, struct.pack("<IIQ", 0, 0xFF0, 0))
    at = dev - KERNEL_MAP_BASE + guest.layout.offset("device", "dma_parms")
    guest.ram.u64[at >> 3] = KERNEL_MAP_BASE + parms

    assert guest.call("dma_map_sg", dev, make_list(guest, (objp + 0x10, 64)), 1, TO_DEVICE, 0) == 1

    assert guest.kinds() == ["dma-map-beyond-mask", "dma-bounce-offset"]


def test_a_pool_that_finds_no_memory_says_that_it_waits(guest: Guest) -> None:
    pool = make_pool(guest, guest.device())
    while guest.call("get_free_pages", GFP_ATOMIC, 0):
        pass

    assert take(guest, pool, GFP_KERNEL)[0] == 0

    assert guest.kinds() == ["dma-pool-waits"]


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_lists_that_begin_with_one_buffer_the_one_that_is_meant_goes(first: int) -> None:
    guest = Guest().boot()
    dev, objp = guest.device(), guest.call("kmalloc", 256, GFP_KERNEL)
    both = make_list(guest, (objp, 64), (objp + 64, 64))
    alone = make_list(guest, (objp, 64), at=SGL + 128)
    for sgl, nents in ((both, 2), (alone, 1)):
        assert guest.call("dma_map_sg", dev, sgl, nents, TO_DEVICE, 0) == nents

    for nents in (first, 3 - first):
        guest.call("dma_unmap_sg", dev, both if nents == 2 else alone, nents, TO_DEVICE, 0)

    assert guest.kinds() == []
    assert guest.ram.u32[guest.phys("nr_dma_mappings") >> 2] == 0
