# SPDX-License-Identifier: GPL-2.0-only
"""The machines on which programs run: a device each, and options that a driver must not notice."""

from typing import NamedTuple

from dmalab.machine_spec import DeviceSpec, EduSpec, FaultSpec, FaultsSpec, IsaPatternSpec, MachineSpec, RingNicSpec
from emulator.memmap import GIB
from pykernel.layout.config import KernelConfig
from tests.programs.generator import Rules

_PARTS: dict[str, DeviceSpec] = {"edu": EduSpec(), "isa_pattern": IsaPatternSpec(), "ring_nic": RingNicSpec()}
# What an IOMMU's pages lay open is said of programs that are right too: they do not choose what lies beside a buffer.
_EXPOSED = tuple((f"iommu-exposes-{what}", "ignore") for what in ("own-data", "os-data", "mapping", "neighbours"))
_FAILING = FaultsSpec(seed=7, faults=(("fail_dma_map", FaultSpec(probability=10, times=-1, verbose=0)),))
_PLAIN = MachineSpec()


class Bench(NamedTuple):
    """A machine, and what its programs keep to."""

    name: str
    spec: MachineSpec
    rules: Rules


def _machine(device: str, name: str, spec: MachineSpec = _PLAIN, **rules: bool) -> Bench:
    flags = "GFP_KERNEL | GFP_DMA" if device == "isa_pattern" else "GFP_KERNEL"
    return Bench(f"{device}, {name}", spec._replace(devices=(_PARTS[device],)), Rules(device, flags, **rules))


_DEBUG = KernelConfig(debug_slab=True)
_ODD = MachineSpec(coherent=False, uninitialized=True)
MACHINES = (
    _machine("edu", "plain"),
    _machine("isa_pattern", "plain"),
    _machine("ring_nic", "plain"),
    _machine("edu", "not coherent", MachineSpec(coherent=False)),
    _machine("isa_pattern", "not coherent, unwritten bytes", _ODD),
    _machine("ring_nic", "not coherent, bouncing, unwritten bytes", _ODD._replace(command_line="swiotlb=force")),
    _machine("ring_nic", "not coherent", MachineSpec(coherent=False)),
    _machine("edu", "bouncing", MachineSpec(command_line="swiotlb=force")),
    _machine("isa_pattern", "unwritten bytes", MachineSpec(uninitialized=True)),
    _machine("ring_nic", "behind an IOMMU", MachineSpec(iommu=True, findings=_EXPOSED)),
    _machine("edu", "whole pages behind an IOMMU", MachineSpec(iommu=True), whole_pages=True),
    _machine("isa_pattern", "beside an IOMMU", MachineSpec(iommu=True)),
    _machine("ring_nic", "slab debugging", MachineSpec(kernel=_DEBUG), whole_objects=True),
    _machine("isa_pattern", "a processor that looks at the shadow", MachineSpec(heap_check=True)),
    _machine("edu", "code that looks at the shadow", MachineSpec(kasan=True)),
    _machine("edu", "failing mappings", MachineSpec(faults=_FAILING)),
    _machine("isa_pattern", "slab debugging", MachineSpec(kernel=_DEBUG), whole_objects=True),
    _machine("ring_nic", "failing mappings, bouncing", MachineSpec(faults=_FAILING, command_line="swiotlb=force")),
    _machine("edu", "5 GiB", MachineSpec(ram=5 * GIB)),
    _machine("isa_pattern", "failing mappings", MachineSpec(faults=_FAILING)),
    _machine(
        "ring_nic", "failing mappings behind an IOMMU", MachineSpec(faults=_FAILING, iommu=True, findings=_EXPOSED)
    ),
)
