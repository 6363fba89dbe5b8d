"""scikit-learn's score: one number on all rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from trainer.heads import Head
from trainer.inputs import Batches, Rows
from trainer.inputs.check import as_weights, check_same_rows


def score_rows(head: Head, predict: Callable[[Any], dict[str, np.ndarray]], source: Rows | Batches) -> float:
    """What `head` makes of its predictions and the labels: accuracy for classes, R² for numbers.

    Args:
        head: Of the fitted model.
        predict: From features, as they came, to arrays ``(n, …)`` by name.
        source: Found by `trainer.inputs.open_source`.

    Raises:
        ValueError: If these are batches, or labels or weights are none of the head's or not one a row.
    """
    if not isinstance(source, Rows) or source.labels is None:
        raise ValueError("score must be given all rows and their labels; got batches. Use evaluate.")
    encoded = head.encode_labels(source.labels)
    predictions = predict(source.features)
    check_same_rows(predictions, encoded, "y")
    as_weights(source.weights, predictions)
    weights = None if source.weights is None else np.asarray(source.weights)
    return head.score(source.labels, head.decode(predictions), weights)
