"""docs/drop_in.md: which calls were compared with torch's writer and tensorboardX's, and which libraries were tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from tests.drop_in.cases import OF_BOTH_PEERS, OF_TORCH

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "drop_in.md"
PEERS = ("torch", "tensorboardX", "tensorboard", "matplotlib", "moviepy", "onnx")

_TENSOR = "dtype, shape, every element"
_PICTURE = "size, mode, every pixel"
_FILES = "files of the projector: configuration, points, labels, sprite"
COMPARED = {
    "add_scalar": _TENSOR,
    "add_scalars": f"sub-run, {_TENSOR}",
    "add_histogram": "left and right edge and count of every bucket in use",
    "add_histogram_raw": "left and right edge and count of every bucket in use",
    "add_image": _PICTURE,
    "add_images": _PICTURE,
    "add_image_with_boxes": _PICTURE,
    "add_audio": "rate, channels, bits, every sample",
    "add_text": _TENSOR,
    "add_tensor": _TENSOR,
    "add_embedding": _FILES,
    "add_pr_curve": _TENSOR,
    "add_pr_curve_raw": _TENSOR,
    "add_mesh": f"{_TENSOR}; scene",
    "add_hparams": "sub-run; hparams with type, domain and value; metrics; session",
    "add_custom_scalars": "the layout",
    "add_custom_scalars_multilinechart": "the layout",
    "add_custom_scalars_marginchart": "the layout",
    "file_writer.add_summary": _TENSOR,
    "file_writer.add_event": "the event",
}
"""By method, what is compared beside run, tag, step, metadata, and the wall time where one is given."""

# Methods whose comparison is a test of its own: calls with torch, with tensorboardX, what is compared.
APART = {
    "add_figure": (2, 2, _PICTURE),
    "add_video": (1, 1, "size and number of frames; pixels within 4 of 255 in the mean"),
    "add_graph": (1, 0, "every node and attribute; that time and memory are there"),
    "add_onnx_graph": (1, 0, "every node and attribute"),
    "get_logdir": (1, 0, "the folder"),
    "flush": (0, 0, "that the file holds all, also after kill -9 (`tests/summaries/test_kills.py`)"),
    "close": (1, 1, "`file_writer` and `all_writers` afterwards"),
}
INTEGRATIONS = {
    "keras_callback": ("keras", "losses and metrics of `fit` and `evaluate`, learning rate, weights; on JAX"),
    "lightning_logger": ("lightning", "metrics, hyperparameters, versions; trainings that fail or are interrupted"),
    "huggingface_callback": ("transformers", "losses of training and evaluation, learning rate, arguments, model"),
    "optuna_callback": ("optuna", "hyperparameters, reported values, objectives; pruned and failed trials"),
    "log_handler": ("", "level, logger, message, time; the standard library"),
}
STORES = {"memory://": ("fsspec",), "s3://": ("s3fs", "moto")}

HEADING = """# In place of torch's writer

Each method is called on our writer and on the peer's with the same arguments. TensorBoard's loader reads both files,
and what it finds must be equal: run, tag, step, metadata, wall time where one is given, and what the last column says.
All parameters and defaults are compared too. Where we differ on purpose stands in
[FORMAT.md](../summaries/FORMAT.md), with the reason. `tests/drop_in` compares; `python -m tests.drop_in` writes this
page, after `make test-peers`.

"""


def make_methods_table() -> str:
    """How many calls of each method are compared."""
    torch = Counter(case.method for case in (*OF_BOTH_PEERS, *OF_TORCH))
    tensorboardx = Counter(case.method for case in OF_BOTH_PEERS)
    rows = {method: (torch[method], tensorboardx[method], compared) for method, compared in COMPARED.items()} | APART
    lines = [
        f"| `{name}` | {calls or '–'} | {others or '–'} | {what} |" for name, (calls, others, what) in rows.items()
    ]
    return "\n".join(["| method | calls, torch | calls, tensorboardX | compared |", "|---|--:|--:|---|", *lines])


def make_integrations_table() -> str:
    """Which library each integration ran against, and what was held."""
    rows = (
        f"| `summaries.integrations.{module}` | {describe(filter(None, [library]))} | {what} |"
        for module, (library, what) in INTEGRATIONS.items()
    )
    return "\n".join(["| integration | ran against | its tests hold |", "|---|---|---|", *rows])


def make_page() -> str:
    """The whole page, with the versions that are installed."""
    stores = "\n".join(f"- `{scheme}`: {describe(libraries)}" for scheme, libraries in STORES.items())
    parts = [
        f"Compared with {describe(PEERS)}.",
        make_methods_table(),
        "## Integrations",
        make_integrations_table(),
        "## Object stores",
        stores,
    ]
    return HEADING + "\n\n".join(parts) + "\n"


def describe(libraries: Iterable[str]) -> str:
    """Their names with their versions."""
    return ", ".join(f"{library} {version(library).partition('+')[0]}" for library in libraries) or "–"
