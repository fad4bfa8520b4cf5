# SPDX-License-Identifier: GPL-2.0-only
"""A user's Python file that acts as user space: it has a function `main(user)`."""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from emulator.errors import ConfigError


def load(path: Path) -> Callable[..., object]:
    """Import the script, and give its function.

    Raises: ConfigError where there is no such file, or no such function in it.
    """
    if not path.is_file():
        raise ConfigError(f"--user: found no file {path}, expected a Python script")
    spec = importlib.util.spec_from_file_location("dmalab_user_script", path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"--user: found {path}, expected a Python script, *.py")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise ConfigError(f"{path}:{error.lineno}: found {error.msg}, expected Python") from None
    finally:
        sys.path.pop(0)
    main = getattr(module, "main", None)
    if not callable(main):
        raise ConfigError(f"{path}: found no function main, expected main(user)")
    function: Callable[..., object] = main
    return function
