"""What a second training of a run, or of an estimator, begins with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from summaries import load
from trainer import Estimator, LinearClassifier, RunConfig, feature_columns, heads, layers

X = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)
Y = np.arange(16) % 2
BATCHES = [(X[:8], Y[:8]), (X[8:], Y[8:])]


def make(model_dir: Path | None = None) -> Estimator:
    return Estimator(layers.Dense(1), head=heads.BinaryHead(), model_dir=model_dir)


@pytest.mark.parametrize("epochs", [None, 3])
def test_finished_run_on_batches_stays_finished_when_it_is_started_again(epochs: int | None, tmp_path: Path) -> None:
    first = make(tmp_path / "logs" / "run").fit(BATCHES, epochs=epochs)
    again = make(tmp_path / "logs" / "run").fit(BATCHES, epochs=epochs)

    assert again.n_iter_ == first.n_iter_ == 2 * (epochs or 1)
    np.testing.assert_array_equal(again.predict_proba(X), first.predict_proba(X))
    (run,) = load(tmp_path / "logs").runs.values()
    assert run.facts.status.state == "finished"


def test_several_epochs_over_what_can_be_read_only_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"epochs must be 1 with an iterator, .*; got 5\."):
        make(tmp_path / "run").fit(iter(BATCHES), epochs=5)

    assert not list((tmp_path / "run").iterdir())


def test_each_partial_fit_shuffles_anew(tmp_path: Path) -> None:
    model = Estimator(
        layers.Dense(1),
        head=heads.BinaryHead(),
        learning_rate=1e-12,
        model_dir=tmp_path,
        config=RunConfig(batch_size=4),
    )
    model.partial_fit(X, Y).partial_fit(X, Y)

    # The weights stay what they are, so the loss of a step tells which rows it took.
    losses = np.asarray(load(tmp_path).runs["."].scalars["loss"].values).reshape(2, 4)
    np.testing.assert_allclose(losses[0].mean(), losses[1].mean(), rtol=1e-5)
    assert not np.allclose(losses[0], losses[1])


def test_text_that_is_no_utf_8_says_in_which_batch() -> None:
    word = feature_columns.indicator_column(feature_columns.categorical_column_with_vocabulary_list("word", ["a", "b"]))
    model = LinearClassifier(feature_columns=[word], n_classes=2)

    with pytest.raises(ValueError, match=r"batch 0"):
        model.fit([({"word": np.array([b"a", b"\xff"])}, np.array([0, 1]))])
