# SPDX-License-Identifier: GPL-2.0-only
"""The per-CPU page lists."""

from pykernel.check.audit import audit
from tests.check_kernel import GFP_KERNEL, GFP_MOVABLE, BareKernel


def test_a_page_on_the_list_is_given_only_to_who_wants_its_migrate_type() -> None:
    kernel = BareKernel(64)
    pages = kernel.mm.pages
    movable = pages.alloc_pages(GFP_KERNEL | GFP_MOVABLE, 0)
    assert movable is not None
    pages.free_pages(movable, 0)

    unmovable = pages.alloc_pages(GFP_KERNEL, 0)

    assert unmovable != movable
    assert pages.alloc_pages(GFP_KERNEL | GFP_MOVABLE, 0) == movable
    assert audit(kernel.memory) == []
