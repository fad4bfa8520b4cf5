# SPDX-License-Identifier: GPL-2.0-only
"""DMA: how a device's bus addresses reach memory, and what happens to those that cannot.

Owns the reach of devices and every transfer that they make: each is recorded, and each that was wrong is a finding
besides doing what the part does. Knows no device model and no kernel.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from emulator import memmap
from emulator.clock import Clock
from emulator.errors import BusError, ConfigError
from emulator.finding import Finding, Findings
from emulator.ram import Ram
from emulator.trace import Dma, Message, Trace

if TYPE_CHECKING:
    from emulator.coherence import Caches
    from emulator.faults import FaultyParts
    from emulator.hostile import Hostility
    from emulator.iommu import Fault, Iommu


class Beyond(Enum):
    """What a part does with an address beyond its reach."""

    WRAP = "wrap"  # masks the start, and counts on from there
    DROP = "drop"  # has no pins for the high bits: every address loses them
    ABORT = "abort"  # transfers nothing, and says so


@dataclass(frozen=True, slots=True)
class Reach:
    """The bus addresses that a device can drive: 0 to `mask`, which is a power of two less one.

    Raises: ConfigError for any other mask.
    """

    mask: int
    beyond: Beyond

    def __post_init__(self) -> None:
        if not 0 < self.mask < 1 << 64 or self.mask & (self.mask + 1):
            raise ConfigError(f"reach: found mask {self.mask:#x}, expected a power of two less one, up to 2**64 - 1")

    def holds(self, dma_addr: int, length: int) -> bool:
        """Say whether all of [dma_addr, dma_addr + length) can be driven."""
        return dma_addr + length - 1 <= self.mask

    def driven(self, dma_addr: int, length: int) -> Iterator[tuple[int, int]]:
        """Yield what the part really drives for [dma_addr, dma_addr + length), as (address, length) runs."""
        if self.beyond is Beyond.ABORT and not self.holds(dma_addr, length):
            return
        start = dma_addr & self.mask
        while self.beyond is Beyond.DROP and start + length - 1 > self.mask:
            run = self.mask + 1 - start
            yield start, run
            start, length = 0, length - run
        yield start, length


Frames = tuple[int, ...]  # code addresses, the innermost first, each behind the instruction that is meant


class DmaAccess(NamedTuple):
    """A transfer that a part is about to make. `runs` are the (address, length) that it really drives."""

    device: str
    is_write: bool  # into RAM
    dma_addr: int
    length: int  # bytes
    runs: tuple[tuple[int, int], ...]
    descriptor: int | None  # the bus address of the descriptor that asked for it
    reach: int = (1 << 64) - 1  # the highest address that the part can drive


class DescriptorRing(NamedTuple):
    """Where a device has descriptors, and how they are handed over to it.

    `valid` is (offset, bits) of the 32-bit word of a descriptor that hands it over; None where a doorbell does.
    """

    dma_addr: int
    stride: int  # bytes
    entries: int
    valid: tuple[int, int] | None


class Checker(Protocol):
    """Who knows whose memory is: asked before each transfer, and told which descriptors a device has taken."""

    def check_dma(self, access: DmaAccess) -> str | None:
        """Judge a transfer before any byte moves; give the kind of the finding that it became, if it did."""

    def own(self, device: str, dma_addr: int, length: int) -> None:
        """Take note that the CPU must not write [dma_addr, dma_addr + length) until the device disowns it."""

    def disown(self, device: str, dma_addr: int, length: int) -> None:
        """Take note that the device has given back what it owned of [dma_addr, dma_addr + length)."""

    def ring(self, device: str, name: str, ring: DescriptorRing | None) -> None:
        """Take note where a device's ring of that name is, or that it has none."""


class DmaFabric:
    """Where all DMA meets memory: bus addresses are physical addresses here, and RAM is all that answers."""

    def __init__(self, ram: Ram, clock: Clock, trace: Trace, findings: Findings) -> None:
        self.ram = ram
        self.clock = clock
        self.trace = trace
        self.findings = findings
        self.checker: Checker | None = None
        self.caches: Caches | None = None  # of a machine whose devices do not see the CPU's
        self.where: Callable[[], Frames] = tuple  # how the CPU came to its current instruction
        self.told: dict[str, Frames] = {}  # while a transfer is judged: how the driver came to tell the device to
        self._listeners: list[Callable[[int, int], None]] = []
        self._take_message: Callable[[int, int], None] = lambda address, data: None
        self._messages_set: dict[str, Frames] = {}

    def on_write(self, listener: Callable[[int, int], None]) -> None:
        """Call `listener(phys, length)` after a device has changed RAM."""
        self._listeners.append(listener)

    def on_message(self, take: Callable[[int, int], None]) -> None:
        """Call `take(address, data)` for a device's write to where messages become interrupts."""
        self._take_message = take

    def send_message(self, device: str, address: int, data: int) -> None:
        """Write 4 bytes for `device`, which means them to be an interrupt."""
        self.trace.emit(Message(self.clock.now_ns, device, address, data))
        word = data.to_bytes(4, "little")
        if self._is_message(address, word):
            return
        what = "which is memory, overwrote it" if self.write(address, word) else "where nothing takes it, was lost"
        sentence = f"interrupt message {data:#x} to {address:#x}, {what}"
        finding = Finding("msi-lost", sentence, self.clock.now_ns, device, phys=address, length=4)
        self.told = {"programmed_at": self._messages_set.get(device, ())}
        self.findings.report(finding)
        self.told = {}

    def message_set(self, device: str) -> None:
        """Note where the driver is, which has just said where messages of `device` go."""
        self._messages_set[device] = self.where()

    def read(self, phys: int, length: int) -> tuple[bytes, bool]:
        """Read memory: the bytes, all ones where there is no RAM, and whether there was RAM for all of them."""
        pieces = list(self._pieces(phys, length))
        data = b"".join(self._load(at, size) if in_ram else b"\xff" * size for at, size, in_ram in pieces)
        return data, all(in_ram for _, _, in_ram in pieces)

    def write(self, phys: int, data: bytes) -> bool:
        """Write memory, lose what has no RAM, and say whether nothing was lost."""
        complete = True
        for at, size, in_ram in self._pieces(phys, len(data)):
            if in_ram:
                self._store(at, data[at - phys : at - phys + size])
                for listener in self._listeners:
                    listener(at, size)
            complete &= in_ram or self._is_message(at, data[at - phys : at - phys + size])
        return complete

    def _is_message(self, phys: int, data: bytes) -> bool:
        if not memmap.LAPIC_BASE <= phys < memmap.MESSAGES_END or len(data) != 4 or phys & 3:
            return False
        self._take_message(phys, int.from_bytes(data, "little"))
        return True

    def _load(self, phys: int, length: int) -> bytes:
        data = self.ram.read(phys, length)
        return data if self.caches is None else self.caches.device_reads(phys, data)

    def _store(self, phys: int, data: bytes) -> None:
        self.ram.write(phys, data if self.caches is None else self.caches.device_writes(phys, data))

    def _pieces(self, phys: int, length: int) -> Iterator[tuple[int, int, bool]]:
        """Cut [phys, phys + length) where RAM begins and ends: (phys, length, in RAM)."""
        end = phys + length
        for bank in self.ram.banks:
            if phys < min(bank.start, end):
                yield phys, min(bank.start, end) - phys, False
                phys = min(bank.start, end)
            if phys < min(bank.end, end):
                yield phys, min(bank.end, end) - phys, True
                phys = min(bank.end, end)
        if phys < end:
            yield phys, end - phys, False


class DmaPort:
    """A device's access to memory, by bus addresses of its own driving.

    `enabled` says whether the device may drive the bus at all (PCI: bus master enable). `told` is how the driver came
    to set the device going: a device that is told so by a register notes it, for whoever has to say who was wrong.
    """

    def __init__(self, fabric: DmaFabric, name: str, reach: Reach, enabled: Callable[[], bool] = lambda: True) -> None:
        self.faults: FaultyParts | None = None
        self.hostility: Hostility | None = None
        self.iommu: tuple[Iommu, int] | None = None  # and which function of its the device is
        self.name = name
        self.reach = reach
        self.told: dict[str, Frames] = {}
        self._fabric = fabric
        self._enabled = enabled
        self._handed_over: dict[int, Frames] = {}  # by the bus addresses of descriptors
        self._descriptor: int | None = None  # of the transfer under way

    def read(self, dma_addr: int, length: int, *, descriptor: int | None = None) -> bytes:
        """Read `length` bytes from memory; `descriptor` is the bus address of what told the device to.

        Raises: BusError where the part transfers nothing: not bus master, or aborted beyond its reach.
        """
        runs, wrong = self._aim(dma_addr, length, descriptor, is_write=False)
        parts = [self._fabric.read(phys, size) for phys, size in runs]
        self._record(dma_addr, length, runs, wrong, is_write=False, complete=all(complete for _, complete in parts))
        return b"".join(data for data, _ in parts)

    def write(self, dma_addr: int, data: bytes, *, descriptor: int | None = None) -> None:
        """Write `data` to memory: at once and as it is, unless the machine has faults or ill will.

        Raises: BusError as `read`.
        """
        if self.hostility is not None:
            data = self.hostility.data(data)
        fault = None if self.faults is None else self.faults.of_dma(len(data))
        if fault is None or self.faults is None:
            self._write(dma_addr, data, descriptor)
            return
        half = 0 if fault == "dma_late" else len(data) // 2
        if half:
            self._write(dma_addr, data[:half], descriptor)
        if fault != "dma_short":
            self.faults.after_delay(lambda: self._write_late(dma_addr + half, data[half:], descriptor))

    def _write_late(self, dma_addr: int, data: bytes, descriptor: int | None) -> None:
        with suppress(BusError):  # reported; the device has long gone on
            self._write(dma_addr, data, descriptor)

    def _write(self, dma_addr: int, data: bytes, descriptor: int | None) -> None:
        runs, wrong = self._aim(dma_addr, len(data), descriptor, is_write=True)
        complete, done = True, 0
        for phys, size in runs:
            complete &= self._fabric.write(phys, data[done : done + size])
            done += size
        self._record(dma_addr, len(data), runs, wrong, is_write=True, complete=complete)

    def note(self, what: str = "started_at") -> None:
        """Note where the driver is, which has just told the device something: it names what follows from that."""
        self.told[what] = self._fabric.where()

    def own(self, dma_addr: int, length: int, *, told: bool = True) -> None:
        """Declare that the device has taken [dma_addr, dma_addr + length), a descriptor, from the driver.

        It was `told` so just now, or has come upon the descriptor's valid bit.
        """
        if told and dma_addr not in self._handed_over:
            self._handed_over[dma_addr] = self._fabric.where()
        if self._fabric.checker is not None:
            self._fabric.checker.own(self.name, dma_addr, length)

    def disown(self, dma_addr: int, length: int) -> None:
        """Declare that the device has given it back."""
        for each in [each for each in self._handed_over if dma_addr <= each < dma_addr + length]:
            del self._handed_over[each]
        if self._fabric.checker is not None:
            self._fabric.checker.disown(self.name, dma_addr, length)

    def ring(self, name: str, ring: DescriptorRing | None) -> None:
        """Declare where the device's ring of that name is, as far as it knows by now."""
        if self._fabric.checker is not None:
            self._fabric.checker.ring(self.name, name, ring)

    def disown_all(self) -> None:
        """Declare that the device has nothing any more, as after a reset."""
        self.disown(0, 1 << 64)

    def _aim(
        self, dma_addr: int, length: int, descriptor: int | None, *, is_write: bool
    ) -> tuple[list[tuple[int, int]], str | None]:
        """Give the physical runs that a transfer goes to, and what a checker says of it.

        Raises: BusError where nothing is transferred.
        """
        self._descriptor = descriptor
        runs = self._drive(dma_addr, length, is_write=is_write)
        fault = None
        if self.iommu is not None:
            runs, fault = self._translate(*self.iommu, runs, is_write=is_write)
        wrong = self._check(dma_addr, length, runs, descriptor, is_write=is_write)
        if fault is None:
            return runs, wrong
        self._emit(dma_addr, dma_addr, length, is_write, "iommu-fault")
        way = "Write" if is_write else "Read"
        sentence = f"DMAR:[DMA {way}] Request device [{self.name}] fault addr {fault.dma_addr:x} {fault.words}"
        self.report("iommu-fault", sentence, dma_addr, None, length)
        raise BusError(dma_addr, length, "refused by the IOMMU")

    def _translate(
        self, iommu: "Iommu", devfn: int, runs: list[tuple[int, int]], *, is_write: bool
    ) -> tuple[list[tuple[int, int]], "Fault | None"]:
        found: list[tuple[int, int]] = []
        for start, size in runs:
            translated, fault = iommu.translate(devfn, start, size, is_write=is_write)
            found += translated
            if fault is not None:
                return found, fault
        return found, None

    def _drive(self, dma_addr: int, length: int, *, is_write: bool) -> list[tuple[int, int]]:
        """Give the runs of addresses that the part drives; report and raise where it drives none."""
        if not self._enabled():
            self._emit(dma_addr, dma_addr, length, is_write, "dma-bus-master-off")
            sentence = f"DMA {_words(dma_addr, length, is_write)} while bus mastering is off: nothing was transferred"
            self.report("dma-bus-master-off", sentence, dma_addr, None, length)
            raise BusError(dma_addr, length, f"{self.name} is not bus master")
        runs = list(self.reach.driven(dma_addr, length))
        if not runs:
            self._emit(dma_addr, dma_addr, length, is_write, "dma-beyond-reach")
            sentence = f"DMA {_words(dma_addr, length, is_write)} is beyond the device's reach of {self.reach.mask:#x}"
            self.report("dma-beyond-reach", sentence + ": it was aborted", dma_addr, None, length)
            raise BusError(dma_addr, length, f"{self.name} cannot reach this")
        return runs

    def _check(
        self, dma_addr: int, length: int, runs: list[tuple[int, int]], descriptor: int | None, *, is_write: bool
    ) -> str | None:
        """Ask whose the memory is. What lies beyond the reach is another's in any case, and reported as such."""
        checker = self._fabric.checker
        if checker is None or not self.reach.holds(dma_addr, length):
            return None
        access = DmaAccess(self.name, is_write, dma_addr, length, tuple(runs), descriptor, self.reach.mask)
        with self._telling():
            return checker.check_dma(access)

    def _record(
        self,
        dma_addr: int,
        length: int,
        runs: list[tuple[int, int]],
        wrong: str | None,
        *,
        is_write: bool,
        complete: bool,
    ) -> None:
        """Trace a transfer that took place, and report what was wrong with it."""
        phys = runs[0][0] if runs else dma_addr
        words = _words(dma_addr, length, is_write)
        within = self.reach.holds(dma_addr, length)
        outcome = "dma-beyond-reach" if not within else (wrong or "ok") if complete else "dma-unassigned"
        self._emit(dma_addr, phys, length, is_write, outcome)
        if not within:
            hit = " and ".join(f"{start:#x}-{start + size - 1:#x}" for start, size in runs)
            sentence = f"DMA {words} is beyond the device's reach of {self.reach.mask:#x}: it went to {hit}"
            self.report("dma-beyond-reach", sentence, dma_addr, phys, length)
        if not complete:
            lost = "was lost" if is_write else "read all ones"
            self.report("dma-unassigned", f"DMA {words}, where there is no RAM, {lost}", dma_addr, phys, length)

    def _emit(self, dma_addr: int, phys: int, length: int, is_write: bool, outcome: str) -> None:
        fabric = self._fabric
        fabric.trace.emit(Dma(fabric.clock.now_ns, self.name, is_write, dma_addr, phys, length, outcome))

    def report(self, kind: str, sentence: str, dma_addr: int, phys: int | None, length: int) -> None:
        """Report what was wrong with a transfer; for the device, too, which knows its own limits."""
        now_ns = self._fabric.clock.now_ns
        details = {"reach": self.reach.mask}
        finding = Finding(
            kind, sentence, now_ns, self.name, dma_addr=dma_addr, phys=phys, length=length, details=details
        )
        with self._telling():
            self._fabric.findings.report(finding)

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Let whoever annotates a finding know how the driver came to tell the device to."""
        handed_over = self._handed_over.get(self._descriptor) if self._descriptor is not None else None
        self._fabric.told = self.told if handed_over is None else {"started_at": handed_over}
        try:
            yield
        finally:
            self._fabric.told = {}


def _words(dma_addr: int, length: int, is_write: bool) -> str:
    return f"{'write to' if is_write else 'read from'} {dma_addr:#x} ({length} bytes)"
