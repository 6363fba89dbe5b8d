"""The logistic loss of two classes as LightGBM's objective: one pass over the rows gives loss and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

from summaries.members import load_member

INTERFACE = 1  # as in `_log_loss.pyx`
# LightGBM's: a share of one class is at least this.
_LEAST_SHARE = 1e-15


class LogLoss:
    """LightGBM's ``binary`` objective, computed here.

    LightGBM computes gradients and loss one after the other, each with an exponential a row, and the second takes an
    eighth of a round. Here `evaluate` keeps the gradients that the next round asks for.
    """

    def __init__(self, labels: np.ndarray, weights: np.ndarray | None) -> None:
        """Takes the training rows.

        Args:
            labels: 0 or 1, ``(n,)``.
            weights: Of rows, ``(n,)``, or None.
        """
        self._signs = np.where(labels > 0, np.float32(1), np.float32(-1))
        self._weights = None if weights is None else weights.astype(np.float64)
        self._sum_of_weights = float(len(labels) if self._weights is None else self._weights.sum())
        self._share = float(np.average(labels > 0, weights=self._weights))
        # LightGBM is done with them when it asks for the next loss.
        self._slopes = np.empty(len(labels), np.float32)
        self._curvatures = np.empty(len(labels), np.float32)
        self._are_current = False
        member = load_member("trainer.estimators._log_loss", INTERFACE)
        self._differentiate = differentiate_portably if member is None else member.differentiate

    @property
    def prior(self) -> float:
        """The logit of the share of ones, with which boosting begins."""
        share = np.clip(self._share, _LEAST_SHARE, 1 - _LEAST_SHARE)
        return float(np.log(share) - np.log1p(-share))

    @property
    def first_scores(self) -> np.ndarray:
        """The prior for each row, ``(n,)``."""
        return np.full(len(self._signs), self.prior)

    def gradients(self, scores: np.ndarray, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """First and second derivatives of each row's loss by its score, ``(n,)`` float32 each.

        The next call of `evaluate` writes into the same arrays.
        """
        if not self._are_current:
            self.evaluate(scores, data)
        self._are_current = False
        return self._slopes, self._curvatures

    def evaluate(self, scores: np.ndarray, data: Any) -> tuple[str, float, bool]:
        """Name and value of the mean loss at these scores, ``(n,)``, and that higher is not better."""
        del data
        total = self._differentiate(scores, self._signs, self._weights, self._slopes, self._curvatures)
        self._are_current = True
        return "loss", total / self._sum_of_weights, False

    def add_prior(self, booster: Any) -> None:
        """Adds the prior to the leaves of the first tree, where LightGBM keeps it."""
        for leaf in range(booster.dump_model(num_iteration=1)["tree_info"][0]["num_leaves"]):
            booster.set_leaf_output(0, leaf, booster.get_leaf_output(0, leaf) + self.prior)


def differentiate_portably(
    scores: np.ndarray,
    signs: np.ndarray,
    weights: np.ndarray | None,
    slopes: np.ndarray,
    curvatures: np.ndarray,
) -> float:
    """Writes first and second derivatives of the loss by the scores.

    Args:
        scores: Logits of the second class, ``(n,)`` float64.
        signs: 1 in rows of the second class, -1 in those of the first, ``(n,)`` float32.
        weights: Of rows, ``(n,)`` float64, or None.
        slopes: Gets the first derivatives, ``(n,)`` float32.
        curvatures: Gets the second ones, likewise.

    Returns:
        The weighted sum of the losses.
    """
    # Of a margin beyond 700 the exponential is infinite.
    wrong = np.reciprocal(1 + np.exp(np.clip(signs * scores, -700, 700)))
    losses = -np.log(np.maximum(1 - wrong, _LEAST_SHARE))
    np.multiply(-signs, wrong, out=slopes, casting="same_kind")
    np.multiply(wrong, 1 - wrong, out=curvatures, casting="same_kind")
    if weights is None:
        return float(losses.sum())
    np.multiply(slopes, weights, out=slopes, casting="same_kind")
    np.multiply(curvatures, weights, out=curvatures, casting="same_kind")
    return float(losses @ weights)
