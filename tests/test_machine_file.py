# SPDX-License-Identifier: GPL-2.0-only
"""Machine files: what they can say, and the one line that is said of a wrong one."""

from pathlib import Path

import pytest

from dmalab import machine_file, machine_spec
from dmalab.cli import main
from dmalab.machine_command import DEFAULT_MACHINE_FILE
from dmalab.machine_spec import EduSpec, IsaPatternSpec, MachineSpec
from emulator.errors import ConfigError
from pykernel.layout.config import KernelConfig


def _load(tmp_path: Path, text: str) -> MachineSpec:
    path = tmp_path / "machine.toml"
    path.write_text(text, encoding="utf-8")
    return machine_file.load(path)


def test_the_shipped_machine_file_says_what_holds_without_one() -> None:
    spec = machine_file.load(DEFAULT_MACHINE_FILE)

    assert spec == MachineSpec()


def test_an_empty_machine_file_is_the_default_machine(tmp_path: Path) -> None:
    assert _load(tmp_path, "") == MachineSpec()


def test_every_key_of_a_machine_file_reaches_the_spec(tmp_path: Path) -> None:
    spec = _load(
        tmp_path,
        """
        ram = 1073741824
        policy = "strict"
        command_line = "swiotlb=force iommu=soft"
        device = [{type = "edu", slot = 7, reach = 0xffff_ffff, beyond = "abort"}, {type = "isa_pattern", irq = 7}]
        [kernel]
        debug_slab = true
        zone_dma = false
        hugetlb = false
        [limits]
        max_blocks = 5
        wall_seconds = 6
        """,
    )

    assert spec == MachineSpec(
        ram=1 << 30,
        policy="strict",
        command_line="swiotlb=force iommu=soft",
        kernel=KernelConfig(debug_slab=True, zone_dma=False, hugetlb=False),
        limits=machine_spec.LimitsSpec(max_blocks=5, wall_seconds=6),
        devices=(EduSpec(slot=7, reach=0xFFFF_FFFF, beyond="abort"), IsaPatternSpec(irq=7)),
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('ram = "0"', 1, 'ram: found "0", expected 16M to 64G in whole pages'),
        ("ram = 0", 1, "ram: found 0, expected 16M to 64G in whole pages"),
        ('ram = "1T"', 1, 'ram: found "1T", expected 16M to 64G in whole pages'),
        ('ram = "lots"', 1, 'ram: found "lots", expected 16M to 64G in whole pages'),
        ("ram = true", 1, "ram: found true, expected 16M to 64G in whole pages"),
        ("ram = 134217729", 1, "ram: found 134217729, expected 16M to 64G in whole pages"),
        ("\nrum = 1", 2, "rum: found an unknown key, expected one of ram, policy, command_line, kernel, limits"),
        ('policy = "lenient"', 1, 'policy: found "lenient", expected "report" or "strict"'),
        ('command_line = "a\\n"', 1, 'command_line: found "a\\n", expected up to 1000 printable ASCII'),
        ("kernel = 3", 1, "kernel: found 3, expected a table [kernel]"),
        ("[kernel]\nzone_dma = 1", 2, "kernel.zone_dma: found 1, expected true or false"),
        ("[kernel]\n\nsmp = true", 3, "kernel.smp: found an unknown key, expected one of debug_slab, zone_dma,"),
        ("[limits]\nmax_blocks = 0", 2, "limits.max_blocks: found 0, expected 1 or more"),
        ("device = 1", 1, "device: found 1, expected tables [[device]]"),
        ("[[device]]\nslot = 3", 1, 'device.type: found none, expected "edu", "isa_pattern"'),
        ('[[device]]\ntype = "vga"', 2, 'device.type: found "vga", expected "edu", "isa_pattern"'),
        ('[[device]]\ntype = "edu"\nreach = 0', 3, "device.reach: found 0, expected 2^n - 1, from 0xfff to 2^64 - 1"),
        ('[[device]]\ntype = "edu"\nreach = 0x1000', 3, "device.reach: found 4096, expected 2^n - 1"),
        ('[[device]]\ntype = "edu"\nbeyond = "?"', 3, 'device.beyond: found "?", expected "wrap", "abort" or "drop"'),
        ('[[device]]\ntype = "edu"\nport = 1', 3, "device.port: found an unknown key, expected one of type, slot,"),
        ("ram = 1\n[x]\ny = 1", 1, "ram: found 1"),
        ('ram = "16M"\n[x]\ny = 1', 2, "x: found an unknown key, expected one of ram,"),
        (
            "[fault.failslab]\nnth = 1\n[fault.irq_late]\nnth = 1\nverbose = 1",
            5,
            "fault.irq_late.verbose: found an unknown",
        ),
        (
            "[fault]\nirq_late.verbose = 1",
            2,
            "fault.irq_late.verbose: found an unknown key, expected one of probability, ",
        ),
        (
            "[fault.failslab]\ntimes = 2147483648",
            2,
            "fault.failslab.times: found 2147483648, expected -1 (always) to 21",
        ),
        ("[fault]\n'seed' = -1", 2, "fault.seed: found -1, expected 0 to 18446744073709551615"),
        (
            '[findings]\ndma-unmaped = "stop"',
            2,
            "findings.dma-unmaped: found no such class of findings, expected a class",
        ),
        ('[[suppress]]\nfile = "a.c"\n[[suppress]]\nkind = "x"', 4, 'suppress.kind: found "x", expected a class that'),
        ('[[suppress]]\nfile = "a.c"\n\n[[suppress]]', 4, "suppress: found an empty table, expected one with kind,"),
        ("[kernel]\n[kernel]", 2, "found '[kernel]', expected TOML (Cannot declare"),
        ("ram = ", 1, "found 'ram =', expected TOML (Invalid value)"),
        ('policy = "report', 1, "found 'policy = \"report', expected TOML ("),
    ],
)
def test_what_is_wrong_is_one_line_with_place_found_and_expected(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        _load(tmp_path, text)

    assert str(caught.value).startswith(f"{tmp_path}/machine.toml:{line}: {said}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ('[[device]]\ntype = "edu"\n[[device]]\ntype = "edu"', 3, "found 4, expected one that device 1 does not have"),
        ('[[device]]\ntype = "isa_pattern"\nport = 0x3f8', 3, "does not overlap 0x3f8-0x3ff of the UART"),
        ('[[device]]\ntype = "isa_pattern"\nport = 0xc100', 3, "does not overlap 0xc000-0xffff of the PCI I/O window"),
        ('[[device]]\ntype = "isa_pattern"\nirq = 4', 3, "found 4, expected one that the UART does not have"),
    ],
)
def test_parts_that_claim_the_same_thing_are_refused(tmp_path: Path, text: str, line: int, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        _load(tmp_path, text)

    assert f"machine.toml:{line}:" in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")

    for name, reason in (("none.toml", "No such file"), ("binary.toml", "not UTF-8")):
        with pytest.raises(ConfigError, match=reason):
            machine_file.load(tmp_path / name)


def test_print_gives_the_default_machine_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["machine", "--print"]) == 0

    assert capsys.readouterr().out == DEFAULT_MACHINE_FILE.read_text(encoding="utf-8")


def test_check_ends_with_2_and_one_line_on_a_wrong_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "machine.toml"
    path.write_text("ram = 0")

    assert main(["machine", "--check", str(path)]) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == f"dmalab: {path}:1: ram: found 0, expected 16M to 64G in whole pages\n"


@pytest.mark.parametrize(
    ("text", "size"), [("128M", 128 << 20), ("1G", 1 << 30), ("64k", 65536), ("4096", 4096), ("0x1000", 4096)]
)
def test_sizes_are_read_in_every_unit(text: str, size: int) -> None:
    assert machine_spec.parse_size(text) == size


def test_sizes_are_written_in_the_largest_unit_that_divides_them() -> None:
    sizes = [0, 1, 1024, 1536, 128 << 20, 5 << 30]

    assert [machine_spec.format_size(size) for size in sizes] == ["0", "1", "1K", "1536", "128M", "5G"]
