# SPDX-License-Identifier: GPL-2.0-only
"""CONFIG_DEBUG_SLAB: what is found, and in which words."""

import pytest
from check_kernel import GFP_KERNEL, BareKernel

from emulator.memmap import PAGE_OFFSET
from pykernel.check.audit import audit
from pykernel.layout.config import KernelConfig
from pykernel.mm.slab_core import SlabBug
from pykernel.proc.slabinfo import slabinfo

RED_INACTIVE, RED_ACTIVE = 0x09F9_1102_9D74_E35B, 0xD841_56C5_6356_88C0
ALLOCATED_BY, FREED_BY = 0xFFFF_FFFF_8020_1234, 0xFFFF_FFFF_8020_5678
SIZE = 64


@pytest.fixture
def kernel() -> BareKernel:
    return BareKernel(64, KernelConfig(debug_slab=True))


@pytest.fixture
def cachep(kernel: BareKernel) -> int:
    return kernel.slab.kmem_cache_create("watched", SIZE)


def alloc(kernel: BareKernel, cachep: int) -> int:
    """Allocate, and forget what was logged before."""
    objp = kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL, ALLOCATED_BY)
    kernel.mm.log.clear()
    return objp


def word(kernel: BareKernel, virt: int) -> int:
    return kernel.ram.u64[(virt - PAGE_OFFSET) >> 3]


def set_byte(kernel: BareKernel, virt: int, byte: int) -> None:
    kernel.ram.u8[virt - PAGE_OFFSET] = byte


def test_an_allocated_object_lies_poisoned_between_two_red_zones_and_its_user(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)

    assert kernel.ram.read(objp - PAGE_OFFSET, SIZE) == b"\x5a" * (SIZE - 1) + b"\xa5"
    assert word(kernel, objp - 8) == word(kernel, objp + SIZE) == RED_ACTIVE
    assert word(kernel, objp + SIZE + 8) == ALLOCATED_BY


def test_a_freed_object_is_poisoned_and_knows_who_freed_it(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)

    kernel.slab.kmem_cache_free(cachep, objp, FREED_BY)

    assert kernel.ram.read(objp - PAGE_OFFSET, SIZE) == b"\x6b" * (SIZE - 1) + b"\xa5"
    assert word(kernel, objp - 8) == word(kernel, objp + SIZE) == RED_INACTIVE
    assert word(kernel, objp + SIZE + 8) == FREED_BY
    assert kernel.mm.log == []


def test_a_write_beyond_the_end_is_told_when_the_object_is_freed(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    set_byte(kernel, objp + SIZE, 0)

    kernel.slab.kmem_cache_free(cachep, objp)

    assert kernel.mm.log == [
        "slab error in verify_redzone_free(): cache `watched': memory outside object was overwritten",
        f"{objp - 8:016x}: redzone 1:0xd84156c5635688c0, redzone 2:0xd84156c563568800.",
    ]


def test_a_second_free_is_told(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)

    kernel.slab.kmem_cache_free(cachep, objp)

    assert kernel.mm.log == [
        "slab error in verify_redzone_free(): cache `watched': double free detected",
        f"{objp - 8:016x}: redzone 1:0x9f911029d74e35b, redzone 2:0x9f911029d74e35b.",
    ]


def test_a_second_free_that_reaches_the_slab_is_a_bug(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)
    kernel.slab.kmem_cache_free(cachep, objp)

    with pytest.raises(SlabBug, match="slab_put_obj"):
        kernel.slab.kmem_cache_shrink(cachep)

    assert kernel.mm.log[-1] == f"slab: double free detected in cache 'watched', objp {objp - 8:016x}"


def test_red_zones_touched_while_free_are_told_at_the_next_allocation(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)
    set_byte(kernel, objp - 8, 0x5C)

    assert kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL) == objp

    assert kernel.mm.log == [
        "slab error in cache_alloc_debugcheck_after(): cache `watched': "
        "double free, or memory outside object was overwritten",
        f"{objp - 8:016x}: redzone 1:0x9f911029d74e35c, redzone 2:0x9f911029d74e35b",
    ]


def test_a_use_after_free_is_told_with_users_hexdump_and_neighbours(kernel: BareKernel, cachep: int) -> None:
    kernel.slab.core.symbol = lambda address: f"driver_exit+{address & 0xFF:#x}/0x100"
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp, FREED_BY)
    for index, byte in enumerate(b"dead"):
        set_byte(kernel, objp + 32 + index, byte)

    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    step = 88
    free_line = "6b " * 15 + "6b"
    neighbour = [f"{offset}: {free_line}" for offset in ("000", "010")]
    told = ["Redzone: 0x9f911029d74e35b/0x9f911029d74e35b.", "Last user: [<0000000000000000>](driver_exit+0x0/0x100)"]
    assert kernel.mm.log == [
        f"Slab corruption: watched start={objp:016x}, len=64",
        "Redzone: 0x9f911029d74e35b/0x9f911029d74e35b.",
        f"Last user: [<{FREED_BY:016x}>](driver_exit+0x78/0x100)",
        "020: 64 65 61 64 " + "6b " * 11 + "6b",
        f"Prev obj: start={objp - step:016x}, len=64",
        *told,
        *neighbour,
        f"Next obj: start={objp + step:016x}, len=64",
        *told,
        *neighbour,
    ]


def test_one_flipped_bit_looks_like_bad_ram(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)
    set_byte(kernel, objp + 5, 0x6B ^ 0x10)

    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    at = kernel.mm.log.index("Single bit error detected. Probably bad RAM.")
    assert kernel.mm.log[at - 1] == "000: 6b 6b 6b 6b 6b 7b " + "6b " * 9 + "6b"
    assert kernel.mm.log[at + 1] == "Run memtest86+ or a similar memory test tool."


def test_at_most_six_lines_are_dumped_and_the_byte_after_each_goes_unseen(kernel: BareKernel) -> None:
    cachep = kernel.slab.kmem_cache_create("long", 256)
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)
    for offset in (3, 16, *range(40, 256, 16)):  # 16 is the first byte of the line after the first
        set_byte(kernel, objp + offset, 0)

    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    end = next(index for index, line in enumerate(kernel.mm.log) if line.startswith("Prev obj"))
    dumped = [line[:4] for line in kernel.mm.log[:end] if line[3] == ":"]
    assert dumped == ["000:", "020:", "030:", "040:", "050:", "060:"]


def test_constructed_objects_are_made_anew_at_every_allocation(kernel: BareKernel) -> None:
    made: list[int] = []
    unmade: list[int] = []
    register = kernel.slab.register_function
    cachep = kernel.slab.kmem_cache_create("made", 64, ctor=register(made.append), dtor=register(unmade.append))

    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)
    alloc(kernel, cachep)

    assert (made, unmade) == ([objp, objp], [objp])


def test_freed_objects_written_to_are_told_when_their_slab_goes(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    kernel.slab.kmem_cache_free(cachep, objp)
    set_byte(kernel, objp - 1, 0)
    set_byte(kernel, objp + SIZE, 0)
    set_byte(kernel, objp, 0)

    kernel.slab.kmem_cache_shrink(cachep)

    assert f"Slab corruption: watched start={objp:016x}, len=64" in kernel.mm.log
    assert (
        "slab error in slab_destroy_objs(): cache `watched': start of a freed object was overwritten" in kernel.mm.log
    )
    assert "slab error in slab_destroy_objs(): cache `watched': end of a freed object was overwritten" in kernel.mm.log


def test_a_constructor_that_writes_too_far_is_told(kernel: BareKernel) -> None:
    def far(objp: int) -> None:
        set_byte(kernel, objp + 64, 0)

    flags = 0x8_0000  # SLAB_DESTROY_BY_RCU: no poison, so constructors run when slabs are made
    cachep = kernel.slab.kmem_cache_create("far", 64, 0, flags, ctor=kernel.slab.register_function(far))

    kernel.slab.kmem_cache_alloc(cachep, GFP_KERNEL)

    expected = "slab error in cache_init_objs(): cache `far': constructor overwrote the end of an object"
    assert kernel.mm.log.count(expected) == 44


@pytest.mark.parametrize("objp", [0x1000, PAGE_OFFSET + (64 << 20), 0xFFFF_C200_0000_0000])
def test_a_pointer_out_of_range_is_told_and_a_bug(kernel: BareKernel, objp: int) -> None:
    with pytest.raises(SlabBug, match="kfree_debugcheck"):
        kernel.slab.kfree(objp)

    assert kernel.mm.log[-1] == f"kfree_debugcheck: out of range ptr {objp:x}h."


def test_a_pointer_into_an_object_is_a_bug(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)

    with pytest.raises(SlabBug, match="index_to_obj"):
        kernel.slab.kmem_cache_free(cachep, objp + 8)


def test_freeing_into_another_cache_is_a_bug(kernel: BareKernel, cachep: int) -> None:
    other = kernel.slab.kmem_cache_create("other", SIZE)

    with pytest.raises(SlabBug, match="virt_to_cache"):
        kernel.slab.kmem_cache_free(other, alloc(kernel, cachep))


def test_a_corrupt_free_list_is_dumped_and_a_bug(kernel: BareKernel, cachep: int) -> None:
    objp = alloc(kernel, cachep)
    slab = kernel.slab.core.slab_of(objp, "test")
    bufctl = (slab << 3) + kernel.mm.layout.sizeof("slab")
    kernel.ram.u32[(bufctl >> 2) + 20] = 0  # of a free object: the list now runs in circles

    with pytest.raises(SlabBug, match="check_slabp"):
        kernel.slab.kmem_cache_shrink(cachep)

    start = kernel.mm.log.index(
        f"slab: Internal list corruption detected in cache 'watched'(44), slabp {(slab << 3) + PAGE_OFFSET:016x}(16). "
        "Hexdump:"
    )
    assert kernel.mm.log[start + 2].startswith("000: ")
    assert len(kernel.mm.log) - start == 2 + -(-(48 + 44 * 4) // 16)


def test_statistics_are_in_slabinfo(kernel: BareKernel, cachep: int) -> None:
    objects = [alloc(kernel, cachep) for _ in range(40)]
    for objp in objects:
        kernel.slab.kmem_cache_free(cachep, objp)

    lines = slabinfo(kernel.mm).splitlines()

    assert lines[0] == "slabinfo - version: 2.1 (statistics)"
    assert lines[1].endswith("<allochit> <allocmiss> <freehit> <freemiss>")
    assert lines[2] == (
        "watched               28     44     88   44    1 : tunables   32   16    0 : slabdata      1      1      0"
        " : globalstat      44     44     1    0 \t\t\t\t   0    0    0    0    0 : cpustat     37      3     39      1"
    )


def test_the_auditor_agrees_with_all_this(kernel: BareKernel, cachep: int) -> None:
    objects = [alloc(kernel, cachep) for _ in range(100)]
    for objp in objects[::2]:
        kernel.slab.kmem_cache_free(cachep, objp)

    assert audit(kernel.memory) == []
