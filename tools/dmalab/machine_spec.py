# SPDX-License-Identifier: GPL-2.0-only
"""What a machine file can say, as plain values, and what holds where it says nothing.

Knows neither TOML nor the machine. The default is written out once more, with comments, in data/machine.toml; a test
holds the two together.
"""

from typing import Literal, NamedTuple

from emulator import memmap
from pykernel.layout.config import KernelConfig

Beyond = Literal["wrap", "abort", "drop"]
Policy = Literal["report", "strict"]

EDU_REACH = (1 << 28) - 1
ISA_REACH = (1 << 24) - 1
RING_NIC_REACH = (1 << 32) - 1


class EduSpec(NamedTuple):
    """An edu device in a PCI slot; `reach` is the highest bus address that it can drive."""

    slot: int = memmap.EDU_DEVFN >> 3
    reach: int = EDU_REACH
    beyond: Beyond = "wrap"


class IsaPatternSpec(NamedTuple):
    """The ISA sample device, which moves its data through the 8237A pair."""

    port: int = memmap.ISA_PATTERN_PORT
    irq: int = memmap.ISA_PATTERN_IRQ
    reach: int = ISA_REACH
    beyond: Beyond = "drop"


class RingNicSpec(NamedTuple):
    """The network-card-like sample device, with descriptor rings in RAM."""

    slot: int = memmap.RING_NIC_DEVFN >> 3
    reach: int = RING_NIC_REACH
    beyond: Beyond = "abort"


DeviceSpec = EduSpec | IsaPatternSpec | RingNicSpec
DEVICE_TYPES: dict[type[DeviceSpec], str] = {EduSpec: "edu", IsaPatternSpec: "isa_pattern", RingNicSpec: "ring_nic"}


class LimitsSpec(NamedTuple):
    """When a run that does not end by itself is ended."""

    max_blocks: int = 1_000_000_000
    wall_seconds: int = 60


class FaultSpec(NamedTuple):
    """One kind of fault: when it happens, as Linux's fault injection has it. What is None is as Linux starts."""

    probability: int = 0  # percent
    interval: int = 1
    times: int = 1  # -1: always
    space: int = 0
    nth: int = 0  # just this one, from 1
    verbose: int | None = None
    ignore_gfp_wait: bool | None = None
    min_order: int | None = None


_INT_MAX = (1 << 31) - 1  # struct fault_attr has ints
# The least and the most of each number in a fault, wherever it is said.
FAULT_RANGES = {
    "seed": (0, (1 << 64) - 1),
    "probability": (0, 100),
    "interval": (1, _INT_MAX),
    "times": (-1, _INT_MAX),
    "space": (0, _INT_MAX),
    "nth": (0, _INT_MAX),
    "verbose": (0, 2),
    "min_order": (0, 10),
}
KERNEL_FAULTS = ("failslab", "fail_page_alloc", "fail_dma_map")
DEVICE_FAULTS = ("irq_late", "irq_lost", "irq_doubled", "dma_short", "dma_torn", "dma_late")


class FaultsSpec(NamedTuple):
    """All faults on purpose, by their names in KERNEL_FAULTS and DEVICE_FAULTS."""

    seed: int = 0
    delay_ns: int = 1_000_000
    faults: tuple[tuple[str, FaultSpec], ...] = ()


class HostileSpec(NamedTuple):
    """Devices that lie to their drivers."""

    seed: int = 0
    probability: int = 10  # percent
    spared: int = 0
    registers: bool = True
    dma: bool = True
    device: str | None = None


class SuppressSpec(NamedTuple):
    """Findings not to be shown."""

    kind: str | None = None
    function: str | None = None
    file: str | None = None


class MachineSpec(NamedTuple):
    """A whole machine file."""

    ram: int = 128 * memmap.MIB  # bytes
    policy: Policy = "report"
    kernel: KernelConfig = KernelConfig()
    limits: LimitsSpec = LimitsSpec()
    devices: tuple[DeviceSpec, ...] = (EduSpec(), IsaPatternSpec())
    faults: FaultsSpec = FaultsSpec()
    hostile: HostileSpec | None = None
    command_line: str = ""  # what the kernel's has besides: Linux's own options, such as swiotlb=force
    iommu: bool = False  # between the PCI bus and memory
    coherent: bool = True  # devices see the CPU's caches
    uninitialized: bool = False  # look for bytes that nobody has written
    kasan: bool = False  # keep a shadow of memory, for drivers compiled to look at it
    heap_check: bool = False  # ... and have the processor look at it for all other code
    findings: tuple[tuple[str, str], ...] = ()  # class of findings -> "stop", "report" or "ignore"
    suppress: tuple[SuppressSpec, ...] = ()


def parse_size(text: str) -> int:
    """Read a size in bytes: `128M`, `1G`, `4096`, `0x1000`.

    Raises: ValueError where it is none.
    """
    shift = {"K": 10, "M": 20, "G": 30, "T": 40}.get(text[-1:].upper(), 0)
    number = text[:-1] if shift else text
    if not number.isascii() or not number[:1].isdigit():
        raise ValueError(text)
    return int(number, 0) << shift


def format_size(size: int) -> str:
    """Write a size as `parse_size` reads it, in the largest unit that divides it."""
    for unit, shift in (("G", 30), ("M", 20), ("K", 10)):
        if size and size % (1 << shift) == 0:
            return f"{size >> shift}{unit}"
    return str(size)
