from __future__ import annotations

from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest

from summaries import load
from trainer import Estimator, RunConfig, heads, layers, metrics

Arrays = tuple[np.ndarray, np.ndarray]


@pytest.fixture(scope="module")
def rows() -> Arrays:
    features = np.random.default_rng(0).normal(size=(64, 2)).astype(np.float32)
    return features, np.where(features[:, 0] + 0.5 * features[:, 1] > 0, "yes", "no")


def share_of_yes(labels: Any, predictions: Any, weights: Any) -> dict[str, Any]:
    return {"yes_share": metrics.mean(predictions["class_ids"], weights)}


@pytest.fixture(scope="module")
def run(rows: Arrays, tmp_path_factory: pytest.TempPathFactory) -> tuple[Estimator, Path]:
    """40 steps, evaluated each 10, in logs/run."""
    logs = tmp_path_factory.mktemp("logs")
    estimator = Estimator(
        layers.Dense(1),
        head=heads.BinaryHead(("no", "yes")),
        learning_rate=0.1,
        model_dir=logs / "run",
        config=RunConfig(eval_interval=10, summary_interval=None, best_metric="loss"),
        eval_metrics=share_of_yes,
    )
    return estimator.fit(*rows, steps=40, validation_data=rows), logs


def test_curve_and_matrix_are_written_at_every_evaluation(run: tuple[Estimator, Path], rows: Arrays) -> None:
    estimator, logs = run
    written = load(logs).runs["run"]

    matrix = written.blobs("confusion_matrices")["eval/confusion_matrix"]
    assert matrix.places.steps.tolist() == [10, 20, 30, 40]
    assert matrix[-1].class_names == ("no", "yes")
    expected = pytest.importorskip("sklearn.metrics").confusion_matrix(rows[1], estimator.predict(rows[0]))
    np.testing.assert_array_equal(matrix[-1].counts, expected)
    curve = written.pr_curves["eval/pr_curve"]
    assert curve.places.steps.tolist() == [10, 20, 30, 40]
    assert curve[-1].true_positives[0] == (rows[1] == "yes").sum()


def test_metric_of_ones_own_is_written_and_returned(run: tuple[Estimator, Path], rows: Arrays) -> None:
    estimator, logs = run

    value = estimator.evaluate(*rows)["yes_share"]

    assert value == pytest.approx((estimator.predict(rows[0]) == "yes").mean())
    assert load(logs).runs["run"].scalars["eval/yes_share"].values[-1] == pytest.approx(value)


def test_readers_are_told_which_direction_is_better(run: tuple[Estimator, Path]) -> None:
    declared = load(run[1]).runs["run"].facts.metrics

    assert declared["eval/auc"].direction == "max"
    assert declared["eval/loss"].direction == "min"


def test_best_checkpoint_is_marked(run: tuple[Estimator, Path]) -> None:
    notes = load(run[1]).runs["run"].annotations

    texts = [note.annotation.text for note in notes if note.annotation.kind == "checkpoint"]
    assert any("the best loss so far: " in text for text in texts), texts


def test_tensorboard_shows_the_curve_and_the_hparams_with_their_metrics(run: tuple[Estimator, Path]) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
    from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins.hparams.backend_context import Context

    multiplexer = EventMultiplexer().AddRunsFromDirectory(str(run[1]))
    multiplexer.Reload()
    provider = MultiplexerDataProvider(multiplexer, str(run[1]))

    class Plugins:
        data_provider = provider

    context = RequestContext()
    hparams = Context(Plugins())
    found = hparams.hparams_metadata(context, "")
    experiment = hparams.experiment_from_metadata(context, "", True, found, [])
    assert "learning_rate" in {info.name for info in experiment.hparam_infos}
    assert {"eval/loss", "eval/auc"} <= {info.name.tag for info in experiment.metric_infos}
    curves = provider.list_tensors(context, experiment_id="", plugin_name="pr_curves")
    assert list(curves["run"]) == ["eval/pr_curve"]


def test_metric_of_ones_own_changes_nothing_that_is_trained(run: tuple[Estimator, Path], rows: Arrays) -> None:
    estimator, _ = run
    plain = Estimator(layers.Dense(1), head=heads.BinaryHead(("no", "yes")), learning_rate=0.1).fit(*rows, steps=40)

    np.testing.assert_array_equal(plain.predict_proba(rows[0]), estimator.predict_proba(rows[0]))


def test_metrics_of_ones_own_may_collect_rows(rows: Arrays) -> None:
    def area(labels: Any, predictions: Any, weights: Any) -> dict[str, Any]:
        scores = predictions["probabilities"][:, 1]
        return {
            "exact": metrics.auc(labels, scores, weights),
            "streamed": metrics.auc(labels, scores, weights, num_thresholds=10_000),
            "worst": metrics.mean(jnp.abs(labels - scores), weights),
        }

    estimator = Estimator(layers.Dense(1), head=heads.BinaryHead(("no", "yes")), eval_metrics=area)
    values = estimator.fit(*rows, steps=3).evaluate([(rows[0][:40], rows[1][:40]), (rows[0][40:], rows[1][40:])])

    assert values["exact"] == pytest.approx(values["auc"])
    assert values["streamed"] == pytest.approx(values["auc"], abs=1e-3)
    theirs = pytest.importorskip("sklearn.metrics").roc_auc_score
    assert values["auc"] == pytest.approx(theirs(rows[1], estimator.predict_proba(rows[0])[:, 1]))
