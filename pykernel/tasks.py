# SPDX-License-Identifier: GPL-2.0-only
"""The guest's tasks, read from its RAM: who they are, and where each of them sleeps."""

from collections.abc import Iterator
from typing import NamedTuple

from emulator.ram import Ram
from pykernel.backtrace import walk
from pykernel.layout.layout import Layout
from pykernel.layout.strings import read_string
from pykernel.pointers import readable

MAX_TASKS = 4096
_RUNNING, _SLEEPING, _DISK_SLEEP = range(3)
_LETTERS = {_RUNNING: "R", _SLEEPING: "S", _DISK_SLEEP: "D"}
_SAVED_RBP = 40  # bytes above a sleeping task's RSP; firmware/kernel/switch.S


class Task(NamedTuple):
    """One task. `backtrace` is empty for the one that runs."""

    virt: int
    pid: int
    comm: str
    state: str  # as ps has it
    backtrace: list[int]


def read_tasks(ram: Ram, layout: Layout, init_task: int, current: int) -> list[Task]:
    """Read all tasks along the list that starts in `init_task`; what a broken guest wrote over ends it."""
    return [_read_task(ram, layout, virt, current) for virt in _walk(ram, layout, init_task)]


def _walk(ram: Ram, layout: Layout, init_task: int) -> Iterator[int]:
    size, tasks = layout.sizeof("task_struct"), layout.offset("task_struct", "tasks")
    virt = init_task
    for _ in range(MAX_TASKS):
        phys = readable(ram, virt, size)
        if phys is None or phys & 7:
            return
        yield virt
        virt = ram.u64[(phys + tasks) >> 3] - tasks
        if virt == init_task:
            return


def _read_task(ram: Ram, layout: Layout, virt: int, current: int) -> Task:
    phys = readable(ram, virt, layout.sizeof("task_struct"))
    assert phys is not None

    def word(member: str) -> int:
        return ram.u64[(phys + layout.offset("task_struct", member)) >> 3]

    pid = int.from_bytes(ram.read(phys + layout.offset("task_struct", "pid"), 4), "little")
    comm = read_string(ram, virt + layout.offset("task_struct", "comm"))
    backtrace = [] if virt == current else walk(ram, word("rsp") + _SAVED_RBP)
    return Task(virt, pid, comm, _LETTERS.get(word("state") & 3, "?"), backtrace)
