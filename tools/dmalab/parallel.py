# SPDX-License-Identifier: GPL-2.0-only
"""Do the same with many things on all cores; results come in the order of the things, whoever is done first."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from emulator.errors import EmulatorError

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def default_jobs() -> int:
    """Give the number of processors that we may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def map_in_order(
    function: Callable[[_Item], _Result],
    items: Sequence[_Item],
    jobs: int,
    weight: Callable[[_Item], int] = lambda item: 0,
) -> Iterator[_Result]:
    """Call `function` for each item, `jobs` at a time, the heaviest first; give the results in order.

    Raises: what `function` raises; EmulatorError where a process was killed.
    """
    if min(jobs, len(items)) <= 1:
        yield from map(function, items)
        return
    # Who begins the longest one last would keep all others waiting.
    heaviest_first = sorted(range(len(items)), key=lambda index: -weight(items[index]))
    context = multiprocessing.get_context("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    with ProcessPoolExecutor(min(jobs, len(items)), context, _leave_ctrl_c_to_parent) as pool:
        futures = {index: pool.submit(function, items[index]) for index in heaviest_first}
        try:
            for index in range(len(items)):
                yield futures[index].result()
        except BrokenProcessPool:
            raise EmulatorError("a process that did part of the work was killed: is there enough memory?") from None
        except BaseException:
            pool.shutdown(cancel_futures=True)  # and wait: whoever ends at once would leave its processes behind
            raise


def _leave_ctrl_c_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
