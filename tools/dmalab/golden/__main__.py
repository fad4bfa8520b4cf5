# SPDX-License-Identifier: GPL-2.0-only
"""`python -m dmalab.golden PATH...`: replay recordings one after another, on one core, and print what differs."""

import sys
from pathlib import Path

from dmalab.golden.replay import describe, find_recordings, replay_file, summary
from emulator.errors import ConfigError


def main(arguments: list[str]) -> int:
    """Replay what the arguments name; 0: all exact, 1: something differs, 2: a file is no recording."""
    results = []
    try:
        for path in find_recordings(map(Path, arguments)):
            results.append(replay_file(path))
            print("\n".join(describe(results[-1])), flush=True)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 2
    print(summary(results))
    return 0 if all(result.ok for result in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
