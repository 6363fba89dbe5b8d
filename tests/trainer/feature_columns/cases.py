"""A small table and feature columns on it, of TensorFlow or of ours: both have the same functions."""

from __future__ import annotations

from typing import Any

import numpy as np

FEATURES = {
    "age": np.array([[17.9], [18.0], [40.0], [65.0], [90.5]], np.float32),
    "pair": np.array([[0.5, 1.5], [1.0, 2.0], [3.0, -1.0], [0.0, 0.0], [2.0, 9.0]], np.float32),
    "job": np.array([["clerk"], ["nurse"], ["pilot"], ["nurse"], ["a rather long name of a job that nobody has"]]),
    "tags": np.array([["a", "b", ""], ["b", "b", "c"], ["", "", ""], ["zz", "a", "a"], ["c", "", ""]]),
    "tag_weights": np.array([[0.5, 2, 0], [1, 1, 3], [0, 0, 0], [4, 0.25, 0.25], [2, 0, 0]], np.float32),
    "day": np.array([[0], [6], [3], [3], [1]]),
}
# One for each way in which the hash treats a length.
TEXTS = ["", "a", "abc", "abcd", "abcdefg", "Exec-managerial", "é", "日本語", "abcdefghijklmnopq", "x" * 32, "y" * 33]
TEXTS += ["The quick brown fox jumps over the lazy dog, twice.", "z" * 64, "w" * 65, "v" * 128, "u" * 200]
TABLE = np.arange(1, 7, dtype=np.float32).reshape(3, 2)
UNITS = 2


def make_categorical(library: Any) -> dict[str, Any]:
    """Categorical columns by name of the case."""
    ages = library.bucketized_column(library.numeric_column("age"), [18, 65])
    pairs = library.bucketized_column(library.numeric_column("pair", shape=(2,)), [0.0, 1.0, 2.0])
    day = library.categorical_column_with_identity("day", 7)
    vocabulary = library.categorical_column_with_vocabulary_list
    return {
        "listed": vocabulary("job", ["clerk", "nurse"]),
        "others hashed": vocabulary("job", ["clerk", "nurse"], num_oov_buckets=3),
        "others together": vocabulary("job", ["clerk", "nurse"], default_value=1),
        "several": vocabulary("tags", ["a", "b", "c"]),
        "integers listed": vocabulary("day", [3, 6, 0]),
        "hashed": library.categorical_column_with_hash_bucket("tags", 7),
        "identity": day,
        "buckets": ages,
        "buckets of two": pairs,
        "crossed names": library.crossed_column(["job", "day"], 50),
        "crossed buckets": library.crossed_column(["job", ages], 50),
        "crossed three": library.crossed_column([day, "job", ages], 1000),
        "crossed by a key": library.crossed_column(["job", "day"], 50, hash_key=42),
        "crossed with several": library.crossed_column([pairs, day], 100),
        "crossed cross": library.crossed_column([library.crossed_column(["job", "day"], 5), ages], 100),
    }


def make_dense(library: Any, initializer: Any) -> dict[str, list[Any]]:
    """Dense columns by name of the case."""
    tags = library.categorical_column_with_vocabulary_list("tags", ["a", "b", "c"])
    weighted = library.weighted_categorical_column(tags, "tag_weights")
    age, pair = library.numeric_column("age"), library.numeric_column("pair", shape=(2,))

    def embedding(column: Any, combiner: str, **options: Any) -> list[Any]:
        return [library.embedding_column(column, 2, combiner, initializer=initializer, **options)]

    job = library.categorical_column_with_vocabulary_list("job", ["clerk", "nurse"], num_oov_buckets=3)
    buckets = [library.bucketized_column(age, [18, 65]), library.bucketized_column(pair, [0.0, 1.0, 2.0])]
    return {
        **{combiner: embedding(tags, combiner) for combiner in ("mean", "sqrtn", "sum")},
        **{f"weighted {combiner}": embedding(weighted, combiner) for combiner in ("mean", "sqrtn", "sum")},
        "largest norm": embedding(tags, "sum", max_norm=3.0),
        "indicator": [library.indicator_column(tags)],
        "weighted indicator": [library.indicator_column(weighted)],
        "side by side": [pair, *buckets, library.indicator_column(job), age],
    }


def make_linear(library: Any) -> list[Any]:
    """Columns of a linear model."""
    tags = library.categorical_column_with_vocabulary_list("tags", ["a", "b", "c"])
    age, pair = library.numeric_column("age"), library.numeric_column("pair", shape=(2,))
    weighted = library.weighted_categorical_column(tags, "tag_weights")
    return [age, pair, library.bucketized_column(age, [18, 65]), tags, weighted]
