"""Logs as tables of pandas, polars and Arrow."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from summaries import SummaryWriter, load
from summaries.load import Log

LIBRARIES = ["pandas", "polars", "arrow"]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    """Two runs, one of which began again at step 1."""
    for name, values in {"a": [0.5, float("nan")], "b/c": [2.0]}.items():
        with SummaryWriter(tmp_path / name, heartbeat_secs=None) as writer:
            writer.add_hparams({"lr": 0.1, "name": name, "deep": name == "a"} | ({"run": 1} if name == "a" else {}), {})
            for step, value in enumerate(values):
                writer.add_scalar("loss", value, step, walltime=100.0 + step, double_precision=True)
                writer.add_text("note", f"{name} {step}", step, walltime=100.0)
            writer.add_histogram("weights", np.array([1.0, 1.0, 3.0]), 7, bins=[0.0, 2.0, 4.0], walltime=100.0)
    with SummaryWriter(tmp_path / "a", purge_step=1, heartbeat_secs=None) as writer:
        writer.add_scalar("loss", 0.25, 1, walltime=200.0, double_precision=True)
    return load(tmp_path)


def rows_of(framed: Any, library: str, *names: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, row by row, as plain Python values; NaN as None."""
    table = getattr(framed, f"to_{library}")()
    if library == "pandas":
        columns = [table[name].astype(object).where(table[name].notna(), None).tolist() for name in names]
    else:
        columns = [(table[name].to_list() if library == "polars" else table[name].to_pylist()) for name in names]
    plain = [[None if value != value else value for value in column] for column in columns]
    return list(zip(*plain, strict=True))


@pytest.mark.parametrize("library", LIBRARIES)
def test_scalars_are_a_row_a_point(log: Log, library: str):
    names = ("run", "tag", "step", "wall_time", "value", "superseded")

    assert rows_of(log, library, *names) == [
        ("a", "loss", 0, 100.0, 0.5, False),
        ("a", "loss", 1, 101.0, None, True),
        ("a", "loss", 1, 200.0, 0.25, False),
        ("b/c", "loss", 0, 100.0, 2.0, False),
    ]
    assert rows_of(log.runs["b/c"], library, *names) == [("b/c", "loss", 0, 100.0, 2.0, False)]
    assert rows_of(log.runs["a"].scalars, library, "step") == [(0,), (1,), (1,)]


@pytest.mark.parametrize("library", LIBRARIES)
def test_histograms_are_a_row_a_bucket(log: Log, library: str):
    assert rows_of(log.histograms, library, "run", "tag", "step", "left", "right", "count", "superseded") == [
        ("a", "weights", 7, 1.0, 2.0, 2.0, True),
        ("a", "weights", 7, 2.0, 3.0, 1.0, True),
        ("b/c", "weights", 7, 1.0, 2.0, 2.0, False),
        ("b/c", "weights", 7, 2.0, 3.0, 1.0, False),
    ]


@pytest.mark.parametrize("library", LIBRARIES)
def test_texts_are_a_row_a_value(log: Log, library: str):
    assert rows_of(log.runs["a"].texts, library, "step", "value", "superseded") == [
        (0, "a 0", False),
        (1, "a 1", True),
    ]
    assert len(rows_of(log.texts, library, "run")) == 3


@pytest.mark.parametrize("library", LIBRARIES)
def test_hparams_are_a_row_a_run(log: Log, library: str):
    assert rows_of(log.hparams, library, "run", "lr", "name", "deep", "hparams.run") == [
        ("a", 0.1, "a", True, 1.0),
        ("b/c", 0.1, "b/c", False, None),
    ]


def test_hparam_of_several_types_is_text(tmp_path: Path):
    for name, value in {"a": 0.1, "b": "auto"}.items():
        with SummaryWriter(tmp_path / name) as writer:
            writer.add_hparams({"lr": value}, {})

    assert rows_of(load(tmp_path).hparams, "arrow", "run", "lr") == [("a", "0.1"), ("b", "auto")]


def test_names_of_runs_and_tags_are_categories(log: Log):
    frame, polars_frame, table = log.to_pandas(), log.to_polars(), log.to_arrow()

    assert frame["run"].dtype == pd.CategoricalDtype(["a", "b/c"])
    assert frame["value"].dtype == np.float64
    assert polars_frame.schema["tag"] == pl.Enum(["loss"])
    assert table.schema.field("run").type == pa.dictionary(pa.int32(), pa.string())
    assert [str(kind) for kind in frame.dtypes] == ["category", "category", "int64", "float64", "float64", "bool"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_log_without_a_point_is_an_empty_table(tmp_path: Path, library: str):
    with SummaryWriter(tmp_path):
        pass
    log = load(tmp_path)

    for framed in (log, log.runs["."], log.histograms, log.texts):
        assert rows_of(framed, library, "run", "tag", "step", "superseded") == []
    assert rows_of(log.hparams, library, "run") == [(".",)]


@pytest.mark.parametrize(("library", "module"), [("pandas", "pandas"), ("polars", "polars"), ("arrow", "pyarrow")])
def test_missing_library_is_an_error_that_names_the_extra(
    log: Log, library: str, module: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, module, None)

    with pytest.raises(
        ImportError, match=rf"{module} must be installed for this .* pip install 'trainboard\[frames\]'"
    ):
        getattr(log, f"to_{library}")()


def test_kind_without_columns_says_how_to_get_the_values(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_image("i", np.zeros((3, 2, 2), dtype=np.uint8), 0)
    images = load(tmp_path).runs["."].images

    with pytest.raises(
        ValueError, match=r"kind of a table must be one of .*; got 'images'\. Take the values themselves"
    ):
        images.to_pandas()
    assert images["i"][0].pixels().shape == (2, 2, 3)
