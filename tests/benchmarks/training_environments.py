"""Peers that need an environment of their own, in which a process of theirs fits.

The original, tf.estimator, was last in TensorFlow 2.15.1; Keras' TensorBoard callback writes by TensorFlow.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import platformdirs

from tests.benchmarks.training_peers import Fit
from tests.benchmarks.training_problems import Problem

FOLDER = Path(platformdirs.user_cache_dir("trainboard")) / "benchmarks"


@dataclass(frozen=True)
class Environment:
    """Packages beside those of the benchmark.

    Attributes:
        peer: Who needs them.
        folder: Where they are installed, in the cache.
        packages: What pip installs, about 1.5 GB.
        script: What fits at each line of its input.
    """

    peer: str
    folder: str
    packages: tuple[str, ...]
    script: str

    def find_python(self) -> str | None:
        """Its Python; makes the environment at the first call, and says so if it cannot."""
        folder = FOLDER / self.folder
        python = folder / "bin" / "python"
        if not python.exists():
            python311 = shutil.which("python3.11")
            if python311 is None:
                sys.stderr.write(f"Skipped {self.peer}: its environment needs python3.11 on the PATH.\n")
                return None
            folder.parent.mkdir(parents=True, exist_ok=True)
            commands = (
                [python311, "-m", "venv", str(folder)],
                [str(python), "-m", "pip", "install", "-q", *self.packages],
            )
            if any(subprocess.run(command, check=False).returncode for command in commands):
                shutil.rmtree(folder, ignore_errors=True)
                sys.stderr.write(f"Skipped {self.peer}: {', '.join(self.packages)} could not be installed.\n")
                return None
        return str(python)


def _same(package: str) -> str:
    """The version that the benchmark has, if it has one."""
    try:
        return f"{package}=={version(package)}"
    except PackageNotFoundError:
        return package


TF1 = Environment(
    "tf.estimator", "tf215", ("tensorflow-cpu==2.15.1", "tensorflow-estimator==2.15.0"), "tf1_estimator.py"
)
KERAS = Environment(
    "Keras with TensorBoard",
    "keras_tensorboard",
    (_same("keras"), _same("jax"), "tensorflow-cpu", "tensorboard"),
    "keras_tensorboard.py",
)


@contextlib.contextmanager
def fits_elsewhere(problem: Problem, environment: Environment) -> Iterator[dict[str, Fit]]:
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
