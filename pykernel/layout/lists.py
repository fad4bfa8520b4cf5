# SPDX-License-Identifier: GPL-2.0-only
"""list_head in RAM. Lists are named by the virtual address of their head, as the links themselves are.

Every walk is bounded: a list that does not close is a BadList, never a hang.
"""

from collections.abc import Iterator

from emulator.ram import Ram
from pykernel.errors import BadList
from pykernel.layout.address import VirtAddr, virt_to_phys

LIST_POISON1 = 0x0010_0100  # enum list_poison of kernel/list.h; a test compares
LIST_POISON2 = 0x0020_0200


def init_list_head(ram: Ram, head: int) -> None:
    """Make `head` an empty list. Source: include/linux/list.h: INIT_LIST_HEAD"""
    word = virt_to_phys(head) >> 3
    ram.u64[word] = head
    ram.u64[word + 1] = head


def list_empty(ram: Ram, head: int) -> bool:
    """Say whether nothing is on the list. Source: include/linux/list.h: list_empty"""
    return ram.u64[virt_to_phys(head) >> 3] == head


def list_add(ram: Ram, entry: int, head: int) -> None:
    """Put `entry` behind `head`: first on the list. Source: include/linux/list.h: list_add"""
    _insert(ram, entry, head, ram.u64[virt_to_phys(head) >> 3])


def list_add_tail(ram: Ram, entry: int, head: int) -> None:
    """Put `entry` before `head`: last on the list. Source: include/linux/list.h: list_add_tail"""
    _insert(ram, entry, ram.u64[(virt_to_phys(head) >> 3) + 1], head)


def _insert(ram: Ram, entry: int, before: int, after: int) -> None:
    u64 = ram.u64
    word = virt_to_phys(entry) >> 3
    u64[(virt_to_phys(after) >> 3) + 1] = entry
    u64[word] = after
    u64[word + 1] = before
    u64[virt_to_phys(before) >> 3] = entry


def list_del(ram: Ram, entry: int) -> None:
    """Take `entry` off its list and poison its links. Source: include/linux/list.h: list_del"""
    u64 = ram.u64
    word = virt_to_phys(entry) >> 3
    after, before = u64[word], u64[word + 1]
    u64[(virt_to_phys(after) >> 3) + 1] = before
    u64[virt_to_phys(before) >> 3] = after
    u64[word] = LIST_POISON1
    u64[word + 1] = LIST_POISON2


def list_for_each(ram: Ram, head: int) -> Iterator[VirtAddr]:
    """Yield the entries from first to last; the one just yielded may be taken off or moved.

    A ring that leaves out the head is found by remembering one entry, ever more steps back (Brent's method).

    Raises: BadList where a link leads out of RAM or back to an entry that was passed.
    """
    u64, end = ram.u64, ram.end
    entry = u64[virt_to_phys(head) >> 3]
    passed, steps, limit = 0, 0, 2
    while entry != head:
        phys = virt_to_phys(entry)
        if not 0 <= phys <= end - 16 or phys & 7:
            raise BadList(f"list {head:#x}: a link points to {entry:#x}, where no entry can be", virt_to_phys(head))
        if entry == passed:
            raise BadList(f"list {head:#x} does not close: {entry:#x} comes again", virt_to_phys(head))
        steps += 1
        if steps == limit:
            passed, steps, limit = entry, 0, limit * 2
        following = u64[phys >> 3]
        yield VirtAddr(entry)
        entry = following
