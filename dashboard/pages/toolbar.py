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
        persistence=True,
        persistence_type="session",
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
        persistence=True,
        persistence_type="session",
        **{"aria-label": label},
    )
    return control


def smoothing(id: str) -> Component:
    """A slider (`id`-slider, 0 to 100) and a field (`id`, 0 to 0.999) for the weight of the moving average."""
    word = html.Label("Smooth", htmlFor=id, className="toolbar-label")
    slider = dmc.Slider(
        id=f"{id}-slider",
        value=0,
        min=0,
        max=100,
        step=1,
        label=None,
        updatemode="drag",
        size=2,
        className="m-slider",
        thumbLabel="Weight of the moving average",
    )
    field = dmc.NumberInput(
        id=id,
        value=0,
        min=0,
        max=0.999,
        step=0.05,
        decimalScale=3,
        hideControls=True,
        debounce=300,
        className="m-number",
    )
    return html.Div([word, slider, field], className="toolbar-group")
