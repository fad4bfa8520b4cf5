# SPDX-License-Identifier: GPL-2.0-only
"""Replay recordings of the real Linux 2.6.24 allocators, and say where ours first differs.

    result = replay_file(Path("buddy_trace/b01.jsonl.gz"))

`python -m dmalab.golden PATH...` does so for files and folders. A recording says itself what kind it is.
"""

from dmalab.golden.replay import FileResult, find_recordings, replay_file

__all__ = ["FileResult", "find_recordings", "replay_file"]
