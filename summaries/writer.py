"""Writes event files: the names and defaults are those of torch.utils.tensorboard, ours are added behind.

Numbers of the host are encoded by the caller, in about a microsecond. Arrays, and what a device still computes, are
encoded by a background thread. Either way a value is on disk a quarter of a second later, or when `flush` returns.

Synopsis:
    >>> import tempfile
    >>> with SummaryWriter(tempfile.mkdtemp()) as writer:
    ...     for step in range(3):
    ...         writer.add_scalars_at(step, {"loss": 1 / (step + 1), "accuracy": 0.9})
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any

import numpy as np
import numpy.typing as npt

from summaries import adapters, buckets
from summaries.background import DRAIN_SECS, Deferred, Outbox
from summaries.blocks import Block
from summaries.event_file import FirstValues, is_remote, open_record_file
from summaries.events import (
    encode_event,
    encode_scalar_event,
    file_version_field,
    session_start_field,
    single_prefix,
    summary_field,
)
from summaries.kinds import HISTOGRAMS, SCALARS, TEXT, Kind
from summaries.kinds.contract import encode_tag
from summaries.kinds.histograms import encode_buckets
from summaries.kinds.scalars import TENSOR_SCALAR_METADATA, encode_tensor_scalar, pack_float
from summaries.lifecycle import Lifecycle
from summaries.methods.analysis import AnalysisMethods
from summaries.methods.compat import CompatMethods
from summaries.methods.graphs import GraphMethods
from summaries.methods.media import MediaMethods
from summaries.methods.run import RunMethods
from summaries.methods.structured import StructuredMethods
from summaries.methods.views import ViewMethods
from summaries.values import check_bins, check_mapping, check_real, check_shape, keep_array, to_number, to_step, to_time

_log = logging.getLogger(__name__)

_PLAIN_NUMBERS = frozenset({float, int})
_SCALAR_BYTES = 64
"""About what a scalar on the device keeps in memory."""

Bins = str | int | Sequence[float]


class SummaryWriter(
    AnalysisMethods, CompatMethods, GraphMethods, MediaMethods, RunMethods, StructuredMethods, ViewMethods
):
    """Writes one event file in a folder, which is a run. Thread-safe.

    After a fork the child writes a file of its own, and so does a writer that is pickled for another process. When the
    disk is full, or the folder is removed, one warning is logged and writing is tried again; `close` raises if
    something was lost. What fails in the background, as a value that cannot be encoded, is raised by the next call.

    The run's status is told too: running, and in the end `finished`, `failed` if an exception leaves the writer's block
    or ends the program, or `interrupted`.

    Args:
        log_dir: The run's folder, or its address, as `s3://bucket/run`; None for `runs/<time>_<host><comment>`.
        comment: End of that folder's name.
        purge_step: What was written to the run before with this step or a later one is superseded: training began
            again there.
        max_queue: Taken for torch's sake, and not needed: the buffer is bounded by bytes.
        flush_secs: How long a value lies in memory at most, in seconds; never more than 0.25 on this machine. In an
            object store, each time another file is written.
        filename_suffix: End of the file's name.
        fsync: Whether `close` has the disk confirm that it holds the file, so that a power cut loses nothing.
        compat: Whether to put things where torch's writer does: `add_scalars` and `add_hparams` into sub-runs, and
            texts under `<tag>/text_summary`.
        name: The name to show in place of the folder's.
        notes: What to remember of the run, Markdown.
        tags: Labels of the run.
        group: Runs of one group belong together.
        config: What the run is started with: a dict, a dataclass or an `argparse.Namespace`, nested or not.
        environment: Whether to log command, host, Python, packages, and git's commit and changes. Off by default: logs
            are passed on, and a command may hold what is secret.
        console: Whether to log what the program prints.
        system_secs: How often to log how busy the machine is, in seconds; None for never.
        heartbeat_secs: How often to say that the program is alive, in seconds, in an object store no more often than
            `flush_secs`; None to say nothing of its status.

    Raises:
        OSError: If the folder or the file cannot be made.
        ImportError: If the address, or `system_secs`, needs a library that is not installed.
        ValueError: If an argument is not of its kind, as a negative interval.

    Attributes:
        log_dir: The run's folder.
        purge_step: As given, and so are `max_queue`, `flush_secs` and `filename_suffix`.
    """

    def __init__(
        self,
        log_dir: str | os.PathLike[str] | None = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        *,
        fsync: bool = False,
        compat: bool = False,
        name: str | None = None,
        notes: str | None = None,
        tags: Sequence[str] | None = None,
        group: str | None = None,
        config: Any = None,
        environment: bool = False,
        console: bool = False,
        system_secs: float | None = None,
        heartbeat_secs: float | None = 30.0,
    ) -> None:
        _check_file_options(flush_secs, filename_suffix)
        self.log_dir = os.fspath(log_dir or make_log_dir(comment))
        self._is_compat = compat
        self._is_fsync = fsync
        self.purge_step, self.max_queue = purge_step, max_queue
        self.flush_secs, self.filename_suffix = flush_secs, filename_suffix
        self._subruns: dict[str, SummaryWriter] = {}
        self._subruns_lock = threading.Lock()
        self._firsts = FirstValues()
        file = open_record_file(self.log_dir, filename_suffix, self._firsts, fsync=fsync)
        is_segmented = is_remote(self.log_dir)
        self._outbox = Outbox(file, drain_secs=flush_secs if is_segmented else min(DRAIN_SECS, flush_secs))
        if is_segmented and heartbeat_secs is not None:
            heartbeat_secs = max(heartbeat_secs, flush_secs)  # nobody sees it before the segment is written
        self._life = Lifecycle(self._outbox.put_aside, heartbeat_secs=heartbeat_secs)
        self._finalizer = weakref.finalize(self, _close_dropped, self._outbox, self._life)
        self._finalizer.atexit = False  # the outbox has its own, which runs earlier
        if purge_step is not None:
            now = time.time()
            for field in (file_version_field(), session_start_field()):
                self._outbox.put(encode_event(now, to_step(purge_step), field))
        self._begin_run(
            info={"name": name, "notes": notes, "tags": tags, "group": group},
            config=config,
            is_environment_logged=environment,
            is_console_logged=console,
            system_secs=system_secs,
        )

    def get_logdir(self) -> str:
        """The run's folder."""
        return self.log_dir

    def add_scalar(
        self,
        tag: str,
        scalar_value: Any,
        global_step: int | None = None,
        walltime: float | None = None,
        new_style: bool = False,
        double_precision: bool = False,
    ) -> None:
        """Logs one number.

        Args:
            tag: Name of the series; `/` groups.
            scalar_value: A number, or an array of one element; a JAX array may still be being computed.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.
            new_style: Whether to write a tensor with plugin data, as TensorFlow 2 does, and not the shorter
                `simple_value`.
            double_precision: Whether to keep float64; this too writes a tensor.

        Raises:
            ValueError: If it is not one real number, the tag is empty, or the step no integer.
        """
        if new_style or double_precision or type(scalar_value) not in _PLAIN_NUMBERS:
            self._add_any_scalar(tag, scalar_value, global_step, walltime, new_style, double_precision)
            return
        step = global_step if type(global_step) is int else to_step(global_step)
        wall_time = time.time() if walltime is None else to_time(walltime)
        record = encode_scalar_event(tag, scalar_value, step, wall_time)
        outbox = self._outbox
        if tag in outbox.queued_tags:
            self._submit((tag,), step, partial(bytes, record), num_bytes=len(record))
        else:
            outbox.put(record)

    def _add_any_scalar(
        self, tag: str, scalar: Any, global_step: Any, walltime: float | None, new_style: bool, is_double: bool
    ) -> None:
        """The general way of `add_scalar`."""
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = scalar if adapters.is_deferred(scalar) else to_number(scalar)

        def encode() -> bytes:
            if not (new_style or is_double):
                return encode_event(wall_time, step, single_prefix(tag) + pack_float(to_number(kept)))
            blob = encode_tensor_scalar(tag, to_number(kept), is_double=is_double)
            return encode_event(wall_time, step, self._envelope(SCALARS, tag, blob, TENSOR_SCALAR_METADATA))

        arrays = None if isinstance(kept, float) else [kept]
        self._submit((tag,), step, encode, num_bytes=_SCALAR_BYTES, arrays=arrays)

    def add_scalars(
        self,
        main_tag: str,
        tag_scalar_dict: Mapping[str, Any],
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Logs numbers that belong together, under the tags `main_tag/key`; torch writes them to runs of their own."""
        check_mapping("tag_scalar_dict", tag_scalar_dict)
        if self._is_compat:
            self._add_scalars_to_subruns(main_tag, tag_scalar_dict, global_step, walltime)
            return
        values = {f"{main_tag}/{key}": value for key, value in tag_scalar_dict.items()}
        self.add_scalars_at(to_step(global_step), values, walltime=walltime)

    def add_scalars_at(self, step: int, values: Mapping[str, Any], *, walltime: float | None = None) -> None:
        """Logs the numbers of one step, which takes half the bytes of logging them one by one.

        Args:
            step: The step.
            values: Numbers, or arrays of one element, by tag.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If one of them is not a real number.
        """
        step = step if type(step) is int else to_step(step)
        wall_time = time.time() if walltime is None else to_time(walltime)
        if type(values) is not dict:
            check_mapping("values", values)
        is_plain = _PLAIN_NUMBERS.issuperset(map(type, values.values()))
        if is_plain and self._outbox.queued_tags.keys().isdisjoint(values):
            self._outbox.put(encode_event(wall_time, step, summary_field(values.items())))
            return
        kept = {tag: value if adapters.is_deferred(value) else to_number(value) for tag, value in values.items()}

        def encode() -> bytes:
            return encode_event(wall_time, step, summary_field((tag, to_number(value)) for tag, value in kept.items()))

        arrays = [value for value in kept.values() if not isinstance(value, float)]
        self._submit(tuple(kept), step, encode, num_bytes=_SCALAR_BYTES * len(kept), arrays=arrays or None)

    def add_scalars_block(
        self,
        steps: npt.ArrayLike,
        values: Mapping[str, Any],
        *,
        walltimes: npt.ArrayLike | tuple[float, None],
    ) -> None:
        """Logs the numbers of many steps at once, in the background.

        Args:
            steps: Shape (n,), integers.
            values: Arrays of shape (n,) by tag; NumPy's are copied, JAX arrays may still be being computed.
            walltimes: Seconds since the Unix epoch, shape (n,); or `(start, None)`: spread evenly from `start` to when
                the values were there.

        Raises:
            ValueError: If the shapes differ.
        """
        block = Block.make(steps, values, walltimes)
        self._submit(block.tags, block.first_step, block.encode, num_bytes=block.num_bytes, arrays=block.columns)

    def add_histogram(
        self,
        tag: str,
        values: Any,
        global_step: int | None = None,
        bins: Bins = "tensorflow",
        walltime: float | None = None,
        max_bins: int | None = None,
        *,
        copy: bool = False,
    ) -> None:
        """Logs how the values of an array are distributed; they are counted in the background.

        Values that are not finite are in the histogram's `num` and in no bucket.

        Args:
            tag: Name of the series; `/` groups.
            values: Real numbers of any shape. NumPy arrays are copied; JAX arrays are fetched later.
            global_step: The step, 0 if None.
            bins: `tensorflow` for TensorFlow's buckets, a rule of `numpy.histogram_bin_edges`, a number of buckets, or
                edges.
            walltime: Seconds since the Unix epoch, now if None.
            max_bins: About how many buckets there are at most; None for any number.
            copy: Whether to copy a JAX array on its device, since it will be donated to a compiled function.

        Raises:
            ValueError: If there are no values or they are not real numbers, or there are no such bins.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        kept = keep_array(values, copy=copy)
        check_real("values", kept)
        check_bins(bins, max_bins)

        def encode() -> bytes:
            blob = encode_buckets(tag, *buckets.bucket_values(adapters.to_numpy(kept), bins, max_bins))
            return encode_event(wall_time, step, HISTOGRAMS.envelope(blob))

        self._submit((tag,), step, encode, num_bytes=kept.nbytes, arrays=[kept])

    def add_histogram_raw(
        self,
        tag: str,
        min: float,
        max: float,
        num: float,
        sum: float,
        sum_squares: float,
        bucket_limits: npt.ArrayLike,
        bucket_counts: npt.ArrayLike,
        global_step: int | None = None,
        walltime: float | None = None,
    ) -> None:
        """Logs a histogram that has been counted already.

        Args:
            tag: Name of the series; `/` groups.
            min: Smallest value.
            max: Largest value.
            num: How many values there were.
            sum: Their sum.
            sum_squares: The sum of their squares.
            bucket_limits: Right edge of each bucket, ascending. Shape (k,).
            bucket_counts: How many values lie in each. Shape (k,).
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If limits and counts differ in shape, or the limits do not ascend.
        """
        limits, counts = np.array(bucket_limits, dtype=np.float64), np.array(bucket_counts, dtype=np.float64)
        if limits.ndim != 1 or limits.shape != counts.shape:
            raise ValueError(
                f"bucket_limits and bucket_counts must be of one shape (k,); got {limits.shape} and {counts.shape}."
            )
        if not np.all(np.diff(limits) >= 0):
            raise ValueError(f"bucket_limits must be in ascending order; got {bucket_limits!r}. Sort both.")
        step, wall_time = to_step(global_step), to_time(walltime)
        moments = np.array([min, max, num, sum, sum_squares], dtype=np.float64)
        blob = encode_buckets(tag, moments, limits, counts)
        self._submit(
            (tag,), step, lambda: encode_event(wall_time, step, HISTOGRAMS.envelope(blob)), num_bytes=len(blob)
        )

    def add_histograms_at(
        self, step: int, tags: Sequence[str], counts: Any, moments: Any, *, walltime: float | None = None
    ) -> None:
        """Logs histograms that have been counted over the standard buckets already, in one event.

        Args:
            step: The step.
            tags: Length t.
            counts: Over `HISTOGRAM_LIMITS`. Shape (t, 1551). NumPy arrays are copied; JAX arrays are fetched later.
            moments: min, max, num, sum, sum of squares of each. Values that are not finite belong in `num` only. Shape
                (t, 5).
            walltime: Seconds since the Unix epoch, now if None.

        Raises:
            ValueError: If the shapes do not fit.
        """
        step, wall_time = to_step(step), to_time(walltime)
        kept_counts, kept_moments = keep_array(counts), keep_array(moments)
        check_shape("counts", kept_counts, (len(tags), len(buckets.HISTOGRAM_LIMITS)))
        check_shape("moments", kept_moments, (len(tags), 5))
        names = tuple(tags)

        def encode() -> bytes:
            rows = zip(names, adapters.to_numpy(kept_moments), adapters.to_numpy(kept_counts), strict=True)
            blobs = (encode_buckets(tag, row, buckets.HISTOGRAM_LIMITS, row_counts) for tag, row, row_counts in rows)
            return encode_event(wall_time, step, b"".join(HISTOGRAMS.envelope(blob) for blob in blobs))

        num_bytes = kept_counts.nbytes + kept_moments.nbytes
        self._submit(names, step, encode, num_bytes=num_bytes, arrays=[kept_counts, kept_moments])

    def add_text(
        self, tag: str, text_string: str, global_step: int | None = None, walltime: float | None = None
    ) -> None:
        """Logs a text, shown as Markdown.

        Args:
            tag: Name of the series; `/` groups.
            text_string: The text.
            global_step: The step, 0 if None.
            walltime: Seconds since the Unix epoch, now if None.
        """
        step, wall_time = to_step(global_step), to_time(walltime)
        tag = f"{tag}/text_summary" if self._is_compat else tag
        blob = TEXT.encode(tag, text_string)

        def encode() -> bytes:
            return encode_event(wall_time, step, self._envelope(TEXT, tag, blob, TEXT.metadata))

        self._submit((tag,), step, encode, num_bytes=len(blob))

    def _envelope(self, kind: Kind, tag: str, blob: bytes, metadata: bytes) -> bytes:
        """The fields of an event with `blob`, and with `metadata` if it is the tag's first value."""
        return kind.envelope(blob, self._firsts.find_metadata(tag, metadata))

    def _is_closed(self) -> bool:
        return self._outbox.is_closed

    def _open_subrun(self, name: str) -> SummaryWriter:
        folder = f"{self.log_dir}/{name}"
        return SummaryWriter(folder, filename_suffix=self.filename_suffix, fsync=self._is_fsync, heartbeat_secs=None)

    def _submit(
        self,
        tags: tuple[str, ...],
        step: int,
        encode: Callable[[], bytes],
        *,
        num_bytes: int = 0,
        arrays: Sequence[Any] | None = None,
        is_ready: Callable[[], bool] | None = None,
    ) -> None:
        for tag in tags:
            encode_tag(tag)  # raises ValueError
        if arrays is None and self._outbox.queued_tags.keys().isdisjoint(tags):
            self._outbox.put(encode())
            return
        is_ready = is_ready or partial(adapters.are_ready, arrays or ())
        self._outbox.put_deferred(Deferred(tags, step, num_bytes, encode, is_ready))

    def flush(self) -> None:
        """Writes all that was logged before; then readers of the file see it.

        Waits for values that are still being computed. What the disk does not take stays in memory.

        Raises:
            ValueError: If a value logged before could not be encoded.
        """
        self._outbox.flush()
        for subrun in self._subruns.values():
            subrun.flush()

    def close(self) -> None:
        """Writes all that was logged and closes the file. A second call does nothing.

        Raises:
            OSError: If something could not be written; the message counts what was lost by tag.
            ValueError: If a value logged before could not be encoded.
        """
        self._finalizer.detach()
        self._life.end_by(None)
        with ExitStack() as closing:
            closing.callback(self._outbox.close)
            for subrun in self._subruns.values():
                closing.callback(subrun.close)

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, as one sent to another process, writes a file of its own and leaves the status to this one."""
        make = partial(SummaryWriter, fsync=self._is_fsync, compat=self._is_compat, heartbeat_secs=None)
        return make, (self.log_dir, "", None, self.max_queue, self.flush_secs, self.filename_suffix)

    def __enter__(self) -> SummaryWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._life.end_by(error)
        self.close()


def make_log_dir(comment: str) -> str:
    """The folder of a run that is given none: the time, the host, and the comment, as torch names it."""
    return f"runs/{datetime.now():%b%d_%H-%M-%S}_{socket.gethostname()}{comment}"


def _check_file_options(flush_secs: float, suffix: str) -> None:
    """Raises ValueError unless a file can be named and written so."""
    if not flush_secs >= 0:
        raise ValueError(f"flush_secs must not be negative; got {flush_secs!r}. Pass seconds.")
    if os.sep in suffix:
        raise ValueError(f"filename_suffix must not contain {os.sep!r}; got {suffix!r}. Put folders into log_dir.")


def _close_dropped(outbox: Outbox, life: Lifecycle) -> None:
    """Closes the outbox of a writer that nobody closed and nobody holds any more."""
    life.end_by(None)
    try:
        outbox.close()
    except (OSError, ValueError) as error:
        _log.warning(
            "Could not write all values of a writer that was never closed: %s. Continuing without them.", error
        )
