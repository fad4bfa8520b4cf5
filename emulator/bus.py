# SPDX-License-Identifier: GPL-2.0-only
"""The bus: which target answers at which address of the memory and port spaces.

Owns the two address maps. Knows no device: a target is anything with `read(offset, width)` and
`write(offset, width, value)`, and it never learns its own base.
"""

from bisect import bisect_right
from typing import Protocol

from emulator import memmap
from emulator.clock import Clock
from emulator.errors import ConfigError
from emulator.finding import KEPT_FINDINGS, Finding, Findings
from emulator.ram import Ram
from emulator.trace import Access, Trace

PORTS_END = 0x1_0000
_MOST_FOUND = 4096  # addresses that an address space remembers


class Target(Protocol):
    """What answers in a range of addresses. `width` is in bytes; values are unsigned."""

    def read(self, offset: int, width: int) -> int:
        """Answer a read at `offset` from the start of the range."""

    def write(self, offset: int, width: int, value: int) -> None:
        """Take a write at `offset` from the start of the range."""


class Range:
    """A target's place in an address space: [start, end)."""

    __slots__ = ("end", "name", "start", "target")

    def __init__(self, start: int, size: int, target: Target, name: str) -> None:
        self.start = start
        self.end = start + size
        self.target = target
        self.name = name


class AddressSpace:
    """One address map. Every access takes virtual time, `cost_ns` for a read and a write (whoever makes it must then
    look at the clock's next deadline), and leaves an Access event in the trace.

    Ranges that the board wires are disjoint (`map`). Ranges that the guest moves (`place`) can fall on others; then
    those that were there first keep their addresses, RAM always among them, and that is a finding.
    """

    def __init__(
        self, name: str, cost_ns: tuple[int, int], clock: Clock, trace: Trace, findings: Findings, nobody: Target
    ) -> None:
        self.name = name
        self._read_ns, self._write_ns = cost_ns
        self._clock = clock
        self._trace = trace
        self._findings = findings
        self._nobody = nobody  # answers for unassigned addresses, with the address as its offset
        self._ranges: list[Range] = []  # the earlier wins
        self._starts: list[int] = []  # what the ranges leave to each other: disjoint, ascending
        self._segments: list[tuple[int, int, Range]] = []
        self._found: dict[tuple[int, int], tuple[Target | None, int]] = {}  # what `_find` has answered

    def map(self, start: int, size: int, target: Target, name: str) -> Range:
        """Give [start, start + size) to `target` for good.

        Raises: ConfigError where that overlaps another range.
        """
        added = Range(start, size, target, name)
        for other in self.overlapped(added):
            raise ConfigError(
                f"{self.name}: {name} at {start:#x}-{added.end - 1:#x} overlaps "
                f"{other.name} at {other.start:#x}-{other.end - 1:#x}"
            )
        self._ranges.append(added)
        self._lay_out()
        return added

    def place(self, start: int, size: int, target: Target, name: str) -> Range:
        """Give what is free of [start, start + size) to `target` until `remove`; report what was taken already."""
        added = Range(start, size, target, name)
        taken = self.overlapped(added)
        self._ranges.append(added)
        self._lay_out()
        if taken:
            self._findings.report(self._overlap(added, taken))
        return added

    def remove(self, placed: Range) -> None:
        """Take away what `place` gave."""
        self._ranges.remove(placed)
        self._lay_out()

    def read(self, address: int, width: int) -> int:
        """Read `width` bytes, little-endian."""
        self._clock.now_ns += self._read_ns
        target, offset = self._found.get((address, width)) or self._find(address, width)
        value = self._read_bytes(address, width) if target is None else target.read(offset, width)
        self._trace.emit(Access(self._clock.now_ns, self.name, address, width, value, False))
        return value

    def write(self, address: int, width: int, value: int) -> None:
        """Write `width` bytes, little-endian."""
        self._clock.now_ns += self._write_ns
        # Traced first: what the write sets off comes after it.
        self._trace.emit(Access(self._clock.now_ns, self.name, address, width, value, True))
        target, offset = self._found.get((address, width)) or self._find(address, width)
        if target is None:
            self._write_bytes(address, width, value)
        else:
            target.write(offset, width, value)

    def overlapped(self, candidate: Range) -> list[Range]:
        """List the ranges that share addresses with `candidate`."""
        return [other for other in self._ranges if other.start < candidate.end and candidate.start < other.end]

    def _find(self, address: int, width: int) -> tuple[Target | None, int]:
        """Find who answers for all of the access and at which offset; None where several parties share it."""
        index = bisect_right(self._starts, address)
        if index:
            _, end, found = self._segments[index - 1]
            if address + width <= end:
                if len(self._found) >= _MOST_FOUND:
                    self._found.clear()
                self._found[address, width] = answer = found.target, address - found.start
                return answer
            if address < end:
                return None, 0
        if index < len(self._starts) and self._starts[index] < address + width:
            return None, 0
        return self._nobody, address

    def _read_bytes(self, address: int, width: int) -> int:
        """Read what several parties share: the bus splits the access, and each byte goes its own way."""
        value = 0
        for index in range(width):
            target, offset = self._find(address + index, 1)
            if target is not None:  # a single byte always has one owner
                value |= target.read(offset, 1) << 8 * index
        return value

    def _write_bytes(self, address: int, width: int, value: int) -> None:
        for index in range(width):
            target, offset = self._find(address + index, 1)
            if target is not None:
                target.write(offset, 1, value >> 8 * index & 0xFF)

    def _lay_out(self) -> None:
        """Cut the ranges into disjoint segments, each owned by the earliest range that wants it."""
        segments: list[tuple[int, int, Range]] = []
        for wanting in self._ranges:
            start = wanting.start
            for taken_start, taken_end, _ in sorted(segments, key=lambda segment: segment[0]):
                if start < taken_start < wanting.end:
                    segments.append((start, taken_start, wanting))
                if taken_start < wanting.end and start < taken_end:
                    start = max(start, taken_end)
            if start < wanting.end:
                segments.append((start, wanting.end, wanting))
        self._segments = sorted(segments, key=lambda segment: segment[0])
        self._starts = [segment[0] for segment in self._segments]
        self._found.clear()

    def _overlap(self, added: Range, taken: list[Range]) -> Finding:
        over_ram = any(isinstance(other.target, RamTarget) for other in taken)
        names = ", ".join(f"{other.name} at {other.start:#x}-{other.end - 1:#x}" for other in taken)
        return Finding(
            kind="bar-over-ram" if over_ram else "bar-overlap",
            sentence=f"{added.name} was placed at {added.start:#x}-{added.end - 1:#x}, over {names}",
            now_ns=self._clock.now_ns,
            device=added.name,
            phys=added.start,
            length=added.end - added.start,
        )


class RamTarget:
    """A bank of RAM as a target, for the rare access that does not come straight from the CPU's own mapping."""

    def __init__(self, ram: Ram, base: int) -> None:
        self._ram = ram
        self._base = base

    def read(self, offset: int, width: int) -> int:
        """Read little-endian."""
        return int.from_bytes(self._ram.read(self._base + offset, width), "little")

    def write(self, offset: int, width: int, value: int) -> None:
        """Write little-endian."""
        self._ram.write(self._base + offset, value.to_bytes(width, "little"))


class Rom:
    """A read-only image as a target. Writing it is lost, and a finding."""

    def __init__(self, base: int, image: bytes, clock: Clock, findings: Findings) -> None:
        self.image = image
        self._base = base
        self._clock = clock
        self._findings = findings

    def read(self, offset: int, width: int) -> int:
        """Read little-endian."""
        return int.from_bytes(self.image[offset : offset + width], "little")

    def write(self, offset: int, width: int, value: int) -> None:
        """Report the attempt."""
        phys = self._base + offset
        sentence = f"write of {value:#x} ({width} bytes) to ROM at {phys:#x} was lost"
        self._findings.report(Finding("rom-write", sentence, self._clock.now_ns, phys=phys, length=width))


class Nobody:
    """What answers where no target is mapped: all ones to reads, nothing to writes.

    Below `reported_from` a PC is probed that way. From there on a driver has lost its way (decoding off, a stale
    mapping), and each page so touched is a finding.
    """

    def __init__(self, reported_from: int, clock: Clock, findings: Findings) -> None:
        self._reported_from = reported_from
        self._clock = clock
        self._findings = findings
        self._reported: set[int] = set()  # pages

    def read(self, offset: int, width: int) -> int:
        """Answer as the floating bus does."""
        self._report(offset, width, f"read of {width} bytes")
        return (1 << 8 * width) - 1

    def write(self, offset: int, width: int, value: int) -> None:
        """Lose the value."""
        self._report(offset, width, f"write of {value:#x} ({width} bytes)")

    def _report(self, phys: int, width: int, access: str) -> None:
        page = phys // memmap.PAGE_SIZE
        if phys >= self._reported_from and page not in self._reported and len(self._reported) < KEPT_FINDINGS:
            self._reported.add(page)
            sentence = f"{access} at {phys:#x}, where no device answers"
            self._findings.report(Finding("mmio-unassigned", sentence, self._clock.now_ns, phys=phys, length=width))


class Bus:
    """The board's two address spaces, with RAM in its place. The CPU comes here for whatever is not RAM or ROM."""

    def __init__(self, ram: Ram, clock: Clock, trace: Trace, findings: Findings) -> None:
        lost = Nobody(memmap.LOW_HOLE_END, clock, findings)
        mmio_ns = memmap.NS_PER_MMIO_READ, memmap.NS_PER_MMIO_WRITE
        self.memory = AddressSpace("memory", mmio_ns, clock, trace, findings, lost)
        free = Nobody(PORTS_END, clock, findings)
        ports_ns = memmap.NS_PER_PORT_ACCESS, memmap.NS_PER_PORT_ACCESS
        self.ports = AddressSpace("ports", ports_ns, clock, trace, findings, free)
        for bank in ram.banks:
            self.memory.map(bank.start, bank.end - bank.start, RamTarget(ram, bank.start), "ram")
