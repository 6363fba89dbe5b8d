from __future__ import annotations

from pathlib import Path

import numpy as np

from trainer import DNNClassifier, hooks
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
            seen.append((context.step, saved_step(tmp_path)))

    saving = CheckpointHook(Checkpoints(tmp_path, {}), secs=2, clock=lambda: now[0])
    DNNClassifier([4]).fit(*blobs, steps=55, hooks=[Watch(), saving])

    assert [step for _, step in seen][:2] == [None, None]
    assert all(step is not None and step >= 20 for at, step in seen if at > 30)
    assert saved_step(tmp_path) == 55


def test_folder_without_a_run_has_no_saved_step(tmp_path: Path) -> None:
    assert saved_step(tmp_path) is None
