# SPDX-License-Identifier: GPL-2.0-only
"""What goes wrong inside the kernel: states of guest RAM that no right kernel leaves. It knows none of the parts."""


class KernelBug(Exception):
    """The kernel met a state that cannot be, where Linux would run into BUG() or an oops.

    `phys` is the physical address of the structure that showed it, where there is one.
    """

    def __init__(self, reason: str, phys: int | None = None) -> None:
        super().__init__(reason if phys is None else f"{reason} (at physical {phys:#x})")
        self.reason = reason
        self.phys = phys


class KernelPanic(KernelBug):
    """The kernel gave up: panic()."""


class BadList(KernelBug):
    """A list does not close, or its links do not answer each other."""


class BadPage(KernelBug):
    """A struct page is in a state that forbids what was asked of it."""

    def __init__(self, reason: str, pfn: int) -> None:
        super().__init__(f"{reason}: pfn {pfn:#x}")
        self.pfn = pfn
