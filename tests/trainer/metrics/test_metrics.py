"""Metrics in batches, with weights, against scikit-learn's of all rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer import metrics

sk = pytest.importorskip("sklearn.metrics")
NUM_CLASSES = 3
BATCH = 8


def in_batches(make: Callable[..., Any], *columns: np.ndarray, weights: np.ndarray) -> float:
    """The value over batches of one size, of which the last is filled up with rows of weight 0."""
    total: Any = None
    for begin in range(0, len(weights), BATCH):
        short = BATCH - len(weights[begin : begin + BATCH])
        rows = [np.concatenate([part[begin : begin + BATCH], np.repeat(part[:1], short, 0)]) for part in columns]
        weighed = np.concatenate([weights[begin : begin + BATCH], np.zeros(short)]).astype(np.float32)
        part = {"value": jax.device_get(make(*rows, weighed))}
        total = part if total is None else metrics.merge(total, part)
    return metrics.compute(total)["value"]


@st.composite
def weighted_rows(draw: st.DrawFn) -> dict[str, np.ndarray]:
    count = draw(st.integers(2, 30))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    # Few different scores, so that there are ties.
    scores = generator.integers(0, draw(st.sampled_from([2, 5, 1000])), (count, NUM_CLASSES)).astype(np.float32) / 1000
    return {
        "labels": generator.integers(0, NUM_CLASSES, count),
        "predictions": generator.integers(0, NUM_CLASSES, count),
        "scores": scores,
        "numbers": (draw(st.sampled_from([0.0, 1000.0])) + generator.normal(size=count)).astype(np.float32),
        "guesses": generator.normal(size=count).astype(np.float32),
        "weights": generator.choice([0.5, 1.0, 3.0], count).astype(np.float32),
    }


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@given(weighted_rows())
@settings(max_examples=10)
def test_class_metrics_are_those_of_scikit_learn(rows: dict[str, np.ndarray]) -> None:
    labels, predictions, weights = rows["labels"], rows["predictions"], rows["weights"]

    def ours(make: Callable[..., Any]) -> float:
        return in_batches(make, labels, predictions, weights=weights)

    assert ours(metrics.accuracy) == pytest.approx(sk.accuracy_score(labels, predictions, sample_weight=weights))
    for name, theirs in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        make = getattr(metrics, name)
        for average in ("macro", "micro", "weighted"):
            expected = theirs(labels, predictions, average=average, sample_weight=weights, zero_division=0)
            got = ours(lambda *row: make(*row, num_classes=NUM_CLASSES, average=average))  # noqa: B023
            assert got == pytest.approx(expected, rel=1e-5), (name, average)
        two = in_batches(make, labels > 0, predictions > 0, weights=weights)
        expected = theirs(labels > 0, predictions > 0, sample_weight=weights, zero_division=0)
        assert two == pytest.approx(expected, rel=1e-5)


@given(weighted_rows())
@settings(max_examples=10)
def test_matrix_and_its_report_are_those_of_scikit_learn(rows: dict[str, np.ndarray]) -> None:
    labels, predictions, weights = rows["labels"], rows["predictions"], rows["weights"]
    report = metrics.class_report(labels, predictions, weights, class_names=("a", "b", "c"))

    found = metrics.compute({"side/classes": jax.device_get(report)})

    expected = sk.confusion_matrix(labels, predictions, labels=range(NUM_CLASSES), sample_weight=weights)
    np.testing.assert_allclose(found.figures["side/confusion_matrix"].counts, expected)
    macro = sk.f1_score(labels, predictions, average="macro", sample_weight=weights, zero_division=0)
    assert found["side/f1"] == pytest.approx(macro)


@given(weighted_rows())
@settings(max_examples=10)
def test_areas_from_all_scores_are_those_of_scikit_learn(rows: dict[str, np.ndarray]) -> None:
    labels, scores, weights = rows["labels"] > 0, rows["scores"][:, 0], rows["weights"]
    labels[:2] = True, False

    for curve, theirs in (("ROC", sk.roc_auc_score), ("PR", sk.average_precision_score)):
        expected = theirs(labels, scores, sample_weight=weights)
        got = in_batches(lambda *row: metrics.auc(*row, curve=curve), labels, scores, weights=weights)  # noqa: B023
        assert got == pytest.approx(expected, rel=1e-6), curve
        # 1,000 different scores, one between each two thresholds.
        streamed = in_batches(
            lambda *row: metrics.auc(*row, curve=curve, num_thresholds=100),  # noqa: B023
            labels,
            scores,
            weights=weights,
        )
        rounded = np.floor(scores * np.float32(100))
        assert streamed == pytest.approx(theirs(labels, rounded, sample_weight=weights), rel=1e-5), curve


@given(weighted_rows())
@settings(max_examples=10)
def test_best_k_are_those_of_scikit_learn(rows: dict[str, np.ndarray]) -> None:
    labels, weights = rows["labels"], rows["weights"]
    scores = rows["scores"] - np.arange(NUM_CLASSES, dtype=np.float32) * 1e-5  # no ties

    got = in_batches(lambda *row: metrics.top_k_accuracy(*row, k=2), labels, scores, weights=weights)

    expected = sk.top_k_accuracy_score(labels, scores, k=2, labels=range(NUM_CLASSES), sample_weight=weights)
    assert got == pytest.approx(expected)


@given(weighted_rows())
@settings(max_examples=10)
def test_metrics_of_numbers_are_those_of_scikit_learn(rows: dict[str, np.ndarray]) -> None:
    labels, guesses, weights = rows["numbers"], rows["numbers"].mean() + rows["guesses"], rows["weights"]

    for make, theirs in (
        (metrics.mean_absolute_error, sk.mean_absolute_error),
        (metrics.root_mean_squared_error, sk.root_mean_squared_error),
        (metrics.r2, sk.r2_score),
    ):
        expected = theirs(labels, guesses, sample_weight=weights)
        assert in_batches(make, labels, guesses, weights=weights) == pytest.approx(expected, rel=2e-3)


def test_area_without_both_labels_is_nan_and_left_out_of_a_mean() -> None:
    labels = np.array([[1, 1], [0, 1]])
    scores = np.array([[0.9, 0.2], [0.1, 0.3]])

    assert np.isnan(metrics.auc(labels[:, 1], scores[:, 1]).compute())
    assert metrics.auc(labels, scores).compute() == 1.0


def test_constant_labels_have_the_r2_of_scikit_learn() -> None:
    ones = np.ones(3, np.float32)

    assert metrics.r2(ones, ones).compute() == sk.r2_score(ones, ones)
    assert metrics.r2(ones, ones + np.arange(3)).compute() == sk.r2_score(ones, ones + np.arange(3))


def test_report_of_many_classes_has_no_matrix() -> None:
    labels, predictions = np.arange(150), np.arange(150) // 2 * 2

    found = metrics.compute(
        {"classes": metrics.class_report(labels, predictions, class_names=tuple(map(str, range(150))))}
    )

    assert found.figures == {}
    assert found["recall"] == pytest.approx(0.5)
