"""Trainings that are killed or interrupted go on as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from summaries import load
from trainer import DNNClassifier, RunConfig
from trainer.checkpoints import saved_step

STEPS = 600
SCRIPT = """
import sys
import numpy as np
from trainer import DNNClassifier, RunConfig, hooks

class Tell(hooks.Hook):
    def next_step(self, step):
        return hooks.next_multiple(step, 10)

    def run(self, context):
        print(context.step, flush=True)
        sys.stdin.read(1)  # the test lets it go on

data = np.load(sys.argv[1])
config = RunConfig(checkpoint_interval=50)
model = DNNClassifier([16], dropout=0.25, random_state=3, model_dir=sys.argv[2], config=config)
model.fit(data["features"], data["labels"], steps=600, hooks=[Tell()])
"""


def make(model_dir: Path | None) -> DNNClassifier:
    config = RunConfig(checkpoint_interval=50)
    return DNNClassifier([16], dropout=0.25, random_state=3, model_dir=model_dir, config=config)


def kill_at(step: int, data: Path, model_dir: Path) -> None:
    """Trains in a process of its own, and kills it as soon as it tells that step."""
    command = [sys.executable, "-c", SCRIPT, str(data), str(model_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdin is not None
        for line in child.stdout:
            if int(line) >= step:
                break
            child.stdin.write(".")
            child.stdin.flush()
        child.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(
    "steps",
    [[270], pytest.param([120, 320, 560], marks=[pytest.mark.slow, pytest.mark.timeout(600)])],
    ids=["once", "thrice"],
)
def test_killed_training_goes_on_to_the_same_losses_and_params(
    steps: list[int], blobs: tuple[np.ndarray, np.ndarray], tmp_path: Path
) -> None:
    features, labels = blobs
    np.savez(tmp_path / "data.npz", features=features, labels=labels)
    for step in steps:
        kill_at(step, tmp_path / "data.npz", tmp_path / "logs" / "killed")
        saved = saved_step(tmp_path / "logs" / "killed")
        # The checkpoint of the last multiple of 50 may have been on its way.
        assert saved is not None
        assert saved >= step // 50 * 50 - 50

    resumed = make(tmp_path / "logs" / "killed").fit(features, labels, steps=STEPS)

    whole = make(tmp_path / "logs" / "whole").fit(features, labels, steps=STEPS)
    np.testing.assert_array_equal(resumed.predict_proba(features), whole.predict_proba(features))
    runs = load(tmp_path / "logs").runs
    for tag in ("loss", "grad_norm", "update_ratio", "learning_rate"):
        killed, other = runs["killed"].scalars[tag].current(), runs["whole"].scalars[tag].current()
        np.testing.assert_array_equal(killed.steps, np.arange(1, STEPS + 1))
        np.testing.assert_array_equal(killed.values, other.values)
