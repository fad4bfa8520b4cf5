# SPDX-License-Identifier: GPL-2.0-only
"""Make `python -m dmalab` the same as `dmalab`."""

import sys

from dmalab.cli import main

if __name__ == "__main__":
    sys.exit(main())
