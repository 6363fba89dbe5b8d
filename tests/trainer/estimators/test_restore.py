"""A trained model_dir is evaluated and predicted with by an estimator that never trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer import (
    BoostedTreesRegressor,
    DNNClassifier,
    DNNRegressor,
    Estimator,
    KMeans,
    LinearClassifier,
    RunConfig,
    heads,
    layers,
)

Arrays = tuple[np.ndarray, np.ndarray]
MAKERS: dict[str, Any] = {
    "network": lambda folder: Estimator(layers.Dense(3), head=heads.MultiClassHead(3), model_dir=folder),
    "dnn": lambda folder: DNNClassifier([4], model_dir=folder),
    "linear": lambda folder: LinearClassifier(model_dir=folder),
    "trees": lambda folder: BoostedTreesRegressor(model_dir=folder),
    "k-means": lambda folder: KMeans(3, model_dir=folder),
}


@pytest.mark.parametrize("name", MAKERS)
def test_restored_model_evaluates_and_predicts_as_the_trained_one(name: str, blobs: Arrays, tmp_path: Path) -> None:
    trained = MAKERS[name](tmp_path).fit(*blobs, steps=5)
    files = sorted(path.name for path in tmp_path.iterdir())

    restored = MAKERS[name](tmp_path).restore(blobs[0][::2], blobs[1][::2])

    assert restored.n_iter_ == trained.n_iter_
    assert restored.evaluate(*blobs) == trained.evaluate(*blobs)
    np.testing.assert_array_equal(restored.predict(blobs[0]), trained.predict(blobs[0]))
    assert sorted(path.name for path in tmp_path.iterdir()) == files


def test_best_checkpoint_is_that_of_the_best_evaluation(blobs: Arrays, tmp_path: Path) -> None:
    def make() -> Estimator:
        config = RunConfig(eval_interval=5, best_metric="loss")
        # Far too large a rate: the loss gets worse.
        return Estimator(
            layers.Dense(3), head=heads.MultiClassHead(3), learning_rate=3.0, model_dir=tmp_path, config=config
        )

    make().fit(*blobs, steps=40, validation_data=blobs)
    best = json.loads((tmp_path / "run.json").read_text())["best"]

    restored = make().restore(*blobs, checkpoint="best")

    assert restored.n_iter_ == best["step"] < 40
    assert restored.evaluate(*blobs)["loss"] == pytest.approx(best["value"], rel=1e-5)


def test_folder_without_such_a_checkpoint_is_refused(blobs: Arrays, tmp_path: Path) -> None:
    model = DNNClassifier([4], model_dir=tmp_path / "run")

    with pytest.raises(ValueError, match=r"model_dir must hold a checkpoint to restore; got .*run"):
        model.restore(*blobs)
    assert not (tmp_path / "run").exists()
    with pytest.raises(ValueError, match=r"model_dir must hold a best checkpoint"):
        model.fit(*blobs, steps=2).restore(*blobs, checkpoint="best")
    with pytest.raises(ValueError, match=r"checkpoint must be 'last' or 'best'; got 'first'\."):
        model.restore(*blobs, checkpoint="first")  # type: ignore[arg-type]


def test_estimator_that_was_not_restored_says_so(line: Arrays, tmp_path: Path) -> None:
    DNNRegressor([4], model_dir=tmp_path).fit(*line, steps=2)

    with pytest.raises(ValueError, match=r"fitted before predict; .* Call fit first\. Or restore\(X, y\), which takes"):
        DNNRegressor([4], model_dir=tmp_path).predict(line[0])
