# SPDX-License-Identifier: GPL-2.0-only
"""The allocators of Linux 2.6.24. They run on a bare RAM, need no CPU, and never meet what checks them."""
