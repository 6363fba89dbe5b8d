"""Kinds of summary: one file each, one registry line each; `contract.py` says what a kind offers.

Synopsis:
    >>> decode("scalars", KINDS["scalars"].encode("loss", 0.5))
    0.5
"""

from __future__ import annotations

from typing import Any

from summaries.kinds.audio import AUDIO as AUDIO
from summaries.kinds.audio import Audio as Audio
from summaries.kinds.contract import Kind as Kind
from summaries.kinds.custom_scalars import CUSTOM_SCALARS as CUSTOM_SCALARS
from summaries.kinds.graphs import GRAPHS as GRAPHS
from summaries.kinds.histograms import HISTOGRAMS as HISTOGRAMS
from summaries.kinds.histograms import Histogram as Histogram
from summaries.kinds.hparams import HPARAMS as HPARAMS
from summaries.kinds.images import IMAGES as IMAGES
from summaries.kinds.images import Images as Images
from summaries.kinds.mesh import MESH as MESH
from summaries.kinds.mesh import MeshPart as MeshPart
from summaries.kinds.pr_curves import PR_CURVES as PR_CURVES
from summaries.kinds.pr_curves import PrCurve as PrCurve
from summaries.kinds.scalars import SCALARS as SCALARS
from summaries.kinds.tensors import TENSORS as TENSORS
from summaries.kinds.text import TEXT as TEXT

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        SCALARS,
        HISTOGRAMS,
        TEXT,
        GRAPHS,
        TENSORS,
        HPARAMS,
        IMAGES,
        AUDIO,
        MESH,
        PR_CURVES,
        CUSTOM_SCALARS,
    )
}
"""All kinds by name."""

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
