from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest

from trainer import (
    BaselineClassifier,
    Estimator,
    EstimatorSpec,
    KMeans,
    LinearClassifier,
    Mode,
    RunConfig,
    feature_columns,
    heads,
    layers,
    load_exported,
)
from trainer.estimators.exporting import SIGNATURE_FILE

READ = """
import sys
import numpy as np
from trainer import load_exported

data = np.load(sys.argv[1])
np.save(sys.argv[3], load_exported(sys.argv[2]).predict_proba(data))
"""


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    features = generator.normal(size=(300, 6, 6, 1)).astype(np.float32)
    return features, np.array(["low", "mid", "top"])[np.digitize(features.mean(axis=(1, 2, 3)), [-0.1, 0.1])]


@pytest.fixture(scope="module")
def fitted(data: tuple[np.ndarray, np.ndarray]) -> Estimator:
    """Convolution, statistics of batches, dropout, labels that are words."""
    network = layers.Sequential(
        [layers.Conv2D(3, 3, activation="relu"), layers.BatchNormalization(), layers.Flatten(), layers.Dropout(0.2)]
        + [layers.Dense(3)]
    )
    return Estimator(network, head=heads.MultiClassHead(3, ("low", "mid", "top"))).fit(*data, steps=20)


@pytest.fixture(scope="module")
def folder(fitted: Estimator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fitted.export(tmp_path_factory.mktemp("export") / "model")


def test_export_predicts_as_the_estimator_for_any_number_of_rows(
    fitted: Estimator, folder: Path, data: tuple[np.ndarray, np.ndarray]
) -> None:
    exported = load_exported(folder)

    for rows in (1, 7, 300):
        features = data[0][:rows]
        np.testing.assert_allclose(exported.predict_proba(features), fitted.predict_proba(features), atol=1e-6)
    np.testing.assert_array_equal(exported.predict(data[0]), fitted.predict(data[0]))
    np.testing.assert_array_equal(exported.classes_, ["low", "mid", "top"])


def test_export_is_read_in_another_process_without_the_code_of_the_network(
    fitted: Estimator, folder: Path, data: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    np.save(tmp_path / "features.npy", data[0])
    paths = [str(tmp_path / "features.npy"), str(folder), str(tmp_path / "out.npy")]

    subprocess.run([sys.executable, "-c", READ, *paths], check=True)

    np.testing.assert_allclose(np.load(tmp_path / "out.npy"), fitted.predict_proba(data[0]), atol=1e-6)


def test_folder_says_what_goes_in_and_comes_out(folder: Path) -> None:
    signature = json.loads((folder / SIGNATURE_FILE).read_text())

    assert sorted(path.name for path in folder.iterdir()) == [
        "model.jax_export",
        "params.safetensors",
        "signature.json",
    ]
    assert signature["batch"] is None
    assert signature["step"] == 20
    assert signature["inputs"] == {"shape": [6, 6, 1], "dtype": "float32"}
    assert signature["outputs"]["dict"]["probabilities"] == {"shape": [3], "dtype": "float32"}
    assert signature["predict"] == {"kind": "classes", "labels": ["low", "mid", "top"]}
    assert signature["version"].count(".") == 2


def test_several_heads_and_inputs_are_exported(tmp_path: Path) -> None:
    features = {"a": np.arange(8.0), "b": np.arange(16.0).reshape(8, 2)}
    labels = {"up": np.arange(8) > 3, "sum": features["b"].sum(axis=1)}
    inputs = {"a": layers.Input(()), "b": layers.Input((2,))}
    joined = layers.Concatenate()([layers.Reshape((1,))(inputs["a"]), inputs["b"]])
    head = heads.MultiHead({"up": heads.BinaryHead((False, True)), "sum": heads.RegressionHead()})
    estimator = Estimator(layers.Model(inputs, layers.Dense(2)(joined)), head=head).fit(features, labels, steps=3)

    exported = load_exported(estimator.export(tmp_path / "model"))

    jax.tree.map(np.testing.assert_allclose, exported.predict(features)["sum"], estimator.predict(features)["sum"])
    np.testing.assert_array_equal(exported.predict(features)["up"], estimator.predict(features)["up"])
    assert exported.predict_proba(features)["up"].shape == (8, 2)
    with pytest.raises(ValueError, match=r"X must be a dict of a, b; got ndarray\."):
        exported.predict(features["b"])
    with pytest.raises(ValueError, match=r"X\['b'\] must have rows of shape \(2,\); got \(8,\)\."):
        exported.predict({"a": features["a"], "b": features["a"]})


def rows_are_counted(features: Any, labels: Any, mode: Mode) -> EstimatorSpec:
    """No program for any number of rows: it asks how many there are."""
    outputs = layers.dense(features, 1)[:, 0] * (2 if features.shape[0] > 100 else 3)
    return EstimatorSpec(mode, loss=None if labels is None else ((outputs - labels) ** 2).mean(), predictions=outputs)


def test_model_that_asks_for_the_number_of_rows_is_exported_for_one_number(
    tmp_path: Path, line: tuple[np.ndarray, np.ndarray], caplog: pytest.LogCaptureFixture
) -> None:
    estimator = Estimator(rows_are_counted).fit(*line, steps=2)

    exported = load_exported(estimator.export(tmp_path / "model"))

    assert exported.signature["batch"] == 256
    assert "Could not export for any number of rows" in caplog.text
    np.testing.assert_allclose(exported.predict(line[0]), estimator.predict(line[0]), rtol=1e-6)


def test_export_is_replaced_but_nothing_else_is(fitted: Estimator, folder: Path, tmp_path: Path) -> None:
    before = (folder / SIGNATURE_FILE).stat().st_ino
    (tmp_path / "notes.txt").write_text("mine")

    fitted.export(folder)

    assert (folder / SIGNATURE_FILE).stat().st_ino != before
    assert [path.name for path in folder.parent.iterdir()] == ["model"]
    with pytest.raises(ValueError, match=r"folder must be new, empty or an export; got .* with other files\."):
        fitted.export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "params.safetensors").unlink(), r"must hold an export; got .* without params\.saf"),
        (lambda folder: (folder / "params.safetensors").write_bytes(b"x"), r"export .* must be whole; got"),
        (lambda folder: (folder / SIGNATURE_FILE).write_text("{"), r"export .* must be whole; got"),
        (
            lambda folder: (folder / SIGNATURE_FILE).write_text('{"format": 9, "version": "7.0"}'),
            r"must be at most 1; got 9\. Install trainboard 7\.0\.",
        ),
    ],
)
def test_what_is_no_whole_export_is_refused(fitted: Estimator, tmp_path: Path, damage: Any, message: str) -> None:
    folder = fitted.export(tmp_path / "model")
    damage(folder)

    with pytest.raises(ValueError, match=message):
        load_exported(folder)


def test_texts_and_other_shapes_are_refused_by_the_reader(folder: Path) -> None:
    exported = load_exported(folder)

    with pytest.raises(ValueError, match=r"X must have rows of shape \(6, 6, 1\); got \(2, 3\)\."):
        exported.predict(np.ones((2, 3)))
    with pytest.raises(ValueError, match=r"X must be numeric"):
        exported.predict([["a"]])


def test_unfitted_estimator_has_nothing_to_export(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"must be fitted before export"):
        Estimator(layers.Dense(1), head=heads.RegressionHead(), config=RunConfig()).export(tmp_path / "model")


def test_table_with_other_columns_is_refused_by_the_export_as_by_the_estimator(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"height": np.arange(6.0), "width": np.arange(6.0) ** 2})
    estimator = Estimator(layers.Dense(1), head=heads.RegressionHead()).fit(table, np.arange(6.0), steps=3)

    exported = load_exported(estimator.export(tmp_path / "model"))

    assert exported.signature["names"] == ["height", "width"]
    np.testing.assert_allclose(exported.predict(table), estimator.predict(table), rtol=1e-6)
    for model in (estimator, exported):
        with pytest.raises(ValueError, match=r"(?s)feature names .*in the same order"):
            model.predict(table[["width", "height"]])
        with pytest.warns(UserWarning, match=r"X does not have valid feature names, but \w+ was fitted with"):
            model.predict(table.to_numpy())


def test_feature_columns_read_raw_tables_in_the_export_too(tmp_path: Path) -> None:
    columns = [
        feature_columns.numeric_column("age"),
        feature_columns.indicator_column(
            feature_columns.categorical_column_with_vocabulary_list("job", ["clerk", "nurse"])
        ),
    ]
    table = {"age": np.arange(6.0), "job": np.array(["clerk", "nurse", "none"] * 2)}
    network = layers.Sequential([feature_columns.DenseFeatures(columns), layers.Dense(1)])
    estimator = Estimator(network, head=heads.RegressionHead()).fit(table, np.arange(6.0), steps=3)

    exported = load_exported(estimator.export(tmp_path / "model"))

    np.testing.assert_allclose(exported.predict(table), estimator.predict(table), atol=1e-6)
    with pytest.raises(ValueError, match=r"job"):
        exported.predict({"age": np.arange(6.0)})


def test_canned_estimators_are_exported(tmp_path: Path) -> None:
    features = np.random.default_rng(0).normal(size=(40, 2))
    labels = np.where(features[:, 0] > 0, "right", "left")

    for estimator in (LinearClassifier(), BaselineClassifier(), KMeans(2)):
        estimator.fit(features, labels, steps=2)
        exported = load_exported(estimator.export(tmp_path / type(estimator).__name__))
        assert exported.signature["batch"] is None
        np.testing.assert_array_equal(exported.predict(features), estimator.predict(features))
