"""docs/inputs.md: its examples run, and its table of feature columns is that of the code."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path

import pytest

from trainer import feature_columns

PAGE = Path(__file__).parents[2] / "docs" / "inputs.md"


def test_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    results = doctest.testfile(str(PAGE), module_relative=False, optionflags=doctest.IGNORE_EXCEPTION_DETAIL)

    assert results.attempted > 10
    assert results.failed == 0


def test_every_column_is_on_the_page_with_its_arguments() -> None:
    rows = dict(re.findall(r"^\| `(\w*column\w*)\((.*?)\)` \|", PAGE.read_text(), re.M))
    names = [name for name in feature_columns.__all__ if re.search("_columns?(_|$)", name)]
    made = {name: getattr(feature_columns, name) for name in names}

    assert list(rows) == [name for name in rows if name in made]
    assert set(rows) == set(made)
    for name, arguments in rows.items():
        given = [argument.partition("=")[0] for argument in arguments.split(", ")]
        parameters = list(inspect.signature(made[name]).parameters)
        assert given == [parameter for parameter in parameters if parameter not in ("shared_name", "vocabulary")]
