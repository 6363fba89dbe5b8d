"""Logs the trials of a study: `study.optimize(objective, callbacks=[SummaryCallback("runs/study")])`."""

from __future__ import annotations

import math
from os import PathLike, fspath
from typing import Any

import optuna

from summaries.writer import SummaryWriter


class SummaryCallback:
    """Makes a run of each trial that ends, with its hyperparameters, reported values and objectives. Thread-safe."""

    def __init__(self, log_dir: str | PathLike[str], **options: Any) -> None:
        """Writes nothing yet; the first trial does.

        Args:
            log_dir: Folder of the study; its trials are the runs `trial_0000`, `trial_0001`, … in it.
            options: What else `SummaryWriter` takes.
        """
        self._log_dir = fspath(log_dir)
        self._options = options

    def __call__(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        """Logs a trial that has ended.

        Failed and pruned trials have their hyperparameters and reported values; their objective is NaN.
        """
        with SummaryWriter(f"{self._log_dir}/trial_{trial.number:04d}", **self._options) as writer:
            begin = None if trial.datetime_start is None else trial.datetime_start.timestamp()
            for step, value in sorted(trial.intermediate_values.items()):
                writer.add_scalar("intermediate", value, step, walltime=begin)
            params = {name: value if isinstance(value, _PLAIN) else str(value) for name, value in trial.params.items()}
            writer.add_hparams(params, _name_objectives(study, trial))
            writer.add_text("state", trial.state.name.lower())
            if trial.state is optuna.trial.TrialState.FAIL:
                writer.add_status("failed", str(trial.system_attrs.get("fail_reason", "")))


_PLAIN = (bool, int, float, str)


def _name_objectives(study: optuna.Study, trial: optuna.trial.FrozenTrial) -> dict[str, float]:
    """What the trial is judged by; NaN where it has none."""
    num_objectives = len(study.directions)
    numbered = ["objective"] if num_objectives == 1 else [f"objective_{index}" for index in range(num_objectives)]
    names = study.metric_names or numbered
    return dict(zip(names, trial.values or [math.nan] * num_objectives, strict=True))
