"""Layout of the Scalars page."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import (
    CardGrid,
    CardLayout,
    Delta,
    Export,
    Groups,
    NewChart,
    ResetZoom,
    Smoothing,
    TagFilter,
    Toggle,
    XAxis,
)
from dashboard.pages.page import CARD_KEYS, Page
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
    controls = [
        TagFilter(page="scalars"),
        XAxis(key="scalars.x"),
        Smoothing(key="scalars.smoothing"),
        Toggle(key="scalars.xscale", on="log", off="linear", word="Log x", label="Logarithmic x-axis", shortcut="X"),
        Toggle(key="scalars.y", on="log", off="linear", word="Log y", label="Logarithmic y-axis", shortcut="Y"),
        Toggle(
            key="scalars.clip",
            on="middle",
            off="none",
            word="Clip",
            more="outliers",
            label="Fit the y-axis to the 1st–99th percentile",
            shortcut="C",
        ),
        Groups(page="scalars"),
        Delta(page="scalars"),
        ResetZoom(page="scalars"),
        Export(page="scalars"),
        NewChart(page="scalars"),
        CardLayout(page="scalars", join_key="scalars.join"),
    ]
    return html.Div(
        className="page-content",
        children=[
            html.Div(className="toolbar", children=controls),
            CardGrid(id="scalars-grid", kind="scalars", empty=EMPTY),
        ],
    )


PAGE = Page(
    name="scalars",
    title="Scalars",
    icon="chart-line",
    kinds=("scalars",),
    url_keys={
        "filter": "Regex over tags",
        "x": "What the x-axis shows: declared, step, relative, wall, or another metric, as in `metric:tokens`",
        "xscale": "log for a logarithmic x-axis",
        "y": "log for a logarithmic y-axis",
        "clip": "middle to fit the y-axis to the 1st–99th percentile",
        "box": "What the y-axis of a card is zoomed to, as in `0.5..1.5:train/loss`; may come several times",
        "join": "on to draw training and evaluation of a metric on one card",
        "smoothing": "Weight of the moving average, 0 to 0.999",
        "center": "Line of a group of runs: mean, median or iqm",
        "band": "Band of a group: ci, std, stderr, minmax or none",
        "members": "off to leave out the faint lines of the runs of groups",
        **CARD_KEYS,
    },
    layout=layout,
)
