# SPDX-License-Identifier: GPL-2.0-only
"""The DMA API as drivers call it, right and wrong. That its answers are Linux's is test_golden_dma's to show."""

import pytest
from guest_kernel import SCRATCH, TEXT, Guest

from emulator.memmap import KERNEL_MAP_BASE, MIB, PAGE_OFFSET

GFP_KERNEL, GFP_DMA = 0xD0, 0x01
TO_DEVICE, FROM_DEVICE = 1, 2
MASK_24, MASK_28, MASK_32, MASK_64 = (1 << 24) - 1, (1 << 28) - 1, (1 << 32) - 1, (1 << 64) - 1
HANDLE = SCRATCH + 0x1000
EIO = (1 << 64) - 5


@pytest.fixture
def guest() -> Guest:
    return Guest(512).boot()


def allocate(guest: Guest, dev: int, size: int, gfp_mask: int = GFP_KERNEL) -> tuple[int, int]:
    virt = guest.call("dma_alloc_coherent", dev, size, KERNEL_MAP_BASE + HANDLE, gfp_mask)
    return virt, guest.ram.u64[HANDLE >> 3]


@pytest.mark.parametrize(("mask", "answer"), [(MASK_64, 0), (MASK_32, 0), (MASK_24, 0), ((1 << 23) - 1, EIO), (0, EIO)])
def test_a_mask_is_taken_if_isa_could_have_it(guest: Guest, mask: int, answer: int) -> None:
    dev = guest.device()

    assert guest.call("dma_set_mask", dev, mask) == answer
    assert guest.call("dma_set_coherent_mask", dev, mask) == answer


def test_a_device_without_a_mask_cannot_have_one_set(guest: Guest) -> None:
    assert guest.call("dma_set_mask", guest.device(mask=None), MASK_32) == EIO


@pytest.mark.parametrize("mask", [MASK_24, MASK_28, MASK_32, MASK_64])
@pytest.mark.parametrize("size", [1, 4096, 70000])
def test_coherent_memory_is_clear_and_within_the_mask(guest: Guest, mask: int, size: int) -> None:
    dev = guest.device(mask, mask)

    virt, dma_addr = allocate(guest, dev, size)

    assert virt == dma_addr + PAGE_OFFSET
    assert dma_addr + size <= mask
    assert guest.ram.read(dma_addr, size) == bytes(size)
    guest.call("dma_free_coherent", dev, size, virt, dma_addr)
    assert guest.kinds() == []
    assert len(guest.kernel.mappings) == 0


def test_coherent_memory_is_on_the_table_while_it_lives(guest: Guest) -> None:
    dev, frames = guest.device(), guest.push_frames(TEXT + 1, TEXT + 2)
    guest.clock.advance(9)

    virt = guest.call("dma_alloc_coherent", dev, 100, KERNEL_MAP_BASE + HANDLE, GFP_KERNEL, frame_pointer=frames)

    (mapping,) = guest.kernel.mappings
    assert (mapping.dev, mapping.size, mapping.cpu_addr, mapping.mapped_at_ns) == (dev, 100, virt, 9)
    assert (mapping.type_name, mapping.backtrace) == ("coherent", (TEXT + 1, TEXT + 2))


def test_a_buffer_s_bus_address_is_its_physical_one(guest: Guest) -> None:
    dev, objp = guest.device(), guest.call("kmalloc", 256, GFP_KERNEL)

    dma_addr = guest.call("dma_map_single", dev, objp, 256, TO_DEVICE)

    assert dma_addr == objp - PAGE_OFFSET
    assert [each.size for each in guest.kernel.mappings.overlapping(dma_addr + 255, 9)] == [256]
    assert guest.call("dma_mapping_error", dev, dma_addr) == 0
    guest.call("dma_unmap_single", dev, dma_addr, 256, TO_DEVICE)
    assert len(guest.kernel.mappings) == 0
    assert guest.kinds() == []


def test_a_buffer_beyond_the_mask_is_refused_and_reported(guest: Guest) -> None:
    dev, virt = guest.device(mask=MASK_28), PAGE_OFFSET + 300 * MIB

    assert guest.call("dma_map_single", dev, virt, 64, TO_DEVICE) == 0

    (finding,) = guest.findings
    assert finding.kind == "dma-map-overflow"
    assert finding.sentence == "nommu_map_single: overflow 12c00000+64 of device mask fffffff"
    assert (finding.device, finding.dma_addr, finding.phys) == ("0000:00:04.0", 300 * MIB, 300 * MIB)
    assert len(guest.kernel.mappings) == 0


def test_the_overflow_of_a_wide_mask_is_in_the_log(guest: Guest) -> None:
    guest.call("dma_map_single", guest.device(), PAGE_OFFSET + MASK_32, 64, TO_DEVICE)

    assert "nommu_map_single: overflow ffffffff+64 of device mask ffffffff" in guest.kernel.log.read()


def test_unmapping_wrongly_is_reported_with_where_it_was_mapped(guest: Guest) -> None:
    dev, objp = guest.device(), guest.call("kmalloc", 256, GFP_KERNEL)
    frames = guest.push_frames(TEXT + 0x10)
    dma_addr = guest.call("dma_map_single", dev, objp, 256, TO_DEVICE, frame_pointer=frames)
    guest.call("dma_mapping_error", dev, dma_addr)

    guest.call("dma_unmap_single", dev, dma_addr, 255, FROM_DEVICE, frame_pointer=guest.push_frames(TEXT + 0x20))

    assert guest.kinds() == ["dma-unmap-size", "dma-unmap-direction"]
    assert guest.findings[0].details["mapped_at"] == [f"[<{TEXT + 0x10:016x}>]"]
    assert guest.findings[0].details["backtrace"] == [f"[<{TEXT + 0x20:016x}>]"]


def test_memory_that_is_not_the_kernel_s_is_reported_when_mapped(guest: Guest) -> None:
    guest.call("dma_map_single", guest.device(MASK_64), PAGE_OFFSET + (1 << 40), 64, TO_DEVICE)

    assert guest.kinds() == ["dma-map-invalid-area"]


def test_unmapping_twice_is_reported(guest: Guest) -> None:
    dev, objp = guest.device(), guest.call("kmalloc", 256, GFP_KERNEL)
    dma_addr = guest.call("dma_map_single", dev, objp, 256, TO_DEVICE)
    guest.call("dma_mapping_error", dev, dma_addr)
    guest.call("dma_unmap_single", dev, dma_addr, 256, TO_DEVICE)

    guest.call("dma_unmap_single", dev, dma_addr, 256, TO_DEVICE)

    assert guest.kinds() == ["dma-unmap-unknown"]
    assert guest.findings[0].device == "0000:00:04.0"
