"""Tables of several libraries, Plotly figures and confusion matrices through the writer."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pandas
import polars
import pyarrow
import pytest
from plotly import graph_objects

from summaries import SummaryWriter, load
from summaries.adapters.frames import to_columns
from summaries.load import Run


def read(folder: Path) -> Run:
    return load(folder).runs["."]


@pytest.mark.parametrize(
    ("data", "names", "columns"),
    [
        ([{"a": 1, "b": "x"}, {"b": "y", "c": 2.5}], None, {"a": [1, None], "b": ["x", "y"], "c": [None, 2.5]}),
        ({"a": np.arange(2), "b": (None, True)}, None, {"a": [0, 1], "b": [None, True]}),
        ({"a": np.arange(2), "b": [1, 2]}, ["b"], {"b": [1, 2]}),
        ([[1, "x"], [2, "y"]], ["n", "s"], {"n": [1, 2], "s": ["x", "y"]}),
        (np.eye(2), None, {"0": [1.0, 0.0], "1": [0.0, 1.0]}),
        ({"a": [np.float32(0.5), jnp.float32(1.5)]}, None, {"a": [0.5, 1.5]}),
        ([], None, {}),
    ],
)
def test_to_columns_takes_pythons_own_tables(data: Any, names: list[str] | None, columns: dict[str, list]):
    assert to_columns(data, names) == columns


@pytest.mark.parametrize(
    ("data", "names", "complaint"),
    [
        (3, None, "table must be a DataFrame, .*; got int"),
        ("abc", None, "table must be a DataFrame, .*; got str"),
        ({"a": [1]}, ["b"], "columns must be in the table; got .'b'. beside .'a'."),
        ([[1, 2], [3]], None, r"one cell for each column of None; got \[1, 2\]"),
        ([[1, 2]], ["a"], r"one cell for each column of \['a'\]; got \[2\]"),
    ],
)
def test_to_columns_refuses(data: Any, names: list[str] | None, complaint: str):
    with pytest.raises(ValueError, match=complaint):
        to_columns(data, names)


def test_pandas_frames_keep_types_and_an_index_that_says_something():
    frame = pandas.DataFrame(
        {
            "n": pandas.array([1, None], dtype="Int64"),
            "x": [0.5, np.nan],
            "at": [pandas.Timestamp(2026, 1, 2), pandas.NaT],
        },
        index=pandas.Index(["a", "b"], name="word"),
    )

    columns = to_columns(frame)

    assert list(columns) == ["word", "n", "x", "at"]
    assert (columns["word"], columns["n"], columns["at"]) == (["a", "b"], [1, None], [datetime(2026, 1, 2), None])
    assert columns["x"][0] == 0.5
    assert np.isnan(columns["x"][1])
    assert list(to_columns(pandas.DataFrame({"a": [1]}))) == ["a"]


def test_polars_frames_keep_types():
    frame = polars.DataFrame({"a": [1, None], "b": ["x", "y"], "c": [date(2026, 1, 2), None]})

    assert to_columns(frame) == {"a": [1, None], "b": ["x", "y"], "c": [date(2026, 1, 2), None]}


def test_pyarrow_tables_keep_types():
    assert to_columns(pyarrow.table({"a": [1, None], "b": ["x", "y"]})) == {"a": [1, None], "b": ["x", "y"]}


def test_add_table_keeps_what_was_there_at_the_call(tmp_path: Path):
    cells = [0.5, float("nan")]
    with SummaryWriter(tmp_path) as writer:
        writer.add_table("samples", {"loss": cells, "day": [date(2026, 1, 2), None]}, 3)
        cells[0] = 9.0
        writer.add_table("samples", [["x"]], 4, columns=["word"])

    series = read(tmp_path).tables["samples"]
    first, second = series[:]
    assert series.places.steps.tolist() == [3, 4]
    assert [column.type for column in first.columns] == ["float", "time"]
    assert first.to_dict()["loss"][0] == 0.5
    assert np.isnan(first.to_dict()["loss"][1])
    assert first.to_dict()["day"] == [datetime(2026, 1, 2), None]
    assert second.to_dict() == {"word": ["x"]}


def test_add_plotly_keeps_the_figure(tmp_path: Path):
    figure = graph_objects.Figure(graph_objects.Scatter(y=[1.0, None, 3.0]), {"title": {"text": "ü"}})
    with SummaryWriter(tmp_path) as writer:
        writer.add_plotly("chart", figure, 2)

    (value,) = read(tmp_path).blobs("plotly")["chart"][:]
    assert value == figure.to_dict()


def test_add_confusion_matrix_counts_in_the_background(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_confusion_matrix("val", [0, 1, 1], np.array([0, 0, 1]), 1, class_names=["cat", "dog"])
        writer.add_confusion_matrix("val", jnp.array([0, 1]), jnp.array([[0.9, 0.1], [0.2, 0.8]]), 2)
        writer.add_confusion_matrix("val", ["b", "a"], ["b", "b"], 3)
        writer.add_confusion_matrix_raw("raw", [[1, 2], [3, 4]], 4, class_names=["x", "y"])

    run = read(tmp_path)
    first, second, third = run.blobs("confusion_matrices")["val"][:]
    (raw,) = run.blobs("confusion_matrices")["raw"][:]
    assert (first.counts.tolist(), first.class_names) == ([[1, 0], [1, 1]], ("cat", "dog"))
    assert (second.counts.tolist(), second.class_names) == ([[1, 0], [0, 1]], ())
    assert (third.counts.tolist(), third.class_names) == ([[0, 1], [0, 1]], ("a", "b"))
    assert raw.counts.tolist() == [[1, 2], [3, 4]]


def test_add_confusion_matrix_refuses_at_the_call_what_shapes_tell(tmp_path: Path):
    with SummaryWriter(tmp_path) as writer:
        with pytest.raises(ValueError, match=r"labels and predictions must have shapes .*; got \(2,\) and \(3,\)"):
            writer.add_confusion_matrix("val", [0, 1], [0, 1, 2])
        with pytest.raises(ValueError, match=r"counts must have shape \(k, k\)"):
            writer.add_confusion_matrix_raw("val", [[1, 2]])


def test_label_that_is_no_class_is_told_by_the_next_call(tmp_path: Path):
    writer = SummaryWriter(tmp_path)
    writer.add_confusion_matrix("val", [0, 5], [0, 1], 7, class_names=["a", "b"])

    with pytest.raises(ValueError, match=r"value of 'val' at step 7: labels and predictions must lie in \[0, 2\)"):
        writer.close()
