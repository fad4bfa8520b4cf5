# SPDX-License-Identifier: GPL-2.0-only
"""Read a machine file (TOML) into a `MachineSpec`.

Whatever is wrong with it becomes one line: file, line, key, what was found and what was expected. pydantic checks the
keys and types, `_overlaps` what no single key can show.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dmalab import machine_spec
from dmalab.machine_spec import (
    FAULT_RANGES,
    EduSpec,
    FaultSpec,
    FaultsSpec,
    HostileSpec,
    IsaPatternSpec,
    LimitsSpec,
    MachineSpec,
    RingNicSpec,
    SuppressSpec,
)
from dmalab.toml_lines import Location, line_of, source_line
from emulator import memmap
from emulator.errors import ConfigError
from pykernel.layout.config import KernelConfig

# What each key takes: shown when something else is found.
_EXPECTED = {
    "ram": "16M to 64G in whole pages",
    "policy": '"report" or "strict"',
    "command_line": "up to 1000 printable ASCII characters",
    "kernel": "a table [kernel]",
    "iommu": "a table [iommu]",
    "enabled": "true or false",
    "coherent": "true or false",
    "uninitialized": "true or false",
    "kasan": "true or false",
    "heap_check": "true or false",
    "limits": "a table [limits]",
    "fault": "a table [fault]",
    "hostile": "a table [hostile]",
    "findings": 'a table [findings] of "stop", "report" and "ignore"',
    "suppress": "tables [[suppress]]",
    "delay_ns": "1 or more",
    **{name: f"{least} to {most}" for name, (least, most) in FAULT_RANGES.items()},
    "times": f"-1 (always) to {FAULT_RANGES['times'][1]}",
    "ignore_gfp_wait": "true or false",
    "spared": "0 or more",
    "registers": "true or false",
    "dma": "true or false",
    "kind": "a class of findings",
    "function": "a name",
    "file": "a path, or its end",
    "device": "tables [[device]]",
    "debug_slab": "true or false",
    "zone_dma": "true or false",
    "hugetlb": "true or false",
    "fast_path": "true or false",
    "max_blocks": "1 or more",
    "wall_seconds": "1 to 86400",
    "type": '"edu", "isa_pattern" or "ring_nic"',
    "slot": "1 to 31",
    "reach": "2^n - 1, from 0xfff to 2^64 - 1",
    "beyond": '"wrap", "abort" or "drop"',
    "port": "a multiple of 8, from 0x100 to 0xfff8",
    "irq": "0 to 15",
}
_COMMAND_LINE_SIZE = 1000  # half of COMMAND_LINE_SIZE in kernel/boot_params.h: the other half is the laboratory's
_NESTED = 3  # parts of the location of a key in a table of [fault]
_ISA_PORTS = 8  # that the device decodes
# What the board has itself: first port, number of ports, name; interrupt line, name.
_BOARD_PORTS = (
    (memmap.UART_PORT, 8, "the UART"),
    (memmap.FW_CFG_PORT, 12, "fw_cfg"),
    (memmap.TRAP_GATE_PORT, 4, "the trap gate"),
    (memmap.PCI_CONFIG_ADDRESS_PORT, 8, "the PCI host bridge"),
    (memmap.PCI_IO_BASE, memmap.PCI_IO_END - memmap.PCI_IO_BASE, "the PCI I/O window"),
)
_BOARD_IRQS = {
    memmap.PIT_IRQ: "the PIT",
    memmap.PIC_CASCADE_IRQ: "the second 8259A",
    memmap.UART_IRQ: "the UART",
    memmap.RTC_IRQ: "the RTC",
    memmap.PCI_INTA_IRQ: "the PCI bus",
    memmap.PCI_INTB_IRQ: "the PCI bus",
}


def _size(value: Any) -> Any:
    return machine_spec.parse_size(value) if isinstance(value, str) else value


def _check(holds: bool) -> None:
    if not holds:
        raise ValueError


def _ram(value: int) -> int:
    _check(memmap.RAM_MIN <= value <= memmap.RAM_MAX and value % memmap.PAGE_SIZE == 0)
    return value


def _reach(value: int) -> int:
    _check(0xFFF <= value < 1 << 64 and value & (value + 1) == 0)
    return value


def _command_line(value: str) -> str:
    _check(len(value) <= _COMMAND_LINE_SIZE and value.isascii() and (value.isprintable() or not value))
    return value


def _port(value: int) -> int:
    _check(0x100 <= value <= 0xFFF8 and value % _ISA_PORTS == 0)
    return value


def _range(name: str) -> Any:
    least, most = FAULT_RANGES[name]
    return Field(ge=least, le=most)


_Ram = Annotated[int, BeforeValidator(_size), AfterValidator(_ram)]
_Reach = Annotated[int, AfterValidator(_reach)]
_Port = Annotated[int, AfterValidator(_port)]
_CommandLine = Annotated[str, AfterValidator(_command_line)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Kernel(_Table):
    debug_slab: bool = False
    zone_dma: bool = True
    hugetlb: bool = True
    fast_path: bool = True


class _Limits(_Table):
    max_blocks: Annotated[int, Field(ge=1)] = LimitsSpec().max_blocks
    wall_seconds: Annotated[int, Field(ge=1, le=86400)] = LimitsSpec().wall_seconds


class _Edu(_Table):
    type: Literal["edu"]
    slot: Annotated[int, Field(ge=1, le=31)] = EduSpec().slot
    reach: _Reach = EduSpec().reach
    beyond: machine_spec.Beyond = EduSpec().beyond


class _RingNic(_Table):
    type: Literal["ring_nic"]
    slot: Annotated[int, Field(ge=1, le=31)] = RingNicSpec().slot
    reach: _Reach = RingNicSpec().reach
    beyond: machine_spec.Beyond = RingNicSpec().beyond


class _IsaPattern(_Table):
    type: Literal["isa_pattern"]
    port: _Port = IsaPatternSpec().port
    irq: Annotated[int, Field(ge=0, le=15)] = IsaPatternSpec().irq
    reach: _Reach = IsaPatternSpec().reach
    beyond: machine_spec.Beyond = IsaPatternSpec().beyond


class _Fault(_Table):
    probability: Annotated[int, _range("probability")] = 0
    interval: Annotated[int, _range("interval")] = 1
    times: Annotated[int, _range("times")] = 1
    space: Annotated[int, _range("space")] = 0
    nth: Annotated[int, _range("nth")] = 0


class _KernelFault(_Fault):
    verbose: Annotated[int, _range("verbose")] | None = None
    ignore_gfp_wait: bool | None = None
    min_order: Annotated[int, _range("min_order")] | None = None


class _Faults(_Table):
    seed: Annotated[int, _range("seed")] = 0
    delay_ns: Annotated[int, Field(ge=1)] = 1_000_000
    failslab: _KernelFault | None = None
    fail_page_alloc: _KernelFault | None = None
    fail_dma_map: _KernelFault | None = None
    irq_late: _Fault | None = None
    irq_lost: _Fault | None = None
    irq_doubled: _Fault | None = None
    dma_short: _Fault | None = None
    dma_torn: _Fault | None = None
    dma_late: _Fault | None = None


class _Hostile(_Table):
    seed: Annotated[int, _range("seed")] = 0
    probability: Annotated[int, Field(ge=0, le=100)] = HostileSpec().probability
    spared: Annotated[int, Field(ge=0)] = 0
    registers: bool = True
    dma: bool = True
    device: str | None = None


class _Iommu(_Table):
    enabled: bool = False


class _Suppress(_Table):
    kind: str | None = None
    function: str | None = None
    file: str | None = None


class _Machine(_Table):
    ram: _Ram = MachineSpec().ram
    policy: machine_spec.Policy = MachineSpec().policy
    command_line: _CommandLine = MachineSpec().command_line
    kernel: _Kernel = _Kernel()
    limits: _Limits = _Limits()
    fault: _Faults = _Faults()
    hostile: _Hostile | None = None
    iommu: _Iommu = _Iommu()
    coherent: bool = True
    uninitialized: bool = False
    kasan: bool = False
    heap_check: bool = False
    findings: dict[str, Literal["stop", "report", "ignore"]] = {}
    suppress: list[_Suppress] = []
    device: list[Annotated[_Edu | _IsaPattern | _RingNic, Field(discriminator="type")]] | None = None


def load(path: Path) -> MachineSpec:
    """Read and check the machine file at `path`.

    Raises: ConfigError with file, line, key, found and expected.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "bytes that are not UTF-8"
        raise ConfigError(f"{path}: found {reason!r}, expected a machine file") from error
    return parse(path, text)


def parse(path: Path, text: str) -> MachineSpec:
    """Read and check a machine file's text; `path` is for complaints.

    Raises: ConfigError with file, line, key, found and expected.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from error
    try:
        machine = _Machine.model_validate(tables)
    except ValidationError as error:
        raise _value_error(path, text, error) from error
    spec = _spec(machine)
    for location, sentence in (*_overlaps(spec), *_of_no_finding(spec)):
        dotted = ".".join(str(part) for part in location if not isinstance(part, int))
        raise ConfigError(f"{path}:{line_of(text, location)}: {dotted}: {sentence}")
    return spec


def _spec(machine: _Machine) -> MachineSpec:
    devices = MachineSpec().devices
    if machine.device is not None:
        kinds = {name: kind for kind, name in machine_spec.DEVICE_TYPES.items()}
        devices = tuple(kinds[each.type](**each.model_dump(exclude={"type"})) for each in machine.device)
    return MachineSpec(
        ram=machine.ram,
        policy=machine.policy,
        command_line=machine.command_line,
        kernel=KernelConfig(**machine.kernel.model_dump()),
        limits=LimitsSpec(**machine.limits.model_dump()),
        devices=devices,
        faults=_fault_specs(machine.fault),
        hostile=None if machine.hostile is None else HostileSpec(**machine.hostile.model_dump()),
        iommu=machine.iommu.enabled,
        coherent=machine.coherent,
        uninitialized=machine.uninitialized,
        kasan=machine.kasan,
        heap_check=machine.heap_check,
        findings=tuple(machine.findings.items()),
        suppress=tuple(SuppressSpec(**each.model_dump()) for each in machine.suppress),
    )


def _fault_specs(faults: _Faults) -> FaultsSpec:
    names = (*machine_spec.KERNEL_FAULTS, *machine_spec.DEVICE_FAULTS)
    found = [(name, getattr(faults, name)) for name in names]
    specs = tuple((name, FaultSpec(**each.model_dump())) for name, each in found if each is not None)
    return FaultsSpec(faults.seed, faults.delay_ns, specs)


def _of_no_finding(spec: MachineSpec) -> Iterator[tuple[Location, str]]:
    """Yield (key, what is wrong) where a policy or a suppression can never mean a finding, or means them all."""
    from dmalab.explain_command import is_class

    expected = "expected a class that `dmalab explain` lists"
    for kind, _ in spec.findings:
        if not is_class(kind):
            yield ("findings", kind), f"found no such class of findings, {expected}"
    for index, rule in enumerate(spec.suppress):
        if rule.kind is not None and not is_class(rule.kind):
            yield ("suppress", index, "kind"), f"found {_toml(rule.kind)}, {expected}"
        if not any(rule):
            yield ("suppress", index), "found an empty table, expected one with kind, function or file"


def _overlaps(spec: MachineSpec) -> Iterator[tuple[Location, str]]:
    """Yield (key, what is wrong) where two parts claim the same thing."""
    slots: dict[int, str] = {}
    ports = [(base, base + length, name) for base, length, name in _BOARD_PORTS]
    irqs = dict(_BOARD_IRQS)
    for index, device in enumerate(spec.devices):
        name = f"device {index + 1}"
        if not isinstance(device, IsaPatternSpec):
            if device.slot in slots:
                yield (
                    ("device", index, "slot"),
                    f"found {device.slot}, expected one that {slots[device.slot]} does not have",
                )
            slots[device.slot] = name
            continue
        start, end = device.port, device.port + _ISA_PORTS
        for other_start, other_end, other in ports:
            if start < other_end and other_start < end:
                taken = f"{other_start:#x}-{other_end - 1:#x} of {other}"
                yield (
                    ("device", index, "port"),
                    f"found {start:#x}-{end - 1:#x}, expected a range that does not overlap {taken}",
                )
        ports.append((start, end, name))
        if device.irq in irqs:
            yield ("device", index, "irq"), f"found {device.irq}, expected one that {irqs[device.irq]} does not have"
        irqs[device.irq] = name


def _syntax_error(path: Path, text: str, message: str) -> ConfigError:
    """Tell where TOML broke; tomllib says it in the message, or that the document ended too early."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(found[1]) if found else text.count("\n") + 1
    reason = message.split(" (at ")[0]
    return ConfigError(f"{path}:{line}: found {source_line(text, line)!r}, expected TOML ({reason})")


def _value_error(path: Path, text: str, error: ValidationError) -> ConfigError:
    """Turn pydantic's first complaint into ours."""
    first = min(error.errors(include_url=False), key=lambda each: line_of(text, _location(each["loc"])))
    location = _location(first["loc"])
    line, key = line_of(text, location), str(location[-1])
    dotted = ".".join(str(part) for part in location if not isinstance(part, int))
    if first["type"] == "extra_forbidden":
        known = ", ".join(_keys_beside(location))
        return ConfigError(f"{path}:{line}: {dotted}: found an unknown key, expected one of {known}")
    if first["type"].startswith("union_tag") or first["type"] == "missing":
        tag = first.get("ctx", {}).get("tag")
        found, key, dotted = (_toml(tag) if tag else "none"), "type", f"{dotted}.type"
        line = line_of(text, (*location, "type"))
    else:
        found = _toml(first["input"])
    expected = '"stop", "report" or "ignore"' if location[0] == "findings" and len(location) > 1 else None
    return ConfigError(f"{path}:{line}: {dotted}: found {found}, expected {expected or _EXPECTED.get(key, 'a table')}")


def _location(loc: Location) -> Location:
    """Drop the discriminator's value, which pydantic puts behind a list's index, from a location."""
    return tuple(part for at, part in enumerate(loc) if at == 0 or not isinstance(loc[at - 1], int))


def _keys_beside(location: Location) -> list[str]:
    tables: dict[Any, list[type[_Table]]] = {
        "kernel": [_Kernel],
        "limits": [_Limits],
        "device": [_Edu, _IsaPattern, _RingNic],
        "fault": [_Faults],
        "hostile": [_Hostile],
        "iommu": [_Iommu],
        "suppress": [_Suppress],
    }
    found: list[type[_Table]] = tables.get(location[0], [_Machine]) if len(location) > 1 else [_Machine]
    if location[0] == "fault" and len(location) >= _NESTED:
        found = [_KernelFault if location[1] in machine_spec.KERNEL_FAULTS else _Fault]
    return list(dict.fromkeys(name for table in found for name in table.model_fields))


def _toml(value: Any) -> str:
    """Show a value as a machine file spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value)[:200] if isinstance(value, str) else repr(value)[:60]
