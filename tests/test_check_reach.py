# SPDX-License-Identifier: GPL-2.0-only
"""The reach proof, to the byte."""

import pytest

from pykernel.check.reach import ReachRow, prove_reach
from tests.check_kernel import GFP_DMA, GFP_KERNEL, BareKernel

CACHE = "size-256(DMA)"


@pytest.fixture(scope="module")
def kernel() -> BareKernel:
    kernel = BareKernel(64)
    for _ in range(40):
        kernel.slab.kmalloc(256, GFP_KERNEL | GFP_DMA)
    return kernel


def row(kernel: BareKernel, reach: int) -> ReachRow:
    return next(row for row in prove_reach(kernel.memory, [("dev", reach)]) if row.cache == CACHE)


def test_a_device_that_drives_the_last_byte_of_the_zone_reaches_all(kernel: BareKernel) -> None:
    proved = row(kernel, 0xFF_FFFF)

    assert (proved.verdict, proved.offender, proved.bound) == ("ok", None, 0xFF_FFFF)
    assert proved.objects >= 40


def test_one_byte_less_than_the_last_object_needs_is_beyond_and_names_it(kernel: BareKernel) -> None:
    highest = row(kernel, 0xFF_FFFF).highest
    assert highest is not None

    beyond = row(kernel, highest - 1)

    assert (beyond.verdict, beyond.offender) == ("beyond", highest - 255)
    assert row(kernel, highest).offender is None


def test_a_device_with_less_than_the_zone_is_unbounded_where_no_object_is_beyond_yet(kernel: BareKernel) -> None:
    highest = row(kernel, 0xFF_FFFF).highest
    assert highest is not None

    assert row(kernel, highest).verdict == "unbounded"
