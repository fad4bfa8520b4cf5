# SPDX-License-Identifier: GPL-2.0-only
"""What of a machine can be chosen. The board checks that the choices fit each other."""

from typing import TYPE_CHECKING, NamedTuple

from emulator import memmap
from emulator.devices import edu, isa_dma, ring_nic
from emulator.dma import Reach

if TYPE_CHECKING:
    from emulator.faults import DeviceFaults
    from emulator.hostile import HostileConfig


class EduConfig(NamedTuple):
    """An edu in a PCI slot."""

    slot: int = memmap.EDU_DEVFN >> 3
    reach: Reach = edu.REACH


class IsaPatternConfig(NamedTuple):
    """The ISA sample part; its DMA channels are fixed."""

    port: int = memmap.ISA_PATTERN_PORT
    irq: int = memmap.ISA_PATTERN_IRQ
    reach: Reach = isa_dma.REACH


class RingNicConfig(NamedTuple):
    """A ring_nic in a PCI slot."""

    slot: int = memmap.RING_NIC_DEVFN >> 3
    reach: Reach = ring_nic.REACH


DeviceConfig = EduConfig | IsaPatternConfig | RingNicConfig


class MachineConfig(NamedTuple):
    """A machine."""

    ram: int = 128 * memmap.MIB  # bytes
    devices: tuple[DeviceConfig, ...] = (EduConfig(), IsaPatternConfig())
    strict: bool = False  # the first finding ends the run
    record_trace: bool = False
    max_blocks: int | None = 1_000_000_000  # executed by a run that does not end by itself
    wall_seconds: float | None = 60.0  # the last resort
    faults: "DeviceFaults | None" = None
    hostile: "HostileConfig | None" = None
    iommu: bool = False  # between the PCI bus and memory
