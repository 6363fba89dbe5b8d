"""Layout of the Scalars page."""

from __future__ import annotations

from dash import ClientsideFunction, Dash, Input, Output, html
from dash.development.base_component import Component

from dashboard.components import CardGrid
from dashboard.pages.toolbar import choice, smoothing, tag_filter
from dashboard.settings import Settings

_PYTHON = """\
from summaries import SummaryWriter

with SummaryWriter("{logdir}/first") as writer:
    for step in range(100):
        writer.add_scalar("train/loss", 1 / (step + 1), step)
"""

_JAX = """\
from trainer import DNNClassifier

classifier = DNNClassifier([10, 20, 10], model_dir="{logdir}/first")
classifier.fit(features, labels, steps=1000)
"""

_TORCH = """\
from summaries import SummaryWriter  # in place of torch.utils.tensorboard

writer = SummaryWriter("{logdir}/first")
for step, (features, labels) in enumerate(loader):
    loss = train_step(features, labels)
    writer.add_scalar("train/loss", loss, step)
"""

EMPTY = {
    "title": "No scalars logged yet",
    "selectionTitle": "No selected run logs scalars",
    "text": "A scalar is one number a step: a loss, a rate, a share.",
    "snippets": [
        {"name": "Python", "code": _PYTHON},
        {"name": "JAX", "code": _JAX},
        {"name": "PyTorch", "code": _TORCH},
    ],
}


def layout(settings: Settings) -> Component:
    """Makes the page: a toolbar over a grid of cards."""
    return html.Div(
        className="page-content",
        children=[
            html.Div(
                className="toolbar",
                children=[
                    tag_filter("scalars-filter"),
                    choice(
                        "scalars-x",
                        [("step", "Step"), ("relative", "Relative"), ("wall", "Wall")],
                        "step",
                        "What the x-axis shows",
                    ),
                    smoothing("scalars-smoothing"),
                    choice("scalars-scale", [("linear", "Linear"), ("log", "Log y")], "linear", "Scale of the y-axis"),
                ],
            ),
            CardGrid(id="scalars-grid", kind="scalars", options={"x": "step"}, empty=EMPTY),
        ],
    )


def register(app: Dash) -> None:
    """Connects the toolbar to the grid, in the browser."""
    app.clientside_callback(
        ClientsideFunction("board", "curves"),
        Output("scalars-grid", "options"),
        Input("scalars-x", "value"),
        Input("scalars-filter", "value"),
        Input("scalars-scale", "value"),
        Input("scalars-smoothing", "value"),
    )
    app.clientside_callback(
        ClientsideFunction("board", "smoothing"),
        Output("scalars-smoothing-slider", "value"),
        Output("scalars-smoothing", "value"),
        Input("scalars-smoothing-slider", "value"),
        Input("scalars-smoothing", "value"),
        prevent_initial_call=True,
    )
