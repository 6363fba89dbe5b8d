"""Layout of the Histograms page."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import CardGrid, CardLayout, StepRange, TagFilter
from dashboard.pages.page import CARD_KEYS, Page
from dashboard.settings import Settings

_PYTHON = """\
from summaries import SummaryWriter

with SummaryWriter("{logdir}/first") as writer:
    for step in range(0, 1000, 100):
        writer.add_histogram("fc/kernel", kernel, step)
"""

_JAX = """\
from trainer import DNNClassifier

# Every parameter and gradient is logged without a line more.
classifier = DNNClassifier([10, 20, 10], model_dir="{logdir}/first")
classifier.fit(features, labels, steps=1000)
"""

_TORCH = """\
from summaries import SummaryWriter  # in place of torch.utils.tensorboard

writer = SummaryWriter("{logdir}/first")
for name, parameter in model.named_parameters():
    writer.add_histogram(name.replace(".", "/"), parameter, step)
"""

_KERAS = """\
from keras.callbacks import TensorBoard

callback = TensorBoard("{logdir}/first", histogram_freq=1)
model.fit(features, labels, epochs=10, callbacks=[callback])
"""

EMPTY = {
    "title": "No run logs histograms",
    "selectionTitle": "No selected run logs histograms",
    "text": "A histogram shows how the values of an array are distributed, and how that changes over the steps.",
    "snippets": [
        {"name": "Python", "code": _PYTHON},
        {"name": "JAX", "code": _JAX},
        {"name": "PyTorch", "code": _TORCH},
        {"name": "Keras", "code": _KERAS},
    ],
}


def layout(settings: Settings) -> Component:
    """Makes the page: a toolbar over a grid of cards."""
    controls = [TagFilter(page="histograms"), StepRange(page="histograms"), CardLayout(page="histograms")]
    return html.Div(
        className="page-content",
        children=[
            html.Div(className="toolbar", children=controls),
            CardGrid(id="histograms-grid", kind="histograms", empty=EMPTY),
        ],
    )


PAGE = Page(
    name="histograms",
    title="Histograms",
    icon="chart-histogram",
    kinds=("histograms",),
    url_keys={
        "filter": "Regex over tags",
        "run": "The run whose histograms are shown",
        **CARD_KEYS,
    },
    layout=layout,
)
