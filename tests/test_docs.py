# SPDX-License-Identifier: GPL-2.0-only
"""Every command that the documentation shows in a ```console block is run, and what it shows is compared.

A line `...` stands for any number of lines, `...` inside a line for any text. Only lines that begin with `$ ` are
commands; what follows is their output, standard error included.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _sessions(page: Path) -> Iterator[list[tuple[str, list[str]]]]:
    """Yield each block's commands with the lines shown for them."""
    for block in re.findall(r"^```console\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        session: list[tuple[str, list[str]]] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                session.append((line[2:], []))
            else:
                session[-1][1].append(line)
        yield session


def _pattern(shown: list[str]) -> str:
    lines = [
        r"(?:.*\n)*" if line.strip() == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r" *\n" for line in shown
    ]
    return "".join(lines)


SESSIONS = [
    pytest.param(session, id=f"{page.relative_to(ROOT)}:{number}")
    for page in PAGES
    for number, session in enumerate(_sessions(page), 1)
]


@pytest.mark.parametrize("session", SESSIONS)
def test_what_the_documentation_shows_is_what_happens(session: list[tuple[str, list[str]]], tmp_path: Path) -> None:
    launcher = tmp_path / "dmalab"
    launcher.write_text(f'#!/bin/sh\nexec {sys.executable} -m dmalab "$@"\n')
    launcher.chmod(0o755)
    environment = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": f"{ROOT}:{ROOT / 'tools'}",
        "COLUMNS": "100",
    }

    for command, shown in session:
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        if shown:
            assert re.fullmatch(_pattern(shown), done.stdout), f"$ {command}\n{done.stdout}"
        else:
            assert done.returncode == 0, f"$ {command}\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_file_that_the_documentation_names_exists(page: Path) -> None:
    named = re.findall(
        r"`((?:firmware|emulator|pykernel|tools|tests|docs)/[\w./*-]+)`", page.read_text(encoding="utf-8")
    )
    named += re.findall(r"\]\(((?!http)[\w./-]+)\)", page.read_text(encoding="utf-8"))

    missing = [name for name in named if not list(ROOT.glob(name)) and not list(page.parent.glob(name))]

    assert missing == []
