# SPDX-License-Identifier: GPL-2.0-only
"""How long a boot takes, from the start of the process to its end, and how much memory."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.bench.figure import Figure

_ROUNDS = 12
_BASE = ("-c", "import unicorn, elftools")
_BOOT = ("-m", "dmalab", "boot")
_RUN = ("-m", "dmalab", "run", str(Path(__file__).parents[1] / "drivers" / "edu_mmap.c"))
_GIB = 1 << 30


class Spent(NamedTuple):
    """What one process took."""

    seconds: float
    peak: int  # bytes


# Between the bench and what it measures stands a small process: a new one has its parent's peak for its own.
_MEASURE = """
import os, subprocess, sys, time
start = time.perf_counter()
process = subprocess.Popen([sys.executable, *sys.argv[1:]], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
print(time.perf_counter() - start, os.waitstatus_to_exitcode(status), usage.ru_maxrss)
"""


def spent(*arguments: str) -> Spent:
    """Run Python with `arguments` to its end."""
    done = subprocess.run([sys.executable, "-c", _MEASURE, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    seconds, code, peak = done.stdout.split()
    if code != "0":
        raise RuntimeError(f"python {' '.join(arguments)} ended with {code}")
    return Spent(float(seconds), int(peak) * (1 if sys.platform == "darwin" else 1024))


def measure() -> Iterator[Figure]:
    """Yield the figures."""
    rounds = [(spent(*_BASE), spent(*_BOOT)) for _ in range(_ROUNDS)]
    base_s, boot_s = (min(each.seconds for each in column) for column in zip(*rounds, strict=True))
    yield Figure("python -c 'import unicorn, elftools'", base_s * 1000, "ms")
    yield Figure("dmalab boot", boot_s * 1000, "ms")
    yield Figure("dmalab boot, in imports of unicorn and elftools", boot_s / base_s, "", 5.0)
    spent(*_RUN)  # compiles
    run_s = min(spent(*_RUN).seconds for _ in range(_ROUNDS))
    yield Figure("dmalab run, compiled before, in such imports", run_s / base_s, "", 8.0)
    large = min((spent(*_BOOT, "--ram", "64G") for _ in range(2)), key=lambda each: each.seconds)
    yield Figure("dmalab boot --ram 64G", large.seconds, "s", 10.0)
    yield Figure("dmalab boot --ram 64G, peak memory", large.peak / _GIB, "GiB", 1.3)
