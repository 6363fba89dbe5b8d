"""PR curves: how often a binary classifier is right and wrong at each threshold.

One encoding: a tensor of shape (6, n) with plugin `pr_curves`, whose metadata hold n.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from summaries.kinds.contract import Kind
from summaries.proto.plugin_data_pb2 import PrCurvePluginData
from summaries.proto.summary_pb2 import Summary, SummaryMetadata
from summaries.tensors import decode_tensor, encode_tensor
from summaries.values import is_real

_PLUGIN_NAME = "pr_curves"
_MIN_COUNT = 1e-7
_ADVICE = {
    "labels": "Pass 1 where the class is the one in question, else 0.",
    "predictions": "Pass probabilities: jax.nn.sigmoid of the logits.",
}


@dataclass(frozen=True)
class PrCurve:
    """Counts at n thresholds, evenly from 0 to 1; what is predicted at or above one counts as positive.

    Attributes:
        true_positives: Sum of weights. Shape (n,).
        false_positives: Shape (n,).
        true_negatives: Shape (n,).
        false_negatives: Shape (n,).
        precision: Shape (n,).
        recall: Shape (n,).
    """

    true_positives: npt.NDArray[Any]
    false_positives: npt.NDArray[Any]
    true_negatives: npt.NDArray[Any]
    false_negatives: npt.NDArray[Any]
    precision: npt.NDArray[Any]
    recall: npt.NDArray[Any]

    @property
    def thresholds(self) -> npt.NDArray[np.float64]:
        """Shape (n,)."""
        return np.linspace(0, 1, len(self.precision))

    def rows(self) -> npt.NDArray[np.float32]:
        """The columns as they are written. Shape (6, n)."""
        counts = (self.true_positives, self.false_positives, self.true_negatives, self.false_negatives)
        return np.stack([*counts, self.precision, self.recall]).astype(np.float32)


def count_curve(
    labels: npt.NDArray[Any], predictions: npt.NDArray[Any], num_thresholds: int, weights: npt.NDArray[Any] | float
) -> PrCurve:
    """The curve of predictions.

    Args:
        labels: 0 or 1. Any shape.
        predictions: In [0, 1]. The same shape.
        num_thresholds: How many thresholds.
        weights: Of each prediction, or of all.

    Raises:
        ValueError: If a prediction or a label lies outside [0, 1].
    """
    check_shares("predictions", predictions)
    check_shares("labels", labels)
    last = num_thresholds - 1
    places = np.floor(predictions * last).astype(np.int32)
    positive = labels.astype(np.float64)
    limits = (0, last)
    hits, _ = np.histogram(places, bins=num_thresholds, range=limits, weights=positive * weights)
    misses, _ = np.histogram(places, bins=num_thresholds, range=limits, weights=(1.0 - positive) * weights)
    tp, fp = np.cumsum(hits[::-1])[::-1], np.cumsum(misses[::-1])[::-1]
    tn, fn = fp[0] - fp, tp[0] - tp
    return PrCurve(tp, fp, tn, fn, tp / np.maximum(_MIN_COUNT, tp + fp), tp / np.maximum(_MIN_COUNT, tp + fn))


def check_shares(name: str, values: npt.NDArray[Any]) -> None:
    """Raises ValueError unless all labels, or predictions, lie in [0, 1]."""
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= 1):
        raise ValueError(f"{name} must be in [0, 1]; got {low} to {high}. {_ADVICE[name]}")


def encode_pr_curve(tag: str, curve: PrCurve) -> bytes:
    """A `Summary.Value`, in float32."""
    return Summary.Value(tag=tag, tensor=encode_tensor(curve.rows())).SerializeToString()


def decode_pr_curve(blob: bytes) -> PrCurve:
    """The curve in a `Summary.Value`.

    Raises:
        ValueError: If there is none.
    """
    try:
        value = Summary.Value.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    rows = decode_tensor(value.tensor)
    if rows.ndim != 2 or len(rows) != 6 or not is_real(rows):
        raise ValueError(f"PR curve must be real, of shape (6, n); got {rows.dtype} of shape {rows.shape}.")
    return PrCurve(*rows)


def make_pr_metadata(num_thresholds: int) -> bytes:
    """What the first value of a tag carries."""
    content = PrCurvePluginData(num_thresholds=num_thresholds).SerializeToString()
    plugin_data = SummaryMetadata.PluginData(plugin_name=_PLUGIN_NAME, content=content)
    return SummaryMetadata(plugin_data=plugin_data).SerializeToString()


PR_CURVES = Kind(name=_PLUGIN_NAME, encode=encode_pr_curve, decode=decode_pr_curve, metadata=make_pr_metadata(0))
