"""Trials of a real study."""

from __future__ import annotations

from pathlib import Path

import optuna
import pytest

from summaries import load
from summaries.integrations.optuna_callback import SummaryCallback


def objective(trial) -> float:
    x = trial.suggest_float("x", -1, 1)
    trial.suggest_categorical("kind", ["a", "b"])
    for step in range(3):
        trial.report(x + step, step)
    if trial.number == 2:
        raise optuna.TrialPruned
    return x**2


def test_each_trial_is_a_run_with_its_hyperparameters_and_values(tmp_path: Path):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(0))

    study.optimize(objective, n_trials=4, n_jobs=2, callbacks=[SummaryCallback(tmp_path)])

    runs = load(tmp_path).runs
    assert list(runs) == [f"trial_{number:04d}" for number in range(4)]
    for trial, run in zip(study.trials, runs.values(), strict=True):
        assert run.scalars["intermediate"].steps.tolist() == [0, 1, 2]
        assert run.scalars["intermediate"].values[0] == pytest.approx(trial.params["x"])
        assert run.texts["state"][:] == ["pruned" if trial.number == 2 else "complete"]
        assert any(tag.kind == "hparams" for tag in run.tags)
    assert runs["trial_0001"].scalars["objective"].values[0] == pytest.approx(study.trials[1].value)


def test_a_trial_that_failed_is_a_run_that_failed(tmp_path: Path):
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    study = optuna.create_study()

    study.optimize(
        lambda trial: 1 / 0, n_trials=1, catch=ZeroDivisionError, callbacks=[SummaryCallback(tmp_path, group="g")]
    )

    facts = load(tmp_path).runs["trial_0000"].facts
    assert (facts.status.state, facts.info.group) == ("failed", "g")


def test_several_objectives_are_told_apart_by_their_names(tmp_path: Path):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(directions=["minimize", "maximize"])

    study.optimize(lambda trial: (1.0, 2.0), n_trials=1, callbacks=[SummaryCallback(tmp_path)])

    scalars = load(tmp_path).runs["trial_0000"].scalars
    assert {tag: series.values.tolist() for tag, series in scalars.items()} == {
        "objective_0": [1.0],
        "objective_1": [2.0],
    }
