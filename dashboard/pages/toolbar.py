"""Controls that several toolbars share."""

from __future__ import annotations

from collections.abc import Sequence

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component


def tag_filter(id: str) -> Component:
    """A field that filters tags by regex."""
    field: Component = dmc.TextInput(
        id=id,
        placeholder="Filter tags",
        className="m-field",
        leftSection=html.Span(className="icon icon-search", style={"width": 14, "height": 14}),
        debounce=150,
        value="",
        **{"aria-label": "Filter tags by regex"},
    )
    return field


def choice(id: str, options: Sequence[tuple[str, str]], value: str, label: str) -> Component:
    """A segmented control of (value, word) pairs."""
    control: Component = dmc.SegmentedControl(
        id=id,
        data=[{"value": option, "label": word} for option, word in options],
        value=value,
        className="m-segmented",
        **{"aria-label": label},
    )
    return control
