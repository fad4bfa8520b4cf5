# SPDX-License-Identifier: GPL-2.0-only
"""The rules that hold for every source file: imports go down the floors, sizes stay small, nothing evaluates text."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

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


def _walk_what_runs(tree: ast.AST) -> Iterator[ast.AST]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            yield node
            waiting += ast.iter_child_nodes(node)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(module: str) -> frozenset[str]:
    """Give every module that `module` imports when it runs, wherever in the file; not those that only types need."""
    path = MODULES[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found: set[str] = set()
    for node in _walk_what_runs(_tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names = {f"{base}.{alias.name}" for alias in node.names}
            found.update(name if name in MODULES else base for name in names)
    return frozenset(found)


def test_imports_go_down_the_floors() -> None:
    climbing = []
    for module in MODULES:
        allowed = (_home(module), *MAY_IMPORT[_home(module)])
        ours = sorted(name for name in _imports(module) if name.split(".")[0] in FOLDERS.values())
        climbing += [(module, name) for name in ours if not any(_under(name, each) for each in allowed)]

    assert climbing == []


def test_each_outside_package_is_imported_in_one_place() -> None:
    imported = [(module, name.split(".")[0]) for module in MODULES for name in sorted(_imports(module))]

    assert [(module, name) for module, name in imported if not module.startswith(OWNERS.get(name, ""))] == []
    assert [(module, name) for module, name in imported if name in FORBIDDEN_MODULES] == []


def test_no_module_evaluates_text() -> None:
    calls = [
        (module, node.lineno, node.func.id)
        for module, path in MODULES.items()
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]

    assert [call for call in calls if call[2] in FORBIDDEN_CALLS] == []


def test_the_imports_of_our_modules_have_no_cycle() -> None:
    # Imports inside functions count too: what needs the other when called is as entangled as what needs it at once.
    graph = {module: {name for name in _imports(module) if name in MODULES} - {module} for module in MODULES}

    while leaves := [module for module, imported in graph.items() if not imported & graph.keys()]:
        for leaf in leaves:
            del graph[leaf]

    assert graph == {}


def test_every_source_file_is_small_and_says_its_licence() -> None:
    files = {path.relative_to(ROOT): path.read_text(encoding="utf-8").splitlines() for path in _all_sources()}

    assert [(str(path), len(lines)) for path, lines in files.items() if len(lines) > MAX_FILE_LINES] == []
    assert [str(path) for path, lines in files.items() if "SPDX-License-Identifier: GPL-2.0-only" not in lines[0]] == []


def test_every_function_fits_on_a_page() -> None:
    long = [
        f"{path}:{node.lineno}: {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in (*sorted((ROOT / "tests").rglob("*.py")), *MODULES.values())
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef) and node.end_lineno and node.end_lineno - node.lineno >= MAX_FUNCTION_LINES
    ]

    assert long == []
