# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab golden`: the same answer with any number of processes; what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest
from golden_recorder import Recorder

from dmalab.cli import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings")
    for seed, build in enumerate(("orc", "orc_smp", "orc_dbg_pb10")):
        Recorder(build, seed=seed).run(60).finish().write(folder / f"{build}.jsonl.gz")
    (folder / "README.md").write_text("no recording")
    return folder


def spoil(folder: Path, name: str) -> Path:
    lines = Recorder(seed=7).run(40).finish().lines
    at = next(index for index, line in enumerate(lines) if isinstance(line, list) and line[0] == "km")
    lines[at][3] += 32
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_files_are_reported_in_order_however_many_processes_work(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = []
    for jobs in ("1", "3"):
        assert main(["golden", str(folder), "--jobs", jobs]) == 0
        outputs.append(capsys.readouterr().out)

    lines = outputs[0].splitlines()
    operations = [int(line.split("exact ")[1].split(" of ")[0]) for line in lines]
    assert outputs[0] == outputs[1]
    assert [Path(line.split(": ")[0]).name for line in lines[:3]] == sorted(each.name for each in folder.glob("*.gz"))
    assert lines[3] == f"exact {operations[3]} of {operations[3]} operations, 3 of 3 files"
    assert operations[3] == sum(operations[:3]) > 150


def test_a_difference_is_told_with_the_state_around_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = spoil(tmp_path, "spoiled.jsonl")

    assert main(["golden", str(path)]) == 1

    out = capsys.readouterr().out
    for word in ("line ", ", operation ", "kmalloc(", "expected ", "got ", "before: ", "here: ", "zone DMA: free "):
        assert word in out
    assert out.splitlines()[-1].endswith(", 0 of 1 files")


def test_a_bad_file_is_one_line_and_exit_2_and_the_others_are_still_replayed(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes((folder / "orc.jsonl.gz").read_bytes()[:900])

    assert main(["golden", str(cut)]) == 2
    alone = capsys.readouterr()
    assert main(["golden", str(cut), str(folder / "orc_smp.jsonl.gz"), str(spoil(tmp_path, "s.jsonl"))]) == 2
    among = capsys.readouterr()

    assert alone.out == ""
    assert alone.err.count("\n") == 1
    assert "truncated" in alone.err
    assert alone.err == among.err
    assert among.out.splitlines()[-1].endswith(", 1 of 2 files")


def test_json_says_the_same(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["golden", "--json", str(folder), str(spoil(tmp_path, "s.jsonl"))])

    document = json.loads(capsys.readouterr().out)
    assert (code, document["exit_code"], document["ok"]) == (1, 1, False)
    assert document["schema"] == "dmalab.golden/1"
    assert document["exact_files"] == 3
    assert document["exact"] == sum(each["exact"] for each in document["files"])
    assert document["files"][-1]["difference"]["what"].startswith("kmalloc(")
    assert document["files"][0]["difference"] is None


@pytest.mark.parametrize("arguments", [["/nowhere"], ["--jobs", "-1", "/dev/null"], []])
def test_bad_arguments_are_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", *arguments]) == 2

    assert capsys.readouterr().err.count("\n") == 1


def test_a_folder_without_recordings_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", str(tmp_path)]) == 2

    assert "no recording" in capsys.readouterr().err
