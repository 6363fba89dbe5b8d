from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fsspec
import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from trainer import feature_columns as fc
from trainer import layers

AGE = fc.numeric_column("age")
JOB = fc.categorical_column_with_vocabulary_list("job", ["clerk", "nurse"])
DAY = fc.categorical_column_with_identity("day", 7)
COLUMNS: list[fc.FeatureColumn] = [
    fc.numeric_column("age", normalizer_fn=np.log1p),
    fc.numeric_column("pair", shape=[2], default_value=[0, 1]),
    fc.bucketized_column(AGE, [18, 65]),
    JOB,
    DAY,
    fc.categorical_column_with_hash_bucket("city", 10, dtype=np.int64),
    fc.crossed_column(["job", DAY], 100),
    fc.weighted_categorical_column(JOB, "job_weight"),
    fc.embedding_column(JOB, 3, initializer="zeros"),
    fc.indicator_column(DAY),
    *fc.shared_embedding_columns([JOB, fc.categorical_column_with_vocabulary_list("old_job", ["clerk", "nurse"])], 2),
]


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: str(column.name))
def test_columns_come_back_from_configurations_and_pickles(column: fc.FeatureColumn) -> None:
    config = json.loads(json.dumps(column.get_config()))

    assert type(column).from_config(config) == column
    assert pickle.loads(pickle.dumps(column)) == column
    assert hash(pickle.loads(pickle.dumps(column))) == hash(column)


def test_networks_on_columns_come_back_from_configurations() -> None:
    network = layers.Sequential([fc.DenseFeatures([AGE, fc.embedding_column(JOB, 2)]), layers.Dense(1)])

    assert layers.from_config(json.loads(json.dumps(layers.to_config(network)))) == network


FRAMES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "dict of lists": dict,
    "pandas": pd.DataFrame,
    "pandas of texts": lambda table: pd.DataFrame(table).astype({"job": "string"}),
    "pandas of categories": lambda table: pd.DataFrame(table).astype({"job": "category"}),
    "polars": pl.DataFrame,
    "polars of categories": lambda table: pl.DataFrame(table).with_columns(pl.col("job").cast(pl.Categorical)),
    "pyarrow": pa.table,
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_tables_of_any_library_are_encoded_alike(make: Callable[[dict[str, Any]], Any]) -> None:
    table = {"job": ["nurse", None, "pilot"], "age": [31.0, None, 4.0], "day": [0, 6, 3], "unused": ["x", "y", "z"]}
    columns = fc.FeatureColumns([JOB, fc.numeric_column("age", default_value=40), DAY])

    encoded = columns.encode(make(table))

    assert {name: array.tolist() for name, array in encoded.items()} == {
        "job_ids": [[1], [-1], [-1]],
        "age": [[31.0], [40.0], [4.0]],
        "day_ids": [[0], [6], [3]],
    }
    assert {array.dtype.name for array in encoded.values()} == {"float32", "int32"}


def test_texts_as_bytes_and_missing_values_of_all_kinds_are_read() -> None:
    column = fc.categorical_column_with_vocabulary_list("job", ["clerk", "naïve"])
    jobs = np.array([b"clerk", "naïve".encode(), None, np.nan, "", "clerk"], object)

    assert column.ids({"job": jobs}).ravel().tolist() == [0, 1, -1, -1, -1, 0]


@pytest.mark.parametrize("days", [pd.Series([3, None, 0]), pd.Series([3, None, 0], dtype="Int64"), [3.0, None, 0]])
def test_integers_that_a_table_made_floats_are_integers(days: Any) -> None:
    assert DAY.ids({"day": days}).ravel().tolist() == [3, -1, 0]
    assert fc.FeatureColumns([DAY]).encode(pd.DataFrame({"day": days}))["day_ids"].ravel().tolist() == [3, -1, 0]


def test_vocabulary_comes_from_a_file_or_an_address(tmp_path: Path) -> None:
    (tmp_path / "jobs.txt").write_text("clerk\nnurse\npilot\n")
    with fsspec.open("memory://vocabulary/jobs.txt", "w") as file:
        file.write("clerk\nnurse\npilot\n")

    for path in (str(tmp_path / "jobs.txt"), "memory://vocabulary/jobs.txt"):
        column = fc.categorical_column_with_vocabulary_file("job", path, num_oov_buckets=1)
        assert column.ids({"job": ["pilot", "clerk", "cook"]}).ravel().tolist() == [2, 0, 3]
        assert column.num_categories == 4
    (tmp_path / "jobs.txt").replace(tmp_path / "more.txt")
    column = fc.categorical_column_with_vocabulary_file("job", str(tmp_path / "more.txt"))
    config = json.loads(json.dumps(column.get_config()))
    (tmp_path / "more.txt").replace(tmp_path / "jobs.txt")
    assert fc.VocabularyFileColumn.from_config(config) == column == pickle.loads(pickle.dumps(column))
    short = fc.categorical_column_with_vocabulary_file("job", str(tmp_path / "jobs.txt"), 2, default_value=0)
    assert short.ids({"job": ["pilot", "nurse"]}).ravel().tolist() == [0, 1]


def test_shared_columns_look_up_one_table() -> None:
    words = ["clerk", "nurse"]
    columns = fc.shared_embedding_columns(
        [fc.categorical_column_with_vocabulary_list(key, words) for key in ("now", "before")], 2
    )
    layer = fc.DenseFeatures(columns)
    encoded = fc.FeatureColumns(columns).encode({"now": ["nurse", "clerk"], "before": ["clerk", "clerk"]})

    params, state = layer.init(jax.random.key(0), encoded)
    outputs, _ = layer.apply(params, state, encoded)

    assert jax.tree.map(jnp.shape, params) == {"before_now_shared_embedding": {"embeddings": (2, 2)}}
    table = params["before_now_shared_embedding"]["embeddings"]
    np.testing.assert_array_equal(outputs, jnp.concatenate([table[jnp.array([0, 0])], table[jnp.array([1, 0])]], 1))


def test_row_without_categories_has_no_gradient_that_is_not_a_number() -> None:
    layer = fc.DenseFeatures([fc.embedding_column(JOB, 2, "sqrtn", max_norm=1.0)])
    encoded = {"job_ids": np.array([[-1], [0]], np.int32)}
    params, state = layer.init(jax.random.key(0), encoded)

    grads = jax.grad(lambda params: layer.apply(params, state, encoded)[0].sum())(params)

    table = grads["job_embedding"]["embeddings"]
    assert jnp.isfinite(table).all()
    assert table[1].tolist() == [0, 0]


def test_frozen_embeddings_stay_and_linear_weights_start_at_zero() -> None:
    deep = fc.DenseFeatures([fc.embedding_column(JOB, 2, trainable=False), fc.embedding_column(DAY, 2)])
    wide = fc.LinearFeatures([JOB, AGE, fc.embedding_column(DAY, 2)])
    encoded = fc.FeatureColumns([*deep.columns, *wide.columns]).encode({"job": ["nurse"], "age": [3], "day": [1]})

    params, _ = deep.init(jax.random.key(0), encoded)
    wide_params, state = wide.init(jax.random.key(0), encoded)

    assert layers.trainable_mask(deep, params) == {
        "job_embedding": {"embeddings": False},
        "day_embedding": {"embeddings": True},
    }
    assert wide.apply(wide_params, state, encoded)[0].tolist() == [[0.0]]


READ: dict[str, tuple[fc.FeatureColumn, dict[str, Any], str]] = {
    "missing": (AGE, {"agee": [1]}, r"features must hold the columns 'age', which feature columns read; got 'agee'\."),
    "texts": (AGE, {"age": ["1"]}, r"column 'age' must hold numbers; got '1'\. Read it with a categorical column\."),
    "array of texts": (AGE, {"age": np.array(["1"])}, r"column 'age' must hold numbers; got <U1 values\."),
    "shape": (AGE, {"age": [[1, 2]]}, r"column 'age' must have the shape \(n, 1\); got \(1, 2\)\. Pass shape="),
    "nan": (
        AGE,
        {"age": [1.0, np.nan]},
        r"column 'age' must hold finite numbers; got NaN or a missing value as it came",
    ),
    "log of 0": (
        fc.numeric_column("age", normalizer_fn=lambda ages: 1 / np.maximum(ages, 1e-300)),
        {"age": [1.0, 0.0]},
        r"column 'age' must hold finite numbers; got inf after normalizer_fn in row 1\.",
    ),
    "ragged": (
        JOB,
        {"job": [["clerk"], ["clerk", "nurse"]]},
        r"column 'job' must have equally many values in each row",
    ),
    "ragged series": (
        JOB,
        {"job": pd.Series([["clerk"], ["clerk", "nurse"]])},
        r"column 'job' must have equally many values in each row; got rows of different lengths\.",
    ),
    "floats": (JOB, {"job": [1.5]}, r"column 'job' must hold texts or integers for a categorical column; got 1\.5\."),
    "array of floats": (
        DAY,
        {"day": np.array([1.5])},
        r"column 'day' must hold texts or integers .* got float64 values",
    ),
    "integers for texts": (JOB, {"job": [3]}, r"column 'job' must hold texts, as its vocabulary does; got 3\."),
    "three axes": (JOB, {"job": np.zeros((1, 1, 1), int)}, r"column 'job' must have the shape \(n,\) or \(n, values\)"),
    "range": (DAY, {"day": [0, 7]}, r"column 'day' must hold integers in \[0, 7\); got 7\. Pass default_value=,"),
    "rows": (
        fc.crossed_column(["job", "day"], 10),
        {"job": ["clerk"], "day": [1, 2]},
        r"columns of features must have equally many rows; got \{'job': 1, 'day': 2\}\.",
    ),
    "no rows": (AGE, {"age": []}, r"features must have at least one row; got none\."),
    "weights": (
        fc.weighted_categorical_column(JOB, "weight"),
        {"job": [["clerk", "nurse"]], "weight": [1.0]},
        r"column 'weight' must have the shape of the categories of 'job', \(1, 2\); got \(1, 1\)\.",
    ),
    "nan weight": (
        fc.weighted_categorical_column(JOB, "weight"),
        {"job": ["clerk", "nurse"], "weight": [1.0, None]},
        r"column 'weight' must hold finite weights; got \[nan\] in row 1\.",
    ),
}


@pytest.mark.parametrize("case", READ)
def test_features_that_do_not_fit_their_column_are_refused(case: str) -> None:
    column, features, message = READ[case]

    with pytest.raises(ValueError, match=message) as caught:
        fc.FeatureColumns([column]).encode(features)

    assert str(caught.value).endswith(".")


MADE: dict[str, tuple[Callable[[], Any], str]] = {
    "boundaries": (lambda: fc.bucketized_column(AGE, [2, 1]), r"boundaries must be growing numbers; got \[2, 1\]\."),
    "source": (lambda: fc.bucketized_column(JOB, [1]), r"source_column must be NumericColumn; got Vocab"),
    "twice": (
        lambda: fc.categorical_column_with_vocabulary_list("job", ["a", "a"]),
        r"vocabulary_list of column 'job' must hold different texts, or different integers; got \['a', 'a'\]",
    ),
    "both defaults": (
        lambda: fc.categorical_column_with_vocabulary_list("job", ["a"], default_value=0, num_oov_buckets=1),
        r"default_value of column 'job' must be -1 with num_oov_buckets=1; got 0\.",
    ),
    "default": (
        lambda: fc.categorical_column_with_identity("day", 7, 7),
        r"default_value .* must be in \[0, 7\); got 7",
    ),
    "one key": (
        lambda: fc.crossed_column(["job"], 10),
        r"keys of a crossed column must be at least two; got \['job'\]",
    ),
    "hashed key": (
        lambda: fc.crossed_column([fc.categorical_column_with_hash_bucket("job", 5), "day"], 10),
        r"keys of a crossed column must be names or columns that are not hashed; .* Pass its key, 'job'",
    ),
    "numeric key": (
        lambda: fc.crossed_column([AGE, "day"], 10),
        r"keys of a crossed column must be names or categorical columns .* got 'age'\.",
    ),
    "combiner": (lambda: fc.embedding_column(JOB, 2, "max"), r"combiner must be one of mean, sqrtn, sum; got 'max'\."),
    "dimension": (lambda: fc.embedding_column(JOB, 0), r"dimension must be a positive integer; got 0\."),
    "shared": (lambda: fc.shared_embedding_columns([JOB, DAY], 2), r"categorical_columns must have equally many cat"),
    "categorical": (lambda: fc.DenseFeatures([JOB]), r"columns must be a dense column; .* Wrap it in indicator_column"),
    "no column": (lambda: fc.FeatureColumns(["age"]), r"columns must be feature columns; got 'age'\."),
    "none": (lambda: fc.FeatureColumns([]), r"columns must hold at least one feature column; got none\."),
    "same name": (
        lambda: fc.FeatureColumns([JOB, fc.categorical_column_with_hash_bucket("job", 5)]),
        r"columns of one name must be equal; got two different ones named 'job'\.",
    ),
    "raw features": (
        lambda: fc.DenseFeatures([fc.indicator_column(JOB)]).init(jax.random.key(0), {"job": np.zeros(3)}),
        r"inputs of DenseFeatures must hold 'job_ids' for the column 'job_indicator'; got 'job'\.",
    ),
    "an array": (
        lambda: fc.LinearFeatures([JOB]).init(jax.random.key(0), np.zeros((3, 1))),
        r"inputs of LinearFeatures must be a dict of encoded features; got .*Tracer\.",
    ),
    "no dict": (lambda: fc.FeatureColumns([AGE]).encode(np.zeros(3)), r"features must be a dict or a table of columns"),
}


@pytest.mark.parametrize("case", MADE)
def test_columns_that_make_no_sense_are_refused(case: str) -> None:
    make, message = MADE[case]

    with pytest.raises((ValueError, TypeError), match=message) as caught:
        make()

    assert str(caught.value).endswith(".")
