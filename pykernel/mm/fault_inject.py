# SPDX-License-Identifier: GPL-2.0-only
"""Failures of allocations and mappings on purpose. All state is in guest RAM: struct fault_attr, and the generator's.

Source: lib/fault-inject.c
"""

from collections.abc import Callable, Iterator

from emulator.chance import step
from emulator.errors import ConfigError
from pykernel.mm.context import Mm

FAILSLAB, FAIL_PAGE_ALLOC, FAIL_DMA_MAP = "failslab", "fail_page_alloc", "fail_dma_map"
NAMES = (FAILSLAB, FAIL_PAGE_ALLOC, FAIL_DMA_MAP)
_GFP_WAIT, _GFP_HIGHMEM, _GFP_NOFAIL = 0x10, 0x02, 0x800
_OPTIONS = ("nth", "ignore_gfp_wait", "ignore_gfp_highmem", "min_order", "verbose")
_LINUX_FORM = ("interval", "probability", "space", "times")  # in the order of the boot option
_SEED = "fault_seed"
_LEAST, _MOST = -1, (1 << 31) - 1  # times=-1: always


class FaultInjection:
    """The attributes of one kernel. `dump_stack` writes the current call's backtrace to the log."""

    def __init__(self, mm: Mm, dump_stack: Callable[[], None]) -> None:
        self._mm, self._dump_stack = mm, dump_stack
        self._at = {
            name: (offset, word)
            for name, (offset, word) in mm.layout.members("fault_attr").items()
            if name != "reserved"
        }

    def setup(self, command_line: str) -> frozenset[str]:
        """Take `failslab=...` and the others off the kernel's command line; give those that can ever fail.

        Source: lib/fault-inject.c: setup_fault_attr
        Differs: behind Linux's <interval>,<probability>,<space>,<times> may stand NAME=NUMBER for what only debugfs can
            set there, and `nth`, which is of later kernels; `fault_seed=` sets the generator
        """
        active = set()
        for name, member, value in parse(command_line):
            if name == _SEED:
                self._mm.set("fault_random", value * 2 + 1 & (1 << 64) - 1)
            else:
                self._write(name, member, value)
                active.add(name)
        return frozenset(active)

    def should_failslab(self, size: int, gfp_mask: int) -> bool:
        """Say whether an object is to be refused.

        Source: mm/slab.c: should_failslab
        Differs: asked only for objects that the guest asks for, so that the kernel's own structures are spared
        """
        if gfp_mask & _GFP_NOFAIL or (self._read(FAILSLAB, "ignore_gfp_wait") and gfp_mask & _GFP_WAIT):
            return False
        return self.should_fail(FAILSLAB, size)

    def should_fail_alloc_page(self, gfp_mask: int, order: int) -> bool:
        """Say whether pages are to be refused. Source: mm/page_alloc.c: should_fail_alloc_page"""
        read = self._read
        if order < read(FAIL_PAGE_ALLOC, "min_order") or gfp_mask & _GFP_NOFAIL:
            return False
        if read(FAIL_PAGE_ALLOC, "ignore_gfp_highmem") and gfp_mask & _GFP_HIGHMEM:
            return False
        if read(FAIL_PAGE_ALLOC, "ignore_gfp_wait") and gfp_mask & _GFP_WAIT:
            return False
        return self.should_fail(FAIL_PAGE_ALLOC, 1 << order)

    def should_fail(self, name: str, size: int) -> bool:
        """Decide about the next call.

        Source: lib/fault-inject.c: should_fail
        Differs: no filters by task and backtrace
        """
        calls = self._read(name, "calls") + 1
        self._write(name, "calls", calls)
        nth = self._read(name, "nth")
        if nth:
            return calls == nth and self._fail(name)
        times, space = self._read(name, "times"), self._read(name, "space")
        if not times:
            return False
        if space > size:
            self._write(name, "space", space - size)
            return False
        interval = self._read(name, "interval")
        if interval > 1:
            count = self._read(name, "count") + 1
            self._write(name, "count", count)
            if count % interval:
                return False
        if self._read(name, "probability") <= self._random() * 100 >> 64:
            return False
        if times != -1:
            self._write(name, "times", times - 1)
        return self._fail(name)

    def failed(self) -> dict[str, int]:
        """Count what has failed, by name."""
        return {name: self._read(name, "failed") for name in NAMES if self._read(name, "failed")}

    def _fail(self, name: str) -> bool:
        """Say so, as verbosely as is wanted. Source: lib/fault-inject.c: fail_dump"""
        self._write(name, "failed", self._read(name, "failed") + 1)
        verbose = self._read(name, "verbose")
        if verbose:
            self._mm.printk("FAULT_INJECTION: forcing a failure")
        if verbose > 1:
            self._dump_stack()
        return True

    def _random(self) -> int:
        state, value = step(self._mm.get("fault_random"))
        self._mm.set("fault_random", state)
        return value

    def _read(self, name: str, member: str) -> int:
        offset, word = self._at[member]
        at, ram = self._mm.statics[name] + offset, self._mm.ram
        if word == "u64":
            return ram.u64[at >> 3]
        return ram.i32[at >> 2] if word == "i32" else ram.u32[at >> 2]

    def _write(self, name: str, member: str, value: int) -> None:
        offset, word = self._at[member]
        at, ram = self._mm.statics[name] + offset, self._mm.ram
        if word == "u64":
            ram.u64[at >> 3] = value
        elif word == "i32":
            ram.i32[at >> 2] = value
        else:
            ram.u32[at >> 2] = value


def parse(command_line: str) -> Iterator[tuple[str, str, int]]:
    """Yield (name, member, number) of all that a command line says of faults; the seed is a member of its own.

    Raises: ConfigError where something of it cannot be read.
    """
    for word in command_line.split():
        name, _, value = word.partition("=")
        if name == _SEED:
            yield name, "", _number(name, value, value, 0, (1 << 64) - 1)
        elif name in NAMES and value:
            parts = value.split(",")
            yield from _linux_form(name, value, [part for part in parts if ":" not in part])
            for option, separator, number in (part.partition(":") for part in parts):
                if separator and option not in _OPTIONS:
                    raise ConfigError(f"{name}: found option {option!r}, expected one of {', '.join(_OPTIONS)}")
                if separator:
                    yield name, option, _number(name, value, number, 0, _MOST)


def _linux_form(name: str, value: str, numbers: list[str]) -> Iterator[tuple[str, str, int]]:
    if numbers and len(numbers) != len(_LINUX_FORM):
        expected = ",".join(f"<{member}>" for member in _LINUX_FORM)
        raise ConfigError(f"{name}: found {value!r}, expected {expected}")
    for member, number in zip(_LINUX_FORM, numbers, strict=False):
        yield name, member, _number(name, value, number, _LEAST if member == "times" else 0, _MOST)


def _number(name: str, value: str, text: str, least: int, most: int) -> int:
    try:
        number = int(text, 0)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise ConfigError(f"{name}: found {text!r} in {value!r}, expected a number from {least} to {most}")
    return number
