"""Logs what Hugging Face's `Trainer` logs: `Trainer(..., callbacks=[SummaryCallback()])`."""

from __future__ import annotations

import numbers
from collections.abc import Mapping
from os import PathLike, fspath, path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from summaries.writer import SummaryWriter

_GROUPS = {"eval_": "eval/", "test_": "test/"}


class SummaryCallback(TrainerCallback):
    """Logs under the tags of the library's own callback for TensorBoard, the numbers of one step as one event.

    Only the first process of a distributed training logs.
    """

    def __init__(
        self, log_dir: str | PathLike[str] | None = None, *, writer: SummaryWriter | None = None, **options: Any
    ) -> None:
        """Opens nothing yet; the training does.

        Args:
            log_dir: The run's folder; None for `runs` in the trainer's `output_dir`.
            writer: Another writer to log to, in place of `log_dir`; its owner closes it.
            options: What else `SummaryWriter` takes.
        """
        self._log_dir = log_dir
        self._options = options
        self._is_owner = writer is None
        self._writer = writer

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any
    ) -> None:
        """Opens the run, and logs the arguments and the model's configuration as texts."""
        if not state.is_world_process_zero:
            return
        writer = self._open(args, state)
        writer.add_text("args", _to_code(args.to_json_string()))
        config = getattr(others.get("model"), "config", None)
        if config is not None and hasattr(config, "to_json_string"):
            writer.add_text("model_config", _to_code(config.to_json_string()))

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **others: Any,
    ) -> None:
        """Logs numbers as scalars and strings as texts."""
        if not state.is_world_process_zero or not logs:
            return
        writer = self._open(args, state)
        named = {_to_tag(name): value for name, value in logs.items()}
        scalars = {tag: value for tag, value in named.items() if _is_number(value)}
        if scalars:
            writer.add_scalars_at(state.global_step, scalars)
        for tag, value in named.items():
            if isinstance(value, str):
                writer.add_text(tag, value, state.global_step)

    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any
    ) -> None:
        """Closes the writer, or brings all to disk if another one owns it."""
        if self._writer is None:
            return
        if self._is_owner:
            self._writer.close()
            self._writer = None
        else:
            self._writer.flush()

    def _open(self, args: TrainingArguments, state: TrainerState) -> SummaryWriter:
        if self._writer is None:
            folder = fspath(self._log_dir or path.join(args.output_dir, "runs"))
            if state.is_hyper_param_search and state.trial_name:
                folder = path.join(folder, state.trial_name)
            self._writer = SummaryWriter(folder, **self._options)
        return self._writer


def _is_number(value: Any) -> bool:
    """Python's, NumPy's, or an array without axes of any library."""
    return isinstance(value, numbers.Real) or getattr(value, "shape", None) == ()


def _to_tag(name: str) -> str:
    """As the library's own callback names it."""
    for beginning, group in _GROUPS.items():
        if name.startswith(beginning):
            return group + name.removeprefix(beginning)
    return f"train/{name}"


def _to_code(text: str) -> str:
    """Markdown that shows `text` as it is."""
    return f"```json\n{text}\n```"
