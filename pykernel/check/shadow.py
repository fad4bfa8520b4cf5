# SPDX-License-Identifier: GPL-2.0-only
"""What the shadow says of an access: which byte is forbidden, of what kind that is, and whose memory it is.

Reads the shadow, and the tracks beside it, with code of its own. Source: mm/kasan/report.c, report_generic.c
"""

from collections.abc import Iterator
from typing import NamedTuple

from emulator.memmap import KERNEL_MAP_BASE, PAGE_OFFSET, PAGE_SIZE
from pykernel.check.freed import slab_object
from pykernel.check.memory import Memory
from pykernel.layout.address import virt_to_phys

GRANULE_SIZE = 8
ROW_BYTES = 16  # of shadow, in a row of a report
ROW_SPAN = ROW_BYTES * GRANULE_SIZE
_ROWS_AROUND = 2
_TASK_SIZE = 0x7FFF_FFFF_F000
_STACK_LEFT = 0xF1
_SLAB_FREE, _PAGE_FREE = 0xFB, 0xFF
_CODE_BASE = KERNEL_MAP_BASE & ~0xFFFF_FFFF
_FRAME_MAGIC = 0x41B5_8AB3
_MOST_STACK = 16384  # bytes
_REDZONE = 64  # bytes behind the last variable of a frame, about
_MOST_SIZE = 32 << 20  # of an object
# By the shadow of the first byte that may not be touched.
KINDS = {
    0xCA: "kasan-alloca-out-of-bounds",
    0xCB: "kasan-alloca-out-of-bounds",
    0xF1: "kasan-stack-out-of-bounds",
    0xF2: "kasan-stack-out-of-bounds",
    0xF3: "kasan-stack-out-of-bounds",
    0xF4: "kasan-stack-out-of-bounds",
    0xF8: "kasan-use-after-scope",
    0xF9: "kasan-global-out-of-bounds",
    0xFB: "kasan-slab-use-after-free",
    0xFC: "kasan-slab-out-of-bounds",
    0xFE: "kasan-slab-out-of-bounds",
    0xFF: "kasan-use-after-free",
}


class Track(NamedTuple):
    """Who took an object, and who gave it back; `free_pid` is -1 and `freed_by` empty while nobody has."""

    alloc_pid: int
    free_pid: int
    allocated_by: tuple[int, ...]
    freed_by: tuple[int, ...]


class Variable(NamedTuple):
    """A variable on the stack, as the compiler describes it."""

    start: int  # in its frame
    end: int
    name: str


class Frame(NamedTuple):
    """The stack frame of a function, and where an address is in it."""

    offset: int
    function: int
    variables: tuple[Variable, ...]


class ObjectPlace(NamedTuple):
    """An object: `start` is virtual, `size` is what was asked for, `cache_size` that of all objects."""

    start: int
    size: int
    cache: str
    cache_size: int


class ShadowReader:
    """The shadow of one kernel, which must have one."""

    def __init__(self, memory: Memory) -> None:
        layout, self._memory = memory.layout, memory
        self._base = memory.ram.u64[memory.static("kasan_shadow") >> 3]
        area = memory.ram.u64[memory.static("kasan_area") >> 3]
        self._size = area - self._base
        self._tracks = area + layout.offset("kasan_area", "tracks")
        self._slots, self._depth = layout.number("KASAN_TRACKS"), layout.number("KASAN_STACK_DEPTH")
        self._at = {name: offset for name, (offset, _) in layout.members("kasan_track").items()}
        self._track_size = layout.sizeof("kasan_track")

    def byte(self, virt: int) -> int:
        """Give the shadow of a byte: 0, all may be touched, where there is no RAM behind an address."""
        index = virt_to_phys(virt) >> 3
        return self._memory.ram.u8[self._base + index] if 0 <= index < self._size else 0

    def first_bad(self, virt: int, size: int) -> int:
        """Find the first byte of [virt, virt + size) that may not be touched; `virt` itself if there is none."""
        for at in range(virt, virt + size):
            shadow = self.byte(at)
            if shadow and (shadow >= GRANULE_SIZE or at % GRANULE_SIZE >= shadow):
                return at
        return virt

    def kind(self, virt: int, size: int) -> str:
        """Name the class of what is wrong with an access. Source: mm/kasan/report_generic.c: get_bug_type"""
        kind = "kasan-out-of-bounds"
        if virt + size > 1 << 64:
            return kind  # a size below 0
        if virt >> 47 != (1 << 17) - 1:
            return wild_kind(virt)
        bad = self.first_bad(virt, size)
        shadow = self.byte(bad)
        if 0 < shadow < GRANULE_SIZE:
            shadow = self.byte(bad + GRANULE_SIZE)
        return KINDS.get(shadow, kind)

    def object_at(self, virt: int) -> ObjectPlace | None:
        """Find the object that an address is in, or of those beside it the nearer one.

        Differs: Linux takes the one whose red zone it is, though it is far behind that and right before the next
        """
        memory = self._memory
        found = slab_object(memory, virt_to_phys(virt)) if virt < KERNEL_MAP_BASE else None
        if found is None:
            return None
        cache_size = found.size - found.red_zone
        start = found.start + PAGE_OFFSET
        following = start + found.size
        if following - virt < virt - (start + cache_size) and found.number + 1 < found.capacity:
            start = following
        return ObjectPlace(start, self._size_of(start, cache_size), found.cache_name(memory), cache_size)

    def _size_of(self, start: int, most: int) -> int:
        """Count what of an object may be touched: what was asked for. Source: kasan_get_alloc_size"""
        for at in range(start, start + min(most, _MOST_SIZE), GRANULE_SIZE):
            shadow = self.byte(at)
            if shadow:
                return at - start + shadow if shadow < GRANULE_SIZE else (at - start or most)
        return most

    def is_freed(self, virt: int) -> bool:
        """Say whether an object has been freed."""
        return self.byte(virt) in (_SLAB_FREE, _PAGE_FREE)

    def track_of(self, start: int) -> Track | None:
        """Read who used the object at `start`; None where a later one has its slot."""
        granule = virt_to_phys(start) >> 5
        at, ram = self._tracks + (granule ^ granule >> 9) % self._slots * self._track_size, self._memory.ram
        if ram.u64[at >> 3] != start:
            return None
        pids = [ram.i32[(at + self._at[name]) >> 2] for name in ("alloc_pid", "free_pid")]
        stacks = [self._stack(at + self._at[name]) for name in ("allocated_by", "freed_by")]
        return Track(pids[0], pids[1], stacks[0], stacks[1] if pids[1] >= 0 else ())

    def frame_at(self, virt: int) -> Frame | None:
        """Find the frame of a function that holds a byte of a stack. Source: get_address_stack_frame_info"""
        at = virt & ~(GRANULE_SIZE - 1)
        lowest = at - _MOST_STACK
        while at >= lowest and self.byte(at) != _STACK_LEFT:
            at -= GRANULE_SIZE
        while at >= lowest and self.byte(at - GRANULE_SIZE) == _STACK_LEFT:
            at -= GRANULE_SIZE
        phys = self._memory.resolve(at, 24)
        if at < lowest or phys is None or self._memory.ram.u64[phys >> 3] != _FRAME_MAGIC:
            return None
        described, function = self._memory.ram.u64[(phys >> 3) + 1 : (phys >> 3) + 3]
        where = self._memory.resolve(described, 1, 1)
        text = None if where is None else self._memory.string(where, 1024)
        variables = tuple(_variables(text or ""))
        return Frame(virt - at, function, variables) if variables and virt - at < variables[-1].end + _REDZONE else None

    def rows(self, virt: int) -> list[str]:
        """Show the shadow around an address. Source: mm/kasan/report.c: print_memory_metadata"""
        middle = virt - virt % ROW_SPAN
        lines = []
        for number in range(-_ROWS_AROUND, _ROWS_AROUND + 1):
            start = middle + number * ROW_SPAN
            shown = " ".join(f"{self.byte(start + each * GRANULE_SIZE):02x}" for each in range(ROW_BYTES))
            lines.append(f"{' ' if number else '>'}{start & (1 << 64) - 1:016x}: {shown}")
            if not number:
                lines.append(" " * (19 + (virt - start) // GRANULE_SIZE * 3) + "^")
        return lines

    def _stack(self, phys: int) -> tuple[int, ...]:
        words = self._memory.ram.u32[phys >> 2 : (phys >> 2) + self._depth].tolist()
        return tuple(_CODE_BASE | word for word in words if word)


def wild_kind(virt: int) -> str:
    """Name the class of an access to where no kernel memory is. Source: report_generic.c: get_wild_bug_type"""
    if virt < PAGE_SIZE:
        kind = "kasan-null-ptr-deref"
    else:
        kind = "kasan-user-memory-access" if virt < _TASK_SIZE else "kasan-wild-memory-access"
    return kind


def _variables(text: str) -> Iterator[Variable]:
    """Read `N START SIZE LENGTH NAME[:LINE] ...`, which compilers write down for each frame."""
    words = text.split(" ")
    for at in range(1, len(words) - 3, 4):
        try:
            start, size = int(words[at]), int(words[at + 1])
        except ValueError:
            return
        yield Variable(start, start + size, words[at + 3].partition(":")[0])
