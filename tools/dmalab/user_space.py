# SPDX-License-Identifier: GPL-2.0-only
"""User space in Python: files of drivers, opened, read, written and mapped by calls that run in the guest.

Errors are OSError with Linux's number. Buffers lie in memory of the guest that is the process's own: a driver that
copies beyond what it was given, or follows the pointer by itself, faults.
"""

import errno
import os
from typing import Protocol

from emulator.machine import Machine

_BASE = 0x5555_0000_00  # firmware/kernel/user_memory.c: USER_BASE
_SIZE = 64 * 4096
_KEPT = _SIZE // 2  # the lower half is for buffers that the user keeps
_ERESTARTSYS = 512
_PROT = {"r": 1, "w": 2, "rw": 3}
POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL = 1, 2, 4, 8, 16, 32

# enum user_call_number
(_EXIT, _OPEN, _CLOSE, _READ, _WRITE, _PREAD, _PWRITE, _LSEEK, _IOCTL, _POLL) = range(10)
(_MMAP, _MUNMAP, _LOAD, _STORE, _FSYNC, _SLEEP, _NAME_DEVICE, _NAME_FILE) = range(10, 18)


class Caller(Protocol):
    """The laboratory, as user space needs it."""

    machine: Machine
    user_memory_phys: int

    def call(self, number: int, *args: int, text: str = "", timeout_ms: int = 0) -> tuple[int, int]:
        """Make one call."""

    def argument(self, index: int) -> int:
        """Read an argument back."""

    def text(self) -> str:
        """Read the text that a call left."""


class Buffer:
    """Memory of the process, at an address that may stand inside the structures that are passed to a driver."""

    def __init__(self, lab: Caller, address: int, size: int) -> None:
        self._lab, self.address, self.size = lab, address, size

    def read(self, size: int | None = None, offset: int = 0) -> bytes:
        """Give what the memory holds."""
        size = self.size - offset if size is None else size
        return bytes(self._lab.machine.ram.read(self._phys(offset, size), size))

    def write(self, data: bytes, offset: int = 0) -> None:
        """Put bytes there."""
        self._lab.machine.ram.write(self._phys(offset, len(data)), data)

    def _phys(self, offset: int, size: int) -> int:
        if offset < 0 or offset + size > self.size:
            raise ValueError(f"bytes {offset}..{offset + size} of a buffer of {self.size}")
        return self._lab.user_memory_phys + self.address - _BASE + offset


class Mapping:
    """Memory or registers that a driver has mapped into the process. Each access is one of the guest's."""

    def __init__(self, user: "User", address: int, length: int) -> None:
        self._user, self.address, self.length = user, address, length

    def read(self, offset: int, width: int = 4) -> int:
        """Load 1, 2, 4 or 8 bytes."""
        return self._user._access(_LOAD, self.address + offset, width, 0)

    def write(self, offset: int, value: int, width: int = 4) -> None:
        """Store 1, 2, 4 or 8 bytes."""
        self._user._access(_STORE, self.address + offset, width, value)

    def read_bytes(self, offset: int, count: int) -> bytes:
        """Load bytes one by one."""
        return bytes(self.read(offset + index, 1) for index in range(count))

    def close(self) -> None:
        """Unmap it."""
        self._user._checked(_MUNMAP, self.address)


class User:
    """The process. `timeout_ms` of virtual time, where it is not 0, is when a call is interrupted as by Ctrl-C."""

    def __init__(self, lab: Caller) -> None:
        self._lab = lab
        self._kept = 0
        self.timeout_ms = 0

    def open(self, path: str, flags: int = os.O_RDWR) -> int:
        """Open a device, or a file under /sys, /proc or /sys/kernel/debug; give its descriptor."""
        return self._checked(_OPEN, flags, text=path)

    def close(self, fd: int) -> None:
        """Close a descriptor."""
        self._checked(_CLOSE, fd)

    def read(self, fd: int, count: int) -> bytes:
        """Read up to `count` bytes."""
        return self._read(_READ, fd, count)

    def pread(self, fd: int, count: int, offset: int) -> bytes:
        """Read up to `count` bytes from `offset`."""
        return self._read(_PREAD, fd, count, offset)

    def write(self, fd: int, data: bytes) -> int:
        """Write bytes; give how many were taken."""
        return self._checked(_WRITE, fd, self._place(data).address, len(data))

    def pwrite(self, fd: int, data: bytes, offset: int) -> int:
        """Write bytes to `offset`; give how many were taken."""
        return self._checked(_PWRITE, fd, self._place(data).address, len(data), offset)

    def lseek(self, fd: int, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move the position; give the new one."""
        return self._checked(_LSEEK, fd, offset, whence)

    def ioctl(self, fd: int, command: int, argument: "int | bytes | bytearray | memoryview | Buffer" = 0) -> int:
        """Make an ioctl, and give its result.

        Bytes are passed by pointer; where they can be written (a bytearray, say), they hold the driver's afterwards.
        """
        if isinstance(argument, int):
            return self._checked(_IOCTL, fd, command, argument)
        if isinstance(argument, Buffer):
            return self._checked(_IOCTL, fd, command, argument.address)
        view = memoryview(argument).cast("B")
        buffer = self._place(bytes(view))
        try:
            return self._checked(_IOCTL, fd, command, buffer.address)
        finally:
            if not view.readonly:
                view[:] = buffer.read(len(view))

    def poll(self, fd: int, events: int = POLLIN, timeout_ms: int = 0) -> int:
        """Wait until one of `events` is there, at most so long (-1: for ever); give those that are."""
        return self._checked(_POLL, fd, events, timeout_ms)

    def mmap(self, fd: int, length: int, offset: int = 0, access: str = "rw") -> Mapping:
        """Map a part of what the descriptor is of."""
        return Mapping(self, self._checked(_MMAP, fd, length, offset, _PROT[access]), length)

    def fsync(self, fd: int) -> None:
        """Have everything written."""
        self._checked(_FSYNC, fd)

    def eventfd(self, count: int = 0, flags: int = 0) -> int:
        """Make a counter for drivers to add to; reading 8 bytes takes what it holds."""
        fd = self.open("anon_inode:/eventfd", os.O_RDWR | flags)
        if count:
            self.write(fd, count.to_bytes(8, "little"))
        return fd

    def sleep(self, ns: int) -> None:
        """Let virtual time pass."""
        self._checked(_SLEEP, ns)

    def buffer(self, size: int, data: bytes = b"") -> Buffer:
        """Take memory that stays, for pointers inside of structures."""
        if self._kept + size > _KEPT:
            raise ValueError(f"buffers of {self._kept + size} bytes together, {_KEPT} at most")
        buffer = Buffer(self._lab, _BASE + self._kept, size)
        self._kept += (size + 15) & ~15
        buffer.write(data.ljust(size, b"\0"))
        return buffer

    def read_file(self, path: str, count: int = 4096) -> bytes:
        """Open, read and close a file."""
        fd = self.open(path, os.O_RDONLY)
        try:
            return self.read(fd, count)
        finally:
            self.close(fd)

    def write_file(self, path: str, data: bytes) -> int:
        """Open, write and close a file."""
        fd = self.open(path, os.O_WRONLY)
        try:
            return self.write(fd, data)
        finally:
            self.close(fd)

    def read_sysfs(self, path: str) -> str:
        """Read an attribute: /sys/class/<class>/<device>/<name>, /sys/bus/pci/devices/0000:00:04.0/<name>, ..."""
        return self.read_file(path).decode("utf-8", "replace")

    def write_sysfs(self, path: str, text: str) -> int:
        """Write an attribute."""
        return self.write_file(path, text.encode())

    def devices(self) -> list[str]:
        """List the character devices that drivers have made."""
        return [name for name, _ in self._names(_NAME_DEVICE)]

    def sysfs_files(self) -> list[tuple[str, int]]:
        """List the attributes that drivers have made, each with its mode."""
        return self._names(_NAME_FILE)

    def _names(self, number: int) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        while (mode := self._lab.call(number, len(found))[0]) >= 0:
            found.append((self._lab.text(), mode))
        return found

    def _read(self, number: int, fd: int, count: int, *offset: int) -> bytes:
        buffer = self._place(bytes(count))
        got = self._checked(number, fd, buffer.address, count, *offset)
        if got > count:
            raise OSError(errno.EIO, f"the driver says that it has read {got} bytes, of {count} that were asked for")
        return buffer.read(got)

    def _access(self, number: int, address: int, width: int, value: int) -> int:
        self._checked(number, address, width, value)
        return self._lab.argument(2) & (1 << 8 * width) - 1

    def _place(self, data: bytes) -> Buffer:
        """Put bytes at the very end of the process's memory: behind them nothing is mapped."""
        if len(data) > _SIZE - _KEPT:
            raise ValueError(f"a buffer of {len(data)} bytes, {_SIZE - _KEPT} at most")
        buffer = Buffer(self._lab, _BASE + _SIZE - (len(data) + 7 & ~7), len(data))
        buffer.write(data)
        return buffer

    def _checked(self, number: int, *args: int, text: str = "") -> int:
        """Make a call and give its result."""
        result, _ = self._lab.call(number, *args, text=text, timeout_ms=self.timeout_ms)
        if -4095 <= result < 0:
            number = errno.EINTR if _ERESTARTSYS <= -result <= _ERESTARTSYS + 4 else -result
            raise OSError(number, os.strerror(number), text or None)
        return result
