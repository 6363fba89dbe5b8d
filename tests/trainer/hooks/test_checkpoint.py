from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from summaries import load
from trainer import DNNClassifier, DNNRegressor, RunConfig, hooks
from trainer.checkpoints import Checkpoints, saved_step
from trainer.hooks.checkpoint import CheckpointHook


def test_checkpoints_come_by_the_clock_and_at_the_end(blobs: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    now = [0.0]
    seen: list[tuple[int, int | None]] = []

    class Watch(hooks.Hook):
        """Lets a second pass at every tenth step, and notes what is saved."""

        def next_step(self, step: int) -> int | None:
            return hooks.next_multiple(step, 10)

        def run(self, context: hooks.Context) -> None:
            now[0] += 1
            checkpoints.wait()
            seen.append((context.step, saved_step(tmp_path)))

    checkpoints = Checkpoints(tmp_path, {})
    saving = CheckpointHook(checkpoints, secs=2, clock=lambda: now[0])
    DNNClassifier([4]).fit(*blobs, steps=55, hooks=[Watch(), saving])

    assert [step for _, step in seen][:2] == [None, None]
    assert all(step is not None and step >= 20 for at, step in seen if at > 40)
    assert saved_step(tmp_path) == 55


def test_checkpoints_come_by_steps_and_are_annotations_of_the_run(
    blobs: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    config = RunConfig(checkpoint_interval=20, keep_checkpoints=3)
    DNNClassifier([4], model_dir=tmp_path, config=config).fit(*blobs, steps=70)

    marks = load(tmp_path).runs["."].annotations
    assert [(mark.step, mark.annotation.text) for mark in marks if mark.annotation.kind == "checkpoint"] == [
        (step, f"Saved checkpoint-{step}.safetensors") for step in (20, 40, 60, 70)
    ]
    assert sorted(path.name for path in tmp_path.glob("checkpoint*")) == [
        f"checkpoint-{step}.safetensors" for step in (40, 60, 70)
    ]


def test_checkpoint_with_the_best_metric_is_kept(line: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    features, labels = line
    config = RunConfig(best_metric="loss", eval_interval=10, keep_checkpoints=1)
    model = DNNRegressor([4], learning_rate=0.1, model_dir=tmp_path, config=config)
    model.fit(features, labels, steps=100, validation_data=(features, -labels))

    losses = load(tmp_path).runs["."].scalars["eval/loss"]
    step = int(losses.steps[losses.values.argmin()])
    assert step < 100
    assert json.loads((tmp_path / "run.json").read_text())["best"] == {
        "metric": "loss",
        "value": pytest.approx(losses.values.min()),
        "step": step,
    }
    assert {path.name for path in tmp_path.glob("checkpoint*")} == {
        f"checkpoint-{step}.safetensors",
        "checkpoint-100.safetensors",
    }


def test_last_evaluation_may_be_the_best(line: tuple[np.ndarray, np.ndarray], tmp_path: Path) -> None:
    config = RunConfig(best_metric="loss", eval_interval=30, checkpoint_interval=5)
    DNNRegressor([4], model_dir=tmp_path, config=config).fit(*line, steps=35, validation_data=line)

    losses = load(tmp_path).runs["."].scalars["eval/loss"]
    assert losses.steps[losses.values.argmin()] == 35
    assert json.loads((tmp_path / "run.json").read_text())["best"]["step"] == 35


@pytest.mark.parametrize(
    ("has_validation", "message"),
    [
        (True, r"best_metric must be one of .*rmse.*; got 'rmsee'\. Perhaps rmse was meant\."),
        (False, r"best_metric must be a metric of the validation data; got 'rmsee' without any\."),
    ],
)
def test_best_metric_that_is_never_evaluated_is_refused_before_the_first_step(
    line: tuple[np.ndarray, np.ndarray], tmp_path: Path, has_validation: bool, message: str
) -> None:
    model = DNNRegressor([4], model_dir=tmp_path, config=RunConfig(best_metric="rmsee"))

    with pytest.raises(ValueError, match=message):
        model.fit(*line, steps=5, validation_data=line if has_validation else None)

    assert not list(tmp_path.glob("checkpoint-*"))


def test_full_disk_while_training_is_a_warning(
    blobs: tuple[np.ndarray, np.ndarray], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "checkpoint-20.safetensors").mkdir()  # a file cannot replace it

    DNNClassifier([4], model_dir=tmp_path, config=RunConfig(checkpoint_interval=20)).fit(*blobs, steps=50)

    assert "Could not save a checkpoint: " in caplog.text
    assert saved_step(tmp_path) == 50


def test_folder_without_a_run_has_no_saved_step(tmp_path: Path) -> None:
    assert saved_step(tmp_path) is None
