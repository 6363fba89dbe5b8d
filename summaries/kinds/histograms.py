"""Histograms: how the values of an array are distributed, in buckets.

Old encoding: `histo`, a `HistogramProto`. New encoding: a tensor of shape (k, 3), rows (left, right, count), with
plugin `histograms`.

Values that are not finite lie in no bucket and count in no moment but `num`: `num` minus the sum of the counts is how
many there were. TensorBoard draws such a histogram as that of the finite values; a NaN among its moments would break
its chart.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from google.protobuf.message import DecodeError

from summaries import wire
from summaries.columns import Floats
from summaries.kinds.contract import Kind, encode_tag
from summaries.proto.summary_pb2 import HistogramProto, Summary
from summaries.tensors import decode_tensor
from summaries.values import is_real

_DOUBLE = struct.Struct("<d")
_DOUBLE_BYTES = _DOUBLE.size
_ZERO = bytes(_DOUBLE_BYTES)
_TAG, _HISTO = 1, 5
_BUCKET_LIMIT, _BUCKET = 6, 7


@dataclass(frozen=True)
class Histogram:
    """Counts of values in buckets that adjoin and ascend.

    Attributes:
        min: Smallest finite value; NaN if there was none.
        max: Largest finite value; NaN if there was none.
        num: How many values there were, finite or not.
        sum: Sum of the finite values; NaN where the file does not say.
        sum_squares: Sum of their squares; NaN where the file does not say.
        lefts: Left edge of each bucket, inside it. Shape (k,).
        rights: Right edge of each bucket, outside it but for the last. Shape (k,).
        counts: How many values lie in each bucket; the first and the last bucket are not empty. Shape (k,).
    """

    min: float
    max: float
    num: float
    sum: float
    sum_squares: float
    lefts: Floats = field(repr=False)  # a thousand lines in a notebook
    rights: Floats = field(repr=False)
    counts: Floats = field(repr=False)


def encode_histogram(tag: str, histogram: Histogram) -> bytes:
    """A `Summary.Value` in the old encoding.

    The first bucket written is empty and ends where the first true one begins: the format has right edges only.
    """
    moments = (histogram.min, histogram.max, histogram.num, histogram.sum, histogram.sum_squares)
    if len(histogram.counts) == 0:
        return _encode(tag, moments, b"", b"")
    limits = np.concatenate([histogram.lefts[:1], histogram.rights])
    return _encode(tag, moments, _doubles(limits), _doubles(np.concatenate([[0.0], histogram.counts])))


def encode_buckets(tag: str, moments: Floats, limits: Floats, counts: npt.NDArray[np.number]) -> bytes:
    """A `Summary.Value` from counts over all of `limits`; see `encode_rows`.

    Args:
        tag: The tag.
        moments: min, max, num, sum, sum of squares. Shape (5,).
        limits: Right edge of each bucket, ascending. Shape (k,).
        counts: Shape (k,).
    """
    return encode_rows([tag], np.asarray(moments)[None], limits, np.asarray(counts)[None])[0]


def encode_rows(
    tags: Sequence[str], moments: npt.NDArray[np.number], limits: Floats, counts: npt.NDArray[np.number]
) -> list[bytes]:
    """A `Summary.Value` for each row of counts; runs of empty buckets become one, which loses nothing.

    Args:
        tags: One a row.
        moments: min, max, num, sum, sum of squares. Shape (t, 5).
        limits: Right edge of each bucket, ascending; of all rows. Shape (k,).
        counts: Shape (t, k).
    """
    num_rows, num_buckets = counts.shape
    is_used = counts > 0
    is_kept = is_used.copy()
    is_kept[:, :-1] |= is_used[:, 1:]  # the empty bucket whose right edge is the left edge of a used one
    places = np.flatnonzero(is_kept)
    kept_limits = _doubles(limits[places % max(1, num_buckets)])
    kept_counts = _doubles(np.ravel(counts)[places])
    ends = (np.searchsorted(places, np.arange(num_rows + 1) * num_buckets) * _DOUBLE_BYTES).tolist()
    return [
        _encode(tag, row, kept_limits[begin:end], kept_counts[begin:end])
        for tag, row, begin, end in zip(tags, moments.tolist(), ends, ends[1:], strict=False)
    ]


def _doubles(numbers: npt.NDArray[np.number]) -> bytes:
    """Numbers as they stand in a packed field."""
    return numbers.astype("<f8").tobytes()


def _encode(tag: str, moments: Sequence[float], limits: bytes, counts: bytes) -> bytes:
    """The message, without a message object, which takes Python's numbers one by one."""
    parts = [
        bytes((number << 3 | wire.FIXED64,)) + packed
        for number, packed in enumerate(map(_DOUBLE.pack, moments), start=1)
        if packed != _ZERO  # as proto3 has it
    ]
    parts += [wire.field(number, packed) for number, packed in ((_BUCKET_LIMIT, limits), (_BUCKET, counts)) if packed]
    return wire.field(_TAG, encode_tag(tag)) + wire.field(_HISTO, b"".join(parts))


def decode_histogram(blob: bytes) -> Histogram:
    """The histogram in a `Summary.Value`, from either encoding.

    Raises:
        ValueError: If there is none, or its columns differ in length.
    """
    try:
        value = Summary.Value.FromString(blob)
    except DecodeError as error:
        raise ValueError("blob must be a Summary.Value; got other bytes.") from error
    if value.HasField("histo"):
        return _from_histo(value.histo)
    return _from_rows(decode_tensor(value.tensor))


def _from_histo(histo: HistogramProto) -> Histogram:
    """Buckets from the first used to the last used one; the outer edges are the smallest and the largest value."""
    limits, counts = np.array(histo.bucket_limit, dtype=np.float64), np.array(histo.bucket, dtype=np.float64)
    if len(limits) != len(counts):
        raise ValueError(f"histogram must have as many limits as counts; got {len(limits)} and {len(counts)}.")
    used = np.flatnonzero(counts > 0)
    first, last = (int(used[0]), int(used[-1])) if len(used) else (0, -1)
    inner = limits[first : max(last, 0)]
    lefts, rights = np.concatenate([[histo.min], inner]), np.concatenate([inner, [histo.max]])
    num_buckets = last + 1 - first
    return Histogram(
        min=histo.min,
        max=histo.max,
        num=histo.num,
        sum=histo.sum,
        sum_squares=histo.sum_squares,
        lefts=lefts[:num_buckets],
        rights=rights[:num_buckets],
        counts=counts[first : last + 1],
    )


def _from_rows(rows: npt.NDArray[np.generic]) -> Histogram:
    if rows.ndim != 2 or rows.shape[1] != 3 or not is_real(rows):
        raise ValueError(f"histogram must be real, of shape (k, 3); got {rows.dtype} of shape {rows.shape}.")
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        lefts, rights, counts = np.array(rows, dtype=np.float64).T
    is_empty = len(counts) == 0
    return Histogram(
        min=np.nan if is_empty else float(lefts[0]),
        max=np.nan if is_empty else float(rights[-1]),
        num=float(counts.sum()),
        sum=np.nan,
        sum_squares=np.nan,
        lefts=lefts,
        rights=rights,
        counts=counts,
    )


HISTOGRAMS = Kind(name="histograms", encode=encode_histogram, decode=decode_histogram)
