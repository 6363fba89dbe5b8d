from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer import feature_columns as fc
from trainer.inputs import FixedLenFeature, TFRecords, VarLenFeature

EXAMPLES = Path(__file__).parents[2] / "fixtures" / "examples" / "examples.tfrecord"
TAGS = fc.categorical_column_with_vocabulary_list("tags", ["tag 0 ü", "tag 1 ü"])


def test_records_are_read_as_the_columns_need_them() -> None:
    columns = [fc.numeric_column("pair", shape=2), fc.embedding_column(TAGS, 2)]
    spec = fc.make_parse_example_spec(columns, max_length=3)

    (batch,) = TFRecords(EXAMPLES, spec)
    encoded = fc.FeatureColumns(columns).encode(batch)

    assert encoded["pair"].tolist() == [[0, 0], [1, -1], [2, -2]]
    assert encoded["tags_ids"].tolist() == [[0, 1, -1], [0, -1, -1], [-1, -1, -1]]


def test_every_column_says_what_it_reads() -> None:
    ages = fc.bucketized_column(fc.numeric_column("age", default_value=1), [18])
    days = fc.categorical_column_with_vocabulary_list("day", [1, 2])
    weighted = fc.weighted_categorical_column(TAGS, "weight")
    hours = fc.categorical_column_with_hash_bucket("hour", 9, dtype=np.int64)

    spec = fc.make_parse_example_spec([fc.crossed_column(["job", ages], 9), days, weighted, hours], 2)

    assert spec == {
        "job": VarLenFeature(str, 2),
        "age": FixedLenFeature((1,), "float32", 1.0),
        "day": VarLenFeature(np.int64, 2),
        "tags": VarLenFeature(str, 2),
        "weight": VarLenFeature("float32", 2),
        "hour": VarLenFeature(np.int64, 2),
    }


def test_feature_that_is_read_in_two_ways_is_refused() -> None:
    columns = [fc.numeric_column("age"), fc.categorical_column_with_identity("age", 100)]

    with pytest.raises(ValueError, match=r"columns must read the feature 'age' in one way; got FixedLenFeature\("):
        fc.make_parse_example_spec(columns)
