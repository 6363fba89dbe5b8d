"""Methods of the writer for what concerns the run as a whole, and not one of its series."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from summaries import timers
from summaries.console_capture import ConsoleCapture
from summaries.event_file import FirstValues
from summaries.events import encode_event, summary_field
from summaries.kinds import (
    ANNOTATIONS,
    CONFIG,
    CONSOLE,
    ENVIRONMENT,
    HPARAMS,
    KINDS,
    METRICS,
    RUN_INFO,
    Annotation,
    Environment,
    Kind,
    MetricDeclaration,
    RunInfo,
)
from summaries.kinds.annotations import ANNOTATIONS_TAG
from summaries.kinds.config import CONFIG_TAG
from summaries.kinds.console import CONSOLE_TAG
from summaries.kinds.contract import announce
from summaries.kinds.environment import ENVIRONMENT_TAG
from summaries.kinds.hparams import SESSION_END_TAG, SESSION_START_TAG, HparamValue, SessionEnd, SessionStart
from summaries.kinds.json_values import make_metadata
from summaries.kinds.metrics import METRICS_TAG
from summaries.kinds.run_info import RUN_INFO_TAG
from summaries.lifecycle import Lifecycle, describe_end
from summaries.machine import SystemSampler, read_environment
from summaries.methods.base import Methods
from summaries.plain import flatten, to_plain
from summaries.threads import start_thread
from summaries.values import to_number, to_step, to_time

_CONSOLE_SECS = 1.0


class RunMethods(Methods):
    """Name and notes, config, environment, console, system metrics, status, metrics, annotations."""

    _life: Lifecycle
    _firsts: FirstValues
    _has_session = False

    def add_run_info(
        self,
        *,
        name: str | None = None,
        notes: str | None = None,
        tags: Sequence[str] | None = None,
        group: str | None = None,
    ) -> None:
        """Says what the run is called; what is None stays as it was.

        Args:
            name: The name to show in place of the folder's.
            notes: Markdown.
            tags: Labels.
            group: Runs of one group belong together.

        Raises:
            ValueError: If `tags` is one string, or another is no string.
        """
        if isinstance(tags, str):
            raise ValueError(f"tags must be a list of strings; got {tags!r}. Pass [{tags!r}].")
        info = RunInfo(name, notes, None if tags is None else tuple(map(str, tags)), group)
        self._put_of_run(RUN_INFO, RUN_INFO_TAG, info)

    def add_config(self, config: Any) -> None:
        """Logs what the run was started with; several are merged, and the last word holds.

        TensorBoard shows the first one as the hparams of the run, under names like `optimizer.lr`.

        Args:
            config: A dict, a dataclass or an `argparse.Namespace`, nested as deep as it likes, with anything in it.

        Raises:
            ValueError: If it is none of these.
        """
        self._put_of_run(CONFIG, CONFIG_TAG, config)
        if not self._has_session:
            self._has_session = True
            start = SessionStart(to_session_hparams(to_plain(config)), start_time_secs=self._life.status.start_time)
            self._put_of_run(HPARAMS, SESSION_START_TAG, start)
            self._life.call_at_end(partial(put_session_end, self._life))

    def add_environment(self, environment: Environment | None = None) -> None:
        """Logs command, host, Python, packages, and git's commit and changes; they are read in the background.

        Only on request, since files of logs are passed on and a command may hold what is secret.

        Args:
            environment: What to log instead.
        """
        if environment is not None:
            self._put_of_run(ENVIRONMENT, ENVIRONMENT_TAG, environment)
            return
        # git may take seconds, and nothing else shall wait for it.
        reading = start_thread(partial(read_environment, folder=os.getcwd()), "summaries-environment")
        wall_time = to_time(None)

        def encode() -> bytes:
            blob = ENVIRONMENT.encode(ENVIRONMENT_TAG, reading.result())
            return encode_event(wall_time, 0, ENVIRONMENT.envelope(blob, ENVIRONMENT.metadata))

        self._submit((ENVIRONMENT_TAG,), 0, encode, arrays=(), is_ready=reading.done)

    def add_status(self, state: str, reason: str = "", *, error: BaseException | None = None) -> None:
        """Says how the run ended, where that is not told by the end of the writer's block; the first word counts.

        Args:
            state: `finished`, `failed` or `interrupted`.
            reason: Why, in one line; "" for that of `error`.
            error: What ended it: its traceback is logged.

        Raises:
            ValueError: If there is no such state.
        """
        trace = ""
        if error is not None:
            _, why, trace = describe_end(error)
            reason = reason or why
        self._life.end(state, reason, trace)

    def define_metric(self, tag: str, *, direction: str = "", x_axis: str = "") -> None:
        """Says what a scalar means; the last word on a tag holds.

        Args:
            tag: The tag, or a pattern for many, as `val/*`.
            direction: `min` or `max`: which values are best; "" for neither.
            x_axis: Tag of the scalar to draw it over, as `epoch`; "" for the step.

        Raises:
            ValueError: If the tag is empty, or there is no such direction.
        """
        self._put_of_run(METRICS, METRICS_TAG, MetricDeclaration(tag, direction, x_axis))

    def describe(self, tag: str, *, display_name: str = "", description: str = "", kind: str = "scalars") -> None:
        """Names and describes a series; to be called before its first value, since readers believe the first word.

        Args:
            tag: The tag.
            display_name: The name to show.
            description: Markdown.
            kind: What kind of value it will hold.

        Raises:
            ValueError: If there is no such kind.
        """
        if kind not in KINDS:
            raise ValueError(f"kind must be one of {sorted(KINDS)}; got {kind!r}.")
        metadata, wall_time = make_metadata(kind, display_name, description), to_time(None)

        def encode() -> bytes:
            is_first = bool(self._firsts.find_metadata(tag, metadata))
            return encode_event(wall_time, 0, announce(tag, metadata)) if is_first else b""

        self._submit((tag,), 0, encode)

    def add_annotation(
        self, text: str, global_step: int | None = None, walltime: float | None = None, *, kind: str = "note"
    ) -> None:
        """Logs what happened at a step of the run, for all its charts.

        Args:
            text: What; the first line is the title.
            global_step: The step; None for that of `step`, else 0.
            walltime: Seconds since the Unix epoch, now if None.
            kind: `note`, `alert`, `checkpoint` or `restart`.

        Raises:
            ValueError: If `text` is no string, or there is no such kind.
        """
        self._put_of_run(ANNOTATIONS, ANNOTATIONS_TAG, Annotation(text, kind), to_step(global_step), walltime)

    def add_alert(
        self, text: str, global_step: int | None = None, walltime: float | None = None, *, level: str = "warning"
    ) -> None:
        """Logs that something went wrong at a step.

        Args:
            text: What; the first line is the title.
            global_step: The step; None for that of `step`, else 0.
            walltime: Seconds since the Unix epoch, now if None.
            level: `info`, `warning` or `error`.

        Raises:
            ValueError: If `text` is no string, or there is no such level.
        """
        alert = Annotation(text, "alert", level)
        self._put_of_run(ANNOTATIONS, ANNOTATIONS_TAG, alert, to_step(global_step), walltime)

    def capture_console(self) -> None:
        """Logs what the program prints from now on, which still appears where it did.

        That is what Python writes to `sys.stdout` and `sys.stderr`, and not what programs that it starts print.

        Raises:
            ValueError: If the writer is closed.
        """
        self._check_open()
        start_console(self._life)

    def log_system(self, interval_secs: float = 10.0) -> None:
        """Logs how busy processors, memory, disk, network and NVIDIA's GPUs are, again and again, as `system/…`.

        Their step is whole seconds since the writer began.

        Args:
            interval_secs: How often, in seconds.

        Raises:
            ImportError: If psutil is not installed.
            ValueError: If the interval is not positive, or the writer is closed.
        """
        self._check_open()
        timers.check_interval("interval_secs", interval_secs)
        start_system(self._life, interval_secs, self.log_dir)

    def _begin_run(
        self,
        *,
        info: Mapping[str, Any],
        config: Any,
        is_environment_logged: bool,
        is_console_logged: bool,
        system_secs: float | None,
    ) -> None:
        """Logs what the constructor was asked to."""
        if any(said is not None for said in info.values()):
            self.add_run_info(**info)
        if config is not None:
            self.add_config(config)
        if is_environment_logged:
            self.add_environment()
        if is_console_logged:
            self.capture_console()
        if system_secs is not None:
            self.log_system(system_secs)

    def _put_of_run(self, kind: Kind, tag: str, value: Any, step: int = 0, walltime: float | None = None) -> None:
        """Puts a record of the run. Each carries its metadata: whichever file is read first then tells the kind."""
        wall_time = to_time(walltime)
        record = encode_event(wall_time, step, kind.envelope(kind.encode(tag, value), kind.metadata))
        self._submit((tag,), step, lambda: record, num_bytes=len(record))


def put_session_end(life: Lifecycle, state: str) -> None:
    """Tells TensorBoard's hparams page how the run ended."""
    end = SessionEnd("success" if state == "finished" else "failure", time.time())
    life.put_record(HPARAMS, SESSION_END_TAG, HPARAMS.encode(SESSION_END_TAG, end), step=0)


def to_session_hparams(config: Mapping[str, Any]) -> dict[str, HparamValue]:
    """A config as TensorBoard's hparams: flat, without None, lists as JSON."""
    return {name: _to_session_hparam(value) for name, value in flatten(config).items() if value is not None}


def _to_session_hparam(value: Any) -> HparamValue:
    if isinstance(value, (list, dict)):
        return json.dumps(value)
    return value if isinstance(value, (bool, str)) else to_number(value)


def start_console(life: Lifecycle, interval_secs: float = _CONSOLE_SECS) -> None:
    """Logs what is printed until the end of the run."""
    capture = ConsoleCapture()

    def write(is_last: bool) -> None:
        for text in capture.take(is_last=is_last):
            life.put_record(CONSOLE, CONSOLE_TAG, CONSOLE.encode(CONSOLE_TAG, text), step=life.elapsed_secs)

    def stop(_state: str) -> None:
        capture.stop()
        write(is_last=True)

    capture.start()
    life.repeat(interval_secs, partial(write, is_last=False))
    life.call_at_end(stop)


def start_system(life: Lifecycle, interval_secs: float, folder: str) -> None:
    """Logs how busy the machine is until the end of the run."""
    sampler = SystemSampler(folder=folder if os.path.isdir(folder) else ".")
    life.repeat(interval_secs, lambda: life.put_fields(summary_field(sampler.sample().items()), life.elapsed_secs))
