"""Kinds of summary: one file each, one registry line each; `contract.py` says what a kind offers.

Synopsis:
    >>> decode("scalars", KINDS["scalars"].encode("loss", 0.5))
    0.5
"""

from __future__ import annotations

from typing import Any

from summaries.kinds.annotations import ANNOTATIONS as ANNOTATIONS
from summaries.kinds.annotations import Annotation as Annotation
from summaries.kinds.audio import AUDIO as AUDIO
from summaries.kinds.audio import Audio as Audio
from summaries.kinds.config import CONFIG as CONFIG
from summaries.kinds.confusion_matrices import CONFUSION_MATRICES as CONFUSION_MATRICES
from summaries.kinds.confusion_matrices import ConfusionMatrix as ConfusionMatrix
from summaries.kinds.console import CONSOLE as CONSOLE
from summaries.kinds.console import ConsoleText as ConsoleText
from summaries.kinds.contract import Kind as Kind
from summaries.kinds.custom_scalars import CUSTOM_SCALARS as CUSTOM_SCALARS
from summaries.kinds.environment import ENVIRONMENT as ENVIRONMENT
from summaries.kinds.environment import Environment as Environment
from summaries.kinds.graphs import GRAPHS as GRAPHS
from summaries.kinds.histograms import HISTOGRAMS as HISTOGRAMS
from summaries.kinds.histograms import Histogram as Histogram
from summaries.kinds.hparams import HPARAMS as HPARAMS
from summaries.kinds.images import IMAGES as IMAGES
from summaries.kinds.images import Images as Images
from summaries.kinds.keras_models import KERAS_MODELS as KERAS_MODELS
from summaries.kinds.mesh import MESH as MESH
from summaries.kinds.mesh import MeshPart as MeshPart
from summaries.kinds.metrics import METRICS as METRICS
from summaries.kinds.metrics import MetricDeclaration as MetricDeclaration
from summaries.kinds.plotly_figures import PLOTLY as PLOTLY
from summaries.kinds.pr_curves import PR_CURVES as PR_CURVES
from summaries.kinds.pr_curves import PrCurve as PrCurve
from summaries.kinds.run_info import RUN_INFO as RUN_INFO
from summaries.kinds.run_info import RunInfo as RunInfo
from summaries.kinds.run_metadata import RUN_METADATA as RUN_METADATA
from summaries.kinds.run_metadata import TRACE as TRACE
from summaries.kinds.run_metadata import TRACED_GRAPH as TRACED_GRAPH
from summaries.kinds.scalars import SCALARS as SCALARS
from summaries.kinds.status import STATUS as STATUS
from summaries.kinds.status import Status as Status
from summaries.kinds.tables import TABLES as TABLES
from summaries.kinds.tables import Table as Table
from summaries.kinds.tensors import TENSORS as TENSORS
from summaries.kinds.text import TEXT as TEXT
from summaries.kinds.xla_programs import XLA_PROGRAMS as XLA_PROGRAMS
from summaries.kinds.xla_programs import XlaProgram as XlaProgram

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        SCALARS,
        HISTOGRAMS,
        TEXT,
        GRAPHS,
        RUN_METADATA,
        TRACE,
        TRACED_GRAPH,
        KERAS_MODELS,
        XLA_PROGRAMS,
        TENSORS,
        HPARAMS,
        IMAGES,
        AUDIO,
        MESH,
        PR_CURVES,
        CUSTOM_SCALARS,
        TABLES,
        PLOTLY,
        CONFUSION_MATRICES,
        CONFIG,
        RUN_INFO,
        STATUS,
        ENVIRONMENT,
        CONSOLE,
        METRICS,
        ANNOTATIONS,
    )
}
"""All kinds by name."""

RUN_KINDS = frozenset(
    kind.name for kind in (CONFIG, RUN_INFO, STATUS, ENVIRONMENT, CONSOLE, METRICS, ANNOTATIONS, HPARAMS)
)
"""Kinds that tell of a run as a whole: their values are no points of a series."""

DEFAULT_KIND = TENSORS.name
"""The kind of a tensor that has no plugin."""


def decode(kind: str, blob: bytes) -> Any:
    """The value in a blob.

    Args:
        kind: A name in `KINDS`.
        blob: What `read_blob` gave.

    Raises:
        ValueError: If there is no such kind, or the bytes are not of this kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {sorted(KINDS)}; got {kind!r}.")
    return KINDS[kind].decode(blob)
