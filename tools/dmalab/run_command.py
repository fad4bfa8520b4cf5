# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab run`: compile a driver, load it, use it, unload it, and say what was wrong."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmalab import options
from dmalab.boot import choose_spec
from dmalab.compiler import DEFAULT_KERNEL_API, KERNEL_APIS, check_kernel_api
from dmalab.machine_spec import DEVICE_TYPES, Beyond, DeviceSpec, IsaPatternSpec, MachineSpec
from dmalab.scenario import Scenario
from dmalab.text import Style
from emulator.errors import ConfigError

if TYPE_CHECKING:
    from dmalab.driver_build import Driver
    from dmalab.lab import Lab
    from dmalab.run_report import RunReport

_DEVICES: dict[str, DeviceSpec] = {name: kind() for kind, name in DEVICE_TYPES.items()}
_BEYOND: dict[str, Beyond] = {"wrap": "wrap", "abort": "abort", "drop": "drop"}
_RUN = Scenario("run", "run a driver of the user's", steps=("user",))


_Folders = Annotated[
    list[Path] | None,
    typer.Option("--include", "-I", metavar="DIR", help="Where the driver's own headers are. May be repeated."),
]
_Macros = Annotated[
    list[str] | None,
    typer.Option("--define", "-D", metavar="NAME[=VALUE]", help="A macro, as of a Makefile. May be repeated."),
]
_Parameters = Annotated[
    list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter of the module. May be repeated.")
]


def command(
    *,
    driver: Annotated[
        list[Path], typer.Argument(metavar="DRIVER.c...", help="C sources, or relocatable objects, of one module.")
    ],
    device: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TYPE[,mask=BITS][,slot=N]",
            help="What the machine has: edu, ring_nic, isa_pattern. May be repeated.",
        ),
    ] = None,
    machine: options.MachineFile = None,
    ram: options.RamSize = None,
    kernel_api: Annotated[
        str | None,
        typer.Option(
            metavar="VERSION", help=f"The kernel's API: {', '.join(KERNEL_APIS)}. Without it 6.1, else what fits."
        ),
    ] = None,
    include: _Folders = None,
    define: _Macros = None,
    param: _Parameters = None,
    user: Annotated[
        Path | None,
        typer.Option(metavar="SCRIPT", help="Python with a function main(user), instead of the smoke test."),
    ] = None,
    kasan: Annotated[bool, typer.Option("--kasan", help="Have the driver check each access to memory.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object (docs/run.md) instead of text.")] = False,
) -> int:
    """Run the driver and print what came of it."""
    spec = choose_spec(machine, ram, _RUN)
    if device:
        spec = spec._replace(devices=tuple(map(parse_device, device)))
    if kasan:
        spec = spec._replace(kasan=True)
    flags = preprocessor_flags(include or [], define or [])
    report = _compile_and_run(driver, spec, kernel_api, flags, param or [], user)
    sys.stdout.write(report.json() if json else report.text(Style.of_stdout()))
    return report.exit_code


def preprocessor_flags(folders: list[Path], macros: list[str]) -> list[str]:
    """Give the compiler's flags for the folders and macros of a driver's Makefile.

    Raises: ConfigError where a folder is none, or a macro has no name.
    """
    for folder in folders:
        if not folder.is_dir():
            raise ConfigError(f"--include: found no folder {folder}, expected one with the driver's headers")
    for macro in macros:
        if not macro.partition("=")[0].isidentifier():
            raise ConfigError(f"--define: found {macro!r}, expected NAME or NAME=VALUE")
    return [*(f"-I{folder}" for folder in folders), *(f"-D{macro}" for macro in macros)]


def _compile_and_run(
    sources: list[Path],
    spec: MachineSpec,
    kernel_api: str | None,
    flags: list[str],
    parameters: list[str],
    script: Path | None,
) -> "RunReport":
    from dmalab.user_script import load

    main = None if script is None else load(script)
    built, note = _build(sources, spec, kernel_api, flags)
    for line in (note, built.warnings.rstrip("\n")):
        if line:
            print(line, file=sys.stderr)
    return run(built, spec, parameters, main)


def run(built: "Driver", spec: MachineSpec, parameters: list[str], main: "Callable[..., object] | None") -> "RunReport":
    """Run a driver that has been compiled, by the user's script or by the smoke test."""
    from dmalab.exercise import Exercise
    from dmalab.lab import Lab, LabStopped
    from dmalab.run_report import RunReport

    lab = Lab.of_driver(built, spec, parameters)
    exercise = Exercise(lab.user)
    try:
        lab.boot()
        if main is not None:
            _run_script(lab, main)
        else:
            exercise.run()
        lab.close()
    except LabStopped:
        pass  # the result says where and why
    _audit(lab)
    return RunReport(lab, exercise.steps)


def _run_script(lab: "Lab", main: "Callable[..., object]") -> None:
    from dmalab.result import Check
    from dmalab.user_script import ScriptFailed

    try:
        main(lab.user)
    except ScriptFailed as failed:
        lab.result.checks.append(Check("script", False, str(failed)))


def _audit(lab: "Lab") -> None:
    """Examine the kernel's memory with the auditors, where the machine has come to its end."""
    from dmalab.result import Check
    from pykernel.check.audit import audit

    if lab.result.stop is not None:
        return
    found = audit(lab.memory)
    lab.result.checks += [Check("audit", False, f"{each.rule}: {each.sentence}") for each in found]


def parse_device(text: str) -> DeviceSpec:
    """Read one --device.

    Raises: ConfigError where it is none.
    """
    name, *options = text.split(",")
    if name not in _DEVICES:
        raise ConfigError(f"--device: found {name!r}, expected one of {', '.join(_DEVICES)}")
    spec = _DEVICES[name]
    for option in options:
        key, _, value = option.partition("=")
        try:
            number = int(value, 0)
        except ValueError:
            number = -1
        if key == "mask" and 1 <= number <= 64:
            spec = spec._replace(reach=(1 << number) - 1)
        elif key == "slot" and 1 <= number <= 31 and not isinstance(spec, IsaPatternSpec):
            spec = spec._replace(slot=number)
        elif key == "beyond" and value in _BEYOND:
            spec = spec._replace(beyond=_BEYOND[value])
        else:
            slot = "" if isinstance(spec, IsaPatternSpec) else ", slot=N (1-31)"
            raise ConfigError(f"--device: found {option!r}, expected mask=BITS (1-64){slot} or beyond=wrap|abort|drop")
    return spec


def _build(sources: list[Path], spec: MachineSpec, kernel_api: str | None, flags: list[str]) -> tuple["Driver", str]:
    """Compile for the API that was asked for; if none was and the usual one does not fit, for one that does."""
    from dmalab import driver_build
    from firmware import Configuration, kernel_path

    kernel = kernel_path(Configuration(spec.kernel.debug_slab, spec.kernel.zone_dma))
    if kernel_api is not None:
        return driver_build.build(sources, kernel, check_kernel_api(kernel_api), flags, kasan=spec.kasan), ""
    try:
        return driver_build.build(sources, kernel, DEFAULT_KERNEL_API, flags, kasan=spec.kasan), ""
    except driver_build.CompileError as error:
        for other in reversed(KERNEL_APIS):
            if other == DEFAULT_KERNEL_API:
                continue
            try:
                built = driver_build.build(sources, kernel, other, flags, kasan=spec.kasan)
            except driver_build.CompileError:
                continue
            note = f"{sources[0]}: does not compile against {DEFAULT_KERNEL_API}'s API; taking --kernel-api {other}"
            return built, note
        raise error from None
