"""Holds the direction of imports and the size of files and functions (DESIGN: packages; STYLE: limits)."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 50
MAX_BROAD_EXCEPTS = 6

# Folder or file → top-level modules (or dotted prefixes) that nothing in it may import.
FORBIDDEN = {
    "summaries": ("dashboard", "trainer", "dash", "fastapi", "jax", "torch", "tensorflow", "optax", "tensorboard"),
    "dashboard": ("trainer", "jax", "torch", "tensorflow", "optax", "tensorboard"),
    "dashboard/store": ("dash", "fastapi", "plotly"),
    "dashboard/queries": ("dash", "fastapi", "plotly"),
    "dashboard/sidecar": ("dash", "fastapi", "plotly"),
    "dashboard/graph": ("dash", "fastapi", "plotly"),
    "dashboard/api": ("dash", "plotly"),
    "trainer": ("dashboard", "dash", "fastapi", "torch", "tensorflow", "sklearn", "keras", "flax", "equinox"),
}
# `summaries/adapters` may import the library it adapts, inside a function: the library is loaded already by then.
ADAPTERS = "summaries/adapters"


def source_files(*suffixes: str) -> list[Path]:
    """Our source files, without generated ones and those of others."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    names = [name for name in listed if name.endswith(suffixes)]
    kept = [name for name in names if "_pb2" not in name and "/vendor/" not in name and "/fixtures/" not in name]
    return [ROOT / name for name in kept if (ROOT / name).is_file()]


def imports_of(path: Path, *, only_at_import: bool) -> set[str]:
    """Dotted names that a module imports; those inside functions too, unless `only_at_import`."""
    tree = ast.parse(path.read_text())
    nodes = list(ast.walk(tree))
    if only_at_import:
        functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = {id(child) for function in functions for child in ast.walk(function)}
        nodes = [node for node in nodes if id(node) not in inside]
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    relative = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    return plain | relative


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_imports_point_from_examples_to_trainer_to_summaries(folder: str) -> None:
    found = []
    for path in source_files(".py"):
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(folder + "/"):
            continue
        is_adapter = name.startswith((ADAPTERS, "trainer/interop"))
        for imported in imports_of(path, only_at_import=is_adapter or folder == "trainer"):
            if any(imported == word or imported.startswith(word + ".") for word in FORBIDDEN[folder]):
                found.append(f"{name} imports {imported}")

    assert found == []


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("summaries", {"jax", "torch", "dash", "tensorboard", "pandas"}),
        ("dashboard", {"asyncio", "dash", "fastapi", "numpy", "plotly", "summaries"}),
        ("dashboard.cli", {"dash", "fastapi", "pandas", "plotly", "pydantic", "sqlite3", "starlette", "uvicorn"}),
        ("dashboard.app", {"jax", "torch", "tensorflow", "trainer"}),
        ("trainer", {"torch", "tensorflow", "keras", "sklearn", "dash", "pandas"}),
    ],
)
def test_import_of_a_package_loads_nothing_heavier(module: str, unwanted: set[str]) -> None:
    program = f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert unwanted & set(loaded) == set()


def test_packages_of_the_distribution_are_those_in_the_tree() -> None:
    import tomllib

    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    present = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in source_files("__init__.py")
        if path.relative_to(ROOT).parts[0] in ("summaries", "dashboard", "trainer")
    }

    assert set(listed) == present


def test_files_are_short_enough_to_read() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines())
        for path in source_files(".py", ".pyx", ".pxi", ".js")
    }

    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


def test_functions_are_short_enough_to_read() -> None:
    too_long = []
    for path in source_files(".py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = node.end_lineno - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    too_long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines")

    assert too_long == []


def test_few_places_catch_every_exception() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in source_files(".py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if line.strip().startswith(("except Exception", "except:")) and path.relative_to(ROOT).parts[0] != "tests"
    ]

    assert len(found) <= MAX_BROAD_EXCEPTS, found


def test_no_import_cycle_between_modules() -> None:
    names = {path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."): path for path in source_files(".py")}
    modules = {name.removesuffix(".__init__"): path for name, path in names.items() if not name.startswith("tests")}
    edges = {name: imported_modules(path, modules) - {name} for name, path in modules.items()}

    assert find_cycle(edges) == []


def imported_modules(path: Path, modules: dict[str, Path]) -> set[str]:
    """Our modules that a module imports when it is loaded."""
    tree = ast.parse(path.read_text())
    places = places_of_public_names()
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for part in (f"{node.module}.{alias.name}" for alias in node.names):
                found.add(places.get(part) or (part if part in modules else node.module))
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found & set(modules)


@functools.cache
def places_of_public_names() -> dict[str, str]:
    """The module of each public name of the packages that import their members when they are asked for."""
    places = {}
    for path in ROOT.glob("[st]*/**/__init__.pyi"):
        package = path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for module, name in re.findall(r"^from \.([\w.]+) import (\w+)", path.read_text(), re.M):
            places[f"{package}.{name}"] = f"{package}.{module}"
    # What `trainer` has of `trainer.estimators` lies in a module of that.
    return {name: places.get(f"{place}.{name.rpartition('.')[2]}", place) for name, place in places.items()}


def test_cycles_through_packages_are_found() -> None:
    names = ("trainer.heads.base", "trainer.estimators.dnn")
    modules = {name: ROOT / f"{name.replace('.', '/')}.py" for name in (*names, "trainer.estimators.estimator")}

    assert places_of_public_names()["trainer.DNNClassifier"] == "trainer.estimators.dnn"
    assert imported_modules(ROOT / "examples" / "iris_dnn.py", modules) == {"trainer.estimators.dnn"}


def find_cycle(edges: dict[str, set[str]]) -> list[str]:
    """Modules of a cycle; empty if there is none."""
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> list[str]:
        if name in trail:
            return trail[trail.index(name) :]
        if name in done:
            return []
        for target in sorted(edges[name]):
            if cycle := visit(target, [*trail, name]):
                return cycle
        done.add(name)
        return []

    return next((cycle for name in sorted(edges) if (cycle := visit(name, []))), [])
