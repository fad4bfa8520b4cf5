# SPDX-License-Identifier: GPL-2.0-only
"""Drivers that look at a shadow of memory: what is wrong is found at its line, and what is right is left alone."""

import re
import sys
from pathlib import Path

import pytest

from dmalab.lab import Lab, LabStopped
from dmalab.machine_spec import MachineSpec
from emulator.errors import ConfigError
from pykernel.check.audit import audit
from pykernel.layout.config import KernelConfig
from tests.test_drivers import CASES

FAULTS = Path(__file__).parent / "kasan" / "faults.c"
MARK = re.compile(r"/\* (kasan-[\w-]+) \*/")
PLACE = re.compile(r"\((.*):(\d+)\)$")


def marked(source: Path) -> list[tuple[str, int]]:
    """List the classes that a source promises, each with its line."""
    lines = enumerate(source.read_text().splitlines(), 1)
    return [(mark[1], number) for number, line in lines if (mark := MARK.search(line))]


def place(finding) -> tuple[str, int]:
    """Give a finding's class and the line of the access."""
    return finding.kind, int(PLACE.search(finding.details["backtrace"][0])[2])


def line_of(text: str) -> str:
    """Give the place of the first line of faults.c with a text, as backtraces have it."""
    number = next(n for n, line in enumerate(FAULTS.read_text().splitlines(), 1) if text in line)
    return f"faults.c:{number})"


@pytest.fixture(scope="module")
def faults():
    """Give a laboratory after a run of all the faults."""
    with Lab(FAULTS, kasan=True) as lab:
        pass
    return lab


def finding_of(lab: Lab, kind: str, text: str):
    """Give the finding of a class at the line with a text."""
    return next(each for each in lab.findings if each.kind == kind and line_of(text) in each.details["backtrace"][0])


def test_each_wrong_access_is_found_at_its_line_and_nothing_else_is(faults):
    assert [place(finding) for finding in faults.findings] == marked(FAULTS)
    assert len(marked(FAULTS)) > 20
    assert faults.result.stop is None


def test_the_bundled_compiler_checks_the_same_accesses(monkeypatch):
    from dmalab import driver_build

    monkeypatch.setenv("CC", f"{sys.executable} -m ziglang cc")
    driver_build._compiler.cache_clear()
    try:
        with Lab(FAULTS, kasan=True) as lab:
            pass
    finally:
        driver_build._compiler.cache_clear()

    assert [place(finding) for finding in lab.findings] == marked(FAULTS)


def test_the_allocators_survive_all_of_it(faults):
    assert list(audit(faults.memory)) == []


def test_a_report_has_the_words_of_linux_and_the_lines_of_the_objects_life(faults):
    details = finding_of(faults, "kasan-slab-out-of-bounds", "p[zero + SIZE] = 1").details

    address = re.fullmatch(r"Write of size 1 at addr (ffff81[0-9a-f]{10}) by task swapper/1", details["access"])[1]
    start = int(address, 16) - 13
    assert details["object"].endswith(f"{start:016x}, which belongs to the cache size-32 of size 32")
    region = f"allocated 13-byte region [{start:016x}, {start + 13:016x})"
    assert details["place"] == f"The buggy address is located 0 bytes to the right of {region}"
    assert details["allocated_at"][0] == "Allocated by task 1:"
    assert line_of("p = kmalloc(SIZE") in details["allocated_at"][1]
    assert "freed_at" not in details
    rows = details["memory_state"]
    assert rows[3].index("^") in (rows[2].index("05 fc"), rows[2].index("05 fc") + 1)


def test_what_lies_before_an_object_is_told_from_what_lies_behind_its_neighbour(faults):
    details = finding_of(faults, "kasan-slab-out-of-bounds", "p[zero - 1] = 1;\t\t\t/* kasan-slab").details

    assert "1 bytes to the left of allocated 13-byte region" in details["place"]


def test_an_access_after_freeing_names_who_freed(faults):
    details = finding_of(faults, "kasan-slab-use-after-free", "(void)p[zero]").details

    assert details["freed_at"][0] == "Freed by task 1:"
    assert line_of("kfree((void *)p);") in details["freed_at"][1]
    assert "Read of size 1" in details["access"]


def test_a_freed_page_names_who_had_it(faults):
    details = finding_of(faults, "kasan-use-after-free", "p[zero + 4096]").details

    assert line_of("__get_free_pages") in details["allocated_at"][0]
    assert line_of("free_pages((unsigned") in details["freed_at"][0]


def test_variables_of_the_stack_and_of_the_module_are_named(faults):
    stack = finding_of(faults, "kasan-stack-out-of-bounds", "local[zero + SIZE] = 1").details
    data = finding_of(faults, "kasan-global-out-of-bounds", "table)[zero + SIZE]").details

    assert any("'local'" in line for line in stack["place"])
    assert stack["place"][1].endswith("in frame: stack")
    assert "variable table+0xd/" in data["place"]


def test_freeing_into_another_cache_names_both(faults):
    details = finding_of(faults, "kasan-wrong-cache", "kmem_cache_free(other").details

    assert details["access"].endswith("as an object of the cache faults_other")
    assert "the cache faults_small of size 20" in details["object"]


WILD = """
#include <linux/module.h>
static unsigned long address;
module_param(address, ulong, 0);
struct thing { char before[64]; int member; };
static int __init wild_init(void)
{
	return ((volatile struct thing *)address)->member;
}
module_init(wild_init);
MODULE_LICENSE("GPL");
"""


@pytest.mark.parametrize(
    ("address", "kind", "first"),
    [
        (0, "kasan-null-ptr-deref", 0x40),
        (0x1234_0000_0000, "kasan-user-memory-access", 0x1234_0000_0040),
        (0xDEAD_0000_0000_0100, "kasan-wild-memory-access", 0xDEAD_0000_0000_0140),
    ],
)
def test_an_address_without_a_shadow_is_told_by_the_instruction_that_looked(tmp_path, address, kind, first):
    source = tmp_path / "wild.c"
    source.write_text(WILD)
    lab = Lab(source, kasan=True, parameters=[f"address={address:#x}"])

    with pytest.raises(LabStopped):
        lab.boot()

    (finding,) = lab.findings
    assert place(finding) == (kind, 8)
    assert f"in range [{first:#018x}-{first + 7:#018x}]" in finding.sentence


RIGHT = {case.sources[0].stem: case for case in CASES}
SHARE = 3  # of how many one is run; tests/fuzz/test_kasan_all.py runs the others


@pytest.mark.parametrize("name", list(RIGHT)[::SHARE])
def test_a_right_driver_works_as_without_and_is_left_alone(name):
    case = RIGHT[name]

    with Lab(case.sources, spec=case.spec, kernel_api=case.api, parameters=case.parameters, kasan=True) as lab:
        case.use(lab.user)

    assert [str(finding) for finding in lab.findings] == []
    assert lab.driver.warnings == ""
    assert lab.result.stop is None


def test_two_kinds_of_guards_of_the_same_bytes_are_refused():
    with pytest.raises(ConfigError, match="debug_slab: found true, expected false with kasan"):
        Lab(FAULTS, spec=MachineSpec(kernel=KernelConfig(debug_slab=True)), kasan=True)
