# SPDX-License-Identifier: GPL-2.0-only
"""Read a machine file (TOML) into a `MachineSpec`.

Whatever is wrong with it becomes one line: file, line, key, what was found and what was expected. pydantic checks the
keys and types, `_overlaps` what no single key can show.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from dmalab import machine_spec
from dmalab.machine_spec import EduSpec, IsaPatternSpec, LimitsSpec, MachineSpec, RingNicSpec
from emulator import memmap
from emulator.errors import ConfigError
from pykernel.layout.config import KernelConfig

# What each key takes: shown when something else is found.
_EXPECTED = {
    "ram": "16M to 64G in whole pages",
    "policy": '"report" or "strict"',
    "kernel": "a table [kernel]",
    "limits": "a table [limits]",
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


def _port(value: int) -> int:
    _check(0x100 <= value <= 0xFFF8 and value % _ISA_PORTS == 0)
    return value


_Ram = Annotated[int, BeforeValidator(_size), AfterValidator(_ram)]
_Reach = Annotated[int, AfterValidator(_reach)]
_Port = Annotated[int, AfterValidator(_port)]


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


class _Machine(_Table):
    ram: _Ram = MachineSpec().ram
    policy: machine_spec.Policy = MachineSpec().policy
    kernel: _Kernel = _Kernel()
    limits: _Limits = _Limits()
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
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax_error(path, text, str(error)) from error
    try:
        machine = _Machine.model_validate(tables)
    except ValidationError as error:
        raise _value_error(path, text, error) from error
    spec = _spec(machine)
    for index, key, sentence in _overlaps(spec):
        raise ConfigError(f"{path}:{_line_of(text, ('device', index, key))}: device {key}: {sentence}")
    return spec


def _spec(machine: _Machine) -> MachineSpec:
    devices = MachineSpec().devices
    if machine.device is not None:
        kinds = {name: kind for kind, name in machine_spec.DEVICE_TYPES.items()}
        devices = tuple(kinds[each.type](**each.model_dump(exclude={"type"})) for each in machine.device)
    return MachineSpec(
        ram=machine.ram,
        policy=machine.policy,
        kernel=KernelConfig(**machine.kernel.model_dump()),
        limits=LimitsSpec(**machine.limits.model_dump()),
        devices=devices,
    )


def _overlaps(spec: MachineSpec) -> Iterator[tuple[int, str, str]]:
    """Yield (index of the device, key, what is wrong) where two parts claim the same thing."""
    slots: dict[int, str] = {}
    ports = [(base, base + length, name) for base, length, name in _BOARD_PORTS]
    irqs = dict(_BOARD_IRQS)
    for index, device in enumerate(spec.devices):
        name = f"device {index + 1}"
        if not isinstance(device, IsaPatternSpec):
            if device.slot in slots:
                yield index, "slot", f"found {device.slot}, expected one that {slots[device.slot]} does not have"
            slots[device.slot] = name
            continue
        start, end = device.port, device.port + _ISA_PORTS
        for other_start, other_end, other in ports:
            if start < other_end and other_start < end:
                taken = f"{other_start:#x}-{other_end - 1:#x} of {other}"
                yield index, "port", f"found {start:#x}-{end - 1:#x}, expected a range that does not overlap {taken}"
        ports.append((start, end, name))
        if device.irq in irqs:
            yield index, "irq", f"found {device.irq}, expected one that {irqs[device.irq]} does not have"
        irqs[device.irq] = name


def _syntax_error(path: Path, text: str, message: str) -> ConfigError:
    """Tell where TOML broke; tomllib says it in the message, or that the document ended too early."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(found[1]) if found else text.count("\n") + 1
    reason = message.split(" (at ")[0]
    return ConfigError(f"{path}:{line}: found {_source_line(text, line)!r}, expected TOML ({reason})")


def _value_error(path: Path, text: str, error: ValidationError) -> ConfigError:
    """Turn pydantic's first complaint into ours."""
    first = min(error.errors(include_url=False), key=lambda each: _line_of(text, _location(each["loc"])))
    location = _location(first["loc"])
    line, key = _line_of(text, location), str(location[-1])
    dotted = ".".join(str(part) for part in location if not isinstance(part, int))
    if first["type"] == "extra_forbidden":
        known = ", ".join(_keys_beside(location))
        return ConfigError(f"{path}:{line}: {dotted}: found an unknown key, expected one of {known}")
    if first["type"].startswith("union_tag") or first["type"] == "missing":
        tag = first.get("ctx", {}).get("tag")
        found, key, dotted = (_toml(tag) if tag else "none"), "type", f"{dotted}.type"
        line = _line_of(text, (*location, "type"))
    else:
        found = _toml(first["input"])
    return ConfigError(f"{path}:{line}: {dotted}: found {found}, expected {_EXPECTED[key]}")


def _location(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Drop the discriminator's value, which pydantic puts behind a list's index, from a location."""
    return tuple(part for at, part in enumerate(loc) if at == 0 or not isinstance(loc[at - 1], int))


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    tables: dict[Any, list[type[_Table]]] = {
        "kernel": [_Kernel],
        "limits": [_Limits],
        "device": [_Edu, _IsaPattern, _RingNic],
    }
    found = tables.get(location[0], [_Machine]) if len(location) > 1 else [_Machine]
    return list(dict.fromkeys(name for table in found for name in table.model_fields))


def _line_of(text: str, location: tuple[int | str, ...]) -> int:
    """Find the line of a key, else of its table's header, else the first."""
    table = str(location[0]) if len(location) > 1 else ""
    index = location[1] if len(location) > 1 and isinstance(location[1], int) else 0
    current, seen, best = "", -1, 1
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", line):
            current = header[1]
            seen += current == table
            if current == table and (seen == index or table != "device"):
                best = number
        elif current == table and (not table or table != "device" or seen == index):
            key = re.match(r"\s*[\"']?([\w-]+)[\"']?\s*[=.]", line)
            if key and key[1] == str(location[-1]):
                return number
    return best


def _source_line(text: str, line: int) -> str:
    lines = text.splitlines()
    return lines[line - 1].strip()[:60] if line <= len(lines) else "the end of the file"


def _toml(value: Any) -> str:
    """Show a value as a machine file spells it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else repr(value)[:60]
