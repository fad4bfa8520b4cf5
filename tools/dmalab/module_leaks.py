# SPDX-License-Identifier: GPL-2.0-only
"""What a module has taken and not given back, each with the line of the module that took it; and what it freed twice.

Memory is followed by the events of the trace: what the module's own code allocated, and nobody freed. All else
(handlers, regions, classes, devices, mappings) the guest keeps account of, and tells when the module is gone.
"""

from collections.abc import Callable

from dmalab.module_image import ModuleImage
from emulator.clock import Clock
from emulator.finding import Finding, Findings, Json
from emulator.trace import Trap
from pykernel.mm.slab_debug import DOUBLE_FREE_KIND
from pykernel.user_calls import Leftover

_SHOWN = 20
_TAKES = {"kmalloc": "kmalloc", "kmem_cache_alloc": "kmem_cache_alloc", "get_free_pages": "pages"}
_GIVES = {"kfree": 0, "kmem_cache_free": 1, "free_pages": 0}  # name -> which argument is the address
_FOLLOWED = {*_TAKES, *_GIVES, "krealloc", "kmem_cache_create", "kmem_cache_destroy"}
_ZERO_SIZE = 16  # what kmalloc(0) gives: nothing that must be freed


class ModuleLeaks:
    """Listens to the run of one module, and reports at its end what is left.

    With `finds_double_frees` it reports those at once: neither the allocator nor the module looks for them then.
    """

    def __init__(
        self,
        image: ModuleImage,
        clock: Clock,
        findings: Findings,
        describe: Callable[[int], str],
        finds_double_frees: bool,
    ) -> None:
        self._range = range(image.start, image.end)
        self._clock, self._findings, self._describe = clock, findings, describe
        self._taken: dict[int, Trap] = {}
        self._finds_double_frees = finds_double_frees
        self._freed: dict[int, Trap] = {}  # objects that are free, each with who freed it
        self._caches: dict[int, Trap] = {}

    def follows(self, name: str) -> bool:
        """Say whether `on_trap` wants to see calls of `name`."""
        return name in _FOLLOWED

    def on_trap(self, event: Trap) -> None:
        """Follow one call of the allocators."""
        name = event.name
        if name in _TAKES:
            self._freed.pop(event.result, None)
            if event.result > _ZERO_SIZE and event.caller in self._range:
                self._taken[event.result] = event
        elif name in _GIVES:
            self._taken.pop(event.args[_GIVES[name]], None)
            if name != "free_pages" and self._finds_double_frees:
                self._on_free(event, event.args[_GIVES[name]])
        elif name == "krealloc":
            self._on_krealloc(event)
        elif name == "kmem_cache_create" and event.result and event.caller in self._range:
            self._caches[event.result] = event
        elif name == "kmem_cache_destroy":
            self._caches.pop(event.args[0], None)

    def _on_free(self, event: Trap, address: int) -> None:
        first = self._freed.setdefault(address, event)
        if first is event or address <= _ZERO_SIZE:
            return
        if event.caller in self._range or first.caller in self._range:
            details: dict[str, Json] = {
                "backtrace": [self._describe(event.caller)],
                "freed_at": self._describe(first.caller),
            }
            self.report(DOUBLE_FREE_KIND, f"{event.name}: the object at {address:#x} is free already", details)

    def _on_krealloc(self, event: Trap) -> None:
        old = event.args[0]
        self._freed.pop(event.result, None)
        if event.result and old != event.result and self._finds_double_frees:
            self._on_free(event, old)
        if event.result or not event.args[1]:
            self._taken.pop(old, None)
        if event.result > _ZERO_SIZE and event.caller in self._range:
            self._taken[event.result] = event

    def on_leftover(self, leftover: Leftover) -> None:
        """Report something that the guest has found left."""
        name = f" {leftover.name}" if leftover.name else ""
        details = {"taken_at": self._describe(leftover.caller)}
        self.report(
            f"leftover-{leftover.kind.replace(' ', '-').lower()}",
            f"not given back by the module: {leftover.kind}{name}",
            details,
        )

    def busy(self, name: str, pinned_at: int) -> None:
        """Report that the module cannot be unloaded, with the last place that took a reference to it."""
        details: dict[str, Json] = {"taken_at": self._describe(pinned_at)} if pinned_at else {}
        self.report("module-busy", f"{name}: the module is in use and cannot be unloaded", details)

    def finish(self) -> None:
        """Report the memory that nobody has freed, when the module is gone."""
        for address, event in list(self._taken.items())[:_SHOWN]:
            self.report("module-leak", self._sentence(address, event), {"allocated_at": self._describe(event.caller)})
        if len(self._taken) > _SHOWN:
            self.report("module-leak", f"and {len(self._taken) - _SHOWN} more allocations that nobody has freed")
        for address, event in self._caches.items():
            details: dict[str, Json] = {"allocated_at": self._describe(event.caller)}
            self.report("module-leak", f"a kmem_cache at {address:#x} that nobody has destroyed", details)

    def _sentence(self, address: int, event: Trap) -> str:
        if event.name == "get_free_pages":
            return f"memory leak: 2^{event.args[1]} pages at {address:#x} that nobody has freed"
        size = event.args[1] if event.name == "krealloc" else event.args[0]
        what = "an object" if event.name == "kmem_cache_alloc" else f"{size} bytes"
        return f"memory leak: {what} at {address:#x} that nobody has freed"

    def report(self, kind: str, sentence: str, details: dict[str, Json] | None = None) -> None:
        """Report one finding of the module's run."""
        self._findings.report(Finding(kind, sentence, self._clock.now_ns, details=details or {}))
