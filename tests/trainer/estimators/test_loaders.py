"""Batches from the loaders of other libraries."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trainer import DNNClassifier, Estimator, heads
from trainer import feature_columns as fc
from trainer.inputs import FixedLenFeature, TFRecords

X = np.random.default_rng(0).normal(size=(100, 2)).astype(np.float32)
Y = (X[:, 0] > 0).astype(np.int64)


def make_model() -> DNNClassifier:
    return DNNClassifier([8], n_classes=2, learning_rate=0.05, random_state=0)


@pytest.mark.peers
@pytest.mark.parametrize("num_workers", [0, 1])
def test_torch_loader_trains_evaluates_and_predicts_with_its_short_last_batch(num_workers: int) -> None:
    torch = pytest.importorskip("torch")
    data = torch.utils.data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y))
    context = "spawn" if num_workers else None
    loader = torch.utils.data.DataLoader(data, batch_size=32, num_workers=num_workers, multiprocessing_context=context)

    model = make_model().fit(loader, epochs=20 if num_workers == 0 else 1)

    assert model.n_iter_ == (80 if num_workers == 0 else 4)
    assert model.predict(loader).tolist() == model.predict(X).tolist()
    assert model.evaluate(loader)["loss"] == pytest.approx(model.evaluate(X, Y)["loss"], rel=1e-5)


@pytest.mark.peers
def test_torch_tensors_are_arrays() -> None:
    torch = pytest.importorskip("torch")
    features = torch.from_numpy(X).requires_grad_()

    model = make_model().fit(features, torch.from_numpy(Y), steps=2)

    assert model.predict(features).tolist() == model.predict(X).tolist()
    assert model.predict(features.to(torch.bfloat16)).shape == (100,)


@pytest.mark.peers
def test_grain_loaders_train_and_predict() -> None:
    grain = pytest.importorskip("grain.python")
    rows = grain.MapDataset.source([{"x": x, "y": y} for x, y in zip(X, Y, strict=True)])
    pairs = rows.map(lambda row: (row["x"], row["y"]))

    model = make_model().fit(pairs.shuffle(seed=0).batch(32), epochs=5)

    assert model.predict(pairs.batch(32).to_iter_dataset()).tolist() == model.predict(X).tolist()
    assert model.n_iter_ == 20


@pytest.mark.peers
def test_records_that_the_tfrecord_package_wrote_are_read(tmp_path: Path) -> None:
    tfrecord = pytest.importorskip("tfrecord")
    writer = tfrecord.TFRecordWriter(str(tmp_path / "a.tfrecord"))
    for number in range(3):
        writer.write({"x": ([number, 0.5], "float"), "y": (number, "int"), "name": (b"n%d" % number, "byte")})
    writer.close()

    features = {"x": FixedLenFeature((2,), np.float32), "y": FixedLenFeature((), int), "name": FixedLenFeature((), str)}
    (batch,) = TFRecords(tmp_path / "a.tfrecord", features)

    assert {name: column.tolist() for name, column in batch.items()} == {
        "x": [[0, 0.5], [1, 0.5], [2, 0.5]],
        "y": [0, 1, 2],
        "name": ["n0", "n1", "n2"],
    }


def test_records_train_a_model_on_feature_columns() -> None:
    path = Path(__file__).parents[2] / "fixtures" / "examples" / "examplesgzip.tfrecord"
    features = {"age": FixedLenFeature((), np.float32), "pair": FixedLenFeature((2,), np.float32)}
    records = TFRecords(path, {**features, "raw": FixedLenFeature((), bytes)}, 2, label="age", shuffle=True)

    network = fc.LinearFeatures([fc.numeric_column("pair", shape=2)])
    model = Estimator(network, head=heads.RegressionHead(), learning_rate=0.1).fit(records, epochs=100)

    assert model.n_iter_ == 200
    np.testing.assert_allclose(model.predict(TFRecords(path, features)), [0.5, 1.5, 2.5], atol=0.1)
