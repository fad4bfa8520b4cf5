# SPDX-License-Identifier: GPL-2.0-only
"""What the package build compiles: the guest's firmware and the native hooks, into folders that git ignores.

The wheel carries the results for every platform it supports, and so fits all of them.
"""

import importlib.util
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FirmwareBuildHook(BuildHookInterface):  # type: ignore[type-arg, misc, unused-ignore]
    """Compile before a wheel, or an editable install, is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is out of date. pyproject.toml's `artifacts` say what of it the wheel takes."""
        sys.path.insert(0, self.root)
        try:
            from firmware.build import build

            build()
            if importlib.util.find_spec("emulator.native.build") is not None:
                from emulator.native.build import build as build_native

                build_native()
        finally:
            sys.path.remove(self.root)
