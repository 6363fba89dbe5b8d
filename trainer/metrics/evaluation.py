"""What an evaluation returns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from trainer.metrics.base import Figure


class Evaluation(dict[str, float]):
    """The metrics by name, with what is to be looked at beside them.

    >>> Evaluation({"loss": 0.5}, {})["loss"]
    0.5

    Attributes:
        figures: Confusion matrices, PR curves and the like by name.
    """

    def __init__(self, values: Mapping[str, float], figures: Mapping[str, Figure]) -> None:
        """Takes both by name."""
        super().__init__(values)
        self.figures = dict(figures)


def compute(found: Mapping[str, Any]) -> Evaluation:
    """Computes metrics; the entries of one that returns several stand in the place of its name.

    Args:
        found: Metrics of all rows by name, fetched.
    """
    values: dict[str, float] = {}
    figures: dict[str, Figure] = {}
    for name, metric in found.items():
        for entry, value in _entries(name, metric.compute()):
            if isinstance(value, Figure):
                figures[entry] = value
            else:
                values[entry] = float(value)
    return Evaluation(values, figures)


def _entries(name: str, value: Any) -> list[tuple[str, Any]]:
    if not isinstance(value, Mapping):
        return [(name, value)]
    group = name.rpartition("/")[0]
    return [(f"{group}/{key}" if group else key, part) for key, part in value.items()]
