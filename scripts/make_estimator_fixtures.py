"""Remakes what TensorFlow 2.15 wrote for the tests of the estimators' input.

    pip install tensorflow-cpu==2.15.1
    python scripts/make_estimator_fixtures.py

tests/fixtures/feature_columns.json is what its feature columns make of a small table: the one, and the columns, of
tests/trainer/feature_columns/cases.py. tests/fixtures/examples holds records of examples, compressed in each way.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.python.feature_column import feature_column_v2

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "trainer" / "feature_columns" / "cases.py"
FIXTURES = ROOT / "tests" / "fixtures"
tf1 = tf.compat.v1


def load_cases() -> Any:
    """The module of the cases, which imports nothing of ours."""
    spec = importlib.util.spec_from_file_location("cases", CASES)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find_ids(column: Any, features: dict[str, Any]) -> list[list[int]]:
    """The categories of each row; -1 is none."""
    cache = feature_column_v2.FeatureTransformationCache(features)
    ids = column.get_sparse_tensors(cache, None).id_tensor
    found: list[list[int]] = tf.sparse.to_dense(ids, default_value=-1).numpy().tolist()
    return found


def find_linear(columns: list[Any], raw: dict[str, np.ndarray], units: int) -> list[list[float]]:
    """The outputs of a linear model whose weights are 0.1, 0.2, … in each variable."""
    with tf.Graph().as_default(), tf1.Session() as session:
        variables: dict[Any, Any] = {}
        features = {name: tf.constant(values) for name, values in raw.items()}
        outputs = tf1.feature_column.linear_model(features, columns, units=units, cols_to_vars=variables)
        session.run([tf1.global_variables_initializer(), tf1.tables_initializer()])
        for found in variables.values():
            for variable in found:
                numbers = np.arange(1, np.prod(variable.shape) + 1).reshape(variable.shape)
                session.run(tf1.assign(variable, numbers * 0.1))
        found_outputs: list[list[float]] = session.run(outputs).tolist()
        return found_outputs


def write_examples(folder: Path) -> None:
    """Three examples in a file of each compression; the third has no tags."""
    folder.mkdir(exist_ok=True)
    for compression in ("", "GZIP", "ZLIB"):
        with tf.io.TFRecordWriter(str(folder / f"examples{compression.lower()}.tfrecord"), compression) as writer:
            for number in range(3):
                writer.write(make_example(number).SerializeToString())


def make_example(number: int) -> Any:
    """An example with features of all kinds."""
    train = tf.train
    tags = [f"tag {tag} ü".encode() for tag in range(2 - number)]
    return train.Example(
        features=train.Features(
            feature={
                "age": train.Feature(float_list=train.FloatList(value=[number + 0.5])),
                "pair": train.Feature(float_list=train.FloatList(value=[number, -number])),
                "day": train.Feature(int64_list=train.Int64List(value=[2**40 + number])),
                "tags": train.Feature(bytes_list=train.BytesList(value=tags)),
                "raw": train.Feature(bytes_list=train.BytesList(value=[bytes([0, 255, number, 0])])),
            }
        )
    )


def main() -> None:
    """Writes the fixtures."""
    write_examples(FIXTURES / "examples")
    cases = load_cases()
    library = tf.feature_column
    features = {name: tf.constant(values) for name, values in cases.FEATURES.items()}
    initializer = tf.constant_initializer(cases.TABLE)
    categorical = cases.make_categorical(library)
    found = {
        "hashes": [int(value) for value in tf.strings.to_hash_bucket_fast(cases.TEXTS, 2**63 - 1).numpy()],
        "names": {name: column.name for name, column in categorical.items()},
        "ids": {name: find_ids(column, features) for name, column in categorical.items()},
        "dense": {
            name: tf.keras.layers.DenseFeatures(columns)(features).numpy().tolist()
            for name, columns in cases.make_dense(library, initializer).items()
        },
        "linear": find_linear(cases.make_linear(library), cases.FEATURES, cases.UNITS),
    }
    (FIXTURES / "feature_columns.json").write_text(json.dumps({"tensorflow": tf.__version__, **found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
