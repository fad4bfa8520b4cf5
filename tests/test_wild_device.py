# SPDX-License-Identifier: GPL-2.0-only
"""A device that does what it wants: nothing of it hurts the host, and each transfer that nobody allowed is told."""

import pytest

from emulator.memmap import PAGE_OFFSET
from tests.test_dma_debug import SGL, make_list
from tests.wild import Raid, Wild, judged

TRANSFERS = 5000  # 100,000 and more in tests/fuzz


@pytest.mark.parametrize("seed", [11, 12])
def test_each_random_transfer_outside_of_what_is_mapped_is_told_and_no_other(seed: int) -> None:
    outside, misjudged = judged(TRANSFERS, seed)

    assert misjudged == []
    assert TRANSFERS > outside > TRANSFERS // 2


def test_a_device_that_writes_over_all_of_a_running_machine_does_not_hurt_the_host() -> None:
    raid = Raid(13, "default", most=100)

    result = raid.run()

    assert raid.transfers >= 50
    assert result.findings


def test_what_a_sync_gave_to_the_cpu_is_the_cpus_until_it_is_given_back() -> None:
    wild = Wild()
    dma_addr, size = wild.mapped[1]
    guards = len(wild.guards)

    wild.guest.call("dma_sync_single_range_for_cpu", wild.dev, dma_addr, 64, 64, 0)
    wild.guards.called(dma_addr + 64, 8, 1)
    assert wild.findings() == 0
    wild.port.write(dma_addr, bytes(64))
    assert wild.findings() == 0
    wild.port.write(dma_addr + 60, bytes(8))
    assert wild.guest.kinds() == ["dma-while-cpu-owns"]
    wild.guest.call("dma_sync_single_for_device", wild.dev, dma_addr, size, 0)
    wild.port.write(dma_addr, bytes(size))
    wild.guards.called(dma_addr + 64, 8, 1)

    assert wild.guest.kinds() == ["dma-while-cpu-owns", "dma-cpu-write"]
    assert len(wild.guards) == guards


def test_a_sync_of_one_list_does_not_hand_over_another() -> None:
    wild = Wild()
    lists = []
    for number in range(2):
        page = wild.guest.call("get_free_pages", 0xD0, 0)
        sgl = make_list(wild.guest, (page, 256), at=SGL + 64 * number)
        assert wild.guest.call("dma_map_sg", wild.dev, sgl, 1, 2, 0) == 1
        lists.append((sgl, page - PAGE_OFFSET))

    wild.guest.call("dma_sync_sg_for_cpu", wild.dev, lists[0][0], 1, 2)
    wild.port.write(lists[1][1], bytes(256))
    assert wild.guest.kinds() == []
    wild.port.write(lists[0][1], bytes(256))

    assert wild.guest.kinds() == ["dma-while-cpu-owns"]


def test_a_sync_of_what_is_not_mapped_gives_the_cpu_nothing_of_what_is_mapped_there_later() -> None:
    wild = Wild()
    dma_addr, size = wild.mapped[0]
    wild.guest.call("dma_unmap_single", wild.dev, dma_addr, size, 0)

    wild.guest.call("dma_sync_single_for_cpu", wild.dev, dma_addr, size, 0)
    wild.guest.call("dma_map_single", wild.dev, dma_addr + PAGE_OFFSET, size, 0)
    wild.port.write(dma_addr, bytes(size))

    assert [kind for kind in wild.guest.kinds() if kind != "dma-map-error-unchecked"] == ["dma-sync-unknown"]


def test_a_driver_with_more_mappings_than_are_kept_account_of_is_not_suspected() -> None:
    wild = Wild()
    pages = wild.guest.call("get_free_pages", 0xD0, 6)
    buffers = [wild.guest.call("dma_map_single", wild.dev, pages + 64 * number, 64, 1) for number in range(2100)]

    wild.port.read(buffers[-1], 64)
    wild.port.read(buffers[0], 64)

    assert wild.guest.kinds() == []


def test_a_driver_that_is_given_back_more_stretches_than_are_kept_account_of_is_not_suspected() -> None:
    wild = Wild()
    pages = wild.guest.call("get_free_pages", 0xD0, 3)
    buffers = [wild.guest.call("dma_map_single", wild.dev, pages + 64 * number, 64, 2) for number in range(300)]

    for dma_addr in buffers[:-1]:
        wild.guest.call("dma_sync_single_for_cpu", wild.dev, dma_addr, 64, 2)
    wild.port.write(buffers[-1], bytes(64))

    assert wild.guest.kinds() == []


def test_a_mapping_that_leaves_syncing_to_its_driver_is_the_cpus_until_it_is_handed_over() -> None:
    wild = Wild()
    page = wild.guest.call("get_free_pages", 0xD0, 0)
    dma_addr = wild.guest.call("dma_map_single", wild.dev, page, 256, 0, 1 << 5)

    wild.guards.called(dma_addr, 8, 1)
    assert wild.guest.kinds() == []
    wild.guest.call("dma_sync_single_for_device", wild.dev, dma_addr, 256, 0)
    wild.port.write(dma_addr, bytes(256))
    assert wild.guest.kinds() == []
    wild.guards.called(dma_addr, 8, 1)

    assert wild.guest.kinds() == ["dma-cpu-write"]


def test_what_a_loop_has_written_is_remembered_to_the_last_byte_however_long_it_is() -> None:
    wild = Wild()
    page = wild.guest.call("get_free_pages", 0xD0, 0)
    dma_addr = wild.guest.call("dma_map_single", wild.dev, page, 2048, 1)

    for at in range(2000):
        wild.guards.called(dma_addr + at, 1, 1)
    wild.port.read(dma_addr + 2000, 48)
    assert wild.guest.kinds() == []
    wild.port.read(dma_addr + 1990, 10)

    assert wild.guest.kinds() == ["dma-unsynced-write"]


def test_a_descriptor_is_the_devices_from_the_doorbell_to_the_write_back() -> None:
    wild = Wild()
    dma_addr, guards = wild.mapped[0][0], len(wild.guards)
    wild.guest.call("dma_sync_single_for_cpu", wild.dev, dma_addr, 64, 0)

    wild.port.own(dma_addr, 16)
    wild.port.own(dma_addr + 16, 16)
    wild.guards.called(dma_addr + 24, 4, 1)
    wild.port.disown(dma_addr + 16, 16)
    wild.guards.called(dma_addr + 24, 4, 1)

    assert wild.guest.kinds() == ["dma-descriptor-write"]
    assert f"descriptor at {dma_addr + 16:#x}" in wild.guest.findings[0].sentence
    wild.port.disown_all()
    wild.guest.call("dma_sync_single_for_device", wild.dev, dma_addr, 64, 0)
    assert len(wild.guards) == guards
