# SPDX-License-Identifier: GPL-2.0-only
"""Who may touch a byte now: told from the kernel's tables of DMA mappings in guest RAM, for one access at a time.

Reads RAM with code of its own: the table of live mappings, the history of those taken down, the ranges that the CPU has
been given back, and for freed memory the slab's own structures.
"""

from typing import NamedTuple

from emulator.dma import DmaAccess
from emulator.memmap import PAGE_SHIFT
from pykernel.check.memory import Memory
from pykernel.layout.address import virt_to_phys

TO_DEVICE, FROM_DEVICE = 1, 2
COHERENT = 2  # enum dma_mapping_type
_ATTR_SKIP_CPU_SYNC = 1 << 5
_DIRECTIONS = ("DMA_BIDIRECTIONAL", "DMA_TO_DEVICE", "DMA_FROM_DEVICE", "DMA_NONE")
BEYOND_REACH = "dma-beyond-reach"
_NAME_LIMIT = 32
_HASH, _HASH_SHIFT = 0x9E37_79B1, 20  # docs/dma-mappings.md
_U32 = 0xFFFF_FFFF


class Mapping(NamedTuple):
    """A mapping, live or gone: [dma_addr, dma_addr + size) is, or was, the memory at `cpu_addr`."""

    dev: int  # virtual address of the struct device
    device: str
    dma_addr: int
    size: int  # bytes
    cpu_addr: int  # virtual
    type: int
    direction: int
    at_ns: int  # when it was made; of one that is gone, when it was taken down
    made_by: tuple[int, ...]  # return addresses, innermost first
    gone_by: tuple[int, ...] = ()
    is_pool: bool = False  # coherent memory of which only blocks count
    is_bounced: bool = False  # the device has a copy elsewhere
    skips_sync: bool = False  # whoever made it hands it over by dma_sync_*() only

    @property
    def end(self) -> int:
        """The bus address after the last."""
        return self.dma_addr + self.size

    @property
    def is_streaming(self) -> bool:
        """Say whether CPU and device own it in turn."""
        return self.type not in (COHERENT, _POOL_BLOCK)

    @property
    def phys(self) -> int:
        """The physical address behind `cpu_addr`; it may be none."""
        return virt_to_phys(self.cpu_addr)

    @property
    def words(self) -> str:
        """Say it as part of a sentence."""
        name = _DIRECTIONS[self.direction] if self.direction < len(_DIRECTIONS) else hex(self.direction)
        what = name if self.is_streaming else "coherent"
        return f"[{self.dma_addr:#x}-{self.end - 1:#x}, {what}]"


_POOL_BLOCK = 5  # enum dma_mapping_type


class Verdict(NamedTuple):
    """What is wrong with an access: a stable class, a sentence, and the mapping that it is about."""

    kind: str
    sentence: str
    mapping: Mapping | None = None


class MappingTables:
    """The tables of one kernel. What was read is kept until somebody says `changed`, or RAM says so."""

    def __init__(self, memory: Memory) -> None:
        layout = memory.layout
        self._memory = memory
        self._base = memory.static("dma_mappings")
        self._size, self._slots = layout.sizeof("dma_mapping"), layout.number("DMA_MAPPING_SLOTS")
        self._at = {name: offset for name, (offset, _) in layout.members("dma_mapping").items()}
        self._count = memory.static("nr_dma_mappings") >> 2
        self._frames = layout.size_of_type(layout.member("dma_mapping", "backtrace")[1]) >> 3
        self._pool_flag = layout.number("DMA_MAPPING_IS_POOL") if layout.has_number("DMA_MAPPING_IS_POOL") else 0
        self._bounced_flag = layout.number("DMA_MAPPING_BOUNCED") if layout.has_number("DMA_MAPPING_BOUNCED") else 0
        self._live: list[Mapping] | None = None
        self._read_slots: dict[int, tuple[bytes, Mapping]] | None = None  # by slot: as it was read, and what it says
        self._names: dict[int, str] = {}

    def __len__(self) -> int:
        return self._memory.ram.u32[self._count]

    def changed(self) -> None:
        """Read all again when it is asked for next."""
        self._live = self._read_slots = None
        self._names.clear()

    def changed_at(self, dma_addr: int) -> tuple[list[Mapping], list[Mapping]] | None:
        """Read again what a call for one bus address can have changed; give what is gone and what is new.

        That is its slot and those behind it, up to the first that was free and is. None where all must be read.
        """
        known, u64 = self._read_slots, self._memory.ram.u64
        if known is None:
            return None
        gone: list[Mapping] = []
        new: list[Mapping] = []
        home = (dma_addr >> PAGE_SHIFT) * _HASH >> _HASH_SHIFT
        for distance in range(self._slots):
            slot = (home + distance) % self._slots
            kind, before = u64[(self._base + slot * self._size + self._at["type"]) >> 3], known.get(slot)
            if not kind & _U32 and before is None:
                break
            raw, mapping = self._slot(slot, before) if kind & _U32 else (b"", None)
            if before is not None and before[1] != mapping:
                gone.append(known.pop(slot)[1])
            if mapping is not None:
                if before is None or before[1] != mapping:
                    new.append(mapping)
                known[slot] = raw, mapping
        if len(known) != len(self):
            return None
        self._live = None
        moved = [mapping for mapping in gone if mapping in new]
        return [each for each in gone if each not in moved], [each for each in new if each not in moved]

    def live(self) -> list[Mapping]:
        """Give all live mappings."""
        count = len(self)
        if self._read_slots is None or len(self._read_slots) != count:
            self._live, self._read_slots = None, self._read() if count else {}
        if self._live is None:
            self._live = [self._read_slots[slot][1] for slot in sorted(self._read_slots)]
        return self._live

    def unmapped(self, device: str, dma_addr: int, length: int) -> Mapping | None:
        """Give the mapping of `device` that covered part of a range, and was taken down last."""
        layout, ram = self._memory.layout, self._memory.ram
        base, size = self._memory.static("dma_history"), layout.sizeof("dma_unmapped")
        slots = layout.number("DMA_HISTORY")
        written = ram.u64[self._memory.static("dma_history_next") >> 3]
        for number in range(written - 1, max(-1, written - 1 - slots), -1):
            first = (base + number % slots * size) >> 3
            words = ram.u64[first : first + (size >> 3)].tolist()
            if words[1] < dma_addr + length and dma_addr < words[1] + words[2] and self._name(words[0]) == device:
                kind, direction = words[4] & 0xFFFF_FFFF, words[4] >> 32
                made_by, gone_by = _frames(words[6:14]), _frames(words[14:22])
                dev, start, size, cpu_addr, _, at_ns = words[:6]
                return Mapping(dev, device, start, size, cpu_addr, kind, direction, at_ns, made_by, gone_by)
        return None

    @property
    def is_complete(self) -> bool:
        """Say whether every live mapping is in the table: there never were more than it holds."""
        return not self._memory.ram.u32[self._memory.static("dma_mappings_lost") >> 2]

    @property
    def knows_cpu_owned(self) -> bool:
        """Say whether what the CPU has been given back is known."""
        return not self._memory.ram.u32[self._memory.static("dma_cpu_ranges_lost") >> 2]

    def cpu_owned(self, mapping: Mapping) -> list[tuple[int, int]]:
        """List the ranges [start, end) of a mapping that the CPU has been given back meanwhile."""
        ram = self._memory.ram
        if not self.knows_cpu_owned:
            return [(mapping.dma_addr, mapping.end)]
        first = self._memory.static("dma_cpu_ranges") >> 3
        count = min(
            ram.u32[self._memory.static("nr_dma_cpu_ranges") >> 2], self._memory.layout.number("DMA_CPU_RANGES")
        )
        found = []
        for at in range(first, first + 3 * count, 3):
            dev, start, size = ram.u64[at : at + 3]
            if dev == mapping.dev and start < mapping.end and mapping.dma_addr < start + size:
                found.append((max(start, mapping.dma_addr), min(start + size, mapping.end)))
        return sorted(found)

    def _read(self) -> dict[int, tuple[bytes, Mapping]]:
        stride = self._size >> 3
        first = (self._base + self._at["type"]) >> 3
        kinds = self._memory.ram.u64[first : first + stride * self._slots : stride].tolist()
        return {slot: self._slot(slot, None) for slot, kind in enumerate(kinds) if kind & _U32}

    def _slot(self, slot: int, before: tuple[bytes, Mapping] | None) -> tuple[bytes, Mapping]:
        """Read a slot that is taken, unless it is as it was."""
        at, start = self._at, self._base + slot * self._size
        raw = bytes(self._memory.ram.u8[start : start + self._size])
        if before is not None and before[0] == raw:
            return before
        words = memoryview(raw).cast("Q")
        dev, kind = words[at["dev"] >> 3], words[at["type"] >> 3]
        if dev not in self._names:
            self._names[dev] = self._name(dev)
        frames = at["backtrace"] >> 3
        flags = words[at["flags"] >> 3] if "flags" in at else 0
        return raw, Mapping(
            dev,
            self._names[dev],
            words[at["dma_addr"] >> 3],
            words[at["size"] >> 3],
            words[at["cpu_addr"] >> 3],
            kind & _U32,
            kind >> 32,
            words[at["mapped_at_ns"] >> 3],
            _frames(words[frames : frames + self._frames].tolist()),
            is_pool=bool(flags & self._pool_flag),
            is_bounced=bool(flags & self._bounced_flag),
            skips_sync=bool(flags >> 32 & _ATTR_SKIP_CPU_SYNC),
        )

    def _name(self, dev: int) -> str:
        """Read dev->bus_id."""
        memory = self._memory
        phys = memory.resolve(dev, memory.layout.sizeof("device"))
        name = None if phys is None else memory.ram.u64[(phys + memory.layout.offset("device", "bus_id")) >> 3]
        at = None if name is None else memory.resolve(name, 1, 1)
        return (None if at is None else memory.string(at, _NAME_LIMIT)) or f"{dev:#x}"


def judge(tables: MappingTables, access: DmaAccess) -> Verdict | None:
    """Say what is wrong with a device's access; None where its mappings allow it."""
    start, end = access.dma_addr, access.dma_addr + access.length
    touched = [each for each in tables.live() if each.dma_addr < end and start < each.end]
    mine = [each for each in touched if each.device == access.device]
    usable = [each for each in mine if not each.is_pool]
    if not tables.is_complete and not _covers(usable, start, end):
        return None  # it may be mapped and not be in the table
    if not usable:
        return _uncovered(tables, access, touched, mine)
    if not _covers(usable, start, end):
        nearest = min(usable, key=lambda each: each.dma_addr)
        gone = tables.unmapped(access.device, nearest.end if end > nearest.end else start, 1)
        beyond = f", which is beyond its mapping {nearest.words}"
        if gone is not None and gone.dma_addr == nearest.end:
            return Verdict("dma-after-unmap", f"device {_words(access)}, part of which was unmapped", gone)
        return Verdict("dma-past-mapping", f"device {_words(access)}{beyond}", nearest)
    return _against(tables, access, usable)


def _uncovered(tables: MappingTables, access: DmaAccess, touched: list[Mapping], mine: list[Mapping]) -> Verdict | None:
    """Say why no mapping of the device covers any of an access."""
    gone = tables.unmapped(access.device, access.dma_addr, access.length)
    if mine:
        block = gone if gone is not None and gone.type == _POOL_BLOCK else mine[0]
        return Verdict("dma-pool-block", f"device {_words(access)}, where its pool has no block in use", block)
    meant = _cut_short(tables, access)
    if meant is not None:
        sentence = (
            f"device {_words(access)}: it cannot drive the upper bits of the address of its mapping {meant.words}"
        )
        return Verdict(BEYOND_REACH, sentence, meant)
    if gone is not None:
        return Verdict("dma-after-unmap", f"device {_words(access)} after it was unmapped {gone.words}", gone)
    if touched:
        other = touched[0]
        sentence = f"device {_words(access)}, which is mapped for {other.device} {other.words}"
        return Verdict("dma-other-device", sentence, other)
    return Verdict("dma-unmapped", f"device {_words(access)}, which is not mapped for it")


def _cut_short(tables: MappingTables, access: DmaAccess) -> Mapping | None:
    """Find the mapping whose address is that of an access but for the bits that the part has no register for."""
    for mapping in tables.live():
        start = mapping.dma_addr & access.reach
        if (
            mapping.device == access.device
            and start != mapping.dma_addr
            and 0 <= access.dma_addr - start < mapping.size
        ):
            return mapping
    return None


def _against(tables: MappingTables, access: DmaAccess, usable: list[Mapping]) -> Verdict | None:
    """Say what is wrong with an access that lies within mappings."""
    forbidden = TO_DEVICE if access.is_write else FROM_DEVICE
    start, end = access.dma_addr, access.dma_addr + access.length
    if not _covers([each for each in usable if each.direction != forbidden], start, end):
        mapping = next(each for each in usable if each.direction == forbidden)
        return Verdict("dma-against-direction", f"device {_words(access)} against the mapping {mapping.words}", mapping)
    for mapping in usable if tables.knows_cpu_owned else ():
        for first, last in tables.cpu_owned(mapping):
            if first < end and start < last:
                owned = f"which the CPU has had since dma_sync_*_for_cpu {mapping.words}"
                if mapping.skips_sync:
                    owned = f"which is the CPU's until dma_sync_*_for_device {mapping.words}"
                return Verdict("dma-while-cpu-owns", f"device {_words(access)}, {owned}", mapping)
    return None


def _covers(mappings: list[Mapping], start: int, end: int) -> bool:
    """Say whether mappings together hold all of [start, end)."""
    for mapping in sorted(mappings, key=lambda each: each.dma_addr):
        if mapping.dma_addr <= start < mapping.end:
            start = mapping.end
    return start >= end


def _words(access: DmaAccess) -> str:
    way = "writes to" if access.is_write else "reads from"
    return f"{way} {access.dma_addr:#x} ({access.length} bytes)"


def _frames(words: list[int]) -> tuple[int, ...]:
    return tuple(words[: words.index(0)] if 0 in words else words)
