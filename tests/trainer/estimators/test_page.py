"""docs/estimators.md: its examples run, and every head, exporter and default metric is on it."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

import trainer
from trainer import heads

PAGE = Path(__file__).parents[3] / "docs" / "estimators.md"


def test_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    results = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.ELLIPSIS)

    assert results.attempted > 40
    assert results.failed == 0


def test_every_head_and_exporter_is_on_the_page() -> None:
    text = PAGE.read_text()
    exporters = [name for name in trainer.__all__ if name.endswith("Exporter")]

    assert [name for name in [*heads.HEADS, *exporters] if f"`{name}" not in text] == []
