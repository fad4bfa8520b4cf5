# SPDX-License-Identifier: GPL-2.0-only
"""A PC made of parts: RAM, bus, devices, clock and a CPU. It knows no kernel, no symbols and no command line."""
