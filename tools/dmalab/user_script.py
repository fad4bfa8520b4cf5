# SPDX-License-Identifier: GPL-2.0-only
"""A user's Python file that acts as user space: it has a function `main(user)`."""

import importlib.util
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from emulator.errors import ConfigError, EmulatorError


class ScriptFailed(Exception):
    """The user's function has raised something; the message says where and what."""


def load(path: Path) -> Callable[..., None]:
    """Import the script, and give its function, which raises ScriptFailed where something goes wrong in it.

    Raises: ConfigError where there is no such file, or no such function in it, or it cannot be imported.
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
    except Exception as error:  # whatever: it is not our code
        raise ConfigError(f"{_told(path, error)}, expected a script that can be imported") from None
    finally:
        sys.path.pop(0)
    main = getattr(module, "main", None)
    if not callable(main):
        raise ConfigError(f"{path}: found no function main, expected main(user)")

    def run(user: object) -> None:
        try:
            main(user)
        except EmulatorError:
            raise  # the machine could not go on: nothing that the script did wrong
        except Exception as error:
            raise ScriptFailed(_told(path, error)) from error

    return run


def _told(path: Path, error: Exception) -> str:
    """Say in one line which exception it is, and from which line of the script."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    said = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")
    return f"{path}:{lines[-1] if lines else 1}: found {said}"
