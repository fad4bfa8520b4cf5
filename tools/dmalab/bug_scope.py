# SPDX-License-Identifier: GPL-2.0-only
"""Which other checkers could have seen what we report, by what their documentation says that they look at.

The rule stands with each group of classes. "partly": some cases of the class, or the damage later and elsewhere.
"""

from typing import Literal, NamedTuple

Answer = Literal["yes", "partly", "no"]
CHECKERS = ("dma-debug", "KASAN", "SLAB debug", "QEMU")


class Scope(NamedTuple):
    """One class's answer of each checker, in the order of CHECKERS, and why."""

    answers: tuple[Answer, Answer, Answer, Answer]
    rule: str


class _Group(NamedTuple):
    rule: str
    answers: tuple[Answer, Answer, Answer, Answer]
    kinds: str  # with blanks between


_GROUPS = (
    _Group(
        "dma-debug checks the arguments of each call of the DMA API against its own table of mappings",
        ("yes", "no", "no", "no"),
        "dma-unmap-unknown dma-unmap-error dma-unmap-size dma-unmap-function dma-unmap-cpu-address dma-unmap-direction "
        "dma-unmap-sg-count dma-map-error-unchecked dma-map-stack dma-map-text dma-map-vmalloc dma-map-invalid-area "
        "dma-map-overlap dma-map-overlap-count dma-sg-too-long dma-sg-boundary dma-sync-unknown dma-sync-range "
        "dma-sync-direction dma-sync-for-cpu dma-sync-for-device dma-sync-sg-count dma-pending-at-release",
    ),
    _Group(
        "a call that is wrong in a way that dma-debug does not ask about; the kernel itself may log a line",
        ("no", "no", "no", "no"),
        "dma-map-overflow dma-map-freed dma-free-coherent-atomic dma-pool-busy dma-pool-destroy-atomic dma-pool-align "
        "dma-pool-free-unknown dma-pool-free-inside",
    ),
    _Group(
        "the DMA pools of 2.6.24 check what is freed where CONFIG_DEBUG_SLAB is set",
        ("no", "no", "yes", "no"),
        "dma-pool-free-vaddr dma-pool-double-free",
    ),
    _Group(
        "a fault of 2.6.24's own DMA layer: what it answers no checker asks about; it may log a line",
        ("no", "no", "no", "no"),
        "dma-free-coherent-bounce dma-coherent-misaligned dma-coherent-beyond-mask dma-bounce-copied-again "
        "dma-bounce-slots dma-bounce-offset dma-map-beyond-mask dma-sg-failure-copied dma-map-address-0 dma-pool-waits",
    ),
    _Group(
        "the kernel logs a channel that is freed twice; who holds the lock, or has the channel, nobody asks",
        ("no", "no", "no", "no"),
        "isa-dma",
    ),
    _Group(
        "no checker of the kernel's sees what a device touches; red zones and poison show later that somebody has "
        "written there, if they lay there",
        ("no", "no", "partly", "no"),
        "dma-unmapped dma-after-unmap dma-past-mapping dma-freed-memory dma-free-while-mapped",
    ),
    _Group(
        "no checker of the kernel's sees what a device touches, and nothing is damaged that one looks at",
        ("no", "no", "no", "no"),
        "dma-other-device dma-pool-block dma-against-direction dma-while-cpu-owns dma-unsynced-write "
        "dma-uninitialized dma-direction dma-crosses-boundary dma-missing-barrier",
    ),
    _Group(
        "the CPU touches memory that is its driver's, only at the wrong time: KASAN asks whether it is allocated",
        ("no", "no", "no", "no"),
        "dma-cpu-write dma-cpu-read dma-shared-line dma-descriptor-write",
    ),
    _Group(
        "QEMU logs accesses where nothing answers (-d invalid_mem), for a device that is no bus master as well",
        ("no", "no", "no", "yes"),
        "dma-bus-master-off dma-unassigned mmio-unassigned rom-write",
    ),
    _Group(
        "QEMU's device models may log what they refuse or cut off (-d guest_errors): edu does",
        ("no", "no", "no", "partly"),
        "dma-beyond-reach dma-device-range",
    ),
    _Group(
        "QEMU's model of an IOMMU reports what it refuses",
        ("no", "no", "no", "yes"),
        "iommu-fault",
    ),
    _Group(
        "what a mapped page lays open nobody asks about",
        ("no", "no", "no", "no"),
        "iommu-exposes-own-data iommu-exposes-os-data iommu-exposes-mapping iommu-exposes-neighbours",
    ),
    _Group(
        "what red zones and poison show is SLAB debug's subject, and KASAN sees the access itself",
        ("no", "yes", "yes", "no"),
        "slab-double-free slab-redzone slab-poison",
    ),
    _Group(
        "accesses of the CPU outside objects, and wrong frees: KASAN's subject; red zones and poison show later that "
        "somebody has written there",
        ("no", "yes", "partly", "no"),
        "kasan-slab-out-of-bounds kasan-slab-use-after-free kasan-use-after-free kasan-double-free kasan-invalid-free "
        "kasan-wrong-cache",
    ),
    _Group(
        "accesses of the CPU outside variables and to where no memory is: KASAN's subject",
        ("no", "yes", "no", "no"),
        "kasan-stack-out-of-bounds kasan-alloca-out-of-bounds kasan-use-after-scope kasan-global-out-of-bounds "
        "kasan-out-of-bounds kasan-null-ptr-deref kasan-user-memory-access kasan-wild-memory-access",
    ),
    _Group(
        "memory that nobody can find any more: kmemleak's subject, and none of theirs",
        ("no", "no", "no", "no"),
        "memory-leak module-leak",
    ),
    _Group(
        "SLAB says it of a cache that still has objects",
        ("no", "no", "yes", "no"),
        "slab-destroy-refused",
    ),
    _Group(
        "what a module takes and does not give back nobody counts",
        ("no", "no", "no", "no"),
        "leftover module-busy module-init-failed probe-failed driver-unmatched",
    ),
    _Group(
        "the scheduler's own checks (DEBUG_ATOMIC_SLEEP, lockdep, the watchdogs), and none of theirs",
        ("no", "no", "no", "no"),
        "sleep-in-atomic scheduling-while-atomic spinlock lock-inversion preempt-imbalance mutex irq timer workqueue "
        "kthread active-object deadlock hung-task soft-lockup",
    ),
    _Group(
        "the count of a page's users falls below zero, which the page allocator asks about only with DEBUG_VM",
        ("no", "no", "no", "no"),
        "page-double-free",
    ),
    _Group(
        "the kernel's own check of its state, or the driver's word, ends the machine; with or without a checker",
        ("no", "no", "no", "no"),
        "kernel-bug kernel-panic",
    ),
    _Group(
        "QEMU lets BARs lie over RAM and over each other, and one of the two answers",
        ("no", "no", "no", "no"),
        "bar-over-ram bar-overlap",
    ),
    _Group(
        "the kernel warns by itself, with or without a checker",
        ("no", "no", "no", "no"),
        "refcount warning",
    ),
    _Group(
        "the processor faults; the kernel's oops says where, with or without a checker",
        ("no", "no", "no", "no"),
        "kernel-oops",
    ),
    _Group(
        "an interrupt message to where no interrupt controller listens",
        ("no", "no", "no", "no"),
        "msi-lost",
    ),
)
_SCOPES = {kind: Scope(group.answers, group.rule) for group in _GROUPS for kind in group.kinds.split()}


def scope_of(kind: str) -> Scope | None:
    """Give what others could have seen of a class; None where nobody has thought about it yet."""
    return _SCOPES.get("leftover" if kind.startswith("leftover-") else kind)
