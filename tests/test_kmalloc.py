# SPDX-License-Identifier: GPL-2.0-only
"""kmalloc and its kin: what fits into what, and what happens to the bytes."""

import pytest
from check_kernel import GFP_DMA, GFP_KERNEL, BareKernel
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.memmap import PAGE_OFFSET
from pykernel.check.audit import audit
from pykernel.layout.config import KernelConfig
from pykernel.mm.slab_core import SlabBug

ZERO_SIZE_PTR = 16
LARGEST = 1 << 22


@pytest.fixture(scope="module", params=[KernelConfig(), KernelConfig(debug_slab=True), KernelConfig(nr_cpus=2)])
def kernel(request: pytest.FixtureRequest) -> BareKernel:
    return BareKernel(64, request.param)


@given(size=st.one_of(st.integers(1, 5000), st.integers(1, 1 << 17)), dma=st.booleans())
@settings(max_examples=150, deadline=None)
def test_an_object_has_at_least_the_bytes_asked_for_and_lies_in_the_zone_asked_for(
    kernel: BareKernel, size: int, dma: bool
) -> None:
    objp = kernel.slab.kmalloc(size, GFP_KERNEL | (GFP_DMA if dma else 0))

    assert kernel.slab.ksize(objp) >= size
    assert not dma or objp - PAGE_OFFSET + size <= 16 << 20
    kernel.slab.kfree(objp)


def test_no_bytes_are_one_pointer_that_all_take_back(kernel: BareKernel) -> None:
    assert kernel.slab.kmalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR
    assert kernel.slab.kzalloc(0, GFP_KERNEL) == ZERO_SIZE_PTR
    assert kernel.slab.ksize(ZERO_SIZE_PTR) == 0
    kernel.slab.kfree(ZERO_SIZE_PTR)
    kernel.slab.kfree(0)


@pytest.mark.parametrize("size", [LARGEST + 1, 1 << 40, (1 << 64) - 1])
def test_more_than_the_largest_cache_holds_is_null_without_a_word(kernel: BareKernel, size: int) -> None:
    kernel.mm.log.clear()

    assert kernel.slab.kmalloc(size, GFP_KERNEL) == 0
    assert kernel.mm.log == []


def test_the_size_of_null_is_a_bug(kernel: BareKernel) -> None:
    with pytest.raises(SlabBug, match="ksize"):
        kernel.slab.ksize(0)


@pytest.mark.parametrize("size", [1, 64, 100, 3000, 100_000])
def test_kzalloc_clears_the_whole_object(kernel: BareKernel, size: int) -> None:
    objp = kernel.slab.kmalloc(size, GFP_KERNEL)
    length = kernel.slab.ksize(objp)
    kernel.ram.fill(objp - PAGE_OFFSET, length, 0xEE)
    kernel.slab.kfree(objp)

    again = kernel.slab.kzalloc(size, GFP_KERNEL)

    assert again == objp
    assert kernel.ram.read(again - PAGE_OFFSET, length) == bytes(length)
    kernel.slab.kfree(again)


def test_krealloc_keeps_what_fits_and_moves_what_does_not(kernel: BareKernel) -> None:
    objp = kernel.slab.kmalloc(100, GFP_KERNEL)
    kernel.ram.write(objp - PAGE_OFFSET, bytes(range(1, 129)))  # all 128 may be used

    assert kernel.slab.krealloc(objp, 120, GFP_KERNEL) == objp
    assert kernel.slab.krealloc(objp, 1, GFP_KERNEL) == objp
    moved = kernel.slab.krealloc(objp, 1000, GFP_KERNEL)

    assert moved != objp
    assert kernel.ram.read(moved - PAGE_OFFSET, 128) == bytes(range(1, 129))
    assert kernel.slab.krealloc(moved, 0, GFP_KERNEL) == ZERO_SIZE_PTR


def test_krealloc_of_nothing_allocates(kernel: BareKernel) -> None:
    for nothing in (0, ZERO_SIZE_PTR):
        objp = kernel.slab.krealloc(nothing, 50, GFP_KERNEL)
        assert kernel.slab.ksize(objp) == 64
        kernel.slab.kfree(objp)
    assert kernel.slab.krealloc(0, 0, GFP_KERNEL) == ZERO_SIZE_PTR


def test_a_krealloc_that_finds_no_memory_leaves_the_object_alone(kernel: BareKernel) -> None:
    objp = kernel.slab.kmalloc(100, GFP_KERNEL)
    kernel.ram.write(objp - PAGE_OFFSET, b"precious")

    assert kernel.slab.krealloc(objp, LARGEST + 1, GFP_KERNEL) == 0
    assert kernel.ram.read(objp - PAGE_OFFSET, 8) == b"precious"
    kernel.slab.kfree(objp)


def test_when_memory_runs_out_kmalloc_is_null_and_comes_back_with_what_is_freed() -> None:
    kernel = BareKernel(16)
    gfp_mask = 0x20 | 0x200  # GFP_ATOMIC, __GFP_NOWARN
    objects = []
    while objp := kernel.slab.kmalloc(4096, gfp_mask):
        objects.append(objp)

    assert audit(kernel.memory) == []
    for objp in objects:
        kernel.slab.kfree(objp)
    assert kernel.slab.kmalloc(4096, gfp_mask)
    assert audit(kernel.memory) == []


def test_every_general_cache_and_its_twin_serves_its_size(kernel: BareKernel) -> None:
    size = 32
    while size <= 1 << 20:
        for gfp_mask in (GFP_KERNEL, GFP_KERNEL | GFP_DMA):
            objp = kernel.slab.kmalloc(size, gfp_mask)
            assert kernel.slab.ksize(objp) == size
            kernel.slab.kfree(objp)
        size *= 2
    assert audit(kernel.memory) == []
