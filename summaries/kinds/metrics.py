"""Metrics: what a scalar means to a reader, as which direction is better.

One encoding: a JSON object, with plugin `metrics`. The last word on a tag holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from summaries.kinds.contract import encode_tag
from summaries.kinds.json_values import check_choice, check_text, make_record_kind

METRICS_TAG = "__run__/metrics"
DIRECTIONS = ("min", "max", "")


@dataclass(frozen=True)
class MetricDeclaration:
    """What a program says of a scalar.

    Attributes:
        tag: The tag, or a pattern with `*` and `?` for many.
        direction: Whether the smallest (`min`) or the largest (`max`) value is best; "" if it says nothing.
        x_axis: Tag of the scalar that it is drawn over, as `epoch`; "" for the step.
    """

    tag: str
    direction: str = ""
    x_axis: str = ""

    def __post_init__(self) -> None:
        encode_tag(self.tag)  # raises ValueError
        check_text("x_axis", self.x_axis)
        check_choice("direction", self.direction, DIRECTIONS)


METRICS = make_record_kind("metrics", MetricDeclaration)
