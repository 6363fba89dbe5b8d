"""The logistic loss of two classes as LightGBM's objective: one pass over the rows gives loss and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np

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
        self._labels = labels.astype(np.float64)
        self._weights = None if weights is None else weights.astype(np.float64)
        self._kept: tuple[np.ndarray, np.ndarray] | None = None

    @property
    def prior(self) -> float:
        """The logit of the share of ones, with which boosting begins."""
        share = np.clip(self._mean(self._labels), _LEAST_SHARE, 1 - _LEAST_SHARE)
        return float(np.log(share) - np.log1p(-share))

    @property
    def first_scores(self) -> np.ndarray:
        """The prior for each row, ``(n,)``."""
        return np.full(len(self._labels), self.prior)

    def gradients(self, scores: np.ndarray, data: Any) -> tuple[np.ndarray, np.ndarray]:
        """First and second derivatives of each row's loss by its score, ``(n,)`` float32 each."""
        if self._kept is None:
            self.evaluate(scores, data)
        assert self._kept is not None
        kept, self._kept = self._kept, None
        return kept

    def evaluate(self, scores: np.ndarray, data: Any) -> tuple[str, float, bool]:
        """Name and value of the mean loss at these scores, ``(n,)``, and that higher is not better."""
        del data
        # Of a loss beyond 700 the exponential is infinite, and the share 0.
        with np.errstate(over="ignore", divide="ignore"):
            shares = np.reciprocal(1 + np.exp(-scores))
            slopes = shares - self._labels
            losses = -np.log(np.maximum(1 - np.abs(slopes), _LEAST_SHARE))
        curvatures = shares * (1 - shares)
        if self._weights is not None:
            slopes *= self._weights
            curvatures *= self._weights
        self._kept = slopes.astype(np.float32), curvatures.astype(np.float32)
        return "loss", self._mean(losses), False

    def add_prior(self, booster: Any) -> None:
        """Adds the prior to the leaves of the first tree, where LightGBM keeps it."""
        for leaf in range(booster.dump_model(num_iteration=1)["tree_info"][0]["num_leaves"]):
            booster.set_leaf_output(0, leaf, booster.get_leaf_output(0, leaf) + self.prior)

    def _mean(self, values: np.ndarray) -> float:
        return float(np.average(values, weights=self._weights))
