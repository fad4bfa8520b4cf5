# SPDX-License-Identifier: GPL-2.0-only
"""The devices of the board, one file each."""
