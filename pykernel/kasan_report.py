# SPDX-License-Identifier: GPL-2.0-only
"""Findings of accesses that the shadow does not allow, and of objects that must not be freed, in KASAN's words.

The log has the first two lines of each. Source: mm/kasan/report.c
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property

from emulator.clock import Clock
from emulator.finding import Finding, Findings, Json
from emulator.memmap import KERNEL_MAP_BASE, KERNEL_PHYS, KERNEL_PHYS_END, PAGE_OFFSET, PAGE_SHIFT
from pykernel.check.caches import cache_name
from pykernel.check.memory import Memory
from pykernel.check.shadow import Frame, ObjectPlace, ShadowReader, Track
from pykernel.check.users import Users
from pykernel.layout.address import virt_to_phys
from pykernel.trapgate import Call

_DEPTH = 32
_RULE = "=" * 66


class KasanReports:
    """Makes the reports of one kernel. `current` gives the address of the running task's struct task_struct.

    `users` is the guest's table of who has what. `backtrace(depth)` gives the return addresses of the call that is
    answered now, `describe(address)` names code, `variable(address)` a variable, where it is known.
    """

    def __init__(
        self,
        memory: Memory,
        clock: Clock,
        findings: Findings,
        printk: Callable[[str], None],
        users: Users,
        *,
        backtrace: Callable[[int], list[int]],
        describe: Callable[[int], str],
        variable: Callable[[int], str | None],
        current: Callable[[], int],
    ) -> None:
        self._memory, self._clock, self._findings, self._printk = memory, clock, findings, printk
        self._users = users
        self._backtrace, self._describe, self._variable, self._current = backtrace, describe, variable, current
        self._reported: set[tuple[str, tuple[int, ...]]] = set()

    def table(self) -> Mapping[str, Call]:
        """List the calls and how many arguments each takes."""
        return {"kasan_report": (self.kasan_report, 3)}

    @cached_property
    def _shadow(self) -> ShadowReader:
        return ShadowReader(self._memory)

    def kasan_report(self, virt: int, size: int, is_write: int) -> None:
        """Report an access of code that looks at the shadow itself. Source: mm/kasan/report.c: kasan_report"""
        self.access(virt, size, bool(is_write), self._backtrace(_DEPTH))

    def access(self, virt: int, size: int, is_write: bool, frames: Sequence[int]) -> None:
        """Report an access of `size` bytes by the code that `frames` leads to, its own address first."""
        kind = self._shadow.kind(virt, size)
        signed = size - (size >> 63 << 64)
        what = f"{'Write' if is_write else 'Read'} of size {signed} at addr {virt:016x} by task {self._task()}"
        bad = virt if signed < 0 else self._shadow.first_bad(virt, size)
        self._report(kind, what, bad, virt, signed, frames)

    def access_of_cpu(self, phys: int, size: int, is_write: bool, frames: Sequence[int]) -> None:
        """Report an access that the processor was seen to make, by its physical address."""
        is_image = KERNEL_PHYS <= phys < KERNEL_PHYS_END
        self.access(phys + (KERNEL_MAP_BASE if is_image else PAGE_OFFSET), size, is_write, frames)

    def invalid_free(self, kind: str, objp: int, cachep: int) -> None:
        """Report an object that must not be freed, or not as one of the cache `cachep`, if that is not 0.

        Source: mm/kasan/report.c: kasan_report_invalid_free
        """
        what = f"Free of addr {objp:016x} by task {self._task()}"
        cache = self._memory.resolve(cachep) if cachep else None
        if cache is not None:
            what += f", as an object of the cache {cache_name(self._memory, cache)}"
        self._report(kind, what, objp, objp, 0, self._backtrace(_DEPTH))

    def pid(self) -> int:
        """Give the number of the running task."""
        layout, phys = self._memory.layout, self._task_phys()
        return 0 if phys is None else self._memory.ram.i32[(phys + layout.offset("task_struct", "pid")) >> 2]

    def _task_phys(self) -> int | None:
        return self._memory.resolve(self._current(), self._memory.layout.sizeof("task_struct"))

    def _task(self) -> str:
        phys = self._task_phys()
        if phys is None:
            return "?"
        comm = self._memory.string(phys + self._memory.layout.offset("task_struct", "comm"), 16)
        return f"{comm or '?'}/{self.pid()}"

    def _report(self, kind: str, what: str, bad: int, virt: int, size: int, frames: Sequence[int]) -> None:
        """Report once for each way that leads there."""
        key = kind, tuple(frames)
        if key in self._reported:
            return
        self._reported.add(key)
        lines = [self._describe(each) for each in frames]
        sentence = f"BUG: KASAN: {kind.removeprefix('kasan-')} in {lines[0].partition(' (')[0] if lines else '?'}"
        details: dict[str, Json] = {"access": what, "backtrace": lines}
        owner = self._shadow.object_at(bad)
        details |= self._tell_place(bad) if owner is None else self._tell_object(owner, bad)
        details["memory_state"] = self._shadow.rows(bad)
        for line in (_RULE, sentence, what, _RULE):
            self._printk(line)
        phys = virt_to_phys(virt)
        finding = Finding(
            kind,
            sentence,
            self._clock.now_ns,
            phys=phys if self._memory.holds(phys, 1) else None,
            length=size if size > 0 else None,
            details=details,
        )
        self._findings.report(finding)

    def _tell_object(self, owner: ObjectPlace, bad: int) -> dict[str, Json]:
        """Say which object it is. Source: mm/kasan/report.c: print_address_description, describe_object"""
        track = self._shadow.track_of(owner.start)
        told = {} if track is None else self._tell_track(track)
        state = "freed" if self._shadow.is_freed(owner.start) else "allocated"
        region = f"{state} {owner.size}-byte region [{owner.start:016x}, {owner.start + owner.size:016x})"
        cache = f"the cache {owner.cache} of size {owner.cache_size}"
        belongs = f"the object at {owner.start:016x}, which belongs to {cache}"
        place = f"The buggy address is located {_place(bad, owner.start, owner.size)} {region}"
        return {**told, "object": f"The buggy address belongs to {belongs}", "place": place}

    def _tell_track(self, track: Track) -> dict[str, Json]:
        told: dict[str, Json] = {}
        for title, key, pid, frames in (
            ("Allocated", "allocated_at", track.alloc_pid, track.allocated_by),
            ("Freed", "freed_at", track.free_pid, track.freed_by),
        ):
            if frames:
                told[key] = [f"{title} by task {pid}:", *(self._describe(each) for each in frames)]
        return told

    def _tell_place(self, bad: int) -> dict[str, Json]:
        """Say where an address is that is in no object: on a stack, in a variable, in a page."""
        frame = self._shadow.frame_at(bad)
        name = self._variable(bad) if bad >= KERNEL_MAP_BASE else None
        if frame is not None:
            whose = f"The buggy address belongs to the stack of task {self._task()}"
            return {"place": [whose, *self._frame_lines(frame)]}
        if name is not None:
            return {"place": f"The buggy address belongs to the variable {name}"}
        phys = bad - PAGE_OFFSET
        if bad < KERNEL_MAP_BASE and self._memory.holds(phys, 1):
            place = f"The buggy address belongs to the physical page: pfn:{phys >> PAGE_SHIFT:#x}"
            return {**self._page_users(phys), "place": place}
        return {}

    def _page_users(self, phys: int) -> dict[str, Json]:
        """Say who took a block of pages, and who gave it back, of whatever order it was."""
        for shift in range(PAGE_SHIFT, PAGE_SHIFT + self._memory.config.max_order):
            user = self._users.of(phys >> shift << shift)
            if user is not None:
                gone = {"freed_at": [self._describe(user.freed_by)]} if user.freed_by else {}
                return {"allocated_at": [self._describe(user.allocated_by)], **gone}
        return {}

    def _frame_lines(self, frame: Frame) -> list[str]:
        """Describe a frame. Source: mm/kasan/report_generic.c: kasan_print_address_stack_frame"""
        function = self._describe(frame.function + 1).partition("+")[0]
        count = f"{len(frame.variables)} object{'s' * (len(frame.variables) != 1)}"
        shown = [f" [{each.start}, {each.end}) '{each.name}'" for each in frame.variables]
        return [f"and is located at offset {frame.offset} in frame: {function}", f"This frame has {count}:", *shown]


def _place(bad: int, start: int, size: int) -> str:
    """Say where an address is from an object. Source: mm/kasan/report.c: describe_object_addr"""
    if bad < start:
        return f"{start - bad} bytes to the left of"
    if bad >= start + size:
        return f"{bad - start - size} bytes to the right of"
    return f"{bad - start} bytes inside of"
