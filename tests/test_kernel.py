# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's boot through the trap gate, and its answers to right and wrong guests."""

import struct

import pytest
from guest_kernel import SCRATCH, TEXT, Guest

from emulator.errors import ConfigError
from emulator.memmap import KERNEL_PHYS, KERNEL_PHYS_END, MIB, PAGE_OFFSET, PAGE_SHIFT
from emulator.ram import Ram, pc_banks
from firmware import layouts
from pykernel.kernel import Kernel
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.layout.lists import list_for_each
from pykernel.mm.boot import MemoryMap, setup_memory
from pykernel.mm.context import Mm, place_statics
from pykernel.mm.free_bootmem import free_all_bootmem
from pykernel.mm.slab import Slab
from pykernel.mm.swiotlb import pci_swiotlb_init
from pykernel.mm.watermarks import init_per_zone_pages_min
from pykernel.mm.zonelist import build_all_zonelists
from pykernel.trapgate import TrapFailure

GFP_KERNEL, GFP_DMA = 0xD0, 0x01


@pytest.fixture(scope="module")
def booted() -> Guest:
    return Guest().boot("console=ttyS0 run=edu")


def bare_boot(ram_mib: int) -> Mm:
    """Boot memory management alone, as the replay of recordings does."""
    config = KernelConfig()
    layout, ram = Layout.load(layouts.path(config.key)), Ram(pc_banks(ram_mib * MIB))
    mm = Mm(ram, layout, config, place_statics(ram, layout))
    pages = [(bank.start >> PAGE_SHIFT, bank.end >> PAGE_SHIFT) for bank in ram.banks]
    pages[0] = (0, 0x9F)  # the EBDA is RAM, but not the kernel's
    reserved = [(0, 1), (KERNEL_PHYS >> PAGE_SHIFT, KERNEL_PHYS_END >> PAGE_SHIFT)]
    bootmem = setup_memory(mm, MemoryMap(pages, reserved, KERNEL_PHYS_END >> PAGE_SHIFT))
    build_all_zonelists(mm)
    pci_swiotlb_init(mm, bootmem)
    free_all_bootmem(mm, bootmem)
    Slab(mm).kmem_cache_init()
    init_per_zone_pages_min(mm)
    return mm


def free_lists(mm: Mm) -> list[list[int]]:
    """Give every free and per-CPU list, in order, as offsets into the mem_map."""
    zones = [zone for zone in mm.zones if zone.start_pfn < zone.end_pfn]
    heads = [head for zone in zones for kinds in zone.heads for head in kinds]
    heads += [pcp.head for zone in zones for pcps in zone.pcps for pcp in pcps]
    return [[link - PAGE_OFFSET - mm.mem_map.phys for link in list_for_each(mm.ram, head)] for head in heads]


def malloc_sizes(mm: Mm) -> list[int]:
    """Give the table of general caches."""
    first = mm.statics["malloc_sizes"] >> 3
    return list(mm.ram.u64[first : first + mm.layout.variable("malloc_sizes").size // 8])


@pytest.mark.parametrize("ram_mib", [16, 32, 64, 128, 1024, 5120])
def test_a_boot_through_the_gate_allocates_what_a_bare_boot_does(ram_mib: int) -> None:
    guest, bare = Guest(ram_mib).boot(), bare_boot(ram_mib)

    assert free_lists(guest.kernel.mm) == free_lists(bare)
    assert malloc_sizes(guest.kernel.mm) == malloc_sizes(bare)
    assert guest.kinds() == []


def test_the_boot_log_is_that_of_linux() -> None:
    guest = Guest(64)
    guest.clock.advance(1_234_567)
    guest.boot("console=ttyS0")

    lines = guest.kernel.log.read().splitlines()

    assert lines[0] == "[    0.001234] BIOS-provided physical RAM map:"
    assert lines[1] == "[    0.001234]  BIOS-e820: 0000000000000000 - 000000000009f000 (usable)"
    texts = [line.split("] ", 1)[1] for line in lines]
    assert texts[texts.index("Zone PFN ranges:") :] == [
        "Zone PFN ranges:",
        "  DMA             0 ->     4096",
        "  DMA32        4096 ->  1048576",
        "  Normal    1048576 ->  1048576",
        "Movable zone start PFN for each node",
        "early_node_map[2] active PFN ranges",
        "    0:        0 ->      159",
        "    0:      256 ->    16384",
        "On node 0 totalpages: 16287",
        "  DMA zone: 56 pages used for memmap",
        "  DMA zone: 1025 pages reserved",
        "  DMA zone: 2918 pages, LIFO batch:0",
        "  DMA32 zone: 168 pages used for memmap",
        "  DMA32 zone: 12120 pages, LIFO batch:1",
        "  Normal zone: 0 pages used for memmap",
        "  Movable zone: 0 pages used for memmap",
        "Built 1 zonelists in Zone order, mobility grouping on.  Total pages: 15038",
        "Kernel command line: console=ttyS0",
        texts[-1],
    ]
    assert texts[-1].startswith("Memory: 60128k/65536k available (")
    assert texts[-1].endswith("k kernel code, 5000k reserved, 0k data, 0k init)")


@pytest.mark.parametrize(
    "entries",
    [
        [],
        [(0x9F000, 0x1000, 2)],
        [(0, 0x9F000, 1), (0x1000, 0x1000, 1)],
        [(0, 0x9F000, 1), (1 << 32, 1 << 32, 1)],
        [(0, 0x9F000, 1), (0x100000, (1 << 64) - 0x100000, 1)],
        [(0, 1, 1)] * 40,
    ],
)
def test_a_memory_map_that_cannot_be_panics(entries: list[tuple[int, int, int]]) -> None:
    guest = Guest()

    with pytest.raises(TrapFailure, match="Cannot find a valid memory map"):
        guest.setup_arch(entries)

    assert guest.kinds() == ["kernel-panic"]


def test_an_image_that_reaches_into_free_memory_panics() -> None:
    with pytest.raises(TrapFailure, match="image ends at"):
        Guest().setup_arch(kernel_end=KERNEL_PHYS_END + 1)


def test_an_image_of_another_layout_is_refused() -> None:
    guest = Guest()
    symbols = {name: virt for name, virt in guest.symbols.items() if name != "malloc_sizes"}

    with pytest.raises(ConfigError, match="malloc_sizes"):
        Kernel(guest.ram, guest.clock, guest.trace, guest.findings, guest.layout, guest.config, symbols)


def test_kmalloc_and_kfree_go_through_the_gate(booted: Guest) -> None:
    objp = booted.call("kmalloc", 100, GFP_KERNEL | GFP_DMA)
    assert 0 < objp - PAGE_OFFSET < 16 * MIB
    assert booted.call("ksize", objp) == 128
    booted.call("kfree", objp)
    assert booted.call("kmalloc", 100, GFP_KERNEL | GFP_DMA) == objp
    booted.call("kfree", objp)


def test_krealloc_keeps_the_content(booted: Guest) -> None:
    objp = booted.call("kmalloc", 32, GFP_KERNEL)
    booted.ram.write(objp - PAGE_OFFSET, b"content")

    moved = booted.call("krealloc", objp, 4000, GFP_KERNEL)

    assert moved != objp
    assert booted.ram.read(moved - PAGE_OFFSET, 7) == b"content"
    booted.call("kfree", moved)


def test_pages_go_through_the_gate(booted: Guest) -> None:
    virt = booted.call("get_free_pages", GFP_KERNEL, 3)
    assert virt % (8 << PAGE_SHIFT) == 0
    booted.call("free_pages", virt, 3)
    assert booted.call("get_free_pages", GFP_KERNEL, 11) == 0


def test_a_cache_of_the_guest_s_own_lives_and_dies(booted: Guest) -> None:
    booted.ram.write(SCRATCH + 0x800, b"edu_descriptor\0")
    name = booted.symbols["boot_params"] - booted.phys("boot_params") + SCRATCH + 0x800

    cachep = booted.call("kmem_cache_create", name, 72, 0, 0x2000, 0, 0)
    objects = [booted.call("kmem_cache_alloc", cachep, GFP_KERNEL) for _ in range(50)]
    for objp in objects:
        booted.call("kmem_cache_free", cachep, objp)
    booted.call("kmem_cache_destroy", cachep)

    assert len(set(objects)) == 50
    assert booted.kinds() == []


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("kfree", (0xDEAD_BEEF,)),
        ("kfree", (PAGE_OFFSET + 64 * MIB,)),
        ("kfree", (PAGE_OFFSET + 0x5000,)),
        ("ksize", (0,)),
        ("free_pages", (0x1234_5000, 0)),
        ("free_pages", (PAGE_OFFSET + 0x200_0000, 60)),
        ("kmem_cache_alloc", (0, GFP_KERNEL)),
        ("kmem_cache_alloc", (TEXT - 64, GFP_KERNEL)),
        ("kmem_cache_free", (PAGE_OFFSET + (1 << 40), 0)),
        ("kmem_cache_shrink", (1,)),
        ("kmem_cache_destroy", (0,)),
        ("kmem_cache_create", (0, 64, 0, 0, 0, 0)),
        ("kmem_cache_create", (1 << 63, 64, 0, 0, 0, 0)),
        ("dma_set_mask", (0, 0xFFFF_FFFF)),
        ("dma_map_single", (0xFFFF, PAGE_OFFSET, 1, 1)),
        ("dma_alloc_coherent", (0, 64, 0, GFP_KERNEL)),
        ("dma_free_coherent", (0, 1 << 60, PAGE_OFFSET + 0x200_0000, 0x200_0000)),
    ],
)
def test_what_a_broken_guest_passes_ends_as_a_report_of_the_guest_s(name: str, args: tuple[int, ...]) -> None:
    guest = Guest().boot()

    with pytest.raises(TrapFailure):
        guest.call(name, *args, frame_pointer=guest.push_frames(TEXT + 1, TEXT + 2))

    finding = guest.findings[len(guest.findings) - 1]
    assert finding.kind in ("kernel-bug", "kernel-oops")
    assert finding.details["backtrace"] == [f"[<{TEXT + 1:016x}>]", f"[<{TEXT + 2:016x}>]"]


def test_memory_that_runs_out_ends_in_linux_s_panic() -> None:
    guest = Guest(16).boot()

    with pytest.raises(TrapFailure, match="Out of memory and no killable processes"):
        all(guest.call("get_free_pages", GFP_KERNEL, 0) for _ in range(16 << 8))

    assert "swapper invoked oom-killer: gfp_mask=0xd0, order=0, oomkilladj=0" in guest.kernel.log.read()


def test_checkpoints_and_results_reach_those_who_watch(booted: Guest) -> None:
    names, results = [], []
    booted.kernel.on_checkpoint(names.append)
    booted.kernel.on_transfer_result(results.append)
    booted.ram.write(SCRATCH + 0x800, b"booted\0")
    name = booted.symbols["boot_params"] - booted.phys("boot_params") + SCRATCH + 0x800

    booted.call("checkpoint", name)
    booted.call("transfer_result", booted.device(), 0x1000, 64, 2, -5)

    assert names == ["booted"]
    assert [(each.device, each.dma_addr, each.error) for each in results] == [("0000:00:04.0", 0x1000, -5)]


def test_an_oops_tells_registers_and_where_it_struck() -> None:
    guest = Guest().boot()
    registers = {name: 0x1000 + index for index, name in enumerate(guest.layout.members("pt_regs"))}
    registers |= {"rbp": guest.push_frames(TEXT + 0x77), "rip": TEXT + 0x55}
    guest.ram.write(SCRATCH + 0x400, struct.pack("<21Q", *registers.values()))
    guest.ram.write(SCRATCH + 0x800, b"general protection fault\0")
    base = guest.symbols["boot_params"] - guest.phys("boot_params") + SCRATCH

    with pytest.raises(TrapFailure, match="general protection fault"):
        guest.call("oops", base + 0x400, base + 0x800)

    finding = guest.findings[0]
    assert finding.kind == "kernel-oops"
    assert finding.details["backtrace"] == [f"[<{TEXT + 0x55:016x}>]", f"[<{TEXT + 0x77:016x}>]"]
    assert f"rip {TEXT + 0x55:016x}" in finding.details["registers"]


def test_a_panic_tells_its_message() -> None:
    guest = Guest().boot()
    guest.ram.write(SCRATCH + 0x800, b"no init found\0")

    with pytest.raises(TrapFailure, match="Kernel panic - not syncing: no init found"):
        guest.call("panic", guest.symbols["boot_params"] - guest.phys("boot_params") + SCRATCH + 0x800)

    assert guest.kinds() == ["kernel-panic"]
