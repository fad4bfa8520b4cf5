# SPDX-License-Identifier: GPL-2.0-only
"""The wheel: complete, the same each time, and working where there is nothing but Python."""

import json
import os
import subprocess
import sys
import zipfile
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from dmalab.compiler import find_compiler

ROOT = Path(__file__).resolve().parent.parent
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")


def run(*command: str | Path, environment: dict[str, str] | None = None, cwd: Path = ROOT) -> str:
    """Run a command that must succeed, and give its output."""
    done = subprocess.run(
        [str(word) for word in command],
        env=environment,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def lend_dependencies(installed: Distribution, to: Path) -> None:
    """Give a package all that it says it depends on, as it is installed here, and nothing else."""
    waiting = [installed]
    while waiting:
        wanted = map(Requirement, waiting.pop().requires or ())
        for each in (
            distribution(each.name) for each in wanted if not each.marker or each.marker.evaluate({"extra": ""})
        ):
            for name in {file.parts[0] for file in each.files or ()} - {"..", "__pycache__"}:
                if not (to / name).exists():
                    (to / name).symlink_to(each.locate_file(name))
                    waiting.append(each)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel with the build tools that are installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--quiet", "--no-build-isolation", "--no-deps", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("dmalab-*.whl")
    return built


def test_the_wheel_holds_what_a_boot_needs_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    roots = {name.split("/")[0] for name in names}
    assert roots == {"emulator", "pykernel", "firmware", "dmalab", *(name for name in roots if "dist-info" in name)}
    needed = ("dmalab/data/machine.toml", "dmalab/data/boot1.csv.gz", "firmware/_build/rom.bin")
    assert all(name in names for name in needed)
    assert any(name.startswith("firmware/_build/kernel") and name.endswith(".elf") for name in names)
    assert any(name.startswith("firmware/_build/layouts/") for name in names)
    pages = {f"dmalab/data/findings/{path.name}" for path in (ROOT / "docs" / "findings").glob("*.md")}
    assert pages == {name for name in names if name.startswith("dmalab/data/findings/")}
    assert any(name.startswith("emulator/native/_build/") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests") or "/obj/" in name or name.endswith(".o")]


def test_two_builds_give_the_same_bytes(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path)

    assert (tmp_path / wheel.name).read_bytes() == wheel.read_bytes()


def test_an_installed_wheel_boots_without_a_compiler_and_runs_a_driver_with_one(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv")
    scripts = tmp_path / "venv" / "bin"
    run(*PIP, "--python", scripts / "python", "install", "--quiet", "--no-deps", "--no-index", wheel)
    (metadata,) = (tmp_path / "venv").rglob("dmalab-*.dist-info")
    lend_dependencies(Distribution.at(metadata), metadata.parent)

    bare = {"PATH": str(scripts), "HOME": str(tmp_path)}
    printed = run(scripts / "dmalab", "boot", "--json", environment=bare, cwd=tmp_path)

    assert json.loads(printed)["ok"]
    assert (
        "## How to fix it"
        in json.loads(run(scripts / "dmalab", "explain", "dma-cpu-read", "--json", environment=bare, cwd=tmp_path))[
            "text"
        ]
    )
    driver = tmp_path / "edu_managed.c"
    driver.write_bytes((ROOT / "tests" / "drivers" / driver.name).read_bytes())
    with_compiler = bare | {"PATH": f"{scripts}:/usr/bin:/bin", "CC": " ".join(find_compiler().command)}
    ran = json.loads(run(scripts / "dmalab", "run", driver.name, "--json", environment=with_compiler, cwd=tmp_path))
    assert (ran["ok"], ran["warnings"], len(ran["transfers"])) == (True, [], 2)
    where = run(scripts / "python", "-c", "import emulator; print(emulator.__file__)", environment=bare, cwd=tmp_path)
    assert Path(where.strip()).is_relative_to(os.path.realpath(tmp_path))
