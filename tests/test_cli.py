# SPDX-License-Identifier: GPL-2.0-only
"""The command line: what it says to whom, and the exit code."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from dmalab.cli import COMMANDS, main

ROOT = Path(__file__).resolve().parent.parent


def test_without_a_command_it_lists_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        assert main(arguments) == 0
        printed = capsys.readouterr()
        assert all(f"  {name} " in printed.out for name in COMMANDS)
        assert printed.err == ""


def test_it_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert capsys.readouterr().out == f"dmalab {declared}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0

    printed = capsys.readouterr()
    assert printed.out.startswith(f"Usage: dmalab {name} ")
    assert "\x1b" not in printed.out
    assert printed.err == ""


def test_a_command_imports_no_other_and_nothing_to_paint_with() -> None:
    code = "import sys; from dmalab.cli import main; main(['scenarios']); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)

    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"rich", "pydantic", "unicorn", "elftools", "dmalab.boot", "dmalab.session", "argparse"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bot"], "dmalab: command: found 'bot', expected one of boot, "),
        (["boot", "--rum"], "dmalab boot: No such option: --rum"),
        (["boot", "more"], "dmalab boot: Got unexpected extra argument"),
        (["boot", "--ram"], "dmalab boot: Option '--ram' requires an argument (see dmalab boot --help)"),
        (["boot", "--ram", "1T"], "dmalab: --ram: found '1T', expected 16M to 64G in whole pages"),
        (["boot", "--ram", "0"], "dmalab: --ram: found '0', expected 16M to 64G in whole pages"),
        (["boot", "--scenario", "none"], "dmalab: scenario: found 'none', expected one of default, "),
        (["boot", "--machine", "none.toml"], "dmalab: none.toml: found 'No such file or directory', expected a mach"),
        (["boot", "--workload", "none.csv"], "dmalab: none.csv: found 'No such file or directory', expected a CSV"),
        (["machine"], "dmalab: machine: found neither, expected one of --print and --check FILE"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(arguments)

    printed = capsys.readouterr()
    assert code == 2
    assert printed.out == ""
    assert printed.err.startswith(said)
    assert printed.err.count("\n") == 1


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m dmalab machine --print | true"
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}", "PYTHONUNBUFFERED": "1"}

    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, env=environment, check=True)

    assert done.stderr == ""
