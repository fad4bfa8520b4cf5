# SPDX-License-Identifier: GPL-2.0-only
"""Compile all of the guest in another place, and compare."""

from firmware import build
from tests.test_firmware_build import assert_built_alike, copy_of_sources


def test_a_second_build_of_everything_gives_the_same_bytes(tmp_path):
    build.build()

    assert_built_alike(copy_of_sources(tmp_path / "somewhere" / "else"))
