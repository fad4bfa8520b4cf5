# SPDX-License-Identifier: GPL-2.0-only
"""The rules that hold for every source file: imports go down the floors, sizes stay small, nothing evaluates text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"emulator": "emulator", "pykernel": "pykernel", "firmware": "firmware", "tools/dmalab": "dmalab"}
SOURCE_SUFFIXES = {".py", ".c", ".h", ".S", ".ld", ".toml", ".sh"}
MAX_FILE_LINES = 500
MAX_FUNCTION_LINES = 40

# What a module may import of ours, by the longest prefix of its name. A package may always import itself.
MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "emulator": (),
    "pykernel.errors": (),
    "pykernel.layout": ("emulator.ram", "emulator.memmap", "emulator.errors", "pykernel.errors"),
    "pykernel.mm": ("emulator", "pykernel.errors", "pykernel.layout"),
    "pykernel.check": ("emulator", "pykernel.errors", "pykernel.layout"),
    "pykernel": ("emulator",),
    "firmware": ("emulator.memmap", "pykernel.layout"),
    "dmalab": ("emulator", "pykernel", "firmware"),
}
# Who alone may import what of others.
OWNERS = {"unicorn": "emulator.cpu", "elftools": "pykernel.layout.dwarf", "ziglang": "firmware"}
FORBIDDEN_MODULES = {"pickle", "shelve", "dill"}
FORBIDDEN_CALLS = {"eval", "exec", "__import__"}


def _python_sources() -> Iterator[tuple[str, Path]]:
    for folder, package in FOLDERS.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join([package, *(part for part in parts if part != "__init__")]), path


def _all_sources() -> Iterator[Path]:
    for folder in (*FOLDERS, "tools", "tests", "docs"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in SOURCE_SUFFIXES and "_build" not in path.parts:
                yield path


MODULES = dict(_python_sources())


def _under(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(prefix + ".")


def _home(module: str) -> str:
    return max((prefix for prefix in MAY_IMPORT if _under(module, prefix)), key=len)


def _walk_what_runs(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and isinstance(child.test, ast.Name) and child.test.id == "TYPE_CHECKING":
            continue
        yield child
        yield from _walk_what_runs(child)


def _imports(module: str) -> set[str]:
    """Give every module that `module` imports when it runs, wherever in the file; not those that only types need."""
    path = MODULES[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found: set[str] = set()
    for node in _walk_what_runs(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = {f"{base}.{alias.name}" for alias in node.names}
            found.update(name if name in MODULES else base for name in names)
    return found


@pytest.mark.parametrize("module", MODULES)
def test_imports_go_down_the_floors(module: str) -> None:
    ours = {name for name in _imports(module) if name.split(".")[0] in FOLDERS.values()}

    allowed = (_home(module), *MAY_IMPORT[_home(module)])
    climbing = {name for name in ours if not any(_under(name, each) for each in allowed)}

    assert climbing == set()


@pytest.mark.parametrize("module", MODULES)
def test_each_outside_package_is_imported_in_one_place(module: str) -> None:
    imported = {name.split(".")[0] for name in _imports(module)}

    trespassing = {name for name, owner in OWNERS.items() if name in imported and not module.startswith(owner)}

    assert trespassing == set()
    assert not imported & FORBIDDEN_MODULES


@pytest.mark.parametrize("module", MODULES)
def test_no_module_evaluates_text(module: str) -> None:
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))

    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}

    assert not calls & FORBIDDEN_CALLS


def test_the_imports_of_our_modules_have_no_cycle() -> None:
    # Imports inside functions count too: what needs the other when called is as entangled as what needs it at once.
    graph = {module: {name for name in _imports(module) if name in MODULES} - {module} for module in MODULES}

    while leaves := [module for module, imported in graph.items() if not imported & graph.keys()]:
        for leaf in leaves:
            del graph[leaf]

    assert graph == {}


@pytest.mark.parametrize("path", sorted(_all_sources()), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_source_file_is_small_and_says_its_licence(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()

    assert len(lines) <= MAX_FILE_LINES
    assert "SPDX-License-Identifier: GPL-2.0-only" in lines[0]


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("*.py")) + list(MODULES.values()), ids=str)
def test_every_function_fits_on_a_page(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))

    long = {
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    }

    assert long == set()
