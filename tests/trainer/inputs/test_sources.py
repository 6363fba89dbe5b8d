from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from trainer.inputs import Batches, Rows, first_batches, open_features, open_source
from trainer.inputs.frames import to_columns, to_matrix

X = np.arange(6.0).reshape(3, 2)
Y = np.array([0, 1, 0])
COLUMNS = {"a": [1.0, 2.0], "b": [3, 4], "y": ["p", "q"], "w": [1.0, 0.5]}


def read(source: Rows | Batches) -> list[Rows]:
    assert isinstance(source, Batches)
    return list(source.read())


@pytest.mark.parametrize("source", [lambda: (X, Y), (X, Y), lambda: (X, Y, None)])
def test_features_and_labels_of_all_rows_are_rows(source: Any) -> None:
    rows = open_source(source)

    assert isinstance(rows, Rows)
    assert rows.features is X
    assert rows.labels is Y


@pytest.mark.parametrize("source", [[(X, Y)], lambda: [(X, Y)], lambda: iter([(X, Y)]), (item for item in [(X, Y)])])
def test_iterables_and_functions_give_batches(source: Any) -> None:
    (rows,) = read(open_source(source))

    assert rows.features is X
    assert rows.labels is Y


def test_function_is_called_again_for_each_pass_and_an_iterator_is_read_once() -> None:
    calls: list[int] = []

    def batches() -> list[Any]:
        calls.append(1)
        return [(X, Y)]

    source = open_source(batches)

    assert isinstance(source, Batches)
    assert [len(read(source)) for _ in range(3)] == [1, 1, 1]
    assert len(calls) == 3
    assert source.is_repeatable
    assert not open_source(iter([(X, Y)])).is_repeatable


@pytest.mark.parametrize(
    "make", [dict, pd.DataFrame, pl.DataFrame, pa.table], ids=["dict", "pandas", "polars", "arrow"]
)
def test_labels_and_weights_are_columns_of_a_table_or_of_each_batch(make: Any) -> None:
    table = make(COLUMNS)

    whole = open_source(table, "y", "w")
    (batch,) = read(open_source([table], "y", "w"))

    for rows in (whole, batch):
        assert list(rows.labels) == ["p", "q"]
        assert list(rows.weights) == [1.0, 0.5]
        assert list(rows.features if make is dict else to_columns(rows.features)) == ["a", "b"]


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "arrow"])
def test_table_of_numbers_is_a_matrix(make: Any) -> None:
    matrix = to_matrix(make({"a": [1.0, None], "b": [3, 4], "c": [True, False]}))

    np.testing.assert_array_equal(matrix, [[1, 3, 1], [np.nan, 4, 0]])


@pytest.mark.parametrize("dtype", ["Int64", "Float32", "boolean", "int8"])
def test_all_number_types_of_pandas_are_numbers(dtype: str) -> None:
    assert to_matrix(pd.DataFrame({"a": pd.array([1, 0], dtype=dtype)})).tolist() == [[1], [0]]


@pytest.mark.parametrize(
    ("features", "labels", "weights", "error", "message"),
    [
        (3, None, None, TypeError, r"input must be an iterable of \(features, labels\) .* got int\."),
        (COLUMNS, "z", None, ValueError, r"X must hold the column 'z'; got 'a', 'b', 'y', 'w'\. Correct the name\."),
        (X, "y", None, ValueError, r"X must be a dict or a table of columns, since 'y' names one of them; got ndarray"),
        ([(X, Y)], None, [1.0], ValueError, r"sample_weight must be None with batches; got weights\. Yield"),
    ],
)
def test_what_is_no_input_is_refused(
    features: Any, labels: Any, weights: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        open_source(features, labels, weights)


def test_batch_without_the_column_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match=r"batch 1 must hold the column 'y'; got 'a'\."):
        read(open_source([COLUMNS, {"a": [1]}], "y"))


@pytest.mark.parametrize("frame", [pd.DataFrame({"a": [1], "b": ["x"]}), pl.DataFrame({"a": [1], "b": ["x"]})])
def test_texts_are_no_matrix(frame: Any) -> None:
    with pytest.raises(ValueError, match=r"column 'b' of X must hold numbers; got str values\. Drop it"):
        to_matrix(frame)


def test_columns_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"names of columns must differ; got 'a' more than once\."):
        to_columns(pd.DataFrame([[1, 2]], columns=["a", "a"]))


@pytest.mark.parametrize("features", [X, X.tolist(), (X, X), [X, X]])
def test_arrays_to_predict_are_rows(features: Any) -> None:
    assert isinstance(open_features(features), Rows)


@pytest.mark.parametrize("features", [[(X, Y)], [{"a": X}], iter([X]), lambda: iter([X]), [pd.DataFrame(X)]])
def test_batches_to_predict_may_hold_labels_or_not(features: Any) -> None:
    (rows,) = read(open_features(features))

    assert rows.features is not None


def test_steps_of_what_is_no_input_are_not_what_is_refused() -> None:
    with pytest.raises(TypeError, match=r"input must be an iterable of \(features, labels\) .* got int\."):
        first_batches(5, None, 1)
