# SPDX-License-Identifier: GPL-2.0-only
"""`python -m dmalab.golden PATH...` is `dmalab golden PATH...`."""

import sys

from dmalab.cli import main

if __name__ == "__main__":
    sys.exit(main(["golden", *sys.argv[1:]]))
