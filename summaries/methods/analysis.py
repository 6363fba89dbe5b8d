"""What is judged and laid out: PR curves, tensors, custom scalars, hparams."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from summaries.adapters import to_plain_numpy
from summaries.events import encode_event
from summaries.kinds import CUSTOM_SCALARS, HPARAMS, PR_CURVES, TENSORS, PrCurve
from summaries.kinds.custom_scalars import LAYOUT_TAG, MARGIN, MULTILINE, LayoutDict
from summaries.kinds.hparams import EXPERIMENT_TAG, SESSION_END_TAG, SESSION_START_TAG, SessionEnd, make_session
from summaries.kinds.pr_curves import check_shares, count_curve, make_pr_metadata
from summaries.kinds.tensors import TENSOR_METADATA
from summaries.methods.base import Methods
from summaries.tensors import is_encodable
from summaries.values import check_real, check_shape, keep_array, to_integer, to_step, to_time

_MAX_MESSAGE_BYTES = 2**31
_MIN_THRESHOLDS = 2


class AnalysisMethods(Methods):
    """Methods of the writer that log how a model is judged."""

    def add_pr_curve(
        self,
        tag: str,
        labels: Any,
        predictions: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Logs precision and recall of a binary classifier; they are counted in the background.

        Args:
            tag: Name of the series; `/` groups.
            labels: 0 or 1, or bools. Any shape.
            predictions: Probability of 1. The same shape.
            global_step: The step, 0 if None.
            num_thresholds: How many thresholds, evenly from 0 to 1.
            weights: Of each prediction, same shape; one number for all; None for 1.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If shapes differ, or labels or predictions of the host lie outside [0, 1].
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = {"predictions": keep_array(predictions), "labels": keep_array(labels)}
        if weights is not None:
            kept["weights"] = keep_array(weights)
        num_thresholds = _check_curve(kept, num_thresholds)

        def encode() -> bytes:
            arrays = {name: to_plain_numpy(array) for name, array in kept.items()}
            curve = count_curve(arrays["labels"], arrays["predictions"], num_thresholds, arrays.get("weights", 1.0))
            return encode_event(wall_time, step, self._make_curve(tag, curve))

        arrays = list(kept.values())
        self._submit((tag,), step, encode, num_bytes=sum(array.nbytes for array in arrays), arrays=arrays)

    def add_pr_curve_raw(
        self,
        tag: str,
        true_positive_counts: Any,
        false_positive_counts: Any,
        true_negative_counts: Any,
        false_negative_counts: Any,
        precision: Any,
        recall: Any,
        global_step: int | None = None,
        num_thresholds: int = 127,
        weights: Any = None,
        walltime: float | None = None,
    ) -> None:
        """Logs a PR curve that has been counted already.

        Args:
            tag: Name of the series; `/` groups.
            true_positive_counts: At each threshold, evenly from 0 to 1. Shape (n,).
            false_positive_counts: Shape (n,).
            true_negative_counts: Shape (n,).
            false_negative_counts: Shape (n,).
            precision: Shape (n,).
            recall: Shape (n,).
            global_step: The step, 0 if None.
            num_thresholds: Taken for torch's sake; n is told by the arrays.
            weights: Taken for torch's sake.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If shapes differ.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        counts = (true_positive_counts, false_positive_counts, true_negative_counts, false_negative_counts)
        kept = [keep_array(column) for column in (*counts, precision, recall)]
        num_points = kept[0].size
        for name, column in zip(PrCurve.__dataclass_fields__, kept, strict=True):
            check_real(name, column)
            check_shape(name, column, (num_points,))

        def encode() -> bytes:
            curve = PrCurve(*(to_plain_numpy(column) for column in kept))
            return encode_event(wall_time, step, self._make_curve(tag, curve))

        self._submit((tag,), step, encode, num_bytes=sum(column.nbytes for column in kept), arrays=kept)

    def _make_curve(self, tag: str, curve: PrCurve) -> bytes:
        metadata = make_pr_metadata(len(curve.precision))
        return self._envelope(PR_CURVES, tag, PR_CURVES.encode(tag, curve), metadata)

    def add_tensor(self, tag: str, tensor: Any, global_step: int | None = None, walltime: float | None = None) -> None:
        """Logs an array as it is.

        Args:
            tag: Name of the series; `/` groups.
            tensor: Numbers, complex ones too, or bools, of any shape; bfloat16 and shorter floats become float32.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If the elements are none of these, or are 2 GB or more.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(tensor)
        if not is_encodable(kept.dtype):
            rule = "numbers or bools, of at most 64 bits (complex ones of 128)"
            raise ValueError(f"tensor must be {rule}; got dtype {kept.dtype}. Log texts with add_text.")
        if kept.nbytes >= _MAX_MESSAGE_BYTES:
            raise ValueError(f"tensor must be below 2 GB; got {kept.nbytes} bytes. Log parts of it.")

        def encode() -> bytes:
            blob = TENSORS.encode(tag, to_plain_numpy(kept))
            return encode_event(wall_time, step, self._envelope(TENSORS, tag, blob, TENSOR_METADATA))

        self._submit((tag,), step, encode, num_bytes=kept.nbytes, arrays=[kept])

    def add_custom_scalars(self, layout: LayoutDict) -> None:
        """Logs which scalars TensorBoard shows in one chart. Only the last layout of a run counts.

        Args:
            layout: `{category: {chart: ["Multiline", [tags]]}}`, or `["Margin", [value, lower, upper]]` for a line
                with a band.

        Raises:
            ValueError: If it is not such a dictionary.
        """
        blob = CUSTOM_SCALARS.encode(LAYOUT_TAG, layout)
        wall_time = to_time(None)

        def encode() -> bytes:
            return encode_event(wall_time, 0, self._envelope(CUSTOM_SCALARS, LAYOUT_TAG, blob, CUSTOM_SCALARS.metadata))

        self._submit((LAYOUT_TAG,), 0, encode, num_bytes=len(blob))

    def add_custom_scalars_multilinechart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Logs a layout of one chart with a line for each tag; see `add_custom_scalars`."""
        self.add_custom_scalars({category: {title: [MULTILINE, list(tags)]}})

    def add_custom_scalars_marginchart(
        self, tags: Sequence[str], category: str = "default", title: str = "untitled"
    ) -> None:
        """Logs a layout of one chart with a band; `tags` are value, lower and upper. See `add_custom_scalars`."""
        self.add_custom_scalars({category: {title: [MARGIN, list(tags)]}})

    def add_hparams(
        self,
        hparam_dict: Any,
        metric_dict: Any,
        hparam_domain_discrete: Mapping[str, list[Any]] | None = None,
        run_name: str | None = None,
        global_step: int | None = None,
    ) -> None:
        """Logs the hparams of this run and the metrics that judge it.

        Args:
            hparam_dict: Bools, numbers, strings by name; None is left out.
            metric_dict: Final values by the tag of their series; they are logged as scalars too.
            hparam_domain_discrete: All values that an hparam may take, by name.
            run_name: Name of the sub-run that torch makes; used with `compat=True` only, the time if None.
            global_step: The step of the metrics, 0 if None.

        Raises:
            TypeError: If a value is none of these.
            ValueError: If a metric is not one real number.
        """
        if not isinstance(hparam_dict, Mapping) or not isinstance(metric_dict, Mapping):
            got = f"{type(hparam_dict).__name__} and {type(metric_dict).__name__}"
            raise TypeError(f"hparam_dict and metric_dict must be dictionaries; got {got}.")
        if self._is_compat:
            with self._open_subrun(run_name or str(time.time())) as subrun:
                subrun.add_hparams(hparam_dict, metric_dict, hparam_domain_discrete, None, global_step)
            return
        step, wall_time = to_step(global_step), to_time(None)
        experiment, start = make_session(hparam_dict, tuple(metric_dict), hparam_domain_discrete)
        records = {EXPERIMENT_TAG: experiment, SESSION_START_TAG: start, SESSION_END_TAG: SessionEnd("success")}
        event = b"".join(HPARAMS.envelope(HPARAMS.encode(tag, record)) for tag, record in records.items())
        if metric_dict:
            self.add_scalars_at(step, metric_dict)
        record = encode_event(wall_time, step, event)
        self._submit(tuple(records), step, lambda: record, num_bytes=len(record))


def _check_curve(arrays: Mapping[str, Any], num_thresholds: Any) -> int:
    """Raises ValueError unless a curve can be counted from the arrays; gives the number of thresholds."""
    for name, array in arrays.items():
        check_real(name, array)
        if name != "weights" or tuple(array.shape) != ():
            check_shape(name, array, tuple(arrays["predictions"].shape))
    number = to_integer("num_thresholds", num_thresholds)
    if number < _MIN_THRESHOLDS:
        raise ValueError(f"num_thresholds must be at least {_MIN_THRESHOLDS}; got {num_thresholds!r}.")
    for name in ("predictions", "labels"):
        if isinstance(arrays[name], np.ndarray):
            check_shares(name, arrays[name])
    return number
