"""Peers that need an environment of their own, in which a process of theirs fits.

The original, tf.estimator, was last in TensorFlow 2.15.1; Keras' TensorBoard callback writes by TensorFlow.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from tests.benchmarks.environments import Environment
from tests.benchmarks.training_peers import Fit
from tests.benchmarks.training_problems import Problem


@dataclass(frozen=True)
class TrainingEnvironment(Environment):
    """Packages of a peer that trains.

    Attributes:
        script: What fits at each line of its input.
    """

    script: str


def _same(package: str) -> str:
    """The version that the benchmark has, if it has one."""
    try:
        return f"{package}=={version(package)}"
    except PackageNotFoundError:
        return package


TF1 = TrainingEnvironment(
    "tf.estimator", "tf215", ("tensorflow-cpu==2.15.1", "tensorflow-estimator==2.15.0"), "tf1_estimator.py"
)
KERAS = TrainingEnvironment(
    "Keras with TensorBoard",
    "keras_tensorboard",
    (_same("keras"), _same("jax"), "tensorflow-cpu", "tensorboard"),
    "keras_tensorboard.py",
)


@contextlib.contextmanager
def fits_elsewhere(problem: Problem, environment: TrainingEnvironment) -> Iterator[dict[str, Fit]]:
    """The peer's name and a fit by a process in its environment; empty where that cannot be made."""
    python = environment.find_python()
    if python is None:
        yield {}
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "problem.npz"
        np.savez(
            data,
            features=problem.features,
            labels=problem.labels,
            order=problem.order,
            hidden=np.array(problem.hidden, int),
            batch_size=problem.batch_size,
            steps=problem.steps,
        )
        script = Path(__file__).with_name(environment.script)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
        with subprocess.Popen([python, str(script), str(data)], **pipes) as process:

            def fit() -> float:
                process.stdin.write("fit\n")
                process.stdin.flush()
                return float(process.stdout.readline())

            try:
                yield {environment.peer: fit}
            finally:
                process.stdin.close()
