"""Logs a Keras model's training, on any of its backends.

Synopsis:
    model.fit(features, labels, callbacks=[SummaryCallback("runs/mnist")])
"""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any, Literal

import keras
import numpy.typing as npt

from summaries.writer import SummaryWriter

_VALIDATION = "val_"


class SummaryCallback(keras.callbacks.Callback):
    """Logs `train/…` while a model trains, `eval/…` when it is evaluated, and histograms of its weights.

    A step is one of the optimizer's. As Keras gives them, metrics of a batch are the means since the epoch began.

    Attributes:
        writer: Where all goes; log what you like beside.
    """

    def __init__(
        self,
        log_dir: str | PathLike[str] | None = None,
        *,
        writer: SummaryWriter | None = None,
        update_freq: int | Literal["epoch"] = 1,
        histogram_freq: int = 0,
        **options: Any,
    ) -> None:
        """Opens the run.

        Args:
            log_dir: The run's folder; None for `runs/<time>_<host>`.
            writer: Another writer to log to, in place of `log_dir`; its owner closes it.
            update_freq: How many batches apart metrics are logged; `epoch` for only at the end of an epoch.
            histogram_freq: How many epochs apart the weights are logged; 0 for never.
            options: What else `SummaryWriter` takes.

        Raises:
            ValueError: If `update_freq` is neither above 0 nor `epoch`.
        """
        if update_freq != "epoch" and update_freq < 1:
            raise ValueError(f"update_freq must be above 0, or 'epoch'; got {update_freq!r}.")
        super().__init__()
        self._is_owner = writer is None
        self.writer = SummaryWriter(log_dir, **options) if writer is None else writer
        self._update_freq = update_freq
        self._histogram_freq = histogram_freq
        self._is_training = False
        self._first_step = self._step = 0

    def on_train_begin(self, logs: Mapping[str, float] | None = None) -> None:
        """Takes evaluations as parts of the training from now on."""
        self._is_training = True

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Asks the optimizer for its step: between batches that would bring all variables out of the compiled step."""
        self._first_step = self._step = self._read_step()

    def on_train_batch_end(self, batch: int, logs: Mapping[str, float] | None = None) -> None:
        """Logs the metrics so far in this epoch."""
        self._step = self._first_step + batch + 1
        if self._is_due():
            self._log("train", self._step, logs)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:
        """Logs the metrics of the epoch, of the validation, the learning rate, and the weights."""
        step, logs = self._step, logs or {}
        train = {name: value for name, value in logs.items() if not name.startswith(_VALIDATION)}
        evaluation = {
            name.removeprefix(_VALIDATION): value for name, value in logs.items() if name.startswith(_VALIDATION)
        }
        rate = {"learning_rate": _to_numpy(self.model.optimizer.learning_rate)}
        self._log("train", step, rate if self._is_due() else train | rate)
        self._log("eval", step, evaluation)
        if self._histogram_freq and epoch % self._histogram_freq == 0:
            for variable in self.model.trainable_variables:
                self.writer.add_histogram(f"weights/{variable.path}", _to_numpy(variable), step)

    def on_test_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Logs an evaluation that the program itself asked for."""
        if not self._is_training:
            self._log("eval", self._read_step(), logs)
            self.writer.flush()

    def on_train_end(self, logs: Mapping[str, float] | None = None) -> None:
        """Brings all to disk; the writer stays open for further training."""
        self._is_training = False
        self.writer.flush()

    def close(self) -> None:
        """Closes the writer, unless another one owns it. Without it, the end of the program does."""
        if self._is_owner:
            self.writer.close()

    def _is_due(self) -> bool:
        return self._update_freq != "epoch" and self._step % self._update_freq == 0

    def _read_step(self) -> int:
        optimizer = self.model.optimizer
        return 0 if optimizer is None else int(_to_numpy(optimizer.iterations))

    def _log(self, group: str, step: int, logs: Mapping[str, Any] | None) -> None:
        if logs:
            self.writer.add_scalars_at(step, {f"{group}/{name}": float(value) for name, value in logs.items()})


def _to_numpy(value: Any) -> npt.NDArray[Any]:
    """A variable or a tensor of any backend."""
    array: npt.NDArray[Any] = keras.ops.convert_to_numpy(keras.ops.convert_to_tensor(value))
    return array
