# SPDX-License-Identifier: GPL-2.0-only
"""The kernel behind the trap gate: binds memory management, the DMA API and the log to one machine.

    kernel = Kernel(ram, clock, trace, findings, layout, config, symbols)
    machine.on_trap(kernel.answer)

Owns the order of boot. All its state is in guest RAM; what is kept here are views and the guest's observers.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from emulator.clock import Clock
from emulator.errors import ConfigError
from emulator.finding import Findings
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, KERNEL_PHYS_END, PAGE_SHIFT
from emulator.ram import Ram
from emulator.trace import Trace
from pykernel import e820
from pykernel.dma_calls import DmaCalls
from pykernel.dma_debug import DmaDebug
from pykernel.dma_pool_calls import DmaPoolCalls
from pykernel.dma_report import DmaReport
from pykernel.dma_sg_calls import DmaSgCalls
from pykernel.errors import KernelPanic
from pykernel.layout.address import PhysAddr, VirtAddr
from pykernel.layout.config import KernelConfig
from pykernel.layout.layout import Layout
from pykernel.layout.strings import read_string
from pykernel.mm.active_regions import absent_pages_in_range, add_active_range
from pykernel.mm.boot import MemoryMap, setup_memory
from pykernel.mm.bootmem import Bootmem
from pykernel.mm.context import Mm
from pykernel.mm.dma import Dma
from pykernel.mm.dma_mappings import DmaMappings
from pykernel.mm.dmapool import DmaPools
from pykernel.mm.free_bootmem import free_all_bootmem
from pykernel.mm.slab import Slab
from pykernel.mm.swiotlb import pci_swiotlb_init, setup_io_tlb_npages
from pykernel.mm.vmscan import DirectReclaim
from pykernel.mm.watermarks import init_per_zone_pages_min
from pykernel.mm.zonelist import build_all_zonelists
from pykernel.mm_calls import MmCalls
from pykernel.oops import read_oops
from pykernel.pointers import checked
from pykernel.printk import LogBuffer, Printk
from pykernel.sched_calls import SchedCalls
from pykernel.trapgate import Call, Traps
from pykernel.user_calls import UserCalls

if TYPE_CHECKING:
    from pykernel.kasan_report import KasanReports
    from pykernel.mm.fault_inject import FaultInjection

_STACK_DEPTH = 12
_LOG_BUF_LEN = 1 << 17  # bytes; firmware/kernel/printk.c
_KERNEL_PAGES = (KERNEL_PHYS >> PAGE_SHIFT, KERNEL_PHYS_END >> PAGE_SHIFT)
_BIOS_PAGE = (0, 1)


class TransferResult(NamedTuple):
    """What a driver says of a transfer when it is over: `error` is 0 or a negative errno."""

    now_ns: int
    device: str
    dma_addr: int
    length: int  # bytes
    direction: int  # enum dma_data_direction
    error: int


def _join(*tables: Mapping[str, Call]) -> dict[str, Call]:
    """Make one table of all calls."""
    return {name: call for table in tables for name, call in table.items()}


class Kernel:
    """One guest's kernel. `symbols` are the link addresses of its image's variables; `enter` is for the trap gate.

    `call(function, *arguments)` runs a function of the guest's, `describe(address)` says where in its sources one is,
    `variable(address)` names a variable, `start_of(address)` gives the start of a function, `interrupt_pending()` says
    whether the processor has an interrupt to take.

    Raises: ConfigError where the image lacks a variable that the layout has.
    """

    on_shadow: Callable[[int, int], None] = staticmethod(lambda phys, end: None)  # when boot has made one
    kasan: "KasanReports | None" = None  # where there is a shadow of memory
    faults: "FaultInjection | None" = None  # where the command line asks for some

    def __init__(
        self,
        ram: Ram,
        clock: Clock,
        trace: Trace,
        findings: Findings,
        layout: Layout,
        config: KernelConfig,
        symbols: Mapping[str, int],
        *,
        call: Callable[[int, int, int], object] | None = None,
        describe: Callable[[int], str] = "[<{:016x}>]".format,
        variable: Callable[[int], str | None] = lambda address: None,
        start_of: Callable[[int], int | None] = lambda address: None,
        interrupt_pending: Callable[[], bool] = lambda: False,
    ) -> None:
        self._clock, self._symbols, self._start_of = clock, symbols, start_of
        start, *indices = map(self._phys, ("__log_buf", "log_start", "log_end", "con_start"))
        self.log = Printk(ram, LogBuffer(start, _LOG_BUF_LEN, *indices), lambda: clock.now_ns)
        statics = {name: self._phys(name) for name in layout.variables()}
        reclaim = DirectReclaim(call, lambda: self._dump_stack(describe))
        self.mm = reclaim.mm = Mm(ram, layout, config, statics, printk=self.log.printk, reclaim=reclaim)
        self.slab = Slab(self.mm, call=call)
        self.slab.core.symbol = describe
        self.dma = Dma(self.mm)
        self.mappings = DmaMappings(self.mm)
        self.pools = DmaPools(self.dma, self.slab)
        self._checkpoint_observers: list[Callable[[str], None]] = []
        self._transfer_observers: list[Callable[[TransferResult], None]] = []
        # Calls are bound late, through self._traps: who answers one may ask for its frame.
        report = DmaReport(self.mm, self.mappings, clock, findings, self._backtrace, describe)
        mm_calls = MmCalls(self.mm, self.slab, lambda: self._traps.caller)
        sched_calls = SchedCalls(ram, layout, clock, findings, self._backtrace, describe, interrupt_pending)
        self.user = UserCalls(self.mm)
        tables = [self._own_calls(), mm_calls.table(), self._dma_calls(report), sched_calls.table(), self.user.table()]
        if config.debug_slab or config.kasan:
            tables.append(self._watch_memory(clock, findings, describe, variable))
        self._traps = Traps(ram, clock, trace, findings, layout, _join(*tables), describe)
        self.enter, self.answer = self._traps.enter, self._traps.answer

    def _watch_memory(
        self,
        clock: Clock,
        findings: Findings,
        describe: Callable[[int], str],
        variable: Callable[[int], str | None],
    ) -> Mapping[str, Call]:
        """Have findings made of what a debugging slab allocator prints, or of what the shadow of memory forbids."""
        if self.mm.config.debug_slab:
            from pykernel.slab_report import SlabReports  # most kernels do without either

            listener = SlabReports(clock, findings, self.log.printk, self._backtrace, describe)
            self.mm.printk, self.slab.core.complain = listener.printk, listener.complain
            return {}
        from pykernel.check.memory import Memory
        from pykernel.check.users import Users
        from pykernel.kasan_report import KasanReports

        mm, core = self.mm, self.slab.core
        current = self._phys("current_task") >> 3
        memory = Memory(mm.ram, mm.layout, mm.config, mm.statics)
        reports = KasanReports(
            memory,
            clock,
            findings,
            mm.printk,
            Users(memory, self._phys("object_users")),
            backtrace=self._backtrace,
            describe=describe,
            variable=variable,
            current=lambda: mm.ram.u64[current],
        )
        core.backtrace, core.pid, core.report_free = self._backtrace, reports.pid, reports.invalid_free
        core.report_access = lambda virt: reports.kasan_report(virt, 1, 0)
        self.kasan = reports
        return reports.table()

    def _backtrace(self, depth: int) -> list[int]:
        return self._traps.backtrace(depth)

    def on_checkpoint(self, observer: Callable[[str], None]) -> None:
        """Call `observer(name)` wherever the guest lets the host look."""
        self._checkpoint_observers.append(observer)

    def on_transfer_result(self, observer: Callable[[TransferResult], None]) -> None:
        """Call `observer` whenever a driver says how a transfer ended."""
        self._transfer_observers.append(observer)

    def read_geometry(self) -> None:
        """Take over from RAM what boot has decided, when RAM was replaced by a snapshot."""
        self.mm.read_geometry()
        self.slab.read_geometry()

    def _dump_stack(self, describe: Callable[[int], str]) -> list[str]:
        """Give the lines of a backtrace of the guest. Source: arch/x86/kernel/traps_64.c: dump_stack"""
        return ["", "Call Trace:", *(f" {describe(address)}" for address in self._traps.backtrace(_STACK_DEPTH)), ""]

    def _phys(self, name: str) -> PhysAddr:
        if name not in self._symbols:
            raise ConfigError(f"kernel image: found no variable {name}, expected one compiled for the same layout")
        return PhysAddr(self._symbols[name] - KERNEL_MAP_BASE)

    def _own_calls(self) -> dict[str, Call]:
        return {
            "setup_arch": (self._setup_arch, 1),
            "build_all_zonelists": (self._build_all_zonelists, 0),
            "mem_init": (self._mem_init, 0),
            "kmem_cache_init": (self.slab.kmem_cache_init, 0),
            "mm_initcalls": (self._mm_initcalls, 0),
            "checkpoint": (self._checkpoint, 1),
            "transfer_result": (self._transfer_result, 5),
            "panic": (self._panic, 1),
            "oops": (self._oops, 2),
        }

    def _dma_calls(self, report: DmaReport) -> dict[str, Call]:
        mm, dma, mappings = self.mm, self.dma, self.mappings
        debug = DmaDebug(mm, dma, mappings, self._symbols, lambda: self._traps.stack)
        return {
            **DmaCalls(mm, dma, mappings, report, debug).table(),
            **DmaSgCalls(mm, dma, mappings, report, debug).table(),
            **DmaPoolCalls(mm, self.pools, mappings, report).table(),
        }

    def _setup_arch(self, params: int) -> None:
        """Source: arch/x86/kernel/setup_64.c: setup_arch

        Differs: the image, its page tables and the boot allocator's bitmap have fixed places, so that every machine
            of one size allocates the same addresses
        """
        mm, layout = self.mm, self.mm.layout
        phys = checked(mm.ram, params, layout.sizeof("boot_params"), 8)
        entries = e820.read_map(mm.ram, layout, phys)
        e820.print_map(entries, mm.printk)
        ranges = [(entry.pages.start, entry.pages.stop) for entry in entries if entry.type == e820.E820_RAM]
        for start, end in ranges:
            add_active_range(mm, start, end)
        mm.printk(f"end_pfn_map = {e820.end_pfn_map(entries)}")
        # Linux finds the regions twice, here and with the knowledge of nodes. remove_all_active_ranges()
        mm.set("nr_nodemap_entries", 0)
        kernel_end = mm.ram.u64[(phys + layout.offset("boot_params", "kernel_end")) >> 3]
        if kernel_end > KERNEL_PHYS_END:
            raise KernelPanic(f"the kernel's image ends at {kernel_end:#x}, beyond {KERNEL_PHYS_END:#x}")
        setup_memory(mm, MemoryMap(ranges, [_BIOS_PAGE, _KERNEL_PAGES], bootmap_pfn=KERNEL_PHYS_END >> PAGE_SHIFT))
        for word in self._command_line().split():
            if word == "dmalab_iommu":
                mm.set("iommu_detected", 1)
            if word.startswith("iommu="):
                self.dma.iommu_setup(word.removeprefix("iommu="))
            if word.startswith("swiotlb="):
                setup_io_tlb_npages(mm, word.removeprefix("swiotlb="))

    def _build_all_zonelists(self) -> None:
        """Source: init/main.c: start_kernel"""
        build_all_zonelists(self.mm)
        self.mm.printk(f"Kernel command line: {self._command_line()}")

    def _mem_init(self) -> None:
        """Source: arch/x86/mm/init_64.c: mem_init

        Differs: nothing of the image is freed after boot, so there is no init memory
        """
        mm, bootmem = self.mm, Bootmem(self.mm)
        pci_swiotlb_init(mm, bootmem)  # as pci_iommu_alloc() does
        total = free_all_bootmem(mm, bootmem)
        if mm.shadow is not None:
            mm.shadow.poison_free_pages(mm)
            self.on_shadow(mm.shadow.phys, mm.shadow.end)
        end_pfn = mm.get("max_pfn")
        reserved = end_pfn - total - absent_pages_in_range(mm, 0, end_pfn)
        free = mm.ram.u64[(mm.statics["vm_stat"] >> 3) + mm.layout.number("NR_FREE_PAGES")]
        text_end = self._symbols.get("_etext", self._symbols["_sdata"])
        code = (text_end - KERNEL_MAP_BASE - KERNEL_PHYS) >> 10
        data = (self._symbols["_edata"] - text_end) >> 10
        mm.printk(
            f"Memory: {free << 2}k/{end_pfn << 2}k available "
            f"({code}k kernel code, {reserved << 2}k reserved, {data}k data, 0k init)"
        )

    def _mm_initcalls(self) -> None:
        """Source: mm/page_alloc.c: init_per_zone_pages_min; pci-dma_64.c: pci_iommu_init. All by do_initcalls()"""
        init_per_zone_pages_min(self.mm)
        if self.mm.get("iommu_detected"):
            from pykernel.mm.dma_iommu import IommuOps  # most machines do without

            self.dma.use(self.mm.layout.number("DMA_OPS_IOMMU"), IommuOps(self.mm))
        self.dma.pci_iommu_init()
        if "fail" in self._command_line():
            from pykernel.fault_calls import inject  # most runs do without

            self.faults = inject(self.mm, self.dma, self._traps, self._command_line())

    def _command_line(self) -> str:
        return read_string(self.mm.ram, VirtAddr(self._symbols["saved_command_line"]))

    def _checkpoint(self, name: int) -> None:
        text = read_string(self.mm.ram, name)
        for observer in self._checkpoint_observers:
            observer(text)

    def _transfer_result(self, dev: int, dma_addr: int, length: int, direction: int, error: int) -> None:
        device = self.dma.device_name(dev)
        signed = error - (error >> 63 << 64)
        result = TransferResult(self._clock.now_ns, device, dma_addr, length, direction, signed)
        for observer in self._transfer_observers:
            observer(result)

    def _panic(self, message: int) -> None:
        raise KernelPanic(f"Kernel panic - not syncing: {read_string(self.mm.ram, message)}")

    def _oops(self, regs: int, message: int) -> None:
        oops = read_oops(self.mm.ram, self.mm.layout, regs, message, self._start_of)
        if self.kasan is not None:
            from pykernel.kasan_fault import explain

            oops = explain(self.mm.ram, oops)
        raise oops
