# SPDX-License-Identifier: GPL-2.0-only
"""Recordings of a real kernel's allocations, as operations for the guest."""

import gzip
import re
import struct
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmalab import workload
from emulator.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
HEADER_FILE = (ROOT / "firmware/include/kernel/workload.h").read_text(encoding="utf-8")


class Op(NamedTuple):
    """One struct workload_op."""

    opcode: int
    order: int
    cache: int
    slot: int
    size: int
    gfp_mask: int


class Blob(NamedTuple):
    """A decoded blob."""

    caches: list[tuple[str, int]]
    slots: int
    ops: list[Op]


def decode(blob: bytes) -> Blob:
    """Read a blob as workload.h describes it, with code of its own."""
    magic, version, nr_caches, nr_ops, nr_slots = struct.unpack_from("<5I", blob)
    assert (magic, version) == (0x4C574D44, 1)
    caches, at = [], 32
    for _ in range(nr_caches):
        caches.append((blob[at : at + 24].split(b"\0")[0].decode(), int.from_bytes(blob[at + 24 : at + 28], "little")))
        at += 32
    ops = [Op(*struct.unpack_from("<BBHIII", blob, at + 16 * index)) for index in range(nr_ops)]
    assert len(blob) == at + 16 * nr_ops
    return Blob(caches, nr_slots, ops)


def check_that_a_guest_can_repeat(blob: Blob) -> None:
    """Walk the operations as the guest does: no slot filled twice, freed as it was filled, nothing left."""
    frees = {1: 2, 3: 4, 5: 6}
    slots: dict[int, Op] = {}
    for op in blob.ops:
        assert op.slot < blob.slots
        if op.opcode in frees:
            assert op.slot not in slots
            slots[op.slot] = op
        else:
            filled = slots.pop(op.slot)
            assert (op.opcode, op.order, op.cache) == (frees[filled.opcode], filled.order, filled.cache)
        assert op.cache < len(blob.caches) or op.opcode not in (3, 4)
    assert slots == {}


def row(op: str, name: int, **columns: object) -> str:
    """Write one row of a recording."""
    values: dict[str, object] = {"seq": 0, "t_us": 0, "cpu": 0, "op": op, "id": name, **columns}
    return ",".join(str(values.get(column, "")) for column in workload.HEADER.split(","))


def load(tmp_path: Path, *rows: str) -> Blob:
    """Pass rows through a file and the converter."""
    return decode(load_counts(tmp_path, *rows).encode())


def load_counts(tmp_path: Path, *rows: str) -> workload.Workload:
    """Pass rows through a file and the converter; keep what it counted."""
    path = tmp_path / "recording.csv"
    path.write_text("\n".join([workload.HEADER, *rows]) + "\n")
    return workload.load(path)


def kmalloc(name: int, size: int, gfp: str = "GFP_KERNEL", cache: str = "kmalloc-64") -> str:
    """Write a kmalloc row."""
    return row("kmalloc", name, req=size, gfp=gfp, cache=cache)


def page_alloc(name: int, order: int, gfp: str = "GFP_KERNEL") -> str:
    """Write a page_alloc row."""
    return row("page_alloc", name, order=order, gfp=gfp)


def test_the_shipped_workload_is_repeatable_and_has_every_operation() -> None:
    counts = workload.load(workload.DEFAULT_WORKLOAD)

    blob = decode(counts.encode())
    check_that_a_guest_can_repeat(blob)
    assert {op.opcode for op in blob.ops} == {1, 2, 3, 4, 5, 6}
    assert counts.rows >= 2000
    assert len(blob.caches) >= 10


def test_the_shipped_workload_is_consecutive() -> None:
    with gzip.open(workload.DEFAULT_WORKLOAD, "rt") as file:
        numbers = [int(line.split(",")[0]) for line in file.readlines()[1:]]

    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_numbers_are_those_of_the_guests_header() -> None:
    assert f"WORKLOAD_MAGIC {workload._MAGIC:#x}" in HEADER_FILE
    opcodes = re.findall(r"\bWORKLOAD_([A-Z_]+)(?: = 1)?,\t", HEADER_FILE)
    assert [getattr(workload, name) for name in opcodes] == [1, 2, 3, 4, 5, 6]


def test_sizes_flags_and_caches_reach_the_guest(tmp_path: Path) -> None:
    blob = load(
        tmp_path,
        kmalloc(1, 100, "GFP_KERNEL|GFP_DMA|__GFP_ZERO"),
        row("kmc_alloc", 2, req=192, alloc=192, gfp="GFP_NOFS", cache="dentry"),
        page_alloc(3, 2, "GFP_ATOMIC"),
        row("kfree", 1),
        row("kmc_free", 2, cache="dentry"),
        row("page_free", 3, order=2, off=0),
    )

    assert blob.caches == [("dentry", 192)]
    assert blob.ops == [
        Op(1, 0, 0, 0, 100, 0x80D1),
        Op(3, 0, 0, 1, 0, 0x50),
        Op(5, 2, 0, 2, 0, 0x20),
        Op(2, 0, 0, 0, 0, 0),
        Op(4, 0, 0, 1, 0, 0),
        Op(6, 2, 0, 2, 0, 0),
    ]


def test_a_cache_holds_the_largest_object_that_is_asked_of_it(tmp_path: Path) -> None:
    rows = [row("kmc_alloc", n, req=size, gfp="GFP_KERNEL", cache="?256") for n, size in enumerate((192, 256, 224), 1)]

    assert load(tmp_path, *rows).caches == [("unknown-256", 256)]


def test_pages_that_slabs_and_large_kmallocs_took_are_left_out(tmp_path: Path) -> None:
    counts = load_counts(
        tmp_path,
        page_alloc(1, 1, "GFP_KERNEL|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP"),
        page_alloc(2, 3, "GFP_KERNEL|__GFP_COMP"),
        kmalloc(3, 32768, cache="large"),
        row("page_free", 1, order=1),
        row("page_free", 2, order=3),
        page_alloc(4, 3, "GFP_KERNEL|__GFP_COMP"),
        kmalloc(5, 64),
    )

    blob = decode(counts.encode())
    assert [(op.opcode, op.order) for op in blob.ops] == [(1, 0), (5, 3), (1, 0), (2, 0), (6, 3), (2, 0)]
    assert (counts.inner_pages, counts.unknown_frees, counts.left_alive) == (2, 0, 3)


def test_a_block_freed_in_parts_is_freed_with_the_last_part(tmp_path: Path) -> None:
    blob = load(
        tmp_path,
        page_alloc(1, 1),
        row("page_free", 1, order=0, off=1),
        kmalloc(2, 64),
        row("page_free", 1, order=0, off=0),
        row("kfree", 2),
    )

    assert [op.opcode for op in blob.ops] == [5, 1, 6, 2]


def test_frees_of_what_came_before_the_recording_are_counted_and_skipped(tmp_path: Path) -> None:
    counts = load_counts(
        tmp_path,
        row("kfree", -1),
        row("page_free", -2, order=0),
        row("kfree", 0, flag="null"),
        row("kmalloc", 0, req=64, gfp="GFP_KERNEL", flag="fail"),
        row("zone_alloc", 7, order=0),
    )

    assert (counts.operations, counts.unknown_frees, counts.rows) == ([], 2, 5)


@pytest.mark.parametrize(
    ("rows", "line", "said"),
    [
        (["1,2,3"], 2, "row: found '3 fields', expected 16 fields"),
        ([row("kmalloc", 1, req="many", gfp="none")], 2, "req: found 'many', expected 0 to 4294967295"),
        ([row("kmalloc", 1, req=-1, gfp="none")], 2, "req: found '-1', expected 0 to"),
        ([kmalloc(1, 8, "GFP_WRONG")], 2, "gfp: found 'GFP_WRONG', expected flags as the kernel prints them"),
        ([kmalloc(1, 8), kmalloc(1, 8)], 3, "id: found '1', expected one that is not allocated already"),
        ([page_alloc(1, 11)], 2, "order: found '11', expected 0 to 10"),
        ([row("kmc_alloc", 1, req=0, gfp="none", cache="x")], 2, "cache: found \"'x' of 0 bytes\", expected a name"),
        ([row("mmap", 1)], 2, "op: found 'mmap', expected one of kmalloc, "),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, rows: list[str], line: int, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, *rows)

    assert str(caught.value).startswith(f"{tmp_path}/recording.csv:{line}: {said}")


def test_a_file_that_is_no_recording_is_one_line(tmp_path: Path) -> None:
    good = gzip.compress((workload.HEADER + "\n" + kmalloc(1, 8) + "\n").encode() * 100)
    files = {
        "empty.csv": b"",
        "other.csv": b"a,b,c\n1,2,3\n",
        "binary.csv": b"\xff\xfe\x00",
        "plain.csv.gz": workload.HEADER.encode(),
        "truncated.csv.gz": good[: len(good) // 2],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    for name in (*files, "none.csv"):
        with pytest.raises(ConfigError, match=re.escape(name)) as caught:
            workload.load(tmp_path / name)
        assert "\n" not in str(caught.value)


@given(st.data())
def test_whatever_is_recorded_a_guest_can_repeat_it(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    rows, live = [], {}
    for name in range(1, data.draw(st.integers(1, 60), label="rows")):
        kind = data.draw(st.sampled_from(["kmalloc", "kmc_alloc", "page_alloc", "free", "free"]))
        order = data.draw(st.integers(0, 10))
        flags = data.draw(st.sampled_from(["GFP_KERNEL", "GFP_ATOMIC|__GFP_COMP", "__GFP_NOWARN|__GFP_NORETRY"]))
        cache = data.draw(st.sampled_from(["large", "dentry", "?64"]))
        if kind == "free":
            victim = data.draw(st.sampled_from([*live, -5]))
            rows.append(row(live.pop(victim, "kfree"), victim, order=order))
            continue
        live[name] = {"kmalloc": "kfree", "kmc_alloc": "kmc_free", "page_alloc": "page_free"}[kind]
        rows.append(row(kind, name, req=1 << order, gfp=flags, cache=cache, order=order))

    blob = load(tmp_path_factory.mktemp("recording"), *rows)

    check_that_a_guest_can_repeat(blob)
