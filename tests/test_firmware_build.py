# SPDX-License-Identifier: GPL-2.0-only
"""What the build of the guest's code gives: the same bytes anywhere, images that fit, and tables that are right."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from elftools.elf.elffile import ELFFile

from emulator import memmap
from firmware import BUILD_DIR, CONFIGURATIONS, FIRMWARE_DIR, ROM, Configuration, build, kernel_name, kernel_path

ROOT = FIRMWARE_DIR.parent
TABLES_FOR_64_GIB = 80 * memmap.PAGE_SIZE  # 65 page directories, the levels above, and those of image and registers


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """Bring the firmware up to date."""
    build.build()


def copy_of_sources(to: Path) -> Path:
    """Copy what the build reads, and nothing that it has written."""
    skip = shutil.ignore_patterns("_build", "__pycache__")
    for folder in ("firmware", "pykernel/layout"):
        shutil.copytree(ROOT / folder, to / folder, ignore=skip)
    for name in ("emulator/__init__.py", "emulator/memmap.py", "emulator/errors.py", "pykernel/__init__.py"):
        (to / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, to / name)
    return to


def run_build(tree: Path, *, lines: str) -> subprocess.CompletedProcess[str]:
    """Run Python lines in a tree, with the build's functions at hand."""
    program = f"from firmware import BUILD_DIR, CONFIGURATIONS, build\n{lines}"
    return subprocess.run([sys.executable, "-c", program], cwd=tree, capture_output=True, text=True, check=False)


BUILD_ONE = """
build.write_if_changed(BUILD_DIR / "include" / "board.h", build.board_header().encode())
build.build_rom(BUILD_DIR)
build.build_kernel(CONFIGURATIONS[0], BUILD_DIR)
"""
COMPILED_AGAIN = {"entry", "main", "slab_statics", "slab", "edu", "cache_module"}


def assert_built_alike(tree: Path) -> None:
    """Build ROM and kernel in a tree, and compare them with ours."""
    done = run_build(tree, lines=BUILD_ONE)
    assert done.returncode == 0, done.stderr
    for name in ("rom.bin", "kernel.elf", "kernel.symbols.json", "kernel.lines.json"):
        assert (tree / "firmware/_build" / name).read_bytes() == (BUILD_DIR / name).read_bytes(), name


def test_a_second_build_in_another_place_gives_the_same_bytes(tmp_path):
    # The ROM and a kernel's file of each kind; tests/fuzz/test_firmware_build_all.py compiles all again.
    tree = copy_of_sources(tmp_path / "somewhere" / "else")
    (tree / "firmware/_build/obj").mkdir(parents=True)
    for obj in build.compile_all(build.units(CONFIGURATIONS[0]), BUILD_DIR):
        if obj.name.rpartition("-")[0] not in COMPILED_AGAIN:
            shutil.copy(obj, tree / "firmware/_build/obj")

    assert_built_alike(tree)


def test_a_source_that_does_not_compile_is_told_by_the_compilers_own_words(tmp_path):
    tree = copy_of_sources(tmp_path)
    (tree / "firmware/rom/broken.c").write_text("int broken(void) { return nothing; }\n")

    done = subprocess.run(
        [sys.executable, "-m", "firmware.build"], cwd=tree, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "firmware/rom/broken.c:1:27: error: use of undeclared identifier 'nothing'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_build_with_nothing_to_do_touches_nothing():
    before = {path: path.stat().st_mtime_ns for path in BUILD_DIR.glob("*.elf")}

    build.build()

    assert {path: path.stat().st_mtime_ns for path in BUILD_DIR.glob("*.elf")} == before


def test_the_compiler_is_told_of_no_vector_registers():
    command = [sys.executable, "-m", "ziglang", "cc", *build.CFLAGS.split(), "-x", "c", "-dM", "-E", "-"]

    macros = subprocess.run(command, input="", capture_output=True, text=True, check=True).stdout

    assert "#define __x86_64__ 1" in macros
    assert not [line for line in macros.splitlines() if "__SSE" in line or "__MMX" in line]


def test_the_rom_fills_its_place_and_ends_in_a_jump_to_its_shadow():
    image = ROM.read_bytes()

    far_jump = bytes([0xEA])
    segment = (memmap.ROM_SHADOW_BASE >> 4).to_bytes(2, "little")
    assert len(image) == memmap.ROM_SIZE
    assert image[-16:-15] == far_jump
    assert image[-13:-11] == segment


@pytest.mark.parametrize("config", CONFIGURATIONS, ids=kernel_name)
def test_a_kernels_segments_are_apart_never_both_writable_and_executable_and_leave_room_for_page_tables(config):
    with kernel_path(config).open("rb") as file:
        loads = [segment.header for segment in ELFFile(file).iter_segments("PT_LOAD")]

    assert [load.p_flags for load in loads] == [0x5, 0x4, 0x6]  # R X, R, R W
    for load in loads:
        assert load.p_vaddr - load.p_paddr == memmap.KERNEL_MAP_BASE
        assert load.p_vaddr % memmap.PAGE_SIZE == 0
    ends = [load.p_paddr + load.p_memsz for load in loads]
    assert loads[0].p_paddr == memmap.KERNEL_PHYS
    assert all(end <= after.p_paddr for end, after in zip(ends, loads[1:], strict=False))
    assert ends[-1] + TABLES_FOR_64_GIB <= memmap.KERNEL_PHYS_END


def test_each_configuration_has_the_structures_that_it_was_compiled_for():
    sizes = {}
    for config in CONFIGURATIONS:
        table = json.loads(kernel_path(config).with_suffix(".symbols.json").read_text())
        sizes[config] = table["objects"]["cache_cache"][1], table["objects"]["malloc_sizes"][1]

    plain, no_dma, debug = Configuration(), Configuration(zone_dma=False), Configuration(debug_slab=True)
    assert sizes[debug][0] > sizes[plain][0]
    assert sizes[no_dma][1] * 3 == sizes[plain][1] * 2  # cs_dmacachep is one word of three


def test_the_symbol_table_says_what_the_elf_says():
    with kernel_path(Configuration()).open("rb") as file:
        symbols = {
            symbol.name: (symbol["st_value"], symbol["st_size"])
            for symbol in ELFFile(file).get_section_by_name(".symtab").iter_symbols()
        }
    table = json.loads(kernel_path(Configuration()).with_suffix(".symbols.json").read_text())
    functions = {name: (address, size) for address, size, name in table["functions"]}

    addresses = [address for address, _, _ in table["functions"]]
    assert addresses == sorted(set(addresses))
    for name in ("kmalloc", "edu_probe", "start_kernel", "common_entry"):
        assert functions[name] == symbols[name]
    for name in ("__log_buf", "log_end", "init_stack", "swapper_pg_dir", "workload_report"):
        assert tuple(table["objects"][name]) == symbols[name]
    assert len(table["build_id"]) == 40


def test_the_line_table_leads_from_a_function_to_its_source():
    table = json.loads(kernel_path(Configuration()).with_suffix(".lines.json").read_text())
    symbols = json.loads(kernel_path(Configuration()).with_suffix(".symbols.json").read_text())
    address, found = 0, {}
    for delta, file, line in zip(table["addresses"], table["file"], table["line"], strict=True):
        address += delta
        found.setdefault(address, (table["files"][file], line))

    starts = {name: start for start, _, name in symbols["functions"]}
    for name in ("edu_interrupt", "kfree", "pattern_interrupt", "record_ctor"):
        path, line = found[starts[name]]
        # The first instruction may belong to a declaration a few lines below the function's head.
        assert f"{name}(" in "".join((ROOT / path).read_text().splitlines()[line - 5 : line])
    assert all(not Path(path).is_absolute() for path in table["files"])


def test_the_boards_header_holds_every_number_of_the_memory_map():
    header = (BUILD_DIR / "include" / "board.h").read_text()
    defined = dict(
        line.split(maxsplit=2)[1:] for line in header.splitlines() if line.startswith("#define ") and "0x" in line
    )

    numbers = {name: value for name, value in vars(memmap).items() if name.isupper()}
    assert {name: int(text.removeprefix("UL(").removesuffix(")"), 16) for name, text in defined.items()} == numbers
