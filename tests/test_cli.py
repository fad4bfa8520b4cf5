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
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])

    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: dmalab {name} ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["bot"], "dmalab: command: found 'bot', expected one of boot, "),
        (["boot", "--rum"], "dmalab boot: unrecognized arguments: --rum"),
        (["boot", "--ram"], "dmalab boot: argument --ram: expected one argument"),
        (["boot", "--ram", "1T"], "dmalab boot: argument --ram: found '1T', expected 16M to 64G in whole pages"),
        (["boot", "--ram", "0"], "dmalab boot: argument --ram: found '0', expected 16M to 64G in whole pages"),
        (["boot", "--scenario", "none"], "dmalab: scenario: found 'none', expected one of default, "),
        (["boot", "--machine", "none.toml"], "dmalab: none.toml: found 'No such file or directory', expected a mach"),
        (["boot", "--workload", "none.csv"], "dmalab: none.csv: found 'No such file or directory', expected a CSV"),
        (["machine"], "dmalab machine: one of the arguments --print --check is required"),
    ],
)
def test_wrong_input_is_one_line_and_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code = main(arguments)
    except SystemExit as ended:
        code = int(str(ended.code))

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
