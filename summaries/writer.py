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
import platform
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Any

from summaries import adapters
from summaries.background import DRAIN_SECS, Outbox
from summaries.deferred import Deferred
from summaries.event_file import FirstValues, is_remote, open_record_file
from summaries.events import encode_event, file_version_field, session_start_field
from summaries.kinds import Kind
from summaries.kinds.contract import encode_tag
from summaries.lifecycle import Lifecycle
from summaries.methods.analysis import AnalysisMethods
from summaries.methods.compat import CompatMethods
from summaries.methods.graphs import GraphMethods
from summaries.methods.histograms import HistogramMethods
from summaries.methods.media import MediaMethods
from summaries.methods.points import PointMethods
from summaries.methods.run import RunMethods
from summaries.methods.scalars import ScalarMethods
from summaries.methods.structured import StructuredMethods
from summaries.methods.views import ViewMethods
from summaries.values import to_integer, to_step

_log = logging.getLogger(__name__)

_ITEM_BYTES = 1 << 10
"""About what waiting to be encoded takes beside the values."""
_ARRAY_BYTES = 1 << 12
"""About what an array takes beside its elements, if it is JAX's with its copy on the host."""


class SummaryWriter(
    AnalysisMethods,
    CompatMethods,
    GraphMethods,
    HistogramMethods,
    MediaMethods,
    PointMethods,
    RunMethods,
    ScalarMethods,
    StructuredMethods,
    ViewMethods,
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
        _check_file_options(flush_secs, filename_suffix, purge_step)
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
        self._is_segmented = is_segmented
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

    def _envelope(self, kind: Kind, tag: str, blob: bytes, metadata: bytes) -> bytes:
        """The fields of an event with `blob`, and with `metadata` if it is the tag's first value."""
        return kind.envelope(blob, self._firsts.find_metadata(tag, metadata))

    def _is_closed(self) -> bool:
        return self._outbox.is_closed

    def _check_open(self) -> None:
        self._outbox.check_open()

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
        if arrays is None and self._outbox.put_now(tags, encode):
            return
        is_ready = is_ready or partial(adapters.are_ready, arrays or ())
        num_bytes += _ITEM_BYTES + _ARRAY_BYTES * len(arrays or ())
        self._outbox.put_deferred(Deferred(tags, step, num_bytes, encode, is_ready))

    def flush(self) -> None:
        """Writes all that was logged before; then readers of the file see it.

        Waits for values that are still being computed. What the disk does not take stays in memory.

        Raises:
            ValueError: If a value logged before could not be encoded.
        """
        self._outbox.flush()
        for subrun in list(self._subruns.values()):
            subrun.flush()

    def start_flush(self) -> None:
        """Has the background write what is there already, and does not wait for it: a `flush` that follows is short.

        Does nothing in an object store, where each time makes a file.
        """
        if not self._is_segmented:
            self._outbox.start_drain()
            for subrun in list(self._subruns.values()):
                subrun.start_flush()

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
            for subrun in list(self._subruns.values()):
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
    return f"runs/{datetime.now():%b%d_%H-%M-%S}_{platform.node()}{comment}"


def _check_file_options(flush_secs: float, suffix: str, purge_step: Any) -> None:
    """Raises ValueError unless a file can be named and written so."""
    if not flush_secs >= 0:
        raise ValueError(f"flush_secs must not be negative; got {flush_secs!r}. Pass seconds.")
    if os.sep in suffix:
        raise ValueError(f"filename_suffix must not contain {os.sep!r}; got {suffix!r}. Put folders into log_dir.")
    if purge_step is not None:
        to_integer("purge_step", purge_step)


def _close_dropped(outbox: Outbox, life: Lifecycle) -> None:
    """Closes the outbox of a writer that nobody closed and nobody holds any more."""
    life.end_by(None)
    try:
        outbox.close()
    except (OSError, ValueError) as error:
        _log.warning(
            "Could not write all values of a writer that was never closed: %s. Continuing without them.", error
        )
