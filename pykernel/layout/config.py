# SPDX-License-Identifier: GPL-2.0-only
"""What may be chosen when the kernel is compiled, and what follows from it. It knows no structure."""

from dataclasses import dataclass

from emulator.errors import ConfigError

_HPAGE_ORDER = 9  # 2 MiB


@dataclass(frozen=True, slots=True)
class KernelConfig:
    """One configuration of the kernel.

    Raises: ConfigError where a value is none that the layouts are compiled for.
    """

    nr_cpus: int = 1
    debug_slab: bool = False
    l1_cache_bytes: int = 64
    max_order: int = 11
    hugetlb: bool = True
    zone_dma: bool = True
    hz: int = 250
    fast_path: bool = True  # the guest takes and gives objects itself where it can
    kasan: bool = False  # a shadow of memory is kept

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("nr_cpus", self.nr_cpus, (1, 2)),
            ("l1_cache_bytes", self.l1_cache_bytes, (64, 128)),
            ("max_order", self.max_order, (11, 12, 13, 14)),
            ("hz", self.hz, (100, 250, 300, 1000)),
        ):
            if value not in allowed:
                raise ConfigError(f"kernel {name}: found {value}, expected one of {', '.join(map(str, allowed))}")

    @property
    def key(self) -> str:
        """Name the compiled layout: everything that moves a member of a structure."""
        parts = [
            "up" if self.nr_cpus == 1 else f"smp{self.nr_cpus}",
            *(["debug"] if self.debug_slab else []),
            f"l{self.l1_cache_bytes}",
            f"mo{self.max_order}",
            "dma" if self.zone_dma else "nodma",
        ]
        return "-".join(parts)

    @property
    def pageblock_order(self) -> int:
        """Say how much memory changes its migrate type together: a huge page, else the largest block."""
        return _HPAGE_ORDER if self.hugetlb else self.max_order - 1

    @property
    def initial_jiffies(self) -> int:
        """Say where time starts: five minutes before 32 bits overflow, so that code that forgets it breaks early."""
        return (-300 * self.hz) & 0xFFFF_FFFF
