# SPDX-License-Identifier: GPL-2.0-only
"""The memory management of Linux 2.6.24 for x86-64, over guest physical memory."""
