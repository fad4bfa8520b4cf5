# SPDX-License-Identifier: GPL-2.0-only
"""Drivers of our own in the idioms of Linux's, old and new: each compiles without a word, runs, and leaves nothing."""

import errno
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from dmalab.compiler import KERNEL_APIS
from dmalab.driver_build import build
from dmalab.lab import Lab
from dmalab.machine_spec import MachineSpec, RingNicSpec
from dmalab.user_space import POLLIN, POLLOUT, User
from firmware import FIRMWARE_DIR, Configuration, kernel_path

DRIVERS = Path(__file__).parent / "drivers"
INCLUDE = FIRMWARE_DIR / "include"
PARTS = ("asm/segment.h", "linux/kfifo_old.h", "linux/pci_msi.h", "linux/xa_state.h")  # of assembly, of others
PCI = "/sys/bus/pci/devices/0000:00:04.0"


def error_of(function: Callable[..., object], *arguments: object) -> int | None:
    """Give the number of the OSError that a call raises."""
    with pytest.raises(OSError, match=r"\[Errno") as caught:
        function(*arguments)
    return caught.value.errno


def use_edu_char(user: User) -> None:
    fd = user.open("/dev/edu0")
    argument = bytearray(struct.pack("<I", 6))
    user.ioctl(fd, 0xC004_4502, argument)
    assert struct.unpack("<I", argument) == (720,)
    assert user.pread(fd, 4, 0) == bytes.fromhex("ed000001")


def use_edu_devm(user: User) -> None:
    fd = user.open("/dev/edu-fact")
    user.write(fd, b"7\n")
    assert user.read(fd, 16) == b"5040\n"
    assert error_of(user.write, fd, b"seven") == errno.EINVAL


def use_edu_dma(user: User) -> None:
    fd = user.open("/dev/edu_dma")
    data = bytes(range(256)) * 4
    assert user.write(fd, data) == len(data)
    assert user.read(fd, len(data)) == data


def use_edu_mmap(user: User) -> None:
    for name in ("edu_frames", "edu_resource"):
        registers = user.mmap(user.open(f"/dev/{name}"), 0x1000)
        assert registers.read(0) == 0x0100_00ED
        registers.write(4, 0x1234_5678)
        assert registers.read(4) == 0xEDCB_A987
        registers.close()
    assert error_of(user.mmap, user.open("/dev/edu_frames"), 0x20_0000) == errno.EINVAL
    fd = user.open("/dev/edu_memory")
    assert user.write(fd, b"0x1122334455667788\n") == 19
    memory = user.mmap(fd, 0x2000)
    assert (memory.read(0), memory.read(4)) == (0x5566_7788, 0x1122_3344)
    user.write(fd, b'"edu\0')
    assert memory.read(0) == int.from_bytes(b"edu\0", "little")
    assert error_of(user.write, fd, b'"' + 16 * b"x") == errno.EINVAL
    assert error_of(user.write, fd, b"0x1_0\n") == errno.EINVAL
    memory.close()
    assert error_of(user.mmap, fd, 0x3000) == errno.ENXIO


def use_edu_sysfs(user: User) -> None:
    assert user.read_sysfs(f"{PCI}/edu/id") == "0x010000ed\n"
    user.write_sysfs(f"{PCI}/edu/live", "0xff")
    assert user.read_sysfs(f"{PCI}/edu/live") == "0xffffff00\n"
    user.write_sysfs(f"{PCI}/edu/factorial", "5\n")
    assert user.read_sysfs(f"{PCI}/edu/factorial") == "120\n"
    assert error_of(user.write_sysfs, f"{PCI}/edu/factorial", "13") == errno.ERANGE
    assert error_of(user.write_sysfs, f"{PCI}/edu/live", "1x") == errno.EINVAL


def use_kobj_attr(user: User) -> None:
    assert user.read_sysfs("/sys/kernel/kobj_attr/text") == "first lab 3\n"
    user.write_sysfs("/sys/kernel/kobj_attr/text", "second\n")
    user.write_sysfs("/sys/module/kobj_attr/parameters/level", "9")
    user.write_sysfs("/sys/module/kobj_attr/parameters/loud", "Y\n")
    assert user.read_sysfs("/sys/kernel/kobj_attr/below/text") == "second lab 9!\n"
    parameters = "/sys/module/kobj_attr/parameters"
    assert user.read_sysfs(f"{parameters}/ports") == "5,6,7\n"
    user.write_sysfs(f"{parameters}/small", "9")
    assert error_of(user.write_sysfs, f"{parameters}/small", "10") == errno.EINVAL
    user.write_sysfs(f"{parameters}/opposite", "5")
    user.write_sysfs(f"{parameters}/switched", "y")
    assert error_of(user.write_sysfs, f"{parameters}/label", "longer") == errno.ENOSPC
    shown = [user.read_sysfs(f"{parameters}/{name}") for name in ("small", "opposite", "switched", "label")]
    assert shown == ["9\n", "-5\n", "1\n", "old\n"]
    assert error_of(user.write_sysfs, "/sys/module/kobj_attr/parameters/name", "x") == errno.EPERM


def use_edu_2624(user: User) -> None:
    argument = bytearray(struct.pack("<i", 5))
    fd = user.open("/dev/edu0")
    user.ioctl(fd, 0xC004_6500, argument)
    assert struct.unpack("<i", argument) == (120,)
    assert error_of(user.ioctl, fd, 0xC004_6500, 0x10) == errno.EFAULT


def use_edu_612(user: User) -> None:
    fd = user.open("/dev/lab/edu_612")
    assert user.read(fd, 8) == bytes.fromhex("ed000001")
    assert user.mmap(fd, 0x1000).read(0) == 0x0100_00ED


def use_edu_poll(user: User) -> None:
    fd = user.open("/dev/edu_poll", 0o4002)  # O_RDWR | O_NONBLOCK
    assert user.poll(fd, POLLIN | POLLOUT) == POLLOUT
    assert error_of(user.read, fd, 4) == errno.EAGAIN
    user.write(fd, struct.pack("<I", 0x30))
    assert user.poll(fd, POLLIN, 10) == POLLIN
    assert user.read(fd, 4) == struct.pack("<I", 0x30)
    counter = user.eventfd(2, os.O_NONBLOCK)
    assert error_of(user.ioctl, fd, 0, fd) == errno.EINVAL
    for _ in range(2):
        user.ioctl(fd, 0, counter)
    user.write(fd, struct.pack("<I", 1))
    assert user.poll(counter, POLLIN, 10) == POLLIN
    assert user.read(counter, 8) == struct.pack("<Q", 3)
    assert error_of(user.read, counter, 8) == errno.EAGAIN
    user.timeout_ms = 20
    assert user.read(fd, 4) == struct.pack("<I", 1)
    assert error_of(user.read, user.open("/dev/edu_poll"), 4) == errno.EINTR


def use_edu_deferred(user: User) -> None:
    user.write_sysfs(f"{PCI}/raise", "1")
    user.sleep(50_000_000)
    assert user.read_sysfs(f"{PCI}/counts") == "1 1 1 1 1\n"


def use_fifo(user: User) -> None:
    fd = user.open("/dev/char/240:0", 0o4002)
    used = bytearray(4)
    assert user.write(fd, bytes(range(20))) == 16
    user.ioctl(fd, 0x8004_6601, used)
    assert used[0] == 16
    assert user.read(fd, 100) == bytes(range(16))
    assert error_of(user.read, fd, 1) == errno.EAGAIN
    assert error_of(user.open, "/dev/char/240:0") == errno.EBUSY


def use_reports(user: User) -> None:
    assert user.read_file("/proc/reports/sum") == b"sum 60\n"
    assert user.read_file("/proc/reports/entries") == b"10\n20\n30\n"
    assert user.read_file("/sys/kernel/debug/reports/sum") == b"sum 60\n"
    user.write_file("/sys/kernel/debug/reports/knob", b"12\n")
    assert user.read_file("/sys/kernel/debug/reports/knob") == b"12\n"


def use_iter_char(user: User) -> None:
    fd = user.open("/dev/store0")
    assert user.write(fd, b"through iterators") == 17
    assert user.lseek(fd, -9, 2) == 8
    assert user.read(fd, 100) == b"iterators"
    assert error_of(user.lseek, fd, 18) == errno.EINVAL


def use_edu_thread(user: User) -> None:
    user.sleep(20_000_000)
    assert int(user.read_sysfs(f"{PCI}/turns")) >= 3
    assert user.read_sysfs(f"{PCI}/works") == "0x0 0x0 0\n"


def use_edu_pin(user: User) -> None:
    fd = user.open("/dev/pin")
    buffer = user.buffer(4, b"\x05")
    user.ioctl(fd, 1, buffer)
    assert buffer.read() == b"\x06\0\0\0"
    user.ioctl(fd, 2)
    assert error_of(user.ioctl, fd, 1, 0x1000) == errno.EFAULT


def use_platform_pair(user: User) -> None:
    device = "/sys/bus/platform/devices/counter-fast"
    folder = "/sys/kernel/debug/counter-fast"
    assert user.read_sysfs(f"{device}/value") == "110\n"
    user.write_file(f"{folder}/step", b"7")
    assert user.read_sysfs(f"{device}/value") == "117\n"
    assert user.read_file(f"{folder}/state") == b"counter-fast 117\n"
    assert user.read_file(f"{folder}/step") == b"7\n"
    assert error_of(user.write_file, f"{folder}/step", b"0") == errno.EINVAL
    assert (f"{folder}/state", 0o444) in user.sysfs_files()


def use_edu_managed(user: User) -> None:
    fd = user.open("/dev/lab/managed")
    data = bytes(range(200))
    assert user.write(fd, data) == 200
    assert user.read(fd, 300) == data + bytes(56)
    assert user.ioctl(fd, 0) == 2  # interrupts, each of a transfer


def use_edu_uio(user: User) -> None:
    fd = user.open("/dev/uio0", 0o4002)  # O_RDWR | O_NONBLOCK
    assert error_of(user.read, fd, 4) == errno.EAGAIN
    user.write(fd, struct.pack("<I", 5))
    assert user.poll(fd, POLLIN, 10) == POLLIN
    assert user.read(fd, 4) == struct.pack("<I", 1)
    registers = user.mmap(fd, 0x1000)
    assert registers.read(0) == 0x0100_00ED
    registers.close()
    assert user.read_sysfs("/sys/class/uio/uio0/event") == "1\n"


def use_soft_dog(user: User) -> None:
    fd, fed = user.open("/dev/watchdog"), "/sys/devices/platform/soft_dog/fed"
    support, number = bytearray(40), bytearray(struct.pack("<I", 1))
    user.ioctl(fd, 0x8028_5700, support)
    assert support[8:].rstrip(b"\0") == b"Dog of software"
    assert error_of(user.ioctl, fd, 0xC004_5706, struct.pack("<I", 0)) == errno.EINVAL
    user.ioctl(fd, 0xC004_5706, number)
    for _ in range(2):
        user.sleep(900_000_000)
        user.ioctl(fd, 0x8004_5705, number)  # WDIOC_KEEPALIVE
    turns, barked = map(int, user.read_sysfs(fed).split())
    assert turns > 36  # each 50 ms, not by the user alone
    assert barked == 0
    user.sleep(1_200_000_000)
    assert user.read_sysfs(fed).split()[1] == "1"
    user.write(fd, b"V")
    user.close(fd)
    assert user.read_sysfs("/sys/class/watchdog/watchdog0/state") == "inactive\n"
    assert error_of(user.open, "/dev/watchdog1") == errno.ENOENT


def use_nothing(user: User) -> None:
    assert user.devices() == []


class Case:
    """A driver, what it is compiled for, and what is done with it."""

    def __init__(
        self,
        *files: str,
        use: Callable[[User], None] = use_nothing,
        api: str = "6.1",
        parameters: tuple[str, ...] = (),
        log: str = "",
        spec: MachineSpec | None = None,
    ) -> None:
        self.sources = [DRIVERS / f"{name}.c" for name in files]
        self.use, self.api, self.parameters, self.log, self.spec = use, api, parameters, log, spec


CASES = (
    Case("hello", log="hello: gone"),
    Case("old_names", log="old_names: out"),
    Case("edu_char", use=use_edu_char, log="identification 0x010000ed"),
    Case("edu_char", use=use_edu_char, api="5.15"),
    Case("edu_devm", use=use_edu_devm),
    Case("edu_devm", use=use_edu_devm, api="6.6"),
    Case("edu_dma", use=use_edu_dma),
    Case("edu_msi", log="MSI on"),
    Case("edu_mmap", use=use_edu_mmap),
    Case("edu_sysfs", use=use_edu_sysfs),
    Case("kobj_attr", use=use_kobj_attr, parameters=("name=lab", "ports=5,6,7")),
    Case("edu_2624", use=use_edu_2624, api="2.6.24"),
    Case("edu_612", use=use_edu_612, api="6.12"),
    Case("edu_poll", use=use_edu_poll),
    Case("edu_deferred", use=use_edu_deferred),
    Case("fifo", use=use_fifo),
    Case("reports", use=use_reports),
    Case("objects", log="objects: all is right"),
    Case("pci_look", log="edu is 0000:00:04.0, bus 0, slot 4"),
    Case("two_files_main", "two_files_rest", log="two_files: 42"),
    Case("iter_char", use=use_iter_char),
    Case("edu_thread", use=use_edu_thread),
    Case("edu_pin", use=use_edu_pin),
    Case("library", log="library: all is right"),
    Case("edu_managed", use=use_edu_managed),
    Case("edu_uio", use=use_edu_uio),
    Case("spins", log="4 s, 10! = 3628800"),
    Case("nic_vectors", spec=MachineSpec(devices=(RingNicSpec(),)), log="held back: 2 1 1, waits: 0x2"),
    Case("soft_dog", use=use_soft_dog, parameters=("margin=9",), log="soft_dog: barks"),
    Case("platform_pair", use=use_platform_pair, log="counter-fast: removed at 117"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.sources[0].stem}-{case.api}")
def test_a_driver_compiles_without_a_warning_works_and_leaves_nothing_behind(case):
    with Lab(case.sources, kernel_api=case.api, parameters=case.parameters, spec=case.spec) as lab:
        case.use(lab.user)

    assert lab.driver.warnings == ""
    assert [str(finding) for finding in lab.findings] == []
    assert lab.result.stop is None
    assert case.log in "\n".join(lab.log)


@pytest.mark.parametrize("api", KERNEL_APIS)
def test_every_header_can_be_the_first_and_goes_with_all_others(api, tmp_path):
    headers = [
        path.relative_to(INCLUDE)
        for folder in ("linux", "asm", "asm-generic")
        for path in (INCLUDE / folder).rglob("*.h")
    ]
    lines = [f"#include <{header}>" for header in sorted(headers) if header.as_posix() not in PARTS]
    source = tmp_path / "all_headers.c"
    kernel = kernel_path(Configuration())

    for ordered in (lines, lines[::-1]):
        source.write_text(
            "\n".join([*ordered, "static int __init nothing(void) { return 0; }", "module_init(nothing);", ""])
        )
        assert build([source], kernel, api).warnings == ""
