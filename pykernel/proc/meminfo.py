# SPDX-License-Identifier: GPL-2.0-only
"""/proc/meminfo: the lines about memory that the kernel has; those about processes, files and swap say 0.

Source: fs/proc/proc_misc.c: meminfo_read_proc
"""

from emulator.memmap import VMALLOC_BASE, VMALLOC_END
from pykernel.mm.context import Mm

_VMALLOC_KIB = (VMALLOC_END - VMALLOC_BASE - 1) >> 10
_OVERCOMMIT_PERCENT = 50  # sysctl_overcommit_ratio


def meminfo(mm: Mm) -> str:
    """Write /proc/meminfo.

    Source: fs/proc/proc_misc.c: meminfo_read_proc
    Differs: nothing is in swap, page cache, vmalloc space or huge pages, since there is none of them
    """

    def state(name: str) -> int:
        return mm.ram.u64[(mm.statics["vm_stat"] >> 3) + mm.layout.number(name)]

    total = mm.get("totalram_pages")
    slab = state("NR_SLAB_RECLAIMABLE") + state("NR_SLAB_UNRECLAIMABLE")
    pages = {
        "MemTotal": total,
        "MemFree": state("NR_FREE_PAGES"),
        "Buffers": 0,
        "Cached": state("NR_FILE_PAGES"),
        "SwapCached": 0,
        "Active": state("NR_ACTIVE"),
        "Inactive": state("NR_INACTIVE"),
        "SwapTotal": 0,
        "SwapFree": 0,
        "Dirty": state("NR_FILE_DIRTY"),
        "Writeback": state("NR_WRITEBACK"),
        "AnonPages": state("NR_ANON_PAGES"),
        "Mapped": state("NR_FILE_MAPPED"),
        "Slab": slab,
        "SReclaimable": state("NR_SLAB_RECLAIMABLE"),
        "SUnreclaim": state("NR_SLAB_UNRECLAIMABLE"),
        "PageTables": state("NR_PAGETABLE"),
        "NFS_Unstable": state("NR_UNSTABLE_NFS"),
        "Bounce": state("NR_BOUNCE"),
        "CommitLimit": total * _OVERCOMMIT_PERCENT // 100,
        "Committed_AS": 0,
    }
    kib = {name: count << 2 for name, count in pages.items()}
    kib |= {"VmallocTotal": _VMALLOC_KIB, "VmallocUsed": 0, "VmallocChunk": _VMALLOC_KIB}
    text = "".join(f"{name + ':':<13} {number:8} kB\n" for name, number in kib.items())
    return text + (_HUGEPAGES if mm.config.hugetlb else "")


_HUGEPAGES = """\
HugePages_Total:     0
HugePages_Free:      0
HugePages_Rsvd:      0
HugePages_Surp:      0
Hugepagesize:     2048 kB
"""
