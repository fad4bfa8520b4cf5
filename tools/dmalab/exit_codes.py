# SPDX-License-Identifier: GPL-2.0-only
"""What every command's exit code means."""

OK = 0
FINDINGS = 1  # something is wrong: findings, differences, bugs that were not seen
BAD_INPUT = 2
STOPPED = 3  # the machine could not go on
