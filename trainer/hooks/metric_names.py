"""What a hook knows of a metric by its name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Literal

Direction = Literal["min", "max"]
# What a good model has much of; everything else is an error of some kind.
_LARGER_IS_BETTER = ("accuracy", "auc", "precision", "recall", "f1", "r2")


def direction_of(metric: str) -> Direction:
    """Whether small or large values of a metric are good, by its name.

    >>> direction_of("loss"), direction_of("top_5_accuracy")
    ('min', 'max')
    """
    return "max" if any(word in metric for word in _LARGER_IS_BETTER) else "min"


def check_metric(name: str, metric: str, found: Mapping[str, float]) -> None:
    """Sees whether there is such a metric.

    Args:
        name: What the setting is called in messages.
        metric: Its value.
        found: The metrics of the validation data; empty without any.

    Raises:
        ValueError: If there are no validation data, or they have no such metric.
    """
    if not found:
        raise ValueError(
            f"{name} must be a metric of the validation data; got {metric!r} without any. Pass validation_data= to fit."
        )
    if metric not in found:
        close = difflib.get_close_matches(metric, found, 1)
        advice = f"Perhaps {close[0]} was meant." if close else "Correct it."
        raise ValueError(f"{name} must be one of {', '.join(found)}; got {metric!r}. {advice}")
