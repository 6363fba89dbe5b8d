"""Logs what Lightning logs: `Trainer(logger=SummaryLogger("runs"))`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from os import PathLike, fspath, path
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers.logger import Logger, rank_zero_experiment
from lightning.pytorch.utilities import rank_zero_only

from summaries.event_file import is_remote
from summaries.lifecycle import describe_end
from summaries.writer import SummaryWriter

_VERSION = "version_"


class SummaryLogger(Logger):
    """Logs to `<save_dir>/<name>/version_<n>`, where Lightning's own logger for TensorBoard would."""

    def __init__(
        self,
        save_dir: str | PathLike[str] = "runs",
        name: str = "lightning_logs",
        version: int | str | None = None,
        prefix: str = "",
        **options: Any,
    ) -> None:
        """Opens nothing yet; the first thing logged does.

        Args:
            save_dir: The logdir.
            name: Folder for the runs of this program; "" for none.
            version: Number of the run, or its folder's name; None for the next number.
            prefix: Stands before every tag, followed by `/`.
            options: What else `SummaryWriter` takes.
        """
        super().__init__()
        self._save_dir = fspath(save_dir)
        self._name = name
        self._version = version
        self._prefix = f"{prefix}/" if prefix else ""
        self._options = options
        self._writer: SummaryWriter | None = None

    @property
    def name(self) -> str:
        """Folder for the runs of this program."""
        return self._name

    @property
    def version(self) -> int | str:
        """Number of the run, or its folder's name."""
        if self._version is None:
            self._version = _find_next_version(Path(self._save_dir, self._name))
        return self._version

    @property
    def save_dir(self) -> str:
        """The logdir."""
        return self._save_dir

    @property
    def log_dir(self) -> str:
        """The run's folder."""
        version = self.version if isinstance(self.version, str) else f"{_VERSION}{self.version}"
        return path.join(self._save_dir, self._name, version)

    @property
    @rank_zero_experiment
    def experiment(self) -> SummaryWriter:
        """The writer."""
        if self._writer is None:
            self._writer = SummaryWriter(self.log_dir, **self._options)
        return self._writer

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, Any], step: int | None = None) -> None:
        """Logs metrics of one step as one event."""
        self.experiment.add_scalars_at(step or 0, dict(self._flatten(metrics)))

    def _flatten(self, metrics: Mapping[str, Any], parent: str = "") -> list[tuple[str, Any]]:
        pairs: list[tuple[str, Any]] = []
        for key, value in metrics.items():
            name = f"{parent}{key}"
            if isinstance(value, Mapping):
                pairs += self._flatten(value, f"{name}/")
            else:
                pairs.append((self._prefix + name, value))
        return pairs

    @rank_zero_only
    def log_hyperparams(
        self,
        params: Mapping[str, Any] | argparse.Namespace,
        metrics: Mapping[str, Any] | None = None,
        step: int | None = None,
    ) -> None:
        """Logs hyperparameters, nested ones as `a/b`, and first values of the metrics they are judged by."""
        named = vars(params) if isinstance(params, argparse.Namespace) else params
        flat = {
            name.removeprefix(self._prefix): value if isinstance(value, bool | int | float | str) else str(value)
            for name, value in self._flatten(named)
        }
        self.experiment.add_hparams(flat, dict(metrics or {}), global_step=step)

    @rank_zero_only
    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Logs the model's graph for `input_array`, else for its `example_input_array`; without either, nothing."""
        example = getattr(model, "example_input_array", None) if input_array is None else input_array
        if example is not None:
            self.experiment.add_graph(model, example)

    @rank_zero_only
    def save(self) -> None:
        """Brings all that was logged to disk."""
        if self._writer is not None:
            self._writer.flush()

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Says how the training ended and closes the writer; what is logged later goes to another file of the run.

        Args:
            status: As Lightning has it: `success`, or `failed` while the exception is being handled.
        """
        if self._writer is not None:
            if status != "success":
                error = sys.exception()
                state, reason, _ = describe_end(error) if error else ("failed", status, "")
                self._writer.add_status(state, reason, error=error)
            self._writer.close()
            self._writer = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_writer": None}  # a process that it is sent to writes a file of its own


def _find_next_version(folder: Path) -> int:
    """One more than the highest number of a run in `folder`; in object stores always 0."""
    if is_remote(str(folder)) or not folder.is_dir():
        return 0
    numbers = (child.name.removeprefix(_VERSION) for child in folder.iterdir() if child.name.startswith(_VERSION))
    return max((int(number) + 1 for number in numbers if number.isdecimal()), default=0)
