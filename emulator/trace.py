# SPDX-License-Identifier: GPL-2.0-only
"""The trace of a run: typed events with virtual time, and the SHA-256 over them that identifies the run.

Owns the event types and their canonical encoding. Knows nothing of what the events mean: whoever wants to react to
them subscribes.
"""

import hashlib
import marshal
import os
import stat
from collections.abc import Callable, Iterable
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

RING_EVENTS = 256  # what reports can show of the time before a stop
_BATCH_EVENTS = 4096  # events encoded and hashed at once
_FRAMES_BYTES = 1 << 15  # frames hashed at once: as many as the processor's first cache holds
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
EventT = TypeVar("EventT", Access, Dma, Irq, Interrupt, ExceptionEvent)
_TYPES: dict[str, Any] = {kind.__name__: kind for kind in (Access, Dma, Irq, Message, Interrupt, ExceptionEvent, Trap)}
_FRAME = Struct("<Q6QQQQ")  # number, arguments, result, caller, time
FRAME_WORDS = 10
_Kept = tuple[Any, ...] | bytes  # (name of an event's type, *fields), or frames one after the other


class Trace:
    """All that happened, in order. Fields of events are plain int, bool, str, None and tuples of these.

    With `recording` the events are kept for `dump`; without, only their hash and the last ones are.

    Traps are so many that they come as they are: whoever answers one has its frame added to `frames`, whose first word
    says how many others are used, calls `flush` when it is full, and tells the `trap_listeners`. `calls` gives name and
    number of arguments of each number.
    """

    def __init__(self, *, recording: bool = False) -> None:
        self.recording = recording
        self.frames = memoryview(bytearray(8 + _FRAMES_BYTES)).cast("Q")
        self.calls: dict[int, tuple[str, int]] = {}
        self._batch: list[tuple[Any, ...]] = []  # not yet hashed, as `_Kept`; all before what is in `frames`
        self._kept: list[_Kept] = []  # what has been hashed: everything when recording, else the last ones
        self._hash = hashlib.sha256()
        self._subscribers: dict[type[Any], list[Callable[[Any], None]]] = {}
        self._trap_subscribers: list[tuple[Callable[[Trap], None], Callable[[str], bool] | None]] = []
        self._trap_listeners: dict[str, list[Callable[[Trap], None]]] = {}

    def emit(self, event: TraceEvent) -> None:
        """Add `event`, and tell those who subscribed to its type."""
        if self.frames[0] or len(self._batch) >= _BATCH_EVENTS:
            self.flush()
        self._batch.append((type(event).__name__, *event))
        for callback in self._subscribers.get(type(event), ()):
            callback(event)

    def subscribe(self, callback: Callable[[EventT], None], event_type: type[EventT]) -> None:
        """Call `callback` with each event of `event_type` from now on."""
        self._subscribers.setdefault(event_type, []).append(callback)

    def subscribe_to_traps(self, callback: Callable[[Trap], None], wants: Callable[[str], bool] | None = None) -> None:
        """Call `callback` with each Trap from now on whose name it `wants`, which is asked once for each name.

        Calls that nobody wants to hear of are not made events. Who wants others now says so by `ask_again`.
        """
        self._trap_subscribers.append((callback, wants))
        for name, listeners in self._trap_listeners.items():
            if wants is None or wants(name):
                listeners.append(callback)

    def ask_again(self, names: Iterable[str]) -> None:
        """Ask all who subscribed to traps anew whether they want calls of `names`."""
        for name in names:
            listeners = self._trap_listeners.pop(name, None)
            if listeners is not None:
                listeners[:] = self.trap_listeners(name)
                self._trap_listeners[name] = listeners

    def trap_listeners(self, name: str) -> list[Callable[[Trap], None]]:
        """Give those who want to hear of calls of `name`: a list that those who subscribe later join."""
        if name not in self._trap_listeners:
            self._trap_listeners[name] = [
                callback for callback, wants in self._trap_subscribers if wants is None or wants(name)
            ]
        return self._trap_listeners[name]

    def last(self, count: int = RING_EVENTS) -> list[TraceEvent]:
        """Give the last `count` events, the oldest first; RING_EVENTS at most unless recording."""
        events: list[TraceEvent] = []
        for kept in reversed([*self._kept, *self._batch, self._new_frames()]):
            if len(events) >= count:
                break
            events += reversed(self._events(kept))
        return events[count - 1 :: -1] if len(events) >= count else events[::-1]

    def sha256(self) -> str:
        """Identify everything emitted so far: equal runs give equal digests."""
        self.flush()
        return self._hash.hexdigest()

    def dump(self, path: "Path") -> None:
        """Write the recorded events as JSON lines; a file appears complete or not at all, a device or pipe stays one.

        Raises: ValueError where the trace was not recording: half a trace would pass for a whole one; OSError.
        """
        if not self.recording:
            raise ValueError("the trace was not recorded")
        self.flush()
        is_file = not os.path.lexists(path) or stat.S_ISREG(path.lstat().st_mode)
        written = path.with_name(path.name + ".partial") if is_file else path
        with written.open("w", encoding="utf-8") as file:
            for kept in self._kept:
                file.writelines(_json_line(event) for event in self._events(kept))
        if is_file:
            os.replace(written, path)

    def flush(self) -> None:
        """Hash what has been added since the last time."""
        if self._batch:
            # Version 0 of marshal has neither references nor interning, so equal values always give equal bytes; behind
            # the list's head its elements stand one after the other, so that it does not matter where batches end.
            self._hash.update(marshal.dumps(self._batch, 0)[_LIST_HEAD:])
            self._kept += self._batch
            self._batch = []
        if self.frames[0]:
            frames = self._new_frames()
            self._hash.update(frames)
            self._kept.append(frames)
            self.frames[0] = 0
        if not self.recording:
            del self._kept[:-RING_EVENTS]

    def add_frame(self, frame: bytes) -> None:
        """Add an answered trap whose frame is not in RAM that a processor sees."""
        if self.frames[0] + FRAME_WORDS >= len(self.frames):
            self.flush()
        first = self.frames[0] + 1
        self.frames[first : first + FRAME_WORDS] = memoryview(frame).cast("Q")
        self.frames[0] += FRAME_WORDS

    def _new_frames(self) -> bytes:
        return bytes(self.frames[1 : 1 + self.frames[0]])

    def _events(self, kept: _Kept) -> list[TraceEvent]:
        if isinstance(kept, tuple):
            return [_TYPES[kept[0]]._make(kept[1:])]
        return [self.trap(kept[start : start + _FRAME.size]) for start in range(0, len(kept), _FRAME.size)]

    def trap(self, frame: bytes) -> Trap:
        """Make an event of a frame."""
        number, *args, result, caller, now_ns = _FRAME.unpack(frame)
        name, count = self.calls[number]
        return Trap(now_ns, name, tuple(args[:count]), result, caller)


def _json_line(event: TraceEvent) -> str:
    import json  # a run that is not recorded does without

    return json.dumps({"event": type(event).__name__, **event._asdict()}) + "\n"
