# SPDX-License-Identifier: GPL-2.0-only
"""The trace: what identifies a run, who hears of events, and what is written to disk."""

import json
import struct
from pathlib import Path

import pytest

from emulator.trace import RING_EVENTS, Access, Dma, Irq, Trace, TraceEvent, Trap


def _events(count: int) -> list[TraceEvent]:
    return [Access(number, "ports", 0x3F8, 1, number & 0xFF, True) for number in range(count)]


def _digest(events: list[TraceEvent]) -> str:
    trace = Trace()
    for event in events:
        trace.emit(event)
    return trace.sha256()


def test_equal_runs_have_equal_digests_and_one_changed_field_changes_it() -> None:
    events = _events(10_000)
    changed = [*events[:-1], Access(9_999, "ports", 0x3F8, 1, 0, False)]

    assert _digest(events) == _digest(_events(10_000))
    assert _digest(events) != _digest(changed)
    assert _digest(events) != _digest(events[:-1])


def test_the_digest_does_not_depend_on_when_it_is_asked_for() -> None:
    trace = Trace()
    for number, event in enumerate(_events(5000)):
        trace.emit(event)
        if number % 777 == 0:
            trace.sha256()

    assert trace.sha256() == _digest(_events(5000))


def test_the_digest_does_not_depend_on_which_objects_hold_the_values() -> None:
    name = "".join(["po", "rts"])  # equal to the literal, yet another object
    shared = (1 << 70, 5)

    literal: list[TraceEvent] = [Access(1, "ports", 2, 1, 3, True), Trap(2, "kmalloc", (1 << 70, 5), 0, 0)]
    rebuilt: list[TraceEvent] = [Access(1, name, 2, 1, 3, True), Trap(2, "kmalloc", shared, 0, 0)]

    assert _digest(literal) == _digest(rebuilt)


def test_the_encoding_stays_what_it_is() -> None:
    events: list[TraceEvent] = [
        Access(523, "memory", 0xE000_0000, 4, 0xFFFF_FFFF_FFFF, False),
        Dma(10, "0000:00:04.0", True, 1 << 40, 5, 100, "ok"),
        Irq(11, 5, True),
        Trap(12, "TRAP_KMALLOC", (64, 0xD0), 0xFFFF_8100_0000_1000, 7),
    ]

    # A digest that changes with the Python that computes it identifies nothing: compare on each supported version.
    assert _digest(events) == "23c98541951bd878f15cad53ebc4d88c2d9046150d0756999feda229e85d47b6"


def test_subscribers_hear_of_their_type_only() -> None:
    trace = Trace()
    heard: list[Irq] = []
    trace.subscribe(heard.append, Irq)

    trace.emit(Access(0, "ports", 1, 1, 1, True))
    trace.emit(Irq(1, 5, True))

    assert heard == [Irq(1, 5, True)]


def test_who_wants_some_calls_hears_of_no_others() -> None:
    trace, heard = Trace(), list[Trap]()
    trace.trap_listeners("kmalloc")

    trace.subscribe_to_traps(heard.append, lambda name: name.startswith("k"))

    assert [len(trace.trap_listeners(name)) for name in ("kmalloc", "kfree", "free_pages")] == [1, 1, 0]


def test_frames_of_calls_are_events_in_their_place() -> None:
    trace = Trace()
    trace.calls[32] = ("kmalloc", 2)
    expected: list[TraceEvent] = []

    for number in range(2000):
        if number % 700 == 0:
            expected.append(Irq(number, 5, True))
            trace.emit(expected[-1])
        expected.append(Trap(number, "kmalloc", (64, number), 1 << 63, 9))
        trace.add_frame(struct.pack("<10Q", 32, 64, number, *[0] * 4, 1 << 63, 9, number))

    assert trace.last(1000) == expected[-1000:]


def test_the_digest_of_frames_does_not_depend_on_when_it_is_asked_for() -> None:
    traces = Trace(), Trace()
    for number in range(2000):
        for trace in traces:
            trace.add_frame(struct.pack("<10Q", *[number] * 10))
        if number % 777 == 0:
            traces[0].sha256()

    assert traces[0].sha256() == traces[1].sha256()
    traces[0].add_frame(bytes(80))
    assert traces[0].sha256() != traces[1].sha256()


@pytest.mark.parametrize("count", [0, 10, RING_EVENTS, 4096, 5000])
def test_the_last_events_are_at_hand_without_recording(count: int) -> None:
    trace = Trace()
    for event in _events(count):
        trace.emit(event)

    assert trace.last() == _events(count)[-RING_EVENTS:]
    assert trace.last(3) == _events(count)[-3:]


def test_a_recorded_trace_is_dumped_as_one_line_an_event(tmp_path: Path) -> None:
    trace = Trace(recording=True)
    for event in _events(9000):
        trace.emit(event)
    trace.emit(Trap(1, "kmalloc", (64,), 2, 3))

    trace.dump(tmp_path / "trace.jsonl")

    lines = (tmp_path / "trace.jsonl").read_text().splitlines()
    assert len(lines) == 9001
    assert json.loads(lines[0]) == {"event": "Access", **_events(1)[0]._asdict()}
    assert json.loads(lines[-1]) == {
        "event": "Trap",
        "now_ns": 1,
        "name": "kmalloc",
        "args": [64],
        "result": 2,
        "caller": 3,
    }
    assert [path.name for path in tmp_path.iterdir()] == ["trace.jsonl"]


def test_what_is_no_plain_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "file")  # as /dev/stdout may be; /dev/null must stay, too

    Trace(recording=True).dump(link)

    assert link.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "link"]


def test_a_trace_that_was_not_recorded_cannot_be_dumped(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not recorded"):
        Trace().dump(tmp_path / "trace.jsonl")
    assert list(tmp_path.iterdir()) == []
