"""docs/training.md: its examples run, and its table of RunConfig says what the docstring says."""

from __future__ import annotations

import dataclasses
import doctest
import inspect
import re
from pathlib import Path

import pytest

from trainer import RunConfig, hooks

PAGE = Path(__file__).parents[2] / "docs" / "training.md"


def test_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    results = doctest.testfile(str(PAGE), module_relative=False)

    assert results.attempted > 10
    assert results.failed == 0


def test_table_of_settings_is_that_of_the_docstring() -> None:
    document = inspect.getdoc(RunConfig) or ""
    helps = dict(re.findall(r"^    (\w+): (.*(?:\n        .*)*)", document.split("Attributes:\n")[1], re.M))

    rows = [
        f"| `{field.name}` | `{field.default!r}` | {' '.join(helps[field.name].split()).replace('``', '`')} |"
        for field in dataclasses.fields(RunConfig)
    ]

    table = PAGE.read_text().split("## RunConfig\n")[1].strip().splitlines()
    assert table[2:] == rows


def test_every_hook_is_on_the_page() -> None:
    named = [name for name in hooks.__all__ if name.endswith("Hook") and name != "Hook"]

    assert [name for name in named if f"`{name}" not in PAGE.read_text()] == []
