# SPDX-License-Identifier: GPL-2.0-only
"""`dmalab explain`: a page for every class that can be reported, and a class for every page."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dmalab.cli import main
from dmalab.explain_command import Page, page_paths, read_page

ROOT = Path(__file__).resolve().parent.parent
CLASS = re.compile(r"[a-z0-9]+(-[a-z0-9]+)+")
MAKERS = {"Finding", "Complaint", "Verdict", "_exposed", "report", "_emit"}  # calls that take a class


def _constants(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _targets(node: ast.AST) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    return [each.id for each in targets if isinstance(each, ast.Name)]


def _of_python(source: str) -> set[str]:
    """Find the classes in a module: in calls that make findings, and in what is called a kind."""
    tree = ast.parse(source)
    found: set[str] = set()
    named: dict[str, str] = {}
    passed: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in MAKERS:
                for each in [*node.args[:6], *(word.value for word in node.keywords if word.arg == "kind")]:
                    found.update(_constants(each))
                    passed.update([each.id] if isinstance(each, ast.Name) else [])
        elif isinstance(node, ast.Assign) and {"kind", "KINDS"} & set(_targets(node)):
            found.update(_constants(node.value))
        elif isinstance(node, ast.FunctionDef) and node.name == "_kind":
            found.update(_constants(node))
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            named.update(dict.fromkeys(_targets(node), str(node.value.value)))
    found.update(named[name] for name in passed & named.keys())
    return {each for each in found if CLASS.fullmatch(each)} | ({"deadlock"} & found)


def _of_guest() -> Iterator[str]:
    """Find the classes that the guest's kernel names: misused primitives, and kinds of things to be given back."""
    for path in sorted((ROOT / "firmware").glob("[kl]*/*.c")):  # kernel and lib
        text = path.read_text(encoding="utf-8")
        for name in re.findall(r"\bSCHED_BUG_(\w+),", text):
            yield name.lower().replace("_", "-")
        for name in re.findall(r'\b(?:track|create|proc_create_entry)\("([\w ]+)"', text):
            yield f"leftover-{name.replace(' ', '-').lower()}"


def reported() -> set[str]:
    """Collect every class that the sources can report."""
    modules = [
        path for root in ("emulator", "pykernel", "tools/dmalab") for path in sorted((ROOT / root).rglob("*.py"))
    ]
    return {*_of_guest(), *(kind for path in modules for kind in _of_python(path.read_text(encoding="utf-8")))}


PAGES = [read_page(path) for path in page_paths()]


def test_every_class_has_a_page_and_every_page_a_class() -> None:
    explained = {kind for page in PAGES for kind in page.kinds}

    assert reported() - explained == set(), "classes without a page in docs/findings"
    assert explained - reported() == set(), "pages on classes that nothing reports"


def test_the_collector_sees_classes_however_they_are_named() -> None:
    source = (
        'A = "by-name"\nclass X:\n    kind = "deadlock"\nfor _ in "":\n    kind = "one-way" if A else "other-way"\n'
    )
    calls = 'Finding(A, "a sentence-like thing")\nself.report("direct-one", "")\nVerdict(kind="by-keyword")\n'

    assert _of_python(source + calls) == {"by-name", "deadlock", "one-way", "other-way", "direct-one", "by-keyword"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.kind)
def test_a_page_has_all_its_parts(page: Page) -> None:
    parts = [page.section(heading) for heading in ("", "On real hardware", "How to fix it", "Example")]

    assert all(parts)
    assert len(page.title) <= 80
    assert page.related
    assert {each.kind for each in PAGES} >= set(page.related)
    assert page.kind not in page.related


def test_the_index_links_every_page() -> None:
    linked = re.findall(r"\]\(findings/(.*)\.md\)", (ROOT / "docs" / "findings.md").read_text(encoding="utf-8"))

    assert sorted(linked) == [path.stem for path in page_paths()]


def test_a_class_of_a_family_gets_the_familys_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "leftover-irq-handler"]) == 0

    printed = capsys.readouterr().out
    assert printed.startswith("leftover-*: ")
    assert "request_irq" in printed
    assert max(map(len, printed.splitlines())) <= 100


def test_the_list_has_a_line_for_each_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert main(["explain", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)

    assert [line.split()[0] for line in lines] == [page.kind for page in PAGES]
    assert document["classes"] == [{"kind": page.kind, "title": page.title} for page in PAGES]


def test_json_holds_the_page_in_parts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "dma-shared-line", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "dmalab.explain/1"
    assert document["kind"] == "dma-shared-line"
    assert document["family"] is None
    assert "____cacheline_aligned" in document["fix"]
    assert document["example"].startswith("struct foo {")
    assert "dma-cpu-write" in document["related"]


@pytest.mark.parametrize(
    ("kind", "near"),
    [
        ("dma-cpu-raed", "one of dma-cpu-read, "),
        ("leftover-irq-handlers", "one of leftover-irq-handler, "),
        ("../findings", "a class that"),
    ],
)
def test_an_unknown_class_is_one_line_with_the_nearest(
    kind: str, near: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", kind]) == 2

    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"dmalab: class: found '{kind}', expected {near}")
    assert printed.err.count("\n") == 1
