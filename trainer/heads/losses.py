"""Losses of predicted numbers: functions ``(labels, predictions) -> losses``, all of one shape.

>>> import numpy as np
>>> print(Quantile(0.9)(np.array([1.0, 1.0]), np.array([0.0, 2.0])))
[0.9 0.1]
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import jax.numpy as jnp

from trainer.protocols import Array

LossFn: TypeAlias = Callable[[Array, Array], Array]


def squared_error(labels: Array, predictions: Array) -> Array:
    """``(label - prediction)²``: the best prediction is the mean."""
    return jnp.square(labels - predictions)


def absolute_error(labels: Array, predictions: Array) -> Array:
    """``|label - prediction|``: the best prediction is the median."""
    return jnp.abs(labels - predictions)


@dataclass(frozen=True)
class Huber:
    """Half the squared error up to `delta`, and linear from there: outliers pull less.

    Attributes:
        delta: Where it becomes linear, above 0.

    References:
        Huber 1964, Robust estimation of a location parameter.
    """

    delta: float = 1.0

    def __post_init__(self) -> None:
        if not self.delta > 0:
            raise ValueError(f"delta must be positive; got {self.delta!r}. Pass for example 1.0.")

    def __call__(self, labels: Array, predictions: Array) -> Array:
        """The loss of each number."""
        error = jnp.abs(labels - predictions)
        return jnp.where(error <= self.delta, 0.5 * error**2, self.delta * (error - 0.5 * self.delta))


@dataclass(frozen=True)
class Quantile:
    """Pinball loss: the best prediction is that quantile of the labels.

    Attributes:
        quantile: Share of labels that lie below, in (0, 1).

    References:
        Koenker & Bassett 1978, Regression quantiles.
    """

    quantile: float = 0.5

    def __post_init__(self) -> None:
        if not 0 < self.quantile < 1:
            raise ValueError(f"quantile must be in (0, 1); got {self.quantile!r}. Pass for example 0.9.")

    def __call__(self, labels: Array, predictions: Array) -> Array:
        """The loss of each number."""
        error = labels - predictions
        return jnp.maximum(self.quantile * error, (self.quantile - 1) * error)


LOSSES: dict[str, LossFn] = {
    "huber": Huber(),
    "mae": absolute_error,
    "mse": squared_error,
    "quantile": Quantile(),
}


def get_loss(loss: str | LossFn) -> LossFn:
    """The loss of that name, or the function itself.

    Raises:
        ValueError: If there is none.
    """
    if callable(loss):
        return loss
    if loss not in LOSSES:
        close = difflib.get_close_matches(str(loss), LOSSES, 1)
        meant = f"Perhaps {close[0]!r} was meant." if close else "Pass one of them, or such a function."
        raise ValueError(
            f"loss must be {', '.join(LOSSES)}, or a function (labels, predictions) -> losses; got {loss!r}. {meant}"
        )
    return LOSSES[loss]
