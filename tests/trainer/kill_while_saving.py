"""Saves checkpoints in child processes and kills them, each at another moment; prints what was found afterwards.

The children are forks of this process, which has imported everything and started nothing, so a kill costs no start-up.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from trainer.checkpoints import Checkpoints, saved_step
from trainer.protocols import TrainState

NUM_VALUES = 1 << 20  # 4 MiB: most of the time a file is being written


def make_state(step: int) -> TrainState:
    return TrainState({"kernel": np.full(NUM_VALUES, step, np.float32)}, {}, (), np.int32(step))


def save_for_ever(folder: Path, pipe: int) -> None:
    """Goes on from the last checkpoint; tells each step before it is handed over to be saved."""
    checkpoints = Checkpoints(folder, {}, keep_last=1)
    step = checkpoints.step or 0
    while True:
        step += 1
        os.write(pipe, step.to_bytes(8, "little"))
        checkpoints.save(step, make_state(step))


def kill_one(folder: Path, num_words: int, delay_secs: float) -> int:
    """Kills a child the delay after so many words of it; returns the last step that it told."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        save_for_ever(folder, writing)
    os.close(writing)
    told = b""
    while len(told) < 8 * num_words:
        told += os.read(reading, 8)
    deadline = time.monotonic() + delay_secs
    while time.monotonic() < deadline:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while rest := os.read(reading, 1 << 16):
        told += rest
    os.close(reading)
    return int.from_bytes(told[-8:], "little")


def main(folder: Path, count: int) -> None:
    delays = np.random.default_rng(0).uniform(0, 0.03, count)
    report = {"kills": 0, "resumed": 0, "lost_intervals": 0, "damaged": 0, "leftovers": 0}
    for delay in delays:
        # The third is told when the second is handed over, and the first is safe.
        begun = kill_one(folder, 3, delay)
        report["kills"] += 1
        step = saved_step(folder)
        report["resumed"] += step is not None
        # The last that was told was perhaps not handed over yet.
        report["lost_intervals"] = max(report["lost_intervals"], begun - 1 - (step or 0))
        Checkpoints(folder, {}, keep_last=1)
        if step is not None:
            arrays = load_file(folder / f"checkpoint-{step}.safetensors")  # `restore` would start JAX before a fork
            report["damaged"] += not (arrays["params/kernel"] == step).all()
        report["leftovers"] += len(list(folder.glob(".*.tmp-*")))
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
