"""Layout of the Graph page."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components import GraphView
from dashboard.pages.page import Page
from dashboard.settings import Settings
from summaries.kinds.graph_kinds import GRAPH_KINDS

_JAX = """\
from summaries import SummaryWriter

with SummaryWriter("{logdir}/first") as writer:
    # a function with its arguments: a whole training step,
    # or a call; Flax NNX and Equinox modules likewise
    writer.add_graph(train_step, (params, opt_state, batch))
"""

_TORCH = """\
from torch.utils.tensorboard import SummaryWriter

with SummaryWriter("{logdir}/first") as writer:
    writer.add_graph(model, features)
"""

_KERAS = """\
from summaries import SummaryWriter

with SummaryWriter("{logdir}/first") as writer:
    writer.add_graph(model)
"""

_TRAINER = """\
from trainer import DNNClassifier

# fit logs the graph of the training step when it begins
classifier = DNNClassifier([10, 20, 10], model_dir="{logdir}/first")
classifier.fit(features, labels, steps=1000)
"""

EMPTY = {
    "title": "This run logged no graph",
    "selectionTitle": "This run logged no graph",
    "text": "A graph shows what the model is: its layers, shapes, parameters and FLOPs.",
    "snippets": [
        {"name": "JAX", "code": _JAX},
        {"name": "PyTorch", "code": _TORCH},
        {"name": "Keras", "code": _KERAS},
        {"name": "trainer", "code": _TRAINER},
    ],
}


def layout(settings: Settings) -> Component:
    """Makes the page: the graph with its own toolbar, canvas and dock."""
    return html.Div(className="page-content is-filled", children=[GraphView(id="graph-view", empty=EMPTY)])


PAGE = Page(
    name="graph",
    title="Graph",
    icon="hierarchy-3",
    kinds=GRAPH_KINDS,
    url_keys={
        "run": "The run whose graph is shown",
        "graph": "Which graph of the run, or a file that was opened; left out, the newest",
        "view": "`model` (the default) or `step`, the training step",
        "open": "A scope that is open; may come several times. `/`: a module that is alone at the top is closed",
        "block": "Which block a stack shows, as `stack=9`; may come several times",
        "colors": "What boxes are coloured by: `params`, `flops`, `grad_norm`, …; left out, their structure",
        "node": "The selected node",
        "compare": "The run whose graph is compared with, or a file that was opened",
        "to": "A second node: the paths between the two are lit",
        "trace": "`on`: only what the selected node depends on, or what depends on it, is lit",
        "at": "The zoom, and what lies in the middle: `0.9,120,340`",
    },
    layout=layout,
)
