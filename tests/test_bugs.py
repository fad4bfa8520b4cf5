# SPDX-License-Identifier: GPL-2.0-only
"""The corpus of faulty drivers: each bug is found, first and at its line; its twin is not suspected."""

import json
import sys
from collections import Counter
from pathlib import Path

import pytest

from dmalab import driver_build
from dmalab.bug_corpus import DEFAULT_CORPUS, find_bugs, read_bug
from dmalab.bug_judge import judge, machine_of
from dmalab.bug_scope import scope_of
from dmalab.cli import main
from dmalab.machine_spec import DEVICE_TYPES, EduSpec
from emulator.errors import ConfigError
from emulator.memmap import MIB

BUGS = find_bugs(DEFAULT_CORPUS)
ONE_OF_EACH = list({bug.kind: bug for bug in BUGS}.values())  # tests/fuzz/test_bugs_all.py has the others
FINDINGS = Path(__file__).resolve().parent.parent / "docs" / "findings"
# Classes that no single bug of a driver's gives first, and at its line.
NOT_BY_A_BUG = {
    "kernel-bug": "the kernel's state was spoilt before it is found out; at whose line, kasan-* says",
    "driver-unmatched": "nothing of the driver runs: what is wrong is a number, or the machine",
    "hung-task": "it takes two minutes of virtual time; tests/test_run_command.py has one with less patience",
    "kernel-error": "a fault of the laboratory's own",
    "memory-leak": "the scenarios of dmalab boot look for it; of a driver, module-leak is said",
    "module-init-failed": "an error may be the machine's: no line is to blame for it",
    "probe-failed": "an error may be the device's: no line is to blame for it",
    "sched-bug": "a number of the guest's scheduler that has no name",
    "trap-bad-frame": "drivers do not know the trap gate: it is the guest's kernel that calls it",
    "trap-unknown": "drivers do not know the trap gate: it is the guest's kernel that calls it",
}
SOURCE = """// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forgets what it takes.
 * machine: coherent = false
 */
#include <linux/module.h>
#include <linux/slab.h>

static void *taken;

static int __init forgets(void)
{
	taken = kmalloc(8, GFP_KERNEL); /* BUG: module-leak */
	return 0;
}

static void __exit leaves(void)
{
#ifdef FIXED
	kfree(taken);
#endif
}

module_init(forgets);
module_exit(leaves);
MODULE_LICENSE("GPL");
"""


def corpus(tmp_path: Path, text: str) -> Path:
    """Write a corpus of one file."""
    (tmp_path / "edu").mkdir(parents=True, exist_ok=True)
    (tmp_path / "edu" / "one.c").write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("bug", ONE_OF_EACH, ids=lambda bug: bug.name)
def test_a_bug_is_found_first_and_at_its_line_and_its_twin_is_not_suspected(bug):
    judgement = judge(bug)

    assert (judgement.found, bug.line in judgement.lines) == (bug.kind, True), judgement
    assert judgement.false_alarms == ()


def test_every_class_that_a_bug_can_give_has_one_in_the_corpus():
    pages = {page.stem for page in FINDINGS.glob("*.md")}
    marked = {"leftover" if bug.kind.startswith("leftover-") else bug.kind for bug in BUGS}

    assert sorted(pages - marked) == sorted(NOT_BY_A_BUG)
    assert sorted(marked - pages) == []


def test_the_corpus_is_as_large_as_the_documentation_says_and_each_device_has_its_share():
    counts = Counter(bug.device for bug in BUGS)

    # docs/bugs.md says as much.
    unseen = [bug for bug in BUGS if set(scope_of(bug.kind).answers) == {"no"}]
    assert len(BUGS) > 150
    assert len(unseen) > len(BUGS) / 2
    assert all(counts[device] > 25 for device in DEVICE_TYPES.values()), counts


def test_somebody_has_thought_about_who_else_could_see_each_class():
    assert [bug.name for bug in BUGS if scope_of(bug.kind) is None] == []


def test_a_bug_says_what_is_wrong_where_and_on_which_machine(tmp_path):
    bug = read_bug(corpus(tmp_path, SOURCE) / "edu" / "one.c")

    assert (bug.name, bug.kind, bug.line, bug.sentence) == ("edu/one", "module-leak", 13, "Forgets what it takes.")
    assert machine_of(bug)._replace(ram=0).devices == (EduSpec(),)
    assert (machine_of(bug).coherent, machine_of(bug).ram) == (False, 32 * MIB)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (" /* BUG: module-leak */", "", "one.c: found 0 marks, expected one /* BUG: class */"),
        ("return 0;", "return 0; /* BUG: module-leak */", "one.c: found 2 marks"),
        ("FIXED", "RIGHT", "one.c: found no #ifdef FIXED, expected a twin without the bug"),
        ("Forgets what it takes.", "", "one.c:2: found no sentence in the first comment"),
        ("coherent = false", "coherent = 3", "one.c:4: coherent: found 3, expected true or false"),
        ("machine: coherent = false", "needs: luck", "one.c:4: needs: found 'luck', expected kasan"),
    ],
)
def test_a_file_that_is_none_of_the_corpus_is_refused_in_one_line(old, new, complaint, tmp_path, capsys):
    folder = corpus(tmp_path, SOURCE.replace(old, new))

    assert main(["bugs", str(folder)]) == 2

    said = capsys.readouterr().err
    assert complaint in said
    assert said.count("\n") == 1


def test_a_folder_without_bugs_a_class_and_a_name_that_nobody_has_are_refused(tmp_path, capsys):
    assert main(["bugs", str(tmp_path)]) == 2
    assert main(["bugs", str(corpus(tmp_path, SOURCE)), "--class", "dma-unmapped"]) == 2
    assert main(["bugs", str(tmp_path), "--name", "two"]) == 2

    said = capsys.readouterr().err.splitlines()
    assert "found no DEVICE/NAME.c in it, expected a corpus of bugs" in said[0]
    assert said[1] == "dmalab: --class: found 'dma-unmapped', expected one of module-leak"
    assert said[2] == f"dmalab: {tmp_path}: found no file called like two, expected one of 1"


def test_what_does_not_hold_is_told_and_ends_with_1(tmp_path, capsys):
    wrong_class = corpus(tmp_path / "1", SOURCE.replace("BUG: module-leak", "BUG: memory-leak"))
    wrong_line = SOURCE.replace(" /* BUG: module-leak */", "").replace("return 0;", "return 0; /* BUG: module-leak */")
    no_twin = SOURCE.replace("#ifdef FIXED", "#ifndef FIXED\n#else\n#endif\n#if 0")

    assert main(["bugs", str(wrong_class)]) == 1
    assert "  found first: module-leak: memory leak: 8 bytes at" in capsys.readouterr().out
    assert main(["bugs", str(corpus(tmp_path / "2", wrong_line))]) == 1
    assert "  lines that the finding blames: 13: memory leak" in capsys.readouterr().out
    assert main(["bugs", str(corpus(tmp_path / "3", no_twin)), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert (document["detected"], document["lines_right"], document["false_alarms"]) == (1, 1, 1)
    assert "module-leak" in document["files"][0]["false_alarms"][0]


def test_what_a_compiler_says_of_a_twin_is_a_false_alarm_too(tmp_path):
    folder = corpus(tmp_path, SOURCE.replace("kfree(taken);", "int unused;\n\n\tkfree(taken);"))

    judgement = judge(read_bug(folder / "edu" / "one.c"))

    assert judgement.line_right
    assert [alarm.partition(":")[0] for alarm in judgement.false_alarms] == ["the compiler"]


def test_any_number_of_processes_gives_the_same(capsys):
    outputs = []
    for jobs in ("1", "2"):
        assert main(["bugs", "--name", "edu/poll", "--name", "edu/early", "--json", "--jobs", jobs]) == 0
        outputs.append(capsys.readouterr().out)

    assert outputs[0] == outputs[1]


def test_another_compiler_leads_to_the_same_lines(monkeypatch, capsys):
    monkeypatch.setenv("CC", f"{sys.executable} -m ziglang cc")
    driver_build._compiler.cache_clear()
    try:
        assert main(["bugs", "--name", "late_get", "--name", "timeout_free", "--name", "no_resync"]) == 0
    finally:
        driver_build._compiler.cache_clear()
    assert "3 bugs, 3 detected, 3 at the right line" in capsys.readouterr().out


def test_a_twin_must_compile(tmp_path):
    folder = corpus(tmp_path, SOURCE.replace("kfree(taken);", "kfree(given);"))

    with pytest.raises(ConfigError, match="given"):
        judge(read_bug(folder / "edu" / "one.c"))
