# SPDX-License-Identifier: GPL-2.0-only
"""One board: every part but the CPU, wired as a PC is.

Owns who is connected to what. Knows nothing of what runs on it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from emulator import memmap
from emulator.bus import Bus, Rom, Target
from emulator.clock import Clock
from emulator.config import EduConfig, IsaPatternConfig, MachineConfig, RingNicConfig
from emulator.devices import edu, ring_nic
from emulator.devices.debug_exit import DebugExit
from emulator.devices.edu import Edu
from emulator.devices.fw_cfg import FwCfg, e820_table
from emulator.devices.isa_dma import IsaDma
from emulator.devices.isa_pattern import IsaPattern
from emulator.devices.lapic import Lapic
from emulator.devices.pci import Bar, Identity, PciFunction, PciHost, bus_id, route
from emulator.devices.pic import PicPair
from emulator.devices.pit import Pit, PortB
from emulator.devices.ring_nic import RingNic
from emulator.devices.rtc import Rtc, memory_cmos
from emulator.devices.trap_gate import TrapGate
from emulator.devices.uart import Uart
from emulator.dma import Beyond, DmaFabric, DmaPort, Reach
from emulator.errors import ConfigError
from emulator.finding import Findings
from emulator.irq import IrqLine, WiredOr
from emulator.ram import Ram, pc_banks
from emulator.trace import Irq, Trace

if TYPE_CHECKING:
    from emulator.faults import FaultyParts
    from emulator.hostile import Hostility
    from emulator.iommu import Iommu

E820_RAM, E820_RESERVED = 1, 2
FINDING_CODE = 1  # given to `stop` where a finding ends the run
_HOST_REACH = Reach((1 << 64) - 1, Beyond.ABORT)  # fw_cfg is the host: it reaches everything
_PCI_IRQS = sorted({memmap.PCI_INTA_IRQ, memmap.PCI_INTB_IRQ, memmap.PCI_INTC_IRQ, memmap.PCI_INTD_IRQ})


class Board:
    """The parts, by name.

    `stop(reason, code)` is called when the guest, or a finding under strict policy, ends the run.
    `files` is what the guest finds in fw_cfg besides the RAM map.

    Raises: ConfigError where `config` gives one thing to two parts.
    """

    def __init__(
        self, config: MachineConfig, rom: bytes, files: dict[str, bytes], stop: Callable[[str, int], None]
    ) -> None:
        self.console = bytearray()
        self.ram = Ram(pc_banks(config.ram))
        self.clock = Clock()
        self.trace = Trace(recording=config.record_trace)
        self.findings = Findings(lambda finding: stop(finding.kind, FINDING_CODE), strict=config.strict)
        self.fabric = DmaFabric(self.ram, self.clock, self.trace, self.findings)
        self.bus = Bus(self.ram, self.clock, self.trace, self.findings)
        self.dma_ports: list[DmaPort] = []  # of the devices that the guest drives
        self.ring_nics: dict[str, RingNic] = {}  # by bus id: whoever plays the wire finds them here
        self.faults: FaultyParts | None = None
        self.hostility: Hostility | None = None
        self.iommu: Iommu | None = None
        if config.iommu:
            self._add_iommu()
        if config.faults is not None or config.hostile is not None:
            self._make_trouble(config)
        self._stop = stop
        self._pci_irqs: dict[int, WiredOr] = {}
        self._irq_owners = {memmap.PIC_CASCADE_IRQ: "the second 8259A"}
        self._map_rom(rom)
        self._add_chipset(files)
        self._add_pci()
        for device in config.devices:
            if isinstance(device, EduConfig):
                self._add_edu(device)
            elif isinstance(device, RingNicConfig):
                self._add_ring_nic(device)
            else:
                self._add_isa_pattern(device)
        hostile, names = config.hostile, [port.name for port in self.dma_ports]
        if hostile is not None and hostile.device not in (None, *names):
            raise ConfigError(f"hostile device: found {hostile.device!r}, expected one of {', '.join(names) or 'none'}")

    def _add_iommu(self) -> None:
        from emulator import iommu  # most machines do without

        self.iommu = iommu.Iommu(self.ram)

    def _make_trouble(self, config: MachineConfig) -> None:
        from emulator import faults, hostile  # most machines do without

        self.faults = None if config.faults is None else faults.FaultyParts(config.faults, self.clock)
        self.hostility = None if config.hostile is None else hostile.Hostility(config.hostile)

    def e820(self) -> list[tuple[int, int, int]]:
        """Give the RAM map: (start, length, type) for each stretch of addresses that somebody owns."""
        low, *rest = self.ram.banks
        reserved = [(memmap.EBDA_BASE, low.end), (memmap.ROM_SHADOW_BASE, memmap.LOW_HOLE_END)]
        reserved.append((memmap.ROM_BASE, memmap.HIGH_HOLE_END))
        usable = [(low.start, memmap.EBDA_BASE), *((bank.start, bank.end) for bank in rest)]
        entries = [(start, end, E820_RAM) for start, end in usable]
        entries += [(start, end, E820_RESERVED) for start, end in reserved]
        return [(start, end - start, kind) for start, end, kind in sorted(entries)]

    def _map_rom(self, rom: bytes) -> None:
        if len(rom) != memmap.ROM_SIZE:
            raise ConfigError(f"rom: found {len(rom)} bytes, expected {memmap.ROM_SIZE}")
        for base in (memmap.ROM_BASE, memmap.ROM_SHADOW_BASE):
            self.bus.memory.map(base, len(rom), Rom(base, rom, self.clock, self.findings), "rom")

    def _add_chipset(self, files: dict[str, bytes]) -> None:
        """Wire what every PC has, and the laboratory's own ports."""
        self.pics = PicPair()
        self.pit = Pit(self.clock, IrqLine(self._claim_irq(memmap.PIT_IRQ, "the PIT")))
        self.rtc = Rtc(self.clock, IrqLine(self._claim_irq(memmap.RTC_IRQ, "the RTC")), memory_cmos(self.ram))
        self.uart = Uart(self.clock, IrqLine(self._claim_irq(memmap.UART_IRQ, "the UART")), self.console.append)
        self.lapic = Lapic(self.clock, self.pics)
        self.bus.memory.map(memmap.LAPIC_BASE, memmap.LAPIC_SIZE, self.lapic, "lapic")
        self.fabric.on_message(self.lapic.message)
        self.isa_dma = IsaDma()
        files = {**files, "etc/e820": e820_table(self.e820())}
        self.fw_cfg = FwCfg(files, DmaPort(self.fabric, "fw_cfg", _HOST_REACH))
        self.trap_gate = TrapGate(self.clock)
        parts: tuple[tuple[int, int, Target, str], ...] = (
            (memmap.PIC1_PORT, 2, self.pics.master, "pic1"),
            (memmap.PIC2_PORT, 2, self.pics.slave, "pic2"),
            (memmap.PIC_ELCR_PORT, 2, self.pics.elcr, "elcr"),
            (memmap.PIT_PORT, 4, self.pit, "pit"),
            (memmap.PORT_B_PORT, 1, PortB(self.clock, self.pit.channels[2]), "port b"),
            (memmap.RTC_PORT, 2, self.rtc, "rtc"),
            (memmap.UART_PORT, 8, self.uart, "uart"),
            (memmap.DMA1_PORT, 0x10, self.isa_dma.low, "dma1"),
            (memmap.DMA2_PORT, 0x20, self.isa_dma.high, "dma2"),
            (memmap.DMA_PAGE_PORT, 0x10, self.isa_dma.pages, "dma pages"),
            (memmap.FW_CFG_PORT, 12, self.fw_cfg, "fw_cfg"),
            (memmap.DEBUG_EXIT_PORT, 4, DebugExit(lambda code: self._stop("exit port", code)), "exit"),
            (memmap.TRAP_GATE_PORT, 4, self.trap_gate, "trap gate"),
        )
        for start, size, target, name in parts:
            self.bus.ports.map(start, size, target, name)

    def _add_pci(self) -> None:
        self.pci = PciHost(self.bus)
        self.bus.ports.map(memmap.PCI_CONFIG_ADDRESS_PORT, 8, self.pci, "pci")
        for irq in _PCI_IRQS:
            self._pci_irqs[irq] = WiredOr(self._claim_irq(irq, "the PCI bus"))
            self.pics.elcr.make_level(irq)

    def _add_edu(self, config: EduConfig) -> None:
        function, port = self._pci_function(config.slot, edu.IDENTITY, config.reach)
        part = Edu(self.clock, self._irq_line(function.interrupt), port)
        function.add_bar(Bar(edu.BAR_BYTES, self._registers(function.name, part)))
        self.pci.add(function)

    def _add_ring_nic(self, config: RingNicConfig) -> None:
        function, port = self._pci_function(config.slot, ring_nic.IDENTITY, config.reach)
        part = RingNic(self.clock, self._irq_line(function.interrupt), port)
        self.ring_nics[function.name] = part
        function.add_bar(Bar(ring_nic.BAR_BYTES, self._registers(function.name, part)))
        function.add_msix(ring_nic.VECTORS)
        self.pci.add(function)

    def _pci_function(self, slot: int, identity: Identity, reach: Reach) -> tuple[PciFunction, DmaPort]:
        devfn = slot << 3
        irq = self._pci_irqs[route(devfn, identity.interrupt_pin)]
        function = PciFunction(devfn, identity, irq.driver(), self.fabric.send_message, self.fabric.message_set)
        function.add_msi()
        port = self._port(DmaPort(self.fabric, bus_id(devfn), reach, function.is_bus_master))
        port.iommu = None if self.iommu is None else (self.iommu, devfn)
        return function, port

    def _port(self, port: DmaPort) -> DmaPort:
        """Count a device's port in, with the trouble that the machine is to have."""
        port.faults = self.faults
        if self.hostility is not None and self.hostility.applies_to(port.name):
            port.hostility = self.hostility
        self.dma_ports.append(port)
        return port

    def _irq_line(self, line: IrqLine) -> IrqLine:
        return line if self.faults is None else self.faults.irq_line(line)

    def _registers(self, device: str, part: Target) -> Target:
        if self.hostility is None or not self.hostility.applies_to(device):
            return part
        return self.hostility.registers(part)

    def _add_isa_pattern(self, config: IsaPatternConfig) -> None:
        port = self._port(DmaPort(self.fabric, "isa_pattern", config.reach))
        channel8 = self.isa_dma.attach(memmap.ISA_PATTERN_DMA8, port)
        channel16 = self.isa_dma.attach(memmap.ISA_PATTERN_DMA16, port)
        irq = self._irq_line(IrqLine(self._claim_irq(config.irq, "isa_pattern")))
        part = IsaPattern(self.clock, irq, channel8, channel16)
        self.bus.ports.map(config.port, 8, self._registers("isa_pattern", part), "isa_pattern")

    def _claim_irq(self, irq: int, name: str) -> Callable[[bool], None]:
        """Give the part called `name` an input of the interrupt controllers."""
        owner = self._irq_owners.setdefault(irq, name)
        if owner != name:
            raise ConfigError(f"irq: {name} wants {irq}, which {owner} has")

        def drive(level: bool) -> None:
            self.trace.emit(Irq(self.clock.now_ns, irq, level))
            self.pics.set_line(irq, level=level)

        return drive
