# SPDX-License-Identifier: GPL-2.0-only
"""Trouble on purpose, from the machine file or the command line to the machine: faults, and hostile devices.

Also what came of it, and what policies and suppressions have hidden of the findings.
"""

from typing import TYPE_CHECKING

from dmalab.machine_spec import (
    DEVICE_FAULTS,
    FAULT_RANGES,
    KERNEL_FAULTS,
    FaultSpec,
    FaultsSpec,
    HostileSpec,
    MachineSpec,
)
from emulator.errors import ConfigError
from emulator.finding import Json, Suppression

if TYPE_CHECKING:
    from emulator.faults import DeviceFaults
    from emulator.finding import Findings
    from emulator.hostile import HostileConfig
    from emulator.machine import Machine
    from pykernel.kernel import Kernel

_LINUX_FORM = ("interval", "probability", "space", "times")
_OWN_OPTIONS = ("nth", "verbose", "ignore_gfp_wait", "min_order")


def kernel_words(faults: FaultsSpec) -> list[str]:
    """Write the kernel's faults down for its command line."""
    words = []
    for name, spec in faults.faults:
        if name in KERNEL_FAULTS:
            value = ",".join(str(getattr(spec, member)) for member in _LINUX_FORM)
            own = [(option, getattr(spec, option)) for option in _OWN_OPTIONS]
            words.append(f"{name}={value}" + "".join(f",{key}:{int(given)}" for key, given in own if given is not None))
    if words:
        words.append(f"fault_seed={faults.seed}")
    if any(name == "failslab" for name, _ in faults.faults):
        words.append("fast_path=0")  # the guest must ask for every object
    return words


def device_faults(faults: FaultsSpec) -> "DeviceFaults | None":
    """Give the devices' faults, if there are any."""
    wanted = {name: spec for name, spec in faults.faults if name in DEVICE_FAULTS}
    if not wanted:
        return None
    from emulator.faults import DeviceFaults, FaultAttr

    attrs = {
        name: FaultAttr(spec.probability, spec.interval, spec.times, spec.space, spec.nth)
        for name, spec in wanted.items()
    }
    return DeviceFaults(faults.seed, faults.delay_ns, **attrs)


def hostile_config(spec: HostileSpec | None) -> "HostileConfig | None":
    """Give the hostile devices, if there are any."""
    if spec is None:
        return None
    from emulator.hostile import HostileConfig

    return HostileConfig(*spec)


def parse_fault(text: str) -> tuple[str, FaultSpec]:
    """Read `NAME=<interval>,<probability>,<space>,<times>`, Linux's form, or `NAME=nth:N`; options may follow.

    Raises: ConfigError where it is neither.
    """
    name, _, value = text.partition("=")
    if name not in KERNEL_FAULTS + DEVICE_FAULTS:
        names = ", ".join(KERNEL_FAULTS + DEVICE_FAULTS)
        raise ConfigError(f"--fault: found {name!r}, expected one of {names}")
    numbers = [part for part in value.split(",") if ":" not in part]
    options = dict(part.split(":", 1) for part in value.split(",") if ":" in part)
    try:
        given = dict(zip(_LINUX_FORM, map(int, numbers), strict=True)) if numbers and numbers != [""] else {}
        own = {key: int(number) for key, number in options.items()}
    except ValueError:
        given, own = {}, {"": 0}
    if (not given and not own.get("nth")) or not own.keys() <= set(_OWN_OPTIONS):
        expected = "NAME=<interval>,<probability>,<space>,<times>[,OPTION:NUMBER] or NAME=nth:N"
        raise ConfigError(f"--fault: found {text!r}, expected {expected}")
    if own and name in DEVICE_FAULTS and own.keys() != {"nth"}:
        raise ConfigError(f"--fault: found {text!r}, expected no option but nth: {name} is a device's")
    for key, number in (given | own).items():
        least, most = FAULT_RANGES.get(key, (0, 1))
        if not least <= number <= most:
            raise ConfigError(f"--fault: {name}: {key}: found {number}, expected {least} to {most}")
    wait = own.pop("ignore_gfp_wait", None)
    return name, FaultSpec(**given, **own, ignore_gfp_wait=None if wait is None else bool(wait))


def with_options(spec: MachineSpec, faults: list[str], seed: int | None, *, hostile: bool) -> MachineSpec:
    """Add what the command line asks for to a machine."""
    if faults:
        added = dict(spec.faults.faults) | dict(map(parse_fault, faults))
        spec = spec._replace(faults=spec.faults._replace(faults=tuple(added.items())))
    if hostile:
        spec = spec._replace(hostile=spec.hostile or HostileSpec())
    if seed is not None:
        spec = spec._replace(faults=spec.faults._replace(seed=seed))
        spec = spec._replace(hostile=None if spec.hostile is None else spec.hostile._replace(seed=seed))
    return spec


def govern(findings: "Findings", spec: MachineSpec) -> None:
    """Apply the machine file's policies and suppressions."""
    findings.govern(dict(spec.findings), [Suppression(*each) for each in spec.suppress])


def injected(machine: "Machine", kernel: "Kernel", spec: MachineSpec) -> dict[str, int]:
    """Count what was done on purpose; with the seed, where anything could be."""
    counts: dict[str, int] = {}
    if kernel.faults is not None:
        counts |= kernel.faults.failed()
    if machine.board.faults is not None:
        counts |= machine.board.faults.happened()
    if machine.board.hostility is not None:
        counts["hostile_values"] = machine.board.hostility.replaced
    seed = spec.hostile.seed if spec.hostile is not None else spec.faults.seed
    return {"seed": seed, **counts} if spec.faults.faults or spec.hostile is not None else {}


def hidden(findings: "Findings") -> dict[str, Json]:
    """Say what policies and suppressions have hidden."""
    suppressed = [
        {name: value for name, value in each._asdict().items() if value is not None} | {"count": number}
        for each, number in findings.suppressed.items()
    ]
    found: dict[str, Json] = {}
    if findings.ignored:
        found["ignored"] = dict(sorted(findings.ignored.items()))
    if suppressed:
        found["suppressed"] = suppressed
    return found
