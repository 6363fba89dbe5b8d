"""docs/layers.md: its examples run, and its tables are complete."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

from trainer import layers
from trainer.layers import constraints, initializers, regularizers
from trainer.layers.configs import REGISTRY

PAGE = Path(__file__).parents[3] / "docs" / "layers.md"


def test_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    REGISTRY.pop("Gated", None)

    assert tried > 20
    assert failed == 0


def test_tables_of_the_page_name_everything() -> None:
    text = PAGE.read_text()

    table = text[text.index("## All layers") : text.index("## Beside Keras")]
    assert set(re.findall(r"(?<=[|,] )`(\w+)`", table)) == set(layers.LAYERS)
    for names in (initializers.NAMES, regularizers.NAMES, constraints.NAMES):
        assert ", ".join(f"`{name}`" for name in sorted(names)) in text


def test_table_of_the_comparison_with_keras_holds_each_layer_that_is_compared() -> None:
    pytest.importorskip("keras")
    from tests.trainer.layers import keras_table

    assert keras_table.counts_on(PAGE.read_text()) == keras_table.counted()
