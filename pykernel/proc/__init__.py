# SPDX-License-Identifier: GPL-2.0-only
"""The files of /proc, written from guest RAM in 2.6.24's formats. A module here only reads."""
