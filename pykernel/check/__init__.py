# SPDX-License-Identifier: GPL-2.0-only
"""The auditors: they re-read guest RAM with code of their own and never meet the allocators that wrote it."""
