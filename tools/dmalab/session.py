# SPDX-License-Identifier: GPL-2.0-only
"""One run: build machine and kernel, let the guest run the scenario, and collect what came of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from dmalab import picture, trouble, workload
from dmalab.blame import Blame
from dmalab.leaks import find_leaks
from dmalab.machine_spec import EduSpec, IsaPatternSpec, MachineSpec, RingNicSpec
from dmalab.module_image import CHECKING
from dmalab.result import Check, Result
from dmalab.scenario import Scenario
from dmalab.stops import End, run_machine
from dmalab.symbols import Symbols
from dmalab.text import PIPE_WIDTH
from dmalab.transfers import TransferLog
from emulator.coherence import Caches
from emulator.config import DeviceConfig, EduConfig, IsaPatternConfig, MachineConfig, RingNicConfig
from emulator.dma import Beyond, Reach
from emulator.errors import ConfigError
from emulator.machine import Machine
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, MODULE_PHYS, MODULE_PHYS_END
from emulator.trace import Dma
from firmware import BUILD_DIR, ROM, Configuration, kernel_path
from pykernel.backtrace import frames
from pykernel.check.census import census
from pykernel.check.memory import Memory, Unreadable
from pykernel.check.reach import prove_reach
from pykernel.check.users import Users
from pykernel.kernel import Kernel
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.mm.dma_history import DmaHistory
from pykernel.ownership import Ownership

if TYPE_CHECKING:
    from pykernel.check.access import Mapping
    from pykernel.check.exposure import Exposed
    from pykernel.kasan_report import KasanReports

WORKLOAD_FILE = "opt/dmalab/workload"  # firmware/include/kernel/workload.h
FULLEST = "caches-full"  # the checkpoint at which most memory is in use
BOOTED, DONE = "booted", "done"
COMMAND_LINE_SIZE = 2048  # firmware/include/kernel/boot_params.h
_UNINTERRUPTED = "__start_uninterrupted", "__stop_uninterrupted"  # of code that takes no interrupt
_TOLD_DEPTH = 16  # frames of a driver that tells a device something
_CHECKED_DEPTH, _LOOKING_DEPTH = 32, 4  # frames of a wrong access, and those of who may have looked


class Session:
    """A machine with its kernel, ready to run."""

    def __init__(self, spec: MachineSpec, scenario: Scenario, files: dict[str, bytes], *, record: bool) -> None:
        image = kernel_path(Configuration(spec.kernel.debug_slab, spec.kernel.zone_dma))
        spec = spec._replace(kernel=with_shadow(spec))
        self.spec, self.scenario = spec, scenario
        self.symbols = Symbols(image)
        layout = Layout.load(BUILD_DIR / "layouts" / f"{spec.kernel.key}.json")
        self.machine = Machine(
            _config(spec, record=record), read(ROM), read(image), command_line(spec, scenario), files
        )
        self.kernel = Kernel(
            self.machine.ram,
            self.machine.clock,
            self.machine.trace,
            self.machine.findings,
            layout,
            spec.kernel,
            self.symbols.addresses,
            call=self._call_guest,
            describe=self.symbols.describe,
            variable=self.symbols.variable,
            start_of=self.symbols.start_of,
            interrupt_pending=self.machine.board.lapic.pending,
        )
        self.machine.on_trap(self.kernel.answer)
        self.machine.cpu.leave_uninterrupted(*map(self.symbols.address, _UNINTERRUPTED))
        self.memory = Memory(self.machine.ram, layout, spec.kernel, self.kernel.mm.statics)
        self.result = Result(spec, scenario)
        self._transfers = TransferLog(self.memory, self.kernel)
        self._pages_before: bytes | None = None
        self._observe()

    def _call_guest(self, function: int, cachep: int, objp: int) -> int:
        """Call a constructor. One that is marked has the form that they have since 2.6.27: the object alone."""
        if function & 1:
            return self.machine.cpu.call(function & ~1, objp)
        return self.machine.cpu.call(function, cachep, objp)

    def run(self) -> Result:
        """Run to the end, whatever it is, and give the result."""
        machine, result = self.machine, self.result
        self.end(run_machine(machine, self.scenario, self.symbols))
        if not result.zones:
            self._look_at_memory()
        return result

    def end(self, end: End) -> None:
        """Take down what came of the run."""
        machine, result = self.machine, self.result
        result.stop = end.stop
        result.checks += end.checks
        console = machine.console.decode("utf-8", "replace").replace("\r", "")
        if end.stop:
            console += self.kernel.log.unprinted()  # what the kernel said last, as after a crash
        result.console = self.symbols.annotate(console)
        result.now_ns = machine.clock.now_ns
        result.transfers, result.dropped_transfers = self._transfers.transfers, self._transfers.dropped
        result.findings = list(machine.findings)
        result.dropped_findings = machine.findings.dropped
        result.injected = trouble.injected(machine, self.kernel, self.spec)
        result.hidden = trouble.hidden(machine.findings)
        result.trace_sha256 = machine.trace.sha256()

    def _observe(self) -> None:
        trace, kernel = self.machine.trace, self.kernel
        self._users = Users(self.memory, self.symbols.address("object_users") - KERNEL_MAP_BASE)
        fabric = self.machine.board.fabric
        fabric.where = lambda: tuple(self._frames(_TOLD_DEPTH))
        translated = self.machine.board.iommu is not None
        findings = self.machine.findings
        blame = Blame(self.memory, kernel, self.symbols, findings, self._users, fabric, translated=translated)
        trace.subscribe(self._transfers.on_dma, Dma)
        trace.subscribe_to_traps(blame.on_trap, blame.follows)
        findings.annotate(blame.annotate)
        trouble.govern(findings, self.spec)
        self._enforce_ownership()
        if self.spec.heap_check and kernel.kasan is not None:
            self._check_accesses(kernel.kasan)
        kernel.on_transfer_result(self._transfers.on_result)
        kernel.on_checkpoint(self._checkpoint)

    def _frames(self, depth: int) -> list[int]:
        """Give the code addresses that led to the processor's current instruction, each behind the one meant."""
        regs = self.machine.cpu.regs
        return frames(self.machine.ram, regs["rip"], regs["rsp"], regs["rbp"], depth, self.symbols.start_of)

    def _check_accesses(self, reports: "KasanReports") -> None:
        """Have the processor look at the shadow of memory, but for code that does so itself."""
        cpu = self.machine.cpu

        def accessed(phys: int, width: int, is_store: bool) -> None:
            found = self._frames(_CHECKED_DEPTH)
            if not (self.spec.kasan and self._has_looked(found)):
                reports.access_of_cpu(phys, width, is_store, found)

        cpu.check_accesses(accessed)
        self.kernel.on_shadow = cpu.shadow_at

    def _has_looked(self, found: list[int]) -> bool:
        """Say whether the code that a backtrace leads to has looked at the shadow itself, or who called it has."""
        is_module = KERNEL_MAP_BASE + MODULE_PHYS <= found[0] < KERNEL_MAP_BASE + MODULE_PHYS_END
        names = (self.symbols.function(each) or "" for each in found[1:_LOOKING_DEPTH])
        return is_module or any(name.startswith(CHECKING) for name in names)

    def _enforce_ownership(self) -> None:
        machine = self.machine
        fast_path = self.symbols.address("pcpu_hot") - KERNEL_MAP_BASE  # its first member
        caches = None if self.spec.coherent else Caches(machine.ram, self.spec.kernel.l1_cache_bytes)
        ownership = Ownership(
            self.memory,
            DmaHistory(self.kernel.mm),
            machine.cpu.guards,
            machine.findings,
            machine.clock,
            [port.name for port in machine.dma_ports],
            frames=self._frames,
            describe=self.symbols.describe,
            fast_path=fast_path,
            caches=caches,
            finds_unwritten=self.spec.uninitialized,
            exposes=self._exposes if machine.board.iommu is not None else None,
            ask_again=machine.trace.ask_again,
        )
        machine.trace.subscribe_to_traps(ownership.on_trap, ownership.follows)
        machine.board.fabric.checker = ownership
        machine.board.fabric.caches = caches
        if machine.board.iommu is not None:
            machine.board.iommu.roots = self.kernel.mm.statics["iommu_roots"]

    def _exposes(self, mapping: "Mapping", live: "list[Mapping]") -> "Iterator[Exposed]":
        from pykernel.check.exposure import exposed_by

        if not any(port.name == mapping.device and port.iommu is not None for port in self.machine.dma_ports):
            return iter(())  # it reaches all memory in any case
        text = range(KERNEL_MAP_BASE + KERNEL_PHYS, self.symbols.address("_etext"))
        return exposed_by(self.memory, mapping, live, text)

    def _checkpoint(self, name: str) -> None:
        if name == FULLEST:
            self._look_at_memory()
        if self.scenario.restores_pages and name == BOOTED:
            self._pages_before = page_codes(self.memory)
        if name == DONE and self.scenario.finds_leaks:
            self._look_for_leaks()
        if self.scenario.restores_pages and name == DONE and self._pages_before is not None:
            self.result.checks.append(compare_pages(self._pages_before, page_codes(self.memory)))

    def _look_for_leaks(self) -> None:
        for finding in find_leaks(self.memory, self._users, self.symbols, self.machine.clock.now_ns):
            self.machine.findings.report(finding)

    def _look_at_memory(self) -> None:
        """Prove the reach and draw the picture, as far as memory can be read at all."""
        devices = [(port.name, port.reach.mask) for port in self.machine.dma_ports]
        try:
            self.result.reach = prove_reach(self.memory, devices)
            self.result.zones = census(self.memory, picture.cells_for(PIPE_WIDTH))
        except Unreadable as damage:
            if self.result.stop is None:
                self.result.checks.append(Check("memory", False, f"the kernel's memory cannot be read: {damage}"))


def run(spec: MachineSpec, scenario: Scenario, *, workload_path: Path | None, trace_path: Path | None) -> Result:
    """Run `scenario` on the machine that `spec` describes.

    Raises: ConfigError where what the user gave is wrong, before anything runs.
    """
    session = prepare(spec, scenario, workload_path=workload_path, record=trace_path is not None)
    result = session.run()
    if trace_path is not None:
        try:
            session.machine.trace.dump(trace_path)
        except OSError as error:
            raise ConfigError(f"--trace: found {error.strerror}, expected {trace_path} to be writable") from None
    return result


def prepare(
    spec: MachineSpec, scenario: Scenario, *, workload_path: Path | None = None, record: bool = False
) -> Session:
    """Build the machine for `scenario`, with what the guest is to be given.

    Raises: ConfigError where what the user gave is wrong.
    """
    files, counts = {}, {}
    if scenario.uses_workload:
        recording = workload.load(workload_path or workload.DEFAULT_WORKLOAD)
        files[WORKLOAD_FILE] = recording.encode()
        counts = recording.counts()
    elif workload_path is not None:
        raise ConfigError(f"--workload: found {workload_path}, expected none: {scenario.name} does not repeat one")
    session = Session(spec, scenario, files, record=record)
    session.result.workload = counts
    return session


def with_shadow(spec: MachineSpec) -> KernelConfig:
    """Give the kernel that a machine needs.

    Raises: ConfigError where one kernel cannot do all that is asked for.
    """
    wanted = "kasan" if spec.kasan else "heap_check" if spec.heap_check else None
    if wanted and spec.kernel.debug_slab:
        raise ConfigError(f"kernel.debug_slab: found true, expected false with {wanted}: both guard the same bytes")
    return replace(spec.kernel, kasan=True) if wanted else spec.kernel


def command_line(spec: MachineSpec, scenario: Scenario) -> str:
    """Write the guest's command line.

    Raises: ConfigError where it does not fit, or says something of faults that cannot be read.
    """
    if "fail" in spec.command_line or "fault" in spec.command_line:
        from pykernel.mm import fault_inject

        list(fault_inject.parse(spec.command_line))
    words = [f"run={','.join(scenario.steps)}", *scenario.options]
    if not spec.kernel.fast_path:
        words.append("fast_path=0")
    for device in spec.devices:
        if isinstance(device, IsaPatternSpec) and device != IsaPatternSpec(reach=device.reach, beyond=device.beyond):
            words += [f"isa_pattern.port={device.port:#x}", f"isa_pattern.irq={device.irq}"]
    words += trouble.kernel_words(spec.faults)
    words += spec.command_line.split()
    if spec.iommu:
        words.append("dmalab_iommu")
    if spec.kernel.kasan:
        words.append("kasan=1")
    if (spec.uninitialized or spec.kernel.kasan) and "fast_path=0" not in words:
        words.append("fast_path=0")  # the guest must ask for every object
    line = " ".join(words)
    if len(line) >= COMMAND_LINE_SIZE:
        where = "command line of kernel and module"
        raise ConfigError(f"{where}: found {len(line)} characters, expected {COMMAND_LINE_SIZE - 1} at most")
    return line


def read(path: Path) -> bytes:
    """Read a built file.

    Raises: ConfigError where it is missing.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: found {error.strerror}, expected what `make firmware` builds") from None


def page_codes(memory: Memory) -> bytes:
    """Give one letter for each page frame: what it is used for, the free ones told from all others."""
    from pykernel.check.pages import survey_pages
    from pykernel.check.violations import Violations

    survey = survey_pages(memory, Violations(limit=1 << 20))
    return bytes(survey.codes) if survey is not None else b""


def compare_pages(before: bytes, after: bytes) -> Check:
    """Say whether every page is what it was."""
    changed = [pfn for pfn, (one, other) in enumerate(zip(before, after, strict=False)) if one != other]
    if not before or len(before) != len(after):
        return Check("pages", False, "the pages cannot be compared: mem_map cannot be read")
    if changed:
        pfn = changed[0]
        first = f"frame {pfn:#x} was {chr(before[pfn])}, is {chr(after[pfn])}"
        return Check("pages", False, f"{len(changed)} pages are not what they were before: {first}")
    return Check("pages", True, f"all {len(before)} pages are what they were before")


def _config(spec: MachineSpec, *, record: bool) -> MachineConfig:
    devices: list[DeviceConfig] = []
    for device in spec.devices:
        reach = Reach(device.reach, Beyond(device.beyond))
        if isinstance(device, EduSpec):
            devices.append(EduConfig(device.slot, reach))
        elif isinstance(device, RingNicSpec):
            devices.append(RingNicConfig(device.slot, reach))
        else:
            devices.append(IsaPatternConfig(device.port, device.irq, reach))
    limits = spec.limits
    return MachineConfig(
        spec.ram,
        tuple(devices),
        strict=spec.policy == "strict",
        record_trace=record,
        max_blocks=limits.max_blocks,
        wall_seconds=limits.wall_seconds,
        faults=trouble.device_faults(spec.faults),
        hostile=trouble.hostile_config(spec.hostile),
        iommu=spec.iommu,
    )
