# SPDX-License-Identifier: GPL-2.0-only
"""Drivers of a user's, driven from Python as from user space."""

import errno
import struct
from pathlib import Path

import pytest

from dmalab.lab import Lab

DRIVERS = Path(__file__).parent / "drivers"
IDENT, FACTORIAL = 0x8004_4501, 0xC004_4502


@pytest.fixture(scope="module")
def edu():
    """Give edu behind its character device."""
    with Lab(DRIVERS / "edu_char.c") as lab:
        yield lab


def test_a_register_is_read_through_the_drivers_device(edu):
    fd = edu.user.open("/dev/edu0")

    assert edu.user.read(fd, 4) == bytes.fromhex("ed000001")
    edu.user.close(fd)


def test_an_ioctl_copies_its_argument_in_and_out_and_sleeps_for_the_interrupt(edu):
    fd = edu.user.open("/dev/edu0")
    argument = bytearray(struct.pack("<I", 5))

    edu.user.ioctl(fd, FACTORIAL, argument)

    assert struct.unpack("<I", argument) == (120,)
    edu.user.close(fd)


def error_of(function, *arguments) -> int:
    """Give the number of the OSError that a call raises."""
    with pytest.raises(OSError, match=r"\[Errno") as caught:
        function(*arguments)
    assert caught.value.errno
    return caught.value.errno


def test_a_drivers_error_is_an_oserror_with_linuxs_number(edu):
    fd = edu.user.open("/dev/edu0")

    assert error_of(edu.user.ioctl, fd, 0x1234) == errno.ENOTTY
    assert error_of(edu.user.ioctl, fd, IDENT, 0x10) == errno.EFAULT  # an address where the process has nothing
    edu.user.close(fd)


def test_what_is_not_there_cannot_be_opened(edu):
    assert error_of(edu.user.open, "/dev/nothing") == errno.ENOENT


def test_a_right_driver_leaves_nothing_behind():
    with Lab(DRIVERS / "edu_char.c") as lab:
        pass

    assert [str(finding) for finding in lab.findings] == []
    assert lab.result.stop is None
