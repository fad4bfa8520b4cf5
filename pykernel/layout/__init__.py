# SPDX-License-Identifier: GPL-2.0-only
"""Shapes in RAM: where the kernel's structures keep what. It knows bytes and offsets, and nothing of what they mean."""
