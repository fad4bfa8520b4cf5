# SPDX-License-Identifier: GPL-2.0-only
"""The trace of a run: typed events with virtual time, and the SHA-256 over them that identifies the run.

Owns the event types and their canonical encoding. Knows nothing of what the events mean: whoever wants to react to
them subscribes.
"""

import hashlib
import marshal
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

RING_EVENTS = 256  # what reports can show of the time before a stop
_BATCH_EVENTS = 4096  # events encoded and hashed at once
_LIST_HEAD = 5  # bytes of a marshalled list before its first element


class Access(NamedTuple):
    """The CPU read or wrote a port or a memory-mapped register. `value` is what was read or written."""

    now_ns: int
    space: str  # "memory" or "ports"
    address: int
    width: int  # bytes
    value: int
    is_write: bool


class Dma(NamedTuple):
    """A device moved data. `is_write`: into RAM. `phys` is where it really went, `outcome` "ok" or a finding's kind."""

    now_ns: int
    device: str
    is_write: bool
    dma_addr: int
    phys: int
    length: int  # bytes
    outcome: str


class Irq(NamedTuple):
    """An input of the interrupt controllers changed its level."""

    now_ns: int
    irq: int  # 0-15
    level: bool


class Message(NamedTuple):
    """A device signalled an interrupt by a write."""

    now_ns: int
    device: str
    address: int
    data: int


class Interrupt(NamedTuple):
    """The CPU took an interrupt that the controllers had for it."""

    now_ns: int
    vector: int
    rip: int  # where it was


class ExceptionEvent(NamedTuple):
    """The CPU took an exception."""

    now_ns: int
    vector: int
    error_code: int
    rip: int
    cr2: int


class Trap(NamedTuple):
    """The guest called the kernel floor through the trap gate."""

    now_ns: int
    name: str
    args: tuple[int, ...]
    result: int
    caller: int


TraceEvent = Access | Dma | Irq | Message | Interrupt | ExceptionEvent | Trap
EventT = TypeVar("EventT", Access, Dma, Irq, Interrupt, ExceptionEvent, Trap)


class Trace:
    """All that happened, in order. Fields of events are plain int, bool, str, None and tuples of these.

    With `recording` the events are kept for `dump`; without, only their hash and the last RING_EVENTS are.
    """

    def __init__(self, *, recording: bool = False) -> None:
        self.recording = recording
        self._kept: list[TraceEvent] = []  # what has been hashed: everything when recording, else the last ones
        self._batch: list[TraceEvent] = []
        self._hash = hashlib.sha256()
        self._subscribers: dict[type[Any], list[Callable[[Any], None]]] = {}

    def emit(self, event: TraceEvent) -> None:
        """Add `event`, and tell those who subscribed to its type."""
        self._batch.append(event)
        if len(self._batch) >= _BATCH_EVENTS:
            self._flush()
        for callback in self._subscribers.get(type(event), ()):
            callback(event)

    def subscribe(self, callback: Callable[[EventT], None], event_type: type[EventT]) -> None:
        """Call `callback` with each event of `event_type` from now on."""
        self._subscribers.setdefault(event_type, []).append(callback)

    def last(self, count: int = RING_EVENTS) -> list[TraceEvent]:
        """Give the last `count` events, the oldest first; RING_EVENTS at most unless recording."""
        return (self._kept[-count:] + self._batch)[-count:]

    def sha256(self) -> str:
        """Identify everything emitted so far: equal runs give equal digests."""
        self._flush()
        return self._hash.hexdigest()

    def dump(self, path: "Path") -> None:
        """Write the recorded events as JSON lines; the file appears complete or not at all.

        Raises: ValueError where the trace was not recording: half a trace would pass for a whole one.
        """
        if not self.recording:
            raise ValueError("the trace was not recorded")
        self._flush()
        partial = path.with_name(path.name + ".partial")
        with partial.open("w", encoding="utf-8") as file:
            file.writelines(_json_line(event) for event in self._kept)
        os.replace(partial, path)

    def _flush(self) -> None:
        batch = self._batch
        # Version 0 of marshal has neither references nor interning, so equal values always give equal bytes; behind the
        # list's head its elements stand one after the other, so that it does not matter where batches end.
        self._hash.update(marshal.dumps([(type(event).__name__, *event) for event in batch], 0)[_LIST_HEAD:])
        self._kept = self._kept + batch if self.recording else (self._kept + batch)[-RING_EVENTS:]
        self._batch = []


def _json_line(event: TraceEvent) -> str:
    import json  # a run that is not recorded does without

    return json.dumps({"event": type(event).__name__, **event._asdict()}) + "\n"
