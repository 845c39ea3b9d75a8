"""The layers of the package: no circle of imports, and few imports inside functions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import vidgist

ROOT = Path(vidgist.__file__).parent

ALLOWED = {
    ("summary", "render"): "Summary.save, which users expect on the value, is a function of render",
}
"""Imports that would close a circle, each with its reason."""

MOST_INSIDE = 30
"""Imports across packages inside functions: only what is heavy or optional."""


def imports_of(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the modules of ours that a file imports, and whether inside a function."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = {id(node) for node in tree.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        for name in names:
            if name.startswith("vidgist."):
                yield name, id(node) not in top


def is_for_types(path: Path) -> set[str]:
    """Return the modules that a file imports for type checkers alone."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            imports = [n for n in ast.walk(node) if isinstance(n, ast.ImportFrom)]
            found |= {n.module for n in imports if n.module}
    return found


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__") or "vidgist"


def graph() -> dict[str, set[str]]:
    """Return which file imports which, as modules without `vidgist.` before them."""
    files = {module_of(path): path for path in ROOT.rglob("*.py")}
    edges: dict[str, set[str]] = {}
    for module, path in files.items():
        names = {name.removeprefix("vidgist.") for name, _ in imports_of(path)}
        edges[module] = {name for name in names if name in files and name != module}
    edges.pop("vidgist", None)  # names of the public surface, looked up when they are used
    return edges


def circles(edges: dict[str, set[str]]) -> list[list[str]]:
    """Return the strongly connected parts of more than one member (Tarjan, 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            part = [stack.pop()]
            while part[-1] != node:
                part.append(stack.pop())
            if len(part) > 1:
                found.append(sorted(part))

    for node in edges:
        if node not in index:
            visit(node)
    return found


def test_no_circle_of_files():
    edges = graph()
    for importer, imported in ALLOWED:
        assert imported in edges[importer], "an exception that is none any more"
        edges[importer].discard(imported)
    assert circles(edges) == []


def test_no_circle_of_packages():
    edges: dict[str, set[str]] = {}
    for module, names in graph().items():
        room = module.split(".")[0]
        others = {name.split(".")[0] for name in names} - {room}
        edges.setdefault(room, set()).update(others)
    for importer, imported in ALLOWED:
        edges[importer].discard(imported)
    assert circles(edges) == []


def test_circles_are_found():
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [["a", "b", "c"]]


def test_few_imports_inside_functions():
    inside = []
    for path in sorted(ROOT.rglob("*.py")):
        module, for_types = module_of(path), is_for_types(path)
        if module == "vidgist":  # names of the public surface, for type checkers
            continue
        for name, within in imports_of(path):
            across = name.split(".")[1] != module.split(".")[0]
            if within and across and not is_name(name) and name not in for_types:
                inside.append(f"{module}: {name}")
    assert len(inside) < MOST_INSIDE, inside


def is_name(name: str) -> bool:
    """Return whether a dotted name is that of something inside a module."""
    path = ROOT.joinpath(*name.split(".")[1:])
    return not path.with_suffix(".py").is_file() and not path.is_dir()
