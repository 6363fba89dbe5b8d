"""How well scores order the rows: the areas under the ROC and the PR curve.

Exactly, from the scores of all rows, sorted on the host; or in a fixed size, from counts between thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import jax
import jax.numpy as jnp
import numpy as np

from trainer.metrics.base import row_weights
from trainer.metrics.collected import Collected
from trainer.protocols import Array

Curve = Literal["ROC", "PR"]


@dataclass(frozen=True)
class PrCurveFigure:
    """Precision and recall at all thresholds.

    Attributes:
        labels: 0 and 1, ``(n,)``.
        probabilities: ``(n,)``.
        weights: ``(n,)``.
    """

    labels: np.ndarray
    probabilities: np.ndarray
    weights: np.ndarray

    def write(self, writer: Any, tag: str, step: int) -> None:
        """See `trainer.metrics.Figure`; they are counted in the writer's thread."""
        writer.add_pr_curve(tag, self.labels, self.probabilities, step, weights=self.weights)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ExactAuc(Collected):
    """The area under a curve, from all rows.

    Attributes:
        curve: ``ROC`` or ``PR``.
    """

    curve: Curve = field(default="ROC", metadata={"static": True})

    def compute(self) -> float:
        """Returns the area; of several columns the mean over those with both labels; NaN if there is none."""
        labels, scores, weights = self.rows()
        columns = np.reshape(labels, (len(weights), -1)).T, np.reshape(scores, (len(weights), -1)).T
        areas = [area_of(self.curve, *_cumulate(*column, weights)) for column in zip(*columns, strict=True)]
        return _mean_of_finite(areas)


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class StreamingAuc:
    """The area under a curve, from counts between thresholds; scores between the same two count as equal.

    Attributes:
        positives: Weight of the rows with label 1 by place of the score, lowest first, ``(columns, places)``.
        negatives: With label 0.
        curve: ``ROC`` or ``PR``.
    """

    positives: Any
    negatives: Any
    curve: Curve = field(metadata={"static": True})

    def compute(self) -> float:
        """Returns the area; of several columns as `ExactAuc`."""
        counts = (np.asarray(leaf, np.float64)[:, ::-1].cumsum(axis=1) for leaf in (self.positives, self.negatives))
        return _mean_of_finite([area_of(self.curve, *column) for column in zip(*counts, strict=True)])


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class RankingReport(Collected):
    """All that the logits of two classes tell: both areas and the PR curve."""

    def compute(self) -> dict[str, Any]:
        """Returns ``auc``, ``auc_pr`` and ``pr_curve``."""
        labels, logits, weights = self.rows()
        if not len(labels):
            return {"auc": float("nan"), "auc_pr": float("nan")}
        counts = _cumulate(labels, logits, weights)
        figure = PrCurveFigure(labels, 1 / (1 + np.exp(-np.clip(logits, -80, 80))), weights)
        return {"auc": area_of("ROC", *counts), "auc_pr": area_of("PR", *counts), "pr_curve": figure}


def auc(
    labels: Array,
    scores: Array,
    weights: Array | None = None,
    *,
    curve: Curve = "ROC",
    num_thresholds: int | None = None,
) -> ExactAuc | StreamingAuc:
    """Area under the ROC curve, or the average precision, which is that under the PR curve.

    Args:
        labels: 0 and 1, ``(batch,)`` or ``(batch, columns)``.
        scores: Higher for a 1; logits or probabilities of the same shape.
        weights: Weight of each row, ``(batch,)``.
        curve: ``ROC`` or ``PR``.
        num_thresholds: None is exact, and keeps the scores of all rows, 12 bytes a row. With a number memory does not
            grow with the rows; scores must be probabilities then, and those between two thresholds count as equal.
    """
    weights = row_weights(labels, weights)
    if num_thresholds is None:
        return ExactAuc(labels.astype(jnp.float32), scores.astype(jnp.float32), weights, curve)
    truth = jnp.reshape(labels, (labels.shape[0], -1)).T.astype(jnp.float32)  # (columns, batch)
    places = jnp.reshape(scores, (labels.shape[0], -1)).T * num_thresholds
    places = jnp.clip(places, 0, num_thresholds - 1).astype(jnp.int32)
    zeros = jnp.zeros((len(truth), num_thresholds), jnp.float32)
    columns = jnp.arange(len(truth))[:, None]
    return StreamingAuc(
        zeros.at[columns, places].add(truth * weights), zeros.at[columns, places].add((1 - truth) * weights), curve
    )


def ranking_report(labels: Array, logits: Array, weights: Array | None = None) -> RankingReport:
    """``auc``, ``auc_pr`` and the PR curve, exactly.

    Args:
        labels: 0 and 1, ``(batch,)``.
        logits: ``(batch,)``.
        weights: Weight of each row, ``(batch,)``.
    """
    return RankingReport(labels.astype(jnp.float32), logits.astype(jnp.float32), row_weights(labels, weights))


def area_of(curve: Curve, true_positives: np.ndarray, false_positives: np.ndarray) -> float:
    """The area under a curve of cumulated weights, from the highest threshold to the lowest; NaN if one is all zeros.

    The ROC curve is joined by straight lines; the PR curve, which may not be, is a sum of steps.

    References:
        Davis & Goadrich 2006, The relationship between precision-recall and ROC curves.
    """
    num_positive, num_negative = true_positives[-1], false_positives[-1]
    if num_positive == 0 or (curve == "ROC" and num_negative == 0):
        return float("nan")
    recall = np.concatenate([[0.0], true_positives / num_positive])
    if curve == "PR":
        predicted = true_positives + false_positives
        return float((np.diff(recall) * true_positives / np.where(predicted > 0, predicted, 1)).sum())
    false_share = np.concatenate([[0.0], false_positives / num_negative])
    return float((np.diff(false_share) * (recall[1:] + recall[:-1]) / 2).sum())


def _cumulate(labels: np.ndarray, scores: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weight of the true and of the false positives at each different score, highest first."""
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    ends = np.append(np.flatnonzero(np.diff(ordered)), len(ordered) - 1)  # equal scores are one threshold
    positive = (labels * weights)[order].cumsum()[ends]
    return positive, weights[order].cumsum()[ends] - positive


def _mean_of_finite(areas: list[float]) -> float:
    finite = [area for area in areas if np.isfinite(area)]
    return float(np.mean(finite)) if finite else float("nan")
