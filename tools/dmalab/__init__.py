# SPDX-License-Identifier: GPL-2.0-only
"""The laboratory's command line: wires machine and kernel together, runs scenarios on them and reports."""

__version__ = "0.1.0"  # as in pyproject.toml
