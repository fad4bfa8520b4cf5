# SPDX-License-Identifier: GPL-2.0-only
"""What `dmalab run` does with a driver that nobody has written a script for: a smoke test of all that it shows.

Each character device is opened, polled, read, written, read once more and closed; each attribute is read, and written
back where it can be. What refuses that as invalid gets a number. No ioctls: what they mean only the driver knows.
Errors are the driver's right, and no findings.
"""

import errno
import os
import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple, TypeVar

from dmalab.user_space import POLLIN, POLLOUT, User

_T = TypeVar("_T")
_WORD = 4  # bytes of a read or write: what drivers of registers take
_TIMEOUT_MS = 1000  # of virtual time, for a call that waits for something that never comes
_IDLE_NS = 200_000_000
_SHOWN = 60  # characters of what was read
_BINARY = 0x10000  # enum user_mode
_NUMBER = b"1\n"  # for what takes text, and not any
_READABLE, _WRITABLE = 0o444, 0o222
_NOT_OURS = re.compile(r"^/sys/(devices/pci[^/]*/[^/]*/)?(resource|config|rom)\d*$")
_WATCHDOG = re.compile(r"^/dev/watchdog\d*$")
_STOP = b"V"  # a watchdog that is closed without it goes on, and ends the machine


class Step(NamedTuple):
    """One call of the smoke test, and what came of it."""

    call: str
    outcome: str


class Exercise:
    """Run the smoke test by `user`; `steps` is what it did."""

    def __init__(self, user: User) -> None:
        self._user = user
        self.steps: list[Step] = []

    def run(self) -> list[Step]:
        """Use every device and every attribute."""
        self._user.timeout_ms = _TIMEOUT_MS
        try:
            for path in self._user.devices():
                self._use_device(path)
            for path, mode in self._user.sysfs_files():
                self._use_attribute(path, mode)
            self._user.sleep(_IDLE_NS)  # for what the driver does by itself: timers, works, threads
        finally:
            self._user.timeout_ms = 0
        return self.steps

    def _use_device(self, path: str) -> None:
        user, step = self._user, self._step
        fd, flags = None, "O_RDWR"
        for name in ("O_RDWR", "O_RDONLY", "O_WRONLY"):
            flags = name
            fd = step(f"open({path}, {name})", partial(user.open, path, getattr(os, name)))
            if fd is not None:
                break
        if fd is None:
            return
        descriptor: int = fd
        step("poll(POLLIN | POLLOUT)", lambda: user.poll(descriptor, POLLIN | POLLOUT))
        data = step(f"read({_WORD})", lambda: user.read(descriptor, _WORD)) if flags != "O_WRONLY" else None
        if flags != "O_RDONLY":
            step("lseek(0, SEEK_SET)", lambda: user.lseek(descriptor, 0))
            data = data or (_STOP if _WATCHDOG.match(path) else bytes(_WORD))
            written = self._write("write({})", data, lambda what: user.write(descriptor, what))
            if written and flags != "O_WRONLY":
                step("lseek(0, SEEK_SET)", lambda: user.lseek(descriptor, 0))
                step(f"read({_WORD})", lambda: user.read(descriptor, _WORD))
        step("close()", lambda: user.close(descriptor))

    def _use_attribute(self, path: str, mode: int) -> None:
        user = self._user
        if _NOT_OURS.match(path):
            return
        text = None
        if mode & _READABLE:
            text = self._step(f"read {path}", lambda: user.read_file(path))
        if mode & _WRITABLE and not mode & _BINARY:
            self._write(f"write {path}", text or b"0\n", lambda what: user.write_file(path, what))

    def _write(self, call: str, data: bytes, write: Callable[[bytes], int]) -> int | None:
        """Write what was read; where it is no valid value, a number."""
        done = self._step(call.format(len(data)), lambda: write(data))
        if done is None and self.steps[-1].outcome.startswith(f"error {errno.EINVAL}:"):
            done = self._step(call.format(len(_NUMBER)), lambda: write(_NUMBER))
        return done

    def _step(self, call: str, function: Callable[[], _T]) -> _T | None:
        try:
            result = function()
        except OSError as error:
            self.steps.append(Step(call, f"error {error.errno}: {error.strerror}"))
            return None
        self.steps.append(Step(call, _word(result)))
        return result


def _word(result: object) -> str:
    if isinstance(result, bytes):
        text = result.decode("utf-8", "replace")
        if text.strip() and "".join(text.split()).isprintable() and "\ufffd" not in text:
            return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
        return f"{len(result)} bytes{': ' + result[:16].hex(' ') if result else ''}"
    return "ok" if result is None else str(result)
