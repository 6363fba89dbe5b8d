"""Plotly figures: charts that a reader can zoom into.

One encoding: Plotly's own JSON object (`data`, `layout`, `frames`), with plugin `plotly`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from summaries.kinds.contract import Kind
from summaries.kinds.json_values import decode_json_object, encode_json, encode_json_text, make_metadata
from summaries.plain import to_plain


def to_figure_json(figure: Any) -> str:
    """The JSON of a Plotly figure.

    Args:
        figure: A `plotly.graph_objects.Figure`, or a dict with `data` and `layout`.

    Raises:
        ValueError: If it is neither.
    """
    if hasattr(figure, "to_plotly_json") and hasattr(figure, "to_json"):
        return str(figure.to_json())
    if not isinstance(figure, Mapping) or "data" not in figure:
        rule = "a Plotly figure or a dict with data and layout"
        got = type(figure).__name__
        raise ValueError(f"figure must be {rule}; got {got}. Log pictures with add_figure or add_image.")
    return json.dumps(to_plain(figure), ensure_ascii=False, separators=(",", ":"))


def encode_plotly(tag: str, figure: Any) -> bytes:
    """A `Summary.Value` with a figure: Plotly's, a dict, or its JSON.

    Raises:
        ValueError: If it is none of these.
    """
    if isinstance(figure, str):
        return encode_json_text(tag, figure)
    if type(figure) is dict:
        return encode_json(tag, to_plain(figure))
    return encode_json_text(tag, to_figure_json(figure))


PLOTLY = Kind(name="plotly", encode=encode_plotly, decode=decode_json_object, metadata=make_metadata("plotly"))
