"""What a ``model_fn`` returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.protocols import Mode


@dataclass(frozen=True)
class EstimatorSpec:
    """The model for one mode.

    Attributes:
        mode: The mode that the ``model_fn`` was called with.
        loss: Scalar, the mean over the batch; needed to train and to evaluate.
        predictions: Array ``(batch, …)`` or a dict of them; needed to predict.
        optimizer: As the estimator's own, which it replaces; None keeps that.
        eval_metrics: Metrics of `trainer.metrics`, or scalars that are means over the batch, by name.
    """

    mode: Mode | str
    loss: Any = None
    predictions: Any = None
    optimizer: Any = None
    eval_metrics: Mapping[str, Any] | None = None
